"""The state of the parser between two readings of a rollout, of bounded size."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from ppp_tui.model.event_values import Origin, StepKind, StepStatus
from ppp_tui.sources.codex.counters import Counters, Total
from ppp_tui.sources.parser_state import StateCodec, untitled

CALLS = 256
"""Maximum of open calls, and of terminals that may still be polled."""

ASKED = 32
"""Maximum of steps whose questions may still be answered by a message."""

OUTPUT = 65_536
"""Maximum characters of a running command's output that are kept: its end, where test runners sum up."""

MAX_POLLED_BYTES = 8_388_608
"""Maximum bytes from the first output of a polled command to its last that are read for its whole output."""

CLOSED = 128
"""Maximum of ended calls that are remembered: an end is stated twice, by an event and in the history."""

ENDED = 32
"""Maximum of ended turns that are remembered."""

HELD = 32_768
"""Maximum characters of a prompt that waits for the line that confirms it; a longer one does not wait."""

LIMITS = 16
"""Maximum of usage limits, by name."""

NAMELESS = 64
"""Maximum of requests that are measured before any model was named."""


class Service(NamedTuple):
    """Provider and service tier of requests."""

    provider: str = ""
    tier: str = ""
    """`fast`, `priority`, `flex`; '' at the list price."""
    effort: str = ""
    """Reasoning effort of the model."""


class MeasuredRequest(NamedTuple):
    """A measured request, but for its model."""

    key: str
    at: int
    offset: int
    length: int
    used: Total
    is_lower_bound: bool
    service: Service


class Call(msgspec.Struct, array_like=True):
    """A call that has not ended."""

    tool: str
    kind: StepKind
    child: str = ""
    """The sub-agent that the call started, according to an event."""
    status: StepStatus | None = None
    """How the call ended, according to an event before its output."""
    duration_ms: int | None = None
    asked: list[tuple[str, bool]] = []
    """Of each question to the user its id, and whether the answer is secret."""
    preview: str = ""
    """The beginning of a running command's output."""
    output: str = ""
    """The last `OUTPUT` characters of the output so far."""
    output_length: int = 0
    """Number of characters of the output so far."""
    output_offset: int = 0
    """Offset of the first line with the command's output."""


class AskedStep(msgspec.Struct, array_like=True):
    """Questions that the agent does not wait for; their answers come as messages of the user."""

    step: str
    turn_id: str
    titles: list[tuple[int, int]]
    """Hash and length of the beginning of each question, in order."""


class PendingTurn(msgspec.Struct, array_like=True):
    """A turn whose prompt comes on a later line."""

    at: int
    offset: int
    length: int
    origin: Origin
    prompt: str = ""
    is_event: bool = False
    """Whether an event stated the prompt, not only the model's history."""
    mode: str = ""
    """How much Codex may do without asking, as the turn's context states it; '' until it does."""


class CodexState(msgspec.Struct, array_like=True):
    """The state of the parser."""

    facts: dict[str, str] = {}
    thread_id: str = ""
    lineage: str = ""
    """Id of the first thread of a chain of forks that copy its lines."""
    is_child: bool = False
    is_copied: bool = False
    """Whether the current lines were copied from the thread that this one began from."""
    own_from: int | None = None
    """First ordinal that is this thread's own, if it is stated."""
    last_at: int = 0
    """Time of the last line with content."""
    model: str = ""
    has_lifecycle: bool = False
    """Whether turns begin and end with events of their own."""
    turn_id: str = ""
    is_open: bool = False
    pending_turn: PendingTurn | None = None
    has_prompt: bool = False
    has_spoken: bool = False
    has_failed: bool = False
    is_command: bool = False
    """Whether the open turn is a user's command to Codex, without a prompt for the model."""
    is_quiet: bool = True
    """Whether neither user nor model did anything since the turn began, or since the last count of tokens."""
    is_untouched: bool = True
    """Whether neither user nor model did anything since the turn began."""
    is_answered: bool = False
    """Whether the model did something since the last count of tokens."""
    turn_before: str = ""
    """Id of the previous turn."""
    is_recorded: bool = False
    """Whether the open turn has usage records."""
    ended: list[str] = []
    hears_events: bool = False
    """Whether prompts come as events, so that those in the model's history are repetitions."""
    speaks_events: bool = False
    last_heard: int = 0
    last_said: int = 0
    """Hash of the last message from the model's history before the first event with a message."""
    thoughts: list[int] = []
    """Hashes of thoughts in events that the model's history may repeat."""
    recalled: list[int] = []
    """Hashes of thoughts in the model's history that events may repeat."""
    counters: Counters = msgspec.field(default_factory=Counters)
    service: Service = Service()
    next_service: Service | None = None
    """Settings that hold from the next turn on."""
    nameless: list[MeasuredRequest] = []
    window: int | None = None
    context: int = 0
    told_context: tuple[int, int] = (0, 0)
    limits: dict[str, tuple[float, int]] = {}
    """Percent used and Unix milliseconds of the end, by name."""
    calls: dict[str, Call] = {}
    closed: dict[str, bool] = {}
    terminals: dict[str, str] = {}
    """Running terminal sessions with the call that started each."""
    polls: dict[str, str] = {}
    """Calls that poll a terminal, with the call that started it."""
    searches: int = 0
    """Web searches of events that the model's history has not repeated yet."""
    asked: dict[str, AskedStep] = {}
    """By the id of the call, and by that of the message that repeats its questions."""


def _without_text(state: CodexState) -> CodexState:
    """Return a copy that holds nothing of what users, models and tools wrote."""
    return replace(
        state,
        facts=untitled(state.facts),
        pending_turn=replace(state.pending_turn, prompt="") if state.pending_turn is not None else None,
        calls={key: replace(call, preview="", output="") for key, call in state.calls.items()},
    )


CODEC = StateCodec(CodexState, "Codex", _without_text)
