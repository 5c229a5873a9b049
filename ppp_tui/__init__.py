"""ppp-tui: a terminal dashboard that watches coding agents live."""

from __future__ import annotations

__version__ = "0.1.0"
