"""What is remembered of a thread between two polls; nothing that a user, a model or a tool wrote."""

from __future__ import annotations

import msgspec

from ppp_tui.sources.parser_state import StateCodec

MAX_TURNS = 60
"""Newest turns that can be taken back."""

MAX_CALLS = 60
"""Calls that have no result yet."""


class ThreadState(msgspec.Struct, array_like=True):
    """The state of reading a thread."""

    checksum: int = 0
    """Of the document that was read last."""
    next_message: int = 0
    """Place of the first message that may still change."""
    recent: dict[str, bool] = {}
    """Ids of the newest messages before it."""
    facts: dict[str, str] = {}
    """Hash of each fact that was emitted."""
    turns: dict[str, int] = {}
    """Id of each prompt to the hash of its turn's key."""
    is_open: bool = False
    last_at: int = 0
    """Time of the last event that has one."""
    calls: dict[str, str] = {}
    """Id of each running call to its tool."""
    waits: bool = False
    """A call waits for the user's leave."""


CODEC = StateCodec(ThreadState, "Amp")
