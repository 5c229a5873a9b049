"""What the parser of pi's sessions remembers between two readings."""

from __future__ import annotations

import msgspec

from ppp_tui.sources.parser_state import StateCodec, without_title

MAX_ENTRIES = 3000
"""Entries that are remembered: a branch begins from one of them, and copies of them say nothing."""

MAX_CALLS = 200
"""Calls whose result is awaited."""

ROOT = 0
"""Stands for what is before the first entry."""


class PiState(msgspec.Struct, array_like=True):
    """The state of the parser."""

    facts: dict[str, str] = {}
    entries: dict[int, tuple[int, int]] = {}
    """Hash of an entry's id to those of its parent and of its turn's key, 0 for one that begins no turn."""
    leaf: int = ROOT
    """Hash of the id of the entry that the next one is expected to follow."""
    taken_back: list[int] = []
    """Hashes of the keys of turns that are on another branch."""
    calls: dict[str, str] = {}
    """Open call to its tool."""
    failures: int = 0
    """Requests in a row that were refused and may be repeated."""


CODEC = StateCodec(PiState, "pi", without_title)
