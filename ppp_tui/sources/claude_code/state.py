"""The state of the parser between two readings of a file, of bounded size."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from ppp_tui.sources.claude_code.chain import ChainState
from ppp_tui.sources.parser_state import StateCodec

MESSAGES = 64
"""Maximum of messages whose blocks may still come."""

AGENTS = 64
"""Maximum of running sub-agents known from progress records."""

TASKS = 64
"""Maximum of calls of sub-agents, by whose prompts inline sub-agents find their parent."""

CHAIN = 128
"""Maximum of inline sub-agents' records, by which later records find their trajectory."""

FILE_TRAJECTORIES = 32
"""Maximum of trajectories whose facts are kept; those of an older one are emitted again if it goes on."""

ASKED = 32
"""Maximum of calls with questions whose answers may still come."""

PROCESSES = 16
"""Maximum of commands that run tests, in the background or as calls that may go there."""

AGENT_PREFIX = "agent-"
"""Prefix of the name of a sub-agent's trajectory, the same as of its file."""


class SeenMessage(msgspec.Struct, array_like=True):
    """A message as far as it was read."""

    key: str
    output: int
    has_stop: bool
    prompt: tuple[int, int, int] = (0, 0, 0)
    """Fresh, read and written tokens."""
    uuid: str = ""
    """`uuid` of its last record."""
    iterations: int = 0
    context: int = 0
    """Tokens in the context window at its end."""


class FileTrajectory(msgspec.Struct, array_like=True):
    """One trajectory of the file."""

    facts: dict[str, str] = {}
    parent_step: str = ""
    """The call that started it, where known."""
    is_open: bool = False
    """Whether it is a sub-agent known from the parent's records whose call has not returned."""
    last_at: int = 0
    """Time of its last record, Unix milliseconds."""


class ClaudeState(msgspec.Struct, array_like=True):
    """The state of the parser."""

    trajectories: dict[str, FileTrajectory] = {}
    """Trajectories by name; the main one is ''."""
    current_trajectory: str = ""
    """Name of the trajectory of the last record."""
    messages: dict[str, SeenMessage] = {}
    """By message id and request id with a colon between; one that ends with the colon has no request id."""
    agents: dict[str, str] = {}
    """Ids of sub-agents by the open call that they work on."""
    tasks: dict[int, str] = {}
    """Call by the hash of the prompt that it gave a sub-agent."""
    chain: dict[str, str] = {}
    """Trajectory by the record of an inline sub-agent."""
    records: ChainState = msgspec.field(default_factory=ChainState)
    is_titled: bool = False
    """Whether the user, or the agent for the user, set the title, so that a summary does not replace it."""
    is_command: bool = False
    """Whether a command began the turn that no model has worked on yet."""
    asked: dict[str, int] = {}
    """Number of questions of each open call that asks the user."""
    has_turn: bool = False
    """Whether the main trajectory has a turn."""
    testing: dict[str, str] = {}
    """Commands that run tests, by the open call or the process in the background."""
    polls: dict[str, str] = {}
    """Processes whose output open calls ask for."""


def _without_text(state: ClaudeState) -> ClaudeState:
    """Return a copy that holds nothing of what users, models and tools wrote."""
    return replace(
        state,
        testing={},
        trajectories={
            name: replace(
                trajectory, facts={fact: value for fact, value in trajectory.facts.items() if fact != "title"}
            )
            for name, trajectory in state.trajectories.items()
        },
    )


CODEC = StateCodec(ClaudeState, "Claude Code", _without_text)
