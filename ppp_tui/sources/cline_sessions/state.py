"""What is remembered of a session between two polls; nothing that a user, a model or a tool wrote."""

from __future__ import annotations

import msgspec

from ppp_tui.sources.message_documents import DocumentState
from ppp_tui.sources.parser_state import StateCodec

MAX_TURNS = 60
"""Newest turns that can be taken back."""

MAX_CALLS = 60
"""Calls that have no result yet."""

MAX_WAITING = 20
"""Answers whose counts are waited for, the newest ones."""

MAX_COMPACTIONS = 20
"""Newest summaries that are known again."""


class ClineSessionState(DocumentState, array_like=True):
    """The state of reading a session."""

    calls: dict[str, str] = msgspec.field(default_factory=dict)
    """Id of each running call to its tool."""
    children: dict[str, str] = msgspec.field(default_factory=dict)
    """Id of each running call to the sub-agent that it began."""
    waiting: dict[str, bool] = msgspec.field(default_factory=dict)
    """Ids of answers without counts."""
    compactions: dict[str, bool] = msgspec.field(default_factory=dict)
    """Ids of summaries that stand for what was removed."""
    floor_at: int = -1
    """Time to which another form of the session tells what happened; -1 until that is known."""
    aborted_at: int = 0
    """When a call was aborted, with nothing of the agent after it; 0 for none."""
    waits: bool = False
    """A call waits for the user's leave."""
    has_fresh_input: bool = False
    """A count showed that the input leaves the cache out, so all of the session do."""


CODEC = StateCodec(ClineSessionState, "Cline")
