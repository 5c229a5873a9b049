"""What is remembered of a Droid session between two polls; nothing that a user, a model or a tool wrote."""

from __future__ import annotations

import msgspec

from ppp_tui.sources.parser_state import StateCodec

MAX_RECENT = 300
"""Newest records that are known again."""

MAX_CALLS = 60
"""Calls that have no result yet."""


class DroidState(msgspec.Struct, array_like=True):
    """The state of reading a session."""

    offset: int = 0
    """Bytes of whole lines that were read."""
    facts: dict[str, str] = {}
    """Hash of each fact that was emitted."""
    recent: dict[int, bool] = {}
    """Hash of each of the newest records' ids."""
    calls: dict[str, str] = {}
    """Id of each running call to its kind."""
    is_open: bool = False
    last_at: int = 0
    """Time of the last record that has one."""
    tokens: dict[str, int] = {}
    """Sums that were emitted, by name."""
    context_tokens: int = 0


CODEC = StateCodec(DroidState, "Droid")
