"""Invented agents at work: real session files, written live, for people who have none yet, for tests and pictures."""

from __future__ import annotations

from ppp_tui.demo.player import Demo
from ppp_tui.demo.story import Beat

__all__ = ["Beat", "Demo"]
