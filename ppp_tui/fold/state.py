"""The resumable state of one trajectory while its events are folded.

Everything here is small and bounded by the open turn, never by the history: it is stored with each commit, and a later
process goes on from it as if nothing had happened. All of it is mutable: reducers change it in place.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ppp_tui.model.activity import ChainRow
from ppp_tui.model.live import OpenStep
from ppp_tui.model.rows import QuestionRow

MAX_OPEN_STEPS = 256
"""How many steps without an end are remembered: a result that comes after so many others ends no step."""

MAX_REQUESTS = 64
"""How many model requests are remembered: records of one request repeat within a few records."""

MAX_RECENT_TURNS = 256
"""How many turns can be rolled back."""

MAX_OPEN_CALLS = 128
"""How many calls without an end are remembered with what follows from their input."""

MAX_TOOL_CHAINS = 32
"""How many failing calls are remembered while nothing changes."""

MIN_WAIT_MS = 1000
"""An agent's clock that lags by less has not waited for anybody (hooks run after it is read)."""


class TurnTimes(msgspec.Struct, array_like=True):
    """Where the open turn's time went so far, in milliseconds."""

    counted_until_ms: int = 0
    """Unix milliseconds up to which time is counted."""
    tools: int = 0
    """Tools that run now."""
    questions: int = 0
    """Questions to the user that are open now."""
    tool_ms: int = 0
    waiting_ms: int = 0
    retry_ms: int = 0
    measured_ms: int = 0
    """What the agent itself measured of the turn."""
    left_out_ms: int = 0
    """What that left out of a tool's time: it is in `waiting_ms`."""
    ended_ms: int = 0
    """When the turn ended by its own record, Unix milliseconds; 0 while it is open."""
    woken_ms: int = 0
    """Unix milliseconds of the newest event after the end that may wake the turn; 0 for none."""
    idle_ms: int = 0
    """Time between each end and what woke the turn again."""

    def advance(self, at: int) -> None:
        """Count up to a later moment; one that lies before what is counted adds nothing."""
        until = self.counted_until_ms
        if at <= until:
            return
        self.counted_until_ms = at
        if until:
            if self.questions:
                self.waiting_ms += at - until
            elif self.tools:
                self.tool_ms += at - until

    def end(self, at: int) -> None:
        """Note that the turn ended by its own record."""
        self.ended_ms, self.woken_ms = at, 0

    def wake(self, at: int) -> None:
        """Note what may wake an ended turn: a background task that is done, a hook, a prompt that was queued."""
        if self.ended_ms:
            self.woken_ms = max(self.woken_ms, at)

    def resume(self) -> None:
        """Leave out the time from the end to what woke the turn again."""
        if self.woken_ms:
            self.idle_ms += max(0, self.woken_ms - self.ended_ms)
        self.ended_ms = self.woken_ms = 0

    def add_measured(self, measured_ms: int, wall_ms: int | None) -> int:
        """Add what the agent measured of the turn; return what the turn took, waiting included.

        Claude Code's clock stands still while it waits for an answer or a permission. A tool call that waits for
        permission looks like one that runs: what the clock left out was waiting and not the tool.
        """
        self.measured_ms += measured_ms
        measured = self.measured_ms
        if wall_ms is None or wall_ms <= measured:
            return measured
        left_out = wall_ms - measured - self.waiting_ms
        if left_out >= MIN_WAIT_MS:
            moved = min(self.tool_ms, left_out)
            self.tool_ms -= moved
            self.waiting_ms += moved
            self.left_out_ms += moved
        return min(wall_ms, measured + self.waiting_ms)


class LiveDraft(msgspec.Struct, array_like=True):
    """`model.live.LiveFacts` while they change: the same fields in the same order."""

    last_at: int = 0
    last_kind: str = ""
    turn_number: int = 0
    turn_status: str = "unknown"
    turn_started_at: int = 0
    turn_ended_at: int = 0
    spoke_last: bool = False
    open_steps: tuple[OpenStep, ...] = ()
    progress_at: int = 0
    question: str = ""
    is_question_structured: bool = False
    question_at: int = 0
    error_kind: str = ""
    error_message: str = ""
    error_at: int = 0
    error_until: int = 0
    is_error_final: bool = False
    attempt: int = 0
    max_attempts: int = 0
    is_thinking: bool = False
    ended_at: int = 0
    pid: int = 0
    waits_for: str = ""
    waits_at: int = 0

    def clear_error(self) -> None:
        """Forget the error: something succeeded after it."""
        self.error_kind = self.error_message = ""
        self.error_at = self.error_until = self.attempt = 0
        self.is_error_final = False

    def ask(self, question: str, at: int, *, is_structured: bool = False) -> None:
        """Set the open question; '' for none."""
        self.question, self.question_at, self.is_question_structured = question, at, is_structured


class TurnDraft(msgspec.Struct, array_like=True):
    """The newest turn without its text; fields are columns of `model.rows.TurnRow`."""

    turn_number: int
    key_hash: int | None
    origin: str
    status: str
    timestamp: str
    scored_by: str
    ended_at: str | None = None
    latency_ms: int | None = None
    first_token_ms: int | None = None
    context_tokens: int | None = None
    context_window: int | None = None
    is_window_inferred: int = 0
    token_count: int | None = None


class StepDraft(msgspec.Struct, array_like=True):
    """A step; the fields but for the last are columns of `model.rows.StepRow`, in their order."""

    turn_number: int
    step_number: int
    key: str
    kind: str
    tool: str
    target: str
    status: str
    exit_code: int | None
    started_at: str | None
    ended_at: str | None
    duration_ms: int | None
    input_preview: str
    output_preview: str
    input_length: int
    output_length: int
    input_offset: int
    input_bytes: int
    output_offset: int
    output_bytes: int
    text_start: int | None
    text_end: int | None
    child_native_id: str
    request_number: int | None
    started_ms: int
    """Unix milliseconds of `started_at`, 0 for none."""


class RequestMemo(msgspec.Struct, array_like=True):
    """What later records of a model request are compared with."""

    turn_number: int
    request_number: int
    output_tokens: int
    is_lower_bound: bool
    stop_reason: str
    attribution: tuple[str, str, str, str]
    """Model, provider, service tier and speed."""


class OpenCall(msgspec.Struct, array_like=True):
    """A tool call without an end, and what follows from its input."""

    turn_number: int
    step_number: int
    kind: str
    tool: str
    target: str
    """'' where no text is kept."""
    identity: str
    """The same for the same call."""
    input_length: int
    reads: tuple[str, ...] = ()
    edits: tuple[str, ...] = ()
    suite: str = ""
    """'' for what cannot run tests."""
    selection: str = ""
    """The arguments that select single tests of the suite."""
    variant: str = ""
    """The same for the same tests under the same variables on the same branch."""
    framework: str = ""
    """Of the runner that it calls, '' where that is not its own."""
    tells_by_exit: bool = False
    """It certainly runs tests, and its exit code is that of the tests."""
    is_changing: bool = False
    """It may change files, besides running tests."""
    is_unsure: bool = False
    """It may change files unless its output shows that it ran tests."""
    started_ms: int = 0


class ContextDraft(msgspec.Struct, array_like=True):
    """What fills the window in a turn; the parts are shared out when the row is built."""

    turn_number: int
    used_tokens: int | None = None
    peak_tokens: int | None = None
    window_tokens: int | None = None
    is_window_inferred: int = 0
    system_tokens: int = 0
    conversation_chars: int = 0
    """Characters when the window was measured last, as are those of files and tools."""
    file_chars: int = 0
    tool_chars: int = 0
    compactions: int = 0
    overflows: int = 0


class TrajectoryState(msgspec.Struct, array_like=True):
    """State of the fold of one trajectory."""

    name: str
    """Of the trajectory within its file, '' for the main one."""
    parent_name: str | None = None
    parent_step: str = ""
    is_child: bool = False
    """A sub-agent: it talks to its parent, so its questions are not the user's."""
    started_at: str = ""
    facts: dict[str, str] = {}
    turn_number: int = 0
    recent_turns: list[int] = []
    turns_by_key: dict[int, int] = {}
    """Numbers of recent turns by the `hash64` of their keys."""
    turn: TurnDraft | None = None
    prompt_parts: list[str] = []
    """Texts of the prompt so far; where no text is kept, their hashes."""
    response_parts: list[str] = []
    prompt_length: int = 0
    response_length: int = 0
    step_count: int = 0
    request_count: int = 0
    question_count: int = 0
    violation_count: int = 0
    retry_count: int = 0
    run_count: int = 0
    change_count: int = 0
    chain_count: int = 0
    access_count: int = 0
    open_steps: dict[str, StepDraft] = {}
    requests: dict[str, RequestMemo] = {}
    open_questions: list[QuestionRow] = []
    has_stated_questions: bool = False
    free_steps: list[str] = []
    """Keys of steps whose questions the agent does not wait for."""
    greatest_context: int = 0
    inferred_window: int = 0
    """The window inferred for the last request, 0 for none."""
    started_ms: int = 0
    """Unix milliseconds at which the open turn began."""
    worked_ms: int = 0
    """Unix milliseconds of the newest event that belongs to the turn's work."""
    live: LiveDraft = msgspec.field(default_factory=LiveDraft)
    times: TurnTimes = msgspec.field(default_factory=TurnTimes)
    commits: list[str] = []
    """Keys of open steps that would make a commit."""
    pull_request_calls: dict[str, tuple[str, str]] = {}
    """Action and reference by the keys of open steps that would open or merge a pull request."""
    pull_requests: list[str] = []
    """URLs of the newest ones that have a row as created or linked."""
    pull_request_count: int = 0
    calls: dict[str, OpenCall] = {}
    request_chain: ChainRow | None = None
    tool_chains: dict[str, ChainRow] = {}
    """By the call's identity; number 0 until it was tried again."""
    conversation_chars: int = 0
    """Characters of the conversation since the window was last condensed."""
    file_chars: int = 0
    tool_chars: int = 0
    system_tokens: int | None = None
    is_condensed: bool = False
    """The window was condensed, and no request has shown yet how full it is."""
    context: ContextDraft | None = None
    permission_mode: str = ""
    """What the agent may do without asking, as stated last; '' where nothing was."""

    def fact(self, name: str) -> str:
        """Return the newest value of a fact, '' if there is none."""
        return self.facts.get(name, "")


class FileState(msgspec.Struct, array_like=True):
    """State of the fold of a whole file."""

    current: str = ""
    """The trajectory that the next event belongs to."""
    trajectories: list[TrajectoryState] = []


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(FileState)


def encode_state(state: FileState) -> bytes:
    """Return the state as bytes for the database."""
    return _encoder.encode(state)


def decode_state(state: bytes) -> FileState:
    """Return a stored state; empty bytes are a fresh one. Raises ValueError for invalid bytes."""
    if not state:
        return FileState()
    try:
        return _decoder.decode(state)
    except msgspec.MsgspecError as error:
        raise ValueError(f"not a state of a session file: {error}") from error


def drop_oldest(entries: dict[Any, Any], max_entries: int) -> None:
    """Remove the oldest entries until `max_entries` are left."""
    while len(entries) > max_entries:
        del entries[next(iter(entries))]
