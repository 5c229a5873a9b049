"""What the parser of Qwen Code's sessions remembers between two readings."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from ppp_tui.sources.parser_state import StateCodec, untitled

MAX_RECORDS = 2000
"""Records that are remembered: a rewind goes back to one of them."""

MAX_CALLS = 200
"""Calls whose result is awaited."""

MAX_CHILDREN = 100
"""Sub-agents that are remembered."""

MAX_PROMPT_CHARS = 4000
"""Characters of a sub-agent's prompt."""

READ, PROMPT, TAKEN_BACK = 1, 2, 4
"""What a remembered record is: any, a prompt, one that a rewind took back."""


class AgentCall(msgspec.Struct, array_like=True):
    """A call that started a sub-agent."""

    agent: str
    """The sub-agent's kind."""
    prompt: str
    child: str = ""
    """Name of the sub-agent's trajectory, once it is known."""


class Child(msgspec.Struct, array_like=True):
    """A sub-agent's trajectory."""

    facts: dict[str, str] = {}
    call: str = ""
    """The call that started it."""


class QwenState(msgspec.Struct, array_like=True):
    """The state of the parser."""

    facts: dict[str, str] = {}
    records: dict[int, int] = {}
    """Hash of a record's id to what it is, in the order of the file."""
    open_calls: dict[str, str] = {}
    """Call to its tool, until its result is read."""
    questions: dict[str, str] = {}
    """Open call to the headers of its questions, one a line."""
    agent_calls: dict[str, AgentCall] = {}
    children: dict[str, Child] = {}
    current: str = ""
    """Trajectory that the last event belonged to; '' is the session's own."""
    response: str = ""
    """Key of the request that was measured last, until the message is read that it came with."""
    is_denied: bool = False
    """The user refused the call whose result comes next."""
    response_counts: tuple[int, int] = (0, 0)
    """Its prompt and output tokens, as recorded."""


def _without_text(state: QwenState) -> QwenState:
    """Return a copy that holds nothing of what users, models and tools wrote."""
    return replace(
        state,
        facts=untitled(state.facts),
        questions={key: "\n" * headers.count("\n") for key, headers in state.questions.items()},
        agent_calls={key: replace(call, prompt="") for key, call in state.agent_calls.items()},
    )


CODEC = StateCodec(QwenState, "Qwen Code", _without_text)
