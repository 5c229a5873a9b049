"""One trajectory while events are folded into it: its state, the rows touched so far, and what reducers share."""

from __future__ import annotations

from operator import attrgetter
from typing import NamedTuple, Protocol

from msgspec.structs import astuple

from ppp_tui.fold.question_judges import HEURISTIC, Judge
from ppp_tui.fold.rows import SEPARATOR, context_row, digest, step_row, turn_row
from ppp_tui.fold.state import (
    MAX_OPEN_STEPS,
    MAX_RECENT_TURNS,
    ContextDraft,
    StepDraft,
    TrajectoryState,
    TurnDraft,
    TurnTimes,
    drop_oldest,
)
from ppp_tui.model.activity import AccessRow, ChainRow, ChangeRow, ContextRow, DecisionRow, RunRow, SignalRow, WorkRows
from ppp_tui.model.clock import MAX_TIME_MS, UNTIMED, to_text
from ppp_tui.model.event import Ref, RequestMeasured
from ppp_tui.model.event_values import Origin, StepKind, StepStatus, TurnStatus
from ppp_tui.model.ids import hash64
from ppp_tui.model.limits import PREVIEW_CHARS, SHOWN_OPEN_STEPS
from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.model.rows import (
    CommitRow,
    LimitRow,
    PullRequestRow,
    QuestionRow,
    RetryRow,
    TimeRow,
    TrajectoryDelta,
    TurnRow,
    UsageRow,
    ViolationRow,
)
from ppp_tui.model.usage import RequestPrice
from ppp_tui.scoring.prices.context_windows import Window

_IDLE_KINDS = frozenset({"Compacted", "SessionEnded", "TurnStarted", "TurnsRolledBack"})
"""Events that may come hours after the work of a turn that nothing ended."""

_scorer_of = attrgetter("scored_by")

_ENDED = frozenset({"completed", "failed", "interrupted", "unknown"})


class Pricing(Protocol):
    """What a model request costs, and how large a model's context is."""

    def price(self, request: RequestMeasured, at_ms: int) -> RequestPrice:
        """Return what a request cost at that time, and what the cache saved on it."""
        ...

    def window(self, model: str, recorded: int | None, greatest: int) -> Window:
        """Return the context window of a session that held so many tokens at most."""
        ...


class FoldOptions(NamedTuple):
    """How to fold, the same for all trajectories of a file."""

    pricing: Pricing
    keeps_text: bool = True
    """Without it no text of a prompt, response, question or tool is in what comes out, only lengths and hashes."""
    judge: Judge = HEURISTIC
    """Judges how much a question asks."""
    is_judged: bool = True
    """No other judge follows: without it, rows are marked as still to be judged."""


class TrajectoryFold:
    """A trajectory that events are being folded into."""

    def __init__(self, state: TrajectoryState, options: FoldOptions) -> None:
        """Start to fold into `state`, which is changed in place."""
        self.state = state
        self.live = state.live
        self.keeps_text = options.keeps_text
        self.judge = options.judge
        self.pricing = options.pricing
        self.rows = TrajectoryDelta(state.name, state.parent_name, state.parent_step)
        self.turns: dict[int, TurnRow] = {}
        self.steps: dict[tuple[int, int], StepDraft] = {}
        self.usage: dict[tuple[int, int], UsageRow] = {}
        self.questions: dict[tuple[int, int], QuestionRow] = {}
        self.violations: list[ViolationRow] = []
        self.retries: list[RetryRow] = []
        self.limits: dict[str, LimitRow] = {}
        self.commits: list[CommitRow] = []
        self.pull_requests: list[PullRequestRow] = []
        self.runs: list[RunRow] = []
        self.changes: list[ChangeRow] = []
        self.chains: dict[tuple[int, int], ChainRow] = {}
        self.accesses: list[AccessRow] = []
        self.decisions: dict[tuple[int, int], DecisionRow] = {}
        self.signals: dict[tuple[int, int], SignalRow] = {}
        self._times: dict[int, TimeRow] = {}
        self._contexts: dict[int, ContextRow] = {}
        self._scorer = options.judge.scorer
        self._is_judged = options.is_judged
        self._is_turn_touched = self._are_times_touched = self._is_context_touched = self._are_steps_stale = False
        self._text_ms, self._text = 0, ""

    def note_event(self, at: int, kind: str) -> None:
        """Record the time of an event: the first begins the trajectory, the last is its newest sign of life."""
        if not 0 < at <= MAX_TIME_MS:
            return
        state, live = self.state, self.live
        if not state.started_at:
            state.started_at = to_text(at)
        if live.last_at < at:
            live.last_at, live.last_kind = at, kind
        if state.worked_ms < at and kind not in _IDLE_KINDS:
            state.worked_ms = at

    def time_text(self, at: int) -> str | None:
        """Return an event's time as it is stored, None where the record has none."""
        if at == self._text_ms:
            return self._text or None
        if not 0 < at <= MAX_TIME_MS:
            return None
        self._text_ms, self._text = at, to_text(at)
        return self._text

    def time_or_last(self, at: int) -> str:
        """Return an event's time as it is stored; where it has none, the time of the trajectory's last event."""
        return self.time_text(at) or self.time_text(self.live.last_at) or self.state.started_at or UNTIMED

    def open_turn(self, at: int, key: str, origin: Origin, number: int | None = None) -> TurnDraft:
        """Begin the next turn, or the one of that number."""
        state = self.state
        self._keep_turn()
        state.turn_number = state.turn_number + 1 if number is None else number
        state.recent_turns.append(state.turn_number)
        if len(state.recent_turns) > MAX_RECENT_TURNS:
            del state.recent_turns[:-MAX_RECENT_TURNS]
        key_hash = hash64(key) if key else None
        if key_hash is not None:
            state.turns_by_key[key_hash] = state.turn_number
            drop_oldest(state.turns_by_key, MAX_RECENT_TURNS)
        state.prompt_parts, state.response_parts = [], []
        state.prompt_length = state.response_length = 0
        state.step_count = state.request_count = state.question_count = state.violation_count = state.retry_count = 0
        state.run_count = state.change_count = state.chain_count = state.access_count = 0
        state.context = None
        state.has_stated_questions = False
        state.started_ms = state.worked_ms = at
        state.times = TurnTimes()
        # A logged turn may come long after its trajectory began: its own time is recorded or unknown.
        began = self.time_text(at) or (UNTIMED if origin == "logged" else state.started_at or UNTIMED)
        turn = state.turn = TurnDraft(state.turn_number, key_hash, origin, "open", began, self._scorer)
        self._is_turn_touched = True
        return turn

    def turn(self, at: int) -> TurnDraft:
        """Return the turn that an event at this time belongs to; what comes before any prompt is turn 0."""
        return self.state.turn or self.open_turn(at, "", "system", number=0)

    def touch_turn(self) -> TurnDraft:
        """Return the newest turn, and mark it as changed."""
        self._is_turn_touched = True
        return self.turn(0)

    def add_text(self, text: str, *, is_prompt: bool) -> tuple[int, int]:
        """Append a text to the newest turn's prompt or response; return its start and end in it, in characters."""
        state = self.state
        parts = state.prompt_parts if is_prompt else state.response_parts
        length = state.prompt_length if is_prompt else state.response_length
        start = length + len(SEPARATOR) if parts else 0
        end = start + len(text)
        parts.append(text if self.keeps_text else digest(text))
        if is_prompt:
            state.prompt_length = end
        else:
            state.response_length = end
        self._is_turn_touched = True
        return start, end

    def kept_text(self, text: str, max_chars: int = PREVIEW_CHARS) -> str:
        """Return as much of a text as a row keeps: nothing where no text is kept."""
        return text[:max_chars] if self.keeps_text else ""

    def kept_name(self, text: str) -> str:
        """Return a text that names a thing; where no text is kept, a hash by which equal names are recognised."""
        return text if self.keeps_text or not text else f"#{digest(text)[:16]}"

    def resume_turn(self, at: int) -> TurnDraft:
        """Open the newest turn again if it seemed over: a background task came back, or its end was only guessed."""
        turn = self.state.turn or self.turn(at)
        if turn.status in _ENDED:
            turn.status, turn.ended_at, turn.latency_ms = "open", None, None
            self.state.times.resume()
            self._is_turn_touched = True
        return turn

    def close_turn(
        self,
        at: int,
        status: TurnStatus,
        duration_ms: int | None = None,
        first_token_ms: int | None = None,
        token_count: int | None = None,
    ) -> None:
        """End the newest turn. Its duration is measured from its beginning if none is given."""
        turn, state = self.turn(at), self.state
        times = state.times
        times.advance(at)
        times.tools = times.questions = 0
        self._are_times_touched = self._is_turn_touched = True
        # The one time of a logged turn is its end.
        is_timed = at and state.started_ms and turn.origin != "logged"
        latency_ms = max(0, at - state.started_ms - times.idle_ms) if is_timed else None
        turn.latency_ms = latency_ms if duration_ms is None else times.add_measured(duration_ms, latency_ms)
        turn.status, turn.ended_at, turn.token_count = status, self.time_text(at), token_count
        if first_token_ms is not None:
            turn.first_token_ms = first_token_ms

    def supersede_turn(self) -> None:
        """End the newest turn with the last of its own events: another prompt came before an end was recorded."""
        state = self.state
        self.drop_lost_steps()
        self.close_turn(state.worked_ms, "superseded")
        if state.worked_ms <= state.started_ms:
            # Nothing came back after the prompt: how long that took is unknown, and not 0.
            self.touch_turn().latency_ms = None

    def drop_lost_steps(self) -> None:
        """Mark the steps of open tool calls as lost. A result that comes later still ends its step."""
        state = self.state
        lost = set()
        for key, step in state.open_steps.items():
            # What has given some output runs in the background and outlives its turn.
            if step.status == "running" and not step.output_bytes:
                lost.add(key)
                step.status = "unknown"
                self.put_step(step)
        asking = {question.step_key for question in state.open_questions}
        if asking and asking <= lost:
            self.live.ask("", 0)
        state.times.tools = state.times.questions = 0
        self.mark_steps_stale()

    def has_running_step(self) -> bool:
        """Return whether something waits for the end of an open step."""
        for step in self.state.open_steps.values():  # noqa: SIM110  a generator costs more than the loop
            if step.status == "running":
                return True
        return False

    def count_open(self, at: int, *, tools: int = 0, questions: int = 0, pause_ms: int = 0) -> None:
        """Count so many more (or fewer) tools or questions as open from this moment on, or an announced pause."""
        times = self.state.times
        times.advance(at)
        times.tools = max(0, times.tools + tools)
        times.questions = max(0, times.questions + questions)
        times.retry_ms += pause_ms
        self._are_times_touched = True

    def add_step(
        self,
        at: int,
        ref: Ref,
        kind: StepKind,
        tool: str = "",
        target: str = "",
        *,
        key: str = "",
        status: StepStatus = "ok",
        preview: str = "",
        length: int = 0,
        span: tuple[int, int] | None = None,
        request: str = "",
    ) -> StepDraft:
        """Append a step to the newest turn."""
        state = self.state
        turn = state.turn or self.turn(at)
        number = state.step_count = state.step_count + 1
        started = self.time_text(at)
        memo = state.requests.get(request) if request else None
        if not self.keeps_text:
            target = preview = ""
        step = StepDraft(
            turn_number=turn.turn_number,
            step_number=number,
            key=key,
            kind=kind,
            tool=tool,
            target=target[:PREVIEW_CHARS],
            status=status,
            exit_code=None,
            started_at=started,
            ended_at=None if status == "running" else started,
            duration_ms=None,
            input_preview=preview[:PREVIEW_CHARS],
            output_preview="",
            input_length=length,
            output_length=0,
            input_offset=ref.offset,
            input_bytes=ref.length,
            output_offset=0,
            output_bytes=0,
            text_start=span[0] if span else None,
            text_end=span[1] if span else None,
            child_native_id="",
            request_number=memo.request_number if memo and memo.turn_number == turn.turn_number else None,
            started_ms=at if started else 0,
        )
        self.steps[turn.turn_number, number] = step
        if key and status == "running":
            state.open_steps[key] = step
            if len(state.open_steps) > MAX_OPEN_STEPS:
                drop_oldest(state.open_steps, MAX_OPEN_STEPS)
        return step

    def put_step(self, step: StepDraft) -> None:
        """Write a changed step again."""
        self.steps[step.turn_number, step.step_number] = step

    def put_chain(self, chain: ChainRow) -> None:
        """Write a chain of failures, or write it again."""
        self.chains[chain.turn_number, chain.chain_number] = chain

    def touch_context(self) -> ContextDraft:
        """Return what fills the window in the newest turn, and mark it as changed."""
        state = self.state
        self._is_context_touched = True
        context = state.context
        if context is None:
            context = state.context = ContextDraft(state.turn_number)
        return context

    def mark_steps_stale(self) -> None:
        """Note that a step began or ended: the live facts are to name those that are open."""
        self._are_steps_stale = True
        self.live.spoke_last, self.live.is_thinking = False, not self.has_running_step()

    def finish(self) -> TrajectoryDelta:
        """Return the rows that were touched since the fold began."""
        self._keep_turn()
        state, rows = self.state, self.rows
        if self._are_steps_stale:
            running = [step for step in state.open_steps.values() if step.status == "running"]
            self.live.open_steps = tuple(
                OpenStep(step.key, step.kind, step.tool, step.target, step.started_ms)
                for step in running[-SHOWN_OPEN_STEPS:]
            )
        rows.started_at = state.started_at or None
        rows.turns = list(self.turns.values())
        rows.steps = list(map(step_row, self.steps.values()))
        rows.usage = list(self.usage.values())
        rows.questions = list(self.questions.values())
        rows.violations, rows.retries, rows.commits = self.violations, self.retries, self.commits
        rows.pull_requests = self.pull_requests
        rows.limits = list(self.limits.values())
        rows.times = list(self._times.values())
        rows.live = LiveFacts._make(astuple(self.live))
        rows.work = WorkRows(
            runs=self.runs,
            changes=self.changes,
            chains=list(self.chains.values()),
            accesses=self.accesses,
            contexts=list(self._contexts.values()),
            decisions=list(self.decisions.values()),
            signals=list(self.signals.values()),
        )
        # A turn that was opened by an older version is judged as a whole by the judge that comes after.
        if self._is_judged and {self._scorer}.issuperset(map(_scorer_of, rows.turns)):
            rows.scored_by = self._scorer
        return rows

    def _keep_turn(self) -> None:
        """Put the newest turn among the rows to write, with its whole text, its times and its context."""
        state = self.state
        if self._are_times_touched:
            times = state.times
            number = state.turn_number
            self._times[number] = TimeRow(number, times.tool_ms, times.waiting_ms, times.retry_ms, times.left_out_ms)
            self._are_times_touched = False
        if self._is_context_touched and state.context is not None:
            self._contexts[state.context.turn_number] = context_row(state.context)
            self._is_context_touched = False
        turn = state.turn
        if turn is None or not self._is_turn_touched:
            return
        self.turns[turn.turn_number] = turn_row(state, turn, keeps_text=self.keeps_text)
        self._is_turn_touched = False
