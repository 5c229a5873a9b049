"""What the parser must remember between two readings of one rollout; bounded, whatever the length of the file."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from ppp_tui.model.event_values import Origin, StepKind, StepStatus
from ppp_tui.sources.codex.counters import Counters, Total
from ppp_tui.sources.parser_state import StateCodec

CALLS = 256
"""Calls without an end that are remembered, and terminals that may still be polled."""

ASKED = 32
"""Steps whose questions may still be answered by a message."""

OUTPUT = 65_536
"""Characters that are kept of what a running command printed: its end, where test runners sum up."""

MAX_POLLED_BYTES = 8_388_608
"""Bytes of a file, from the first output of a polled command to its last, that are read for all of its output."""

CLOSED = 128
"""Calls whose end was seen: the same end is told twice, by an event and in the model's history."""

ENDED = 32
"""Turns whose end was seen."""

HELD = 32_768
"""Characters of a prompt that wait for the line that confirms it; a longer one is not held back."""

LIMITS = 16
"""Usage limits by name."""

NAMELESS = 64
"""Requests measured before any model was named."""


class Service(NamedTuple):
    """Who serves requests, and how."""

    provider: str = ""
    tier: str = ""
    """`fast`, `priority`, `flex`; '' at the list price."""
    effort: str = ""
    """How hard the model is asked to think."""


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
    """A call without an end."""

    tool: str
    kind: StepKind
    child: str = ""
    """The sub-agent that it started, as an event told."""
    status: StepStatus | None = None
    """How it ended, as an event told before its output came."""
    duration_ms: int | None = None
    asked: list[tuple[str, bool]] = []
    """Of each question to the user its id, and whether the answer is secret."""
    preview: str = ""
    """The beginning of what a command printed that is still running."""
    output: str = ""
    """What it printed so far, the last `OUTPUT` characters."""
    output_length: int = 0
    """Characters that it printed so far."""
    output_offset: int = 0
    """Where in the file the first line stands that tells what it printed."""


class AskedStep(msgspec.Struct, array_like=True):
    """Questions that the agent does not wait for, whose answers come as messages of the user."""

    step: str
    turn_id: str
    titles: list[tuple[int, int]]
    """Hash and length of the beginning of each question, in their order."""


class PendingTurn(msgspec.Struct, array_like=True):
    """A turn that has begun and whose prompt comes on a later line."""

    at: int
    offset: int
    length: int
    origin: Origin
    prompt: str = ""
    is_event: bool = False
    """The prompt was told by an event, not only found in the model's history."""


class CodexState(msgspec.Struct, array_like=True):
    """Where the parser stands."""

    facts: dict[str, str] = {}
    thread_id: str = ""
    lineage: str = ""
    """Id of the thread that a chain of forks began with, where they copy its lines."""
    is_child: bool = False
    is_bare: bool = False
    """The oldest form: items without envelope, and no events."""
    is_copied: bool = False
    """The lines at hand were copied from the thread that this one began from."""
    own_from: int | None = None
    """First ordinal that is this thread's own, where it says so."""
    last_at: int = 0
    """Time of the last line that said something."""
    model: str = ""
    has_lifecycle: bool = False
    """Turns begin and end with events of their own."""
    turn_id: str = ""
    is_open: bool = False
    pending_turn: PendingTurn | None = None
    has_prompt: bool = False
    has_spoken: bool = False
    has_failed: bool = False
    is_command: bool = False
    """The open turn has no prompt for the model: the user gave Codex a command."""
    is_quiet: bool = True
    """Neither a user nor the model did anything since the turn began, or since the last count of tokens."""
    is_untouched: bool = True
    """Neither a user nor the model did anything since the turn began."""
    turn_before: str = ""
    """The turn before this one."""
    is_recorded: bool = False
    """The open turn has usage records."""
    ended: list[str] = []
    hears_events: bool = False
    """Prompts come as events: those in the model's history repeat them."""
    speaks_events: bool = False
    last_heard: int = 0
    last_said: int = 0
    """Hash of the last message that was taken from the model's history before any event told one."""
    thoughts: list[int] = []
    """Hashes of thoughts that events told and that may come again in the model's history."""
    recalled: list[int] = []
    """Hashes of thoughts of the model's history that events may tell again."""
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
    """Running terminal sessions, with the call that started each."""
    polls: dict[str, str] = {}
    """Calls that go on with a terminal, with the call that started it."""
    searches: int = 0
    """Web searches told by events and not yet repeated in the model's history."""
    asked: dict[str, AskedStep] = {}
    """By the id of the call, and by that of the message that repeats its questions."""


CODEC = StateCodec(CodexState, "Codex")


def without_text(state: CodexState) -> CodexState:
    """Return a copy that holds nothing of what users, models and tools wrote."""
    return replace(
        state,
        facts={name: value for name, value in state.facts.items() if name != "title"},
        pending_turn=replace(state.pending_turn, prompt="") if state.pending_turn is not None else None,
        calls={key: replace(call, preview="", output="") for key, call in state.calls.items()},
    )
