"""One lane while events are folded into it: its state, the rows touched so far, and the moves that all folds share."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from ppp_tui.ingest.judge import HEURISTIC, Judge
from ppp_tui.ingest.lane import OPEN_STEPS, RECENT_TURNS, LaneState, Spent, shorten
from ppp_tui.ingest.work import WorkFold
from ppp_tui.model.clock import UNTIMED, from_text, to_text
from ppp_tui.model.event import Origin, Ref, StepKind, StepStatus, TurnStatus
from ppp_tui.model.ids import hash64
from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.model.rows import (
    FeatureRow,
    LaneRows,
    LimitRow,
    QuestionRow,
    RetryRow,
    StepRow,
    TimeRow,
    TurnRow,
    UsageRow,
    ViolationRow,
)
from ppp_tui.scoring.window import Window

PREVIEW = 300
"""Characters that a row keeps of a text whose whole stays in the session file."""

OPEN_SHOWN = 4
"""Open steps that the live facts tell, the newest ones."""

SEPARATOR = "\n\n"
"""Stands between two texts of one prompt or response."""

_NOT_WORK = frozenset({"Compacted", "SessionEnded", "TurnStarted", "TurnsRolledBack"})
"""Events that may come hours after the work of a turn that nothing ended."""

_LATEST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999: later times are no times."""


class Pricing(Protocol):
    """What a model request costs, and how large a model's context is."""

    def cost_micros(self, usage: UsageRow, at_ms: int) -> int | None:
        """Millionths of a dollar at the price of that day; None where no price is known."""
        ...

    def saved_micros(self, usage: UsageRow, at_ms: int) -> int | None:
        """Millionths of a dollar that the cache saved on the request; None where no price is known."""
        ...

    def window(self, model: str, recorded: int | None, greatest: int) -> Window:
        """The context window, of a session that held so many tokens at most."""
        ...


def when(at_ms: int) -> str | None:
    """Archive text of an event's time, None where the record had none."""
    return to_text(at_ms) if 0 < at_ms <= _LATEST_MS else None


class LiveDraft:
    """Live facts that can still be changed: they move with nearly every event, and are written once a read."""

    __slots__ = LiveFacts._fields

    def __init__(self, facts: LiveFacts) -> None:
        """Begin with these facts."""
        for name, value in zip(self.__slots__, facts, strict=True):
            setattr(self, name, value)

    def set(self, **changes: object) -> None:
        """Change some of them."""
        for name, value in changes.items():
            setattr(self, name, value)

    def facts(self) -> LiveFacts:
        """As they stand."""
        return LiveFacts(*[getattr(self, name) for name in self.__slots__])

    if TYPE_CHECKING:
        last_at: int
        last_kind: str
        turn_number: int
        turn_status: str
        spoke_last: bool
        is_thinking: bool
        open_steps: tuple[OpenStep, ...]
        progress_at: int
        question: str
        is_question_structured: bool
        question_at: int
        is_error_final: bool
        ended_at: int


class LaneFold:
    """A lane that events are being folded into."""

    def __init__(
        self,
        state: LaneState,
        pricing: Pricing,
        *,
        keeps_text: bool = True,
        judge: Judge = HEURISTIC,
        is_judged: bool = True,
    ) -> None:
        """Start to fold into `state`, which is changed in place; `is_judged` tells that nobody judges after us."""
        self.state = state
        self.keeps_text = keeps_text
        self.judge = judge
        self._scorer = judge.scorer
        self._is_judged = is_judged
        self.pricing = pricing
        self.rows = LaneRows(state.lane, state.parent_lane, state.parent_step)
        self.turns: dict[int, TurnRow] = {}
        self.steps: dict[tuple[int, int], StepRow] = {}
        self.usage: dict[tuple[int, int], UsageRow] = {}
        self.questions: dict[tuple[int, int], QuestionRow] = {}
        self.violations: list[ViolationRow] = []
        self.retries: list[RetryRow] = []
        self.limits: dict[str, LimitRow] = {}
        self.times: dict[int, TimeRow] = {}
        self.features: list[FeatureRow] = []
        self.live = LiveDraft(state.live)
        self.work = WorkFold(state, keeps_text=keeps_text)
        self._is_open_stale = False
        self._is_turn_touched = False
        self._are_times_touched = False

    def see(self, at: int, kind: str) -> None:
        """An event of that kind happened: the lane begins with its first, and its last is its newest sign of life."""
        state = self.state
        if not state.started_at and 0 < at <= _LATEST_MS:
            state.started_at = to_text(at)
        if self.live.last_at < at <= _LATEST_MS:
            self.live.last_at, self.live.last_kind = at, kind
        if state.worked_ms < at <= _LATEST_MS and kind not in _NOT_WORK:
            state.worked_ms = at

    def open_turn(self, at: int, key: str, origin: Origin, number: int | None = None) -> None:
        """Begin the next turn, or the one of that number."""
        state = self.state
        self.keep_turn()
        state.turn_number = state.turn_number + 1 if number is None else number
        state.recent_turns = [*state.recent_turns[-(RECENT_TURNS - 1) :], state.turn_number]
        if key:
            state.turns_by_key[hash64(key)] = state.turn_number
            shorten(state.turns_by_key, RECENT_TURNS)
        state.prompt_parts, state.response_parts = [], []
        state.prompt_length = state.response_length = 0
        state.step_count = state.request_count = state.question_count = 0
        state.violation_count = state.retry_count = 0
        state.has_stated_questions = False
        state.started_ms = state.worked_ms = at
        state.spent = Spent()
        # A logged turn may come long after its trajectory began: its own time is known or it is not.
        began = when(at) or (UNTIMED if origin == "logged" else state.started_at or UNTIMED)
        state.turn = TurnRow(
            turn_number=state.turn_number, key_hash=hash64(key) if key else None, origin=origin, status="open",
            timestamp=began, ended_at=None, latency_ms=None, first_token_ms=None,
            context_tokens=None, context_window=None, prompt="", response="", prompt_length=0, response_length=0,
            prompt_hash=None, response_hash=None, scored_by=self._scorer,
        )  # fmt: skip
        self._is_turn_touched = True

    def turn(self, at: int) -> TurnRow:
        """The turn that an event at this time belongs to; what comes before any prompt is turn 0."""
        if self.state.turn is None:
            self.open_turn(at, "", "system", number=0)
        turn = self.state.turn
        if turn is None:
            raise AssertionError("open_turn opens a turn")
        return turn

    def change_turn(self, **changes: object) -> None:
        """Change columns of the newest turn."""
        turn = self.turn(0)
        self.state.turn = turn._replace(**changes)  # type: ignore[arg-type]
        self._is_turn_touched = True

    def add_text(self, text: str, *, is_prompt: bool) -> tuple[int, int]:
        """The newest turn's prompt or response grew; returns where in it the text stands."""
        state = self.state
        parts = state.prompt_parts if is_prompt else state.response_parts
        length = state.prompt_length if is_prompt else state.response_length
        start = length + len(SEPARATOR) if parts else 0
        parts.append(text if self.keeps_text else digest(text))
        if is_prompt:
            state.prompt_length = start + len(text)
        else:
            state.response_length = start + len(text)
        self._is_turn_touched = True
        return start, start + len(text)

    def shown(self, text: str, most: int = PREVIEW) -> str:
        """As much of a text as a row keeps: nothing where no text is kept."""
        return text[:most] if self.keeps_text else ""

    def resume_turn(self, at: int) -> None:
        """The agent goes on after its turn seemed over: a background task came back, or an end was only guessed."""
        if self.turn(at).status in ("completed", "failed", "interrupted", "unknown"):
            self.change_turn(status="open", ended_at=None, latency_ms=None)

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
        state.spent = state.spent.after(at)._replace(tools=0, questions=0)
        self._are_times_touched = True
        # The one time of a logged turn is its end.
        is_timed = at and state.started_ms and turn.origin != "logged"
        latency_ms = max(0, at - state.started_ms) if is_timed else None
        if duration_ms is not None:
            state.spent, latency_ms = state.spent.measured(duration_ms, latency_ms)
        self.change_turn(
            status=status, ended_at=when(at), latency_ms=latency_ms,
            first_token_ms=turn.first_token_ms if first_token_ms is None else first_token_ms, token_count=token_count,
        )  # fmt: skip

    def supersede_turn(self) -> None:
        """Another prompt came before an end was told: the newest turn ended with the last of its own events."""
        state = self.state
        self.drop_lost_steps()
        self.close_turn(state.worked_ms, "superseded")
        if state.worked_ms <= state.started_ms:
            # Nothing came back after the prompt: how long that took is unknown, and not 0.
            self.change_turn(latency_ms=None)

    def drop_lost_steps(self) -> None:
        """Nothing waits for the results of open tool calls any longer. One that comes yet still ends its step."""
        state = self.state
        # What has given some output runs in the background and outlives its turn.
        lost = {key: row for key, row in state.open_steps.items() if row.status == "running" and not row.output_bytes}
        for key, row in lost.items():
            state.open_steps[key] = self.steps[row.turn_number, row.step_number] = row._replace(status="unknown")
        asking = {question.step_key for question in state.open_questions}
        if asking and asking <= lost.keys():
            self.live.set(question="", is_question_structured=False, question_at=0)
        state.spent = state.spent._replace(tools=0, questions=0)
        self.show_open_steps()

    def running_steps(self) -> list[StepRow]:
        """Open steps that something still waits for, the oldest first."""
        return [row for row in self.state.open_steps.values() if row.status == "running"]

    def spend(self, at: int, *, tools: int = 0, questions: int = 0, pause_ms: int = 0) -> None:
        """So many tools or questions more (or less) are open from this moment on; or a pause was announced."""
        spent = self.state.spent
        self.state.spent = spent.after(at)._replace(
            tools=max(0, spent.tools + tools), questions=max(0, spent.questions + questions),
            retry_ms=spent.retry_ms + pause_ms,
        )  # fmt: skip
        self._are_times_touched = True

    def keep_turn(self) -> None:
        """Put the newest turn among the rows to write, with its whole text."""
        state = self.state
        if self._are_times_touched:
            spent = state.spent
            self.times[state.turn_number] = TimeRow(
                state.turn_number, spent.tool_ms, spent.waiting_ms, spent.retry_ms
            )  # fmt: skip
            self._are_times_touched = False
        if state.turn is None or not self._is_turn_touched:
            return
        turn = state.turn._replace(prompt_length=state.prompt_length, response_length=state.response_length)
        if self.keeps_text:
            turn = turn._replace(
                prompt=SEPARATOR.join(state.prompt_parts), response=SEPARATOR.join(state.response_parts)
            )
        else:
            turn = turn._replace(
                prompt_hash=join_digests(state.prompt_parts), response_hash=join_digests(state.response_parts)
            )
        self.turns[turn.turn_number] = turn
        self._is_turn_touched = False

    def add_step(
        self, at: int, ref: Ref, key: str, kind: StepKind, tool: str, target: str, status: StepStatus, *,
        preview: str = "", length: int = 0, span: tuple[int, int] | None = None, ended: int = 0, request: str = "",
    ) -> StepRow:  # fmt: skip
        """Append a step to the newest turn."""
        state = self.state
        turn = self.turn(at)
        state.step_count += 1
        started = when(at)
        asked = state.requests.get(request) if request else None
        row = StepRow(
            turn.turn_number, state.step_count, key, kind, tool, self.shown(target), status, None, started,
            when(ended) if ended else (started if status != "running" else None), None, self.shown(preview), "",
            length, 0, ref.offset, ref.length, 0, 0, span[0] if span else None, span[1] if span else None, "",
            asked[1] if asked and asked[0] == turn.turn_number else None,
        )  # fmt: skip
        self.steps[turn.turn_number, row.step_number] = row
        if status == "running" and key:
            state.open_steps[key] = row
            shorten(state.open_steps, OPEN_STEPS)
        return row

    def show_open_steps(self) -> None:
        """Another step is open, or one ended: the live facts are to tell which."""
        self._is_open_stale = True
        self.live.spoke_last, self.live.is_thinking = False, not self.running_steps()

    def finish(self) -> LaneRows:
        """The rows that were touched since the fold began."""
        self.keep_turn()
        state, rows = self.state, self.rows
        if self._is_open_stale:
            newest = self.running_steps()[-OPEN_SHOWN:]
            self.live.open_steps = tuple(
                OpenStep(row.key, row.kind, row.tool, row.target, _ms(row.started_at)) for row in newest
            )
        state.live = self.live.facts()
        rows.started_at = state.started_at or None
        rows.turns = list(self.turns.values())
        rows.steps = list(self.steps.values())
        rows.usage = list(self.usage.values())
        rows.questions = list(self.questions.values())
        rows.violations = self.violations
        rows.retries = self.retries
        rows.limits = list(self.limits.values())
        rows.times = list(self.times.values())
        rows.features = self.features
        rows.live = state.live
        rows.work = self.work.finish()
        # A turn that was opened by an older version is judged as a whole by whoever judges after us.
        if self._is_judged and all(turn.scored_by == self._scorer for turn in rows.turns):
            rows.scored_by = self._scorer
        return rows


def digest(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def join_digests(digests: list[str]) -> str:
    """One hash for texts of which only hashes are kept: the hash itself of a single text, so that equals are seen."""
    return digests[0] if len(digests) == 1 else digest("".join(digests))


def _ms(text: str | None) -> int:
    return from_text(text) if text else 0
