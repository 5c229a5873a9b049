"""What the parser of Kimi Code's transcripts remembers between two readings."""

from __future__ import annotations

import msgspec

from ppp_tui.sources.parser_state import StateCodec, without_title

MAX_TURNS = 1000
"""Turns that are remembered: a copy of one begins none, and those taken back are found by their order."""

MAX_CALLS = 200
"""Calls whose result is awaited."""


class KimiCodeCall(msgspec.Struct, array_like=True):
    """A call whose result is awaited."""

    tool: str
    child: str = ""
    """Name of the sub-agent that works for it."""
    questions: list[int] = []
    """Hashes of the questions that it puts to the user, in their order."""
    is_background: bool = False


class KimiCodeState(msgspec.Struct, array_like=True):
    """The state of the parser."""

    facts: dict[str, str] = {}
    calls: dict[str, KimiCodeCall] = {}
    turns: dict[int, bool] = {}
    """Hashes of the keys of turns, in their order; true for those that an undo goes back to."""
    has_ends: bool = False
    """Whether the version of the protocol states where turns end."""
    began_at: int = 0
    """Time of the open turn's prompt, 0 if none is open."""
    request_at: int = 0
    """Time at which the model was asked last."""
    first_token_ms: int = -1
    """Time from the open turn's prompt to its first token, -1 for unknown."""
    model: str = ""
    provider: str = ""
    effort: str = ""
    """As the last request states them."""
    waits_for: str = ""
    """Id of the permission that is awaited."""
    compaction: str = ""
    """What began the compaction that is under way."""


CODEC = StateCodec(KimiCodeState, "Kimi Code", without_title)
