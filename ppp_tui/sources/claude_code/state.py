"""What the parser must remember between two readings of one file; bounded, whatever the length of the file."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from ppp_tui.sources.claude_code.chain import ChainState
from ppp_tui.sources.parser_state import StateCodec

MESSAGES = 64
"""Messages whose blocks may still be coming."""

AGENTS = 64
"""Running sub-agents that progress told of."""

TASKS = 64
"""Calls of sub-agents by whose prompts inline ones find their parent."""

CHAIN = 128
"""Records of inline sub-agents by which later ones find their lane."""

LANES = 32
"""Lanes whose facts are remembered; of an older one they are told again should it go on."""

ASKED = 32
"""Calls with questions whose answers may still come."""

AGENT_LANE = "agent-"
"""How the name of a sub-agent's lane begins, as the name of its file would."""


class SeenMessage(msgspec.Struct, array_like=True):
    """One message so far."""

    key: str
    output: int
    has_stop: bool
    prompt: tuple[int, int, int] = (0, 0, 0)
    """Fresh, read and written tokens."""
    uuid: str = ""
    """Of its last record."""
    iterations: int = 0
    context: int = 0
    """Tokens in the window when it ended."""


class Lane(msgspec.Struct, array_like=True):
    """One trajectory of the file."""

    facts: dict[str, str] = {}
    parent_step: str = ""
    """The call that started it, where known."""
    is_open: bool = False
    """A sub-agent that the parent's records tell of, and whose call has not returned."""
    last_at: int = 0
    """When it was last heard of, Unix milliseconds."""


class ClaudeState(msgspec.Struct, array_like=True):
    """Where the parser stands."""

    lanes: dict[str, Lane] = {}
    """By name; the main one is ''."""
    lane: str = ""
    """Where the last record belonged."""
    messages: dict[str, SeenMessage] = {}
    """By message id and request id with a colon between; one that ends with the colon has no request id."""
    agents: dict[str, str] = {}
    """Open call to the id of the sub-agent that works on it."""
    tasks: dict[int, str] = {}
    """Hash of a sub-agent's prompt to the call that gave it."""
    chain: dict[str, str] = {}
    """Record of an inline sub-agent to its lane."""
    records: ChainState = msgspec.field(default_factory=ChainState)
    is_titled: bool = False
    """The user, or the agent for the user, gave the session its title: a summary does not replace it."""
    is_command: bool = False
    """The turn was opened by a command that no model has worked on yet."""
    asked: dict[str, int] = {}
    """Open call to how many questions it puts to the user."""
    has_turn: bool = False
    """A turn began in the main trajectory."""


CODEC = StateCodec(ClaudeState, "Claude Code")


def without_text(state: ClaudeState) -> ClaudeState:
    """Return a copy that holds nothing of what users, models and tools wrote."""
    return replace(
        state,
        lanes={
            name: replace(lane, facts={fact: value for fact, value in lane.facts.items() if fact != "title"})
            for name, lane in state.lanes.items()
        },
    )
