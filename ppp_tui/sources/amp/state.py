"""What is remembered of a thread between two polls; nothing that a user, a model or a tool wrote."""

from __future__ import annotations

import msgspec

from ppp_tui.sources.message_documents import DocumentState
from ppp_tui.sources.parser_state import StateCodec

MAX_TURNS = 60
"""Newest turns that can be taken back."""

MAX_CALLS = 60
"""Calls that have no result yet."""


class ThreadState(DocumentState, array_like=True):
    """The state of reading a thread."""

    last_at: int = 0
    """Time of the last event that has one."""
    calls: dict[str, str] = msgspec.field(default_factory=dict)
    """Id of each running call to its tool."""
    waits: bool = False
    """A call waits for the user's leave."""


CODEC = StateCodec(ThreadState, "Amp")
