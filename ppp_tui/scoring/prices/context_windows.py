"""How many tokens fit into a model's context.

A recorded window wins. Claude Code records none. Models of the fifth series have 1 M; older ones have it where the user
chose that window, whatever the catalogue says: the traces are a name that says so, and a prompt larger than 200 k.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

CLAUDE_WINDOW = 200_000
"""What a session with a Claude model before the fifth series has unless it shows otherwise."""

CLAUDE_LONG_WINDOW = 1_000_000
"""What other sessions with a Claude model have."""

GEMINI_WINDOW = 1_048_576
"""Gemini 2.5 and 3 as their command line uses them; its session files record none and the price library knows none."""

_LONG_NAME = re.compile(r"(?:\[1m\]|[-:]1m)$")
_FIRST_LONG_SERIES = 5
_CLAUDE_SERIES = re.compile(r"claude-[a-z]+-(\d{1,2})(?!\d)")
_GEMINI = re.compile(r"(?:^|/)gemini-(?:2\.5|3)(?!\d)")


class Window(NamedTuple):
    """A context window, and how it is known."""

    tokens: int | None
    """None if unknown."""
    is_inferred: bool
    """Neither recorded nor stated by the user."""


def context_window(
    model: str, recorded: int | None, greatest_seen: int, catalogued_window: Callable[[str], int | None]
) -> int | None:
    """Return tokens of the context window, None if unknown.

    `greatest_seen` is the fullest context that the session ever had, 0 for none; a catalogue's window that is smaller
    than that is wrong for this session and counts as unknown. `catalogued_window` returns what a price table knows of a
    model that no rule here covers.
    """
    if recorded is not None and recorded > 0:
        return recorded
    name = model.strip().lower()
    if "claude" in name:
        window: int | None = _claude_window(name, greatest_seen, catalogued_window)
    elif _GEMINI.search(name):
        window = GEMINI_WINDOW
    else:
        window = catalogued_window(name)
    return window if window is not None and greatest_seen <= window else None


def _claude_window(name: str, greatest_seen: int, catalogued_window: Callable[[str], int | None]) -> int:
    if greatest_seen > CLAUDE_WINDOW or _LONG_NAME.search(name):
        return CLAUDE_LONG_WINDOW
    series = _CLAUDE_SERIES.search(name)
    if series is None or int(series[1]) < _FIRST_LONG_SERIES:
        return CLAUDE_WINDOW
    return catalogued_window(name) or CLAUDE_LONG_WINDOW
