"""What the parser of Copilot CLI's sessions remembers between two readings."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from ppp_tui.sources.parser_state import StateCodec, untitled

MAX_RECORDS = 3000
"""Records that are remembered: a copy of one says nothing."""

MAX_CALLS = 200
"""Calls whose result is awaited."""

MAX_CHILDREN = 100
"""Sub-agents that are remembered."""

MAX_MODELS = 50
"""Models whose totals are remembered."""

MAX_LIVE = 60
"""Requests that can still become complete: as many as a fold takes for copies of one another."""

MAX_PROMPT_CHARS = 4000
"""Characters of a sub-agent's prompt."""


class CopilotCall(msgspec.Struct, array_like=True):
    """A call whose result is awaited."""

    tool: str
    prompt: str = ""
    """What a sub-agent is asked."""
    is_denied: bool = False
    """The user, or a rule, refused it."""


class CopilotChild(msgspec.Struct, array_like=True):
    """A sub-agent's trajectory."""

    facts: dict[str, str] = {}
    call: str = ""
    """The call that started it."""
    has_turn: bool = False


class ModelTotals(msgspec.Struct, array_like=True):
    """Counts of a model at the last end of the program, and since."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    reasoning: int = 0
    live_output: int = 0
    """Output of the requests since."""


class LiveRequest(msgspec.Struct, array_like=True):
    """A request whose output alone is known so far."""

    key: str
    model: str
    output: int
    trajectory: str
    at: int


class CopilotState(msgspec.Struct, array_like=True):
    """The state of the parser."""

    facts: dict[str, str] = {}
    records: dict[int, int] = {}
    """Hashes of the ids of the newest records."""
    calls: dict[str, CopilotCall] = {}
    children: dict[str, CopilotChild] = {}
    current: str = ""
    """Trajectory that the last event belonged to; '' is the session's own."""
    totals: dict[str, ModelTotals] = {}
    live: list[LiveRequest] = []
    session: str = ""
    """The session's id, which begins the keys of its totals."""
    shutdowns: int = 0
    asks_more: bool = False
    """The last answer calls tools: its end is not the turn's."""
    waits: bool = False
    """The program waits for a permission."""
    is_open: bool = False


def _without_text(state: CopilotState) -> CopilotState:
    """Return a copy that holds nothing of what users, models and tools wrote."""
    return replace(
        state,
        facts=untitled(state.facts),
        calls={key: replace(call, prompt="") for key, call in state.calls.items()},
    )


CODEC = StateCodec(CopilotState, "Copilot CLI", _without_text)
