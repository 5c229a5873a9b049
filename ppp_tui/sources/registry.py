"""The sources there are, by name. Each is imported when first asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from ppp_tui.sources.source import Source

NAMES = ("claude_code", "codex", "codex_store", "trajectory_db")
"""Every source, in the order in which doctor shows them."""


@cache
def source(name: str) -> Source:
    """The source of that name. Raises KeyError for a name that is not in `NAMES`."""
    if name not in NAMES:
        raise KeyError(name)
    made: Source = import_module(f"ppp_tui.sources.{name}").SOURCE
    return made
