"""What the parser of Kimi CLI's sessions remembers between two readings."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from ppp_tui.sources.parser_state import StateCodec, untitled_members

MAX_TURNS = 1000
"""Turns that are remembered: a copy of one begins none."""

MAX_CALLS = 200
"""Calls whose result is awaited."""

MAX_CHILDREN = 60
"""Sub-agents without a file of their own that are remembered."""


class KimiCall(msgspec.Struct, array_like=True):
    """A call whose result is awaited."""

    tool: str
    child: str = ""
    """Id of the sub-agent that works for it."""
    questions: list[int] = []
    """Hashes of the questions that it puts to the user, in their order."""


class KimiMember(msgspec.Struct, array_like=True):
    """A trajectory of the file."""

    facts: dict[str, str] = {}
    is_open: bool = False
    context_tokens: int = 0
    calls: dict[str, KimiCall] = {}


class KimiState(msgspec.Struct, array_like=True):
    """The state of the parser."""

    members: dict[str, KimiMember] = {}
    """By name; '' is the session's own."""
    current: str = ""
    """Trajectory that the last event belonged to."""
    turns: dict[int, bool] = {}
    """Hashes of the keys of turns."""
    has_ends: bool = False
    """Whether the version of the protocol states where turns end."""
    waits_for: str = ""
    """Id of the permission that is awaited."""


def _without_text(state: KimiState) -> KimiState:
    """Return a copy that holds nothing of what users, models and tools wrote."""
    return replace(state, members=untitled_members(state.members))


CODEC = StateCodec(KimiState, "Kimi CLI", _without_text)
