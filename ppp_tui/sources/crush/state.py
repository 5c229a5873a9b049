"""What is remembered of a Crush database between two polls: of each session a mark, of the newest ones more."""

from __future__ import annotations

import msgspec

from ppp_tui.sources.parser_state import StateCodec

MAX_MESSAGES = 60
"""Newest messages of a session that may still change; older ones are read once."""

MAX_CALLS = 300
"""Calls of a session that are remembered."""

PROMPT, SPOKEN, ENDED = 1, 2, 4
"""What was read of a message: that it began a turn, its text, its end."""


class CrushSession(msgspec.Struct, array_like=True):
    """The state of reading a session."""

    facts: dict[str, str] = {}
    floor: int = 0
    """Row number of the oldest message that may still change."""
    floor_id: str = ""
    """Its id: another one there means that the rows were numbered anew."""
    messages: dict[str, int] = {}
    """Id of a message to what was read of it."""
    calls: dict[str, str] = {}
    """Id of a call to its tool, '' when it has ended."""
    turns: int = 0
    is_open: bool = False
    last_at: int = 0
    """Time of the last event, Unix milliseconds."""
    context_tokens: int = 0


class CrushDatabase(msgspec.Struct, array_like=True):
    """The state of reading a database."""

    marks: dict[int, int] = {}
    """Hash of a session's id to a number that moves whenever its row does."""
    sessions: dict[str, CrushSession] = {}
    """Those that were read last, the newest at the end."""


CODEC = StateCodec(CrushDatabase, "Crush")
