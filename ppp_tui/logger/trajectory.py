"""What a program holds while it logs: a trajectory, and its turns."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from ppp_tui.logger.schemas import (
    ArtifactForm,
    FinishForm,
    Form,
    Question,
    StepForm,
    UsageForm,
    Violation,
    make,
    mend,
    turn_values,
)
from ppp_tui.logger.sinks import EntrySink
from ppp_tui.model.clock import Clock
from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.model.ids import MAX_CHILD
from ppp_tui.model.question import Effort, Outcome, Severity, TurnOutcome
from ppp_tui.store.logged import entry_rules
from ppp_tui.store.logged.entries import HIDDEN_ANSWER, encode

_NO_NUMBER = f"turn: {{!r}} is no number from 0 to {MAX_CHILD}"


class Turn(msgspec.Struct, frozen=True, eq=False):
    """The handle of a trajectory's turn; ``await`` it to wait for room without holding up the event loop."""

    trajectory: Trajectory
    number: int
    """As given to `log_turn`, else from 1; 0 also for what came before any turn."""

    def __await__(self) -> Generator[Any, None, Turn]:
        """Wait until the logger has room; the entry itself is safe already."""
        yield from self.trajectory.room().__await__()
        return self

    def __repr__(self) -> str:
        return f"Turn({self.number} of {self.trajectory.id})"


class Trajectory:
    """One execution of an agent, from `TrajectoryLogger.start` to `finish`. Any thread may log to it.

    A turn is named by its handle or its number (0 too); an entry that names none belongs to the newest. A wrong value
    raises pydantic's ValidationError with its field; trouble with disk or database never raises (`log.health`).
    """

    def __init__(self, sink: EntrySink, clock: Clock, trajectory_id: str, *, keeps_text: bool) -> None:
        """Log to a sink. Made by `TrajectoryLogger.start`."""
        self.id = trajectory_id
        """As the database keeps it (`native_id`); names this trajectory as a parent from another process too."""
        self._sink = sink
        self._put = sink.put
        self._is_null = sink.is_null
        self._keeps_text = keeps_text
        self._now_ms = clock.now_ms
        self._newest = 0
        self._is_open = False
        self._lock = sink.lock

    def log_turn(
        self,
        prompt: str,
        response: str = "",
        *,
        number: int | None = None,
        token_count: int | None = None,
        latency_ms: int | None = None,
        status: TurnOutcome = "completed",
        questions: Sequence[Question | Mapping[str, Any]] = (),
        violations: Sequence[Violation | Mapping[str, Any]] = (),
    ) -> Turn:
        """Log a turn, with its questions and violations if they are known.

        ``status="open"`` says that the agent is working on it; the next `log_turn` without a number completes it. A
        turn without a number follows the newest. `latency_ms` is its duration, measured from the opening if not given;
        `token_count` counts where no `log_usage` says more. Raises ValueError for a number that no turn can have.
        """
        if self._is_null:
            return Turn(self, 0)
        values = turn_values(
            prompt, response, token_count, latency_ms, status, questions=questions, violations=violations
        )
        if not self._keeps_text:
            values = _hidden(*values)
        with self._lock:
            if number is None:
                number = self._newest if self._is_open else self._newest + 1
            if type(number) is not int or not 0 <= number <= MAX_CHILD:
                raise ValueError(_NO_NUMBER.format(number))
            if number >= self._newest:
                self._newest, self._is_open = number, status == "open"
            entry = ("turned", self.id, self._now_ms(), number, *values)
            try:
                content = encode(entry)
            except UnicodeEncodeError:
                content = encode(mend(entry))
            self._put(content)
        return Turn(self, number)

    def log_question(
        self,
        text: str,
        *,
        effort: Effort | None = None,
        options: Sequence[str] = (),
        answer: str | None = None,
        turn: Turn | int | None = None,
    ) -> Turn:
        """Log a question to the user, with its `answer` if it is known; return its turn.

        Without `effort` it is judged later; without `answer` the next turn's prompt is its answer.
        """
        if self._is_null:
            return Turn(self, 0)
        form = make(Question, text=text, effort=effort, options=options, answer=answer)
        if not self._keeps_text:
            form = form.model_copy(update={"text": "", "options": (), "answer": answer and HIDDEN_ANSWER})
        return self._put_form("asked", form, turn)

    def log_violation(
        self,
        preference_name: str,
        expected: str,
        actual: str,
        severity: Severity = "minor",
        *,
        turn: Turn | int | None = None,
    ) -> Turn:
        """Log that a preference was not kept; return its turn."""
        if self._is_null:
            return Turn(self, 0)
        form = make(Violation, preference_name=preference_name, expected=expected, actual=actual, severity=severity)
        if not self._keeps_text:
            form = form.model_copy(update={"expected": "", "actual": ""})
        return self._put_form("violated", form, turn)

    def log_step(
        self,
        kind: StepKind,
        target: str = "",
        *,
        tool: str = "",
        status: StepStatus = "ok",
        key: str = "",
        exit_code: int | None = None,
        duration_ms: int | None = None,
        input: str = "",
        output: str = "",
        turn: Turn | int | None = None,
    ) -> Turn:
        """Log something that the agent did: a command, a file read, a search.

        Test runs are found in the `output` of shell commands, the file that was read or edited is the `target`. A
        model request that failed is an ``error``: its HTTP status is the `exit_code`, what it says the `target`.
        A step that is still running has a `key` and the status ``running``; logging the key again ends it.
        """
        if self._is_null:
            return Turn(self, 0)
        form = make(
            StepForm,
            kind=kind,
            tool=tool,
            target=target,
            status=status,
            key=key,
            exit_code=exit_code,
            duration_ms=duration_ms,
            input=input,
            output=output,
        )
        if not self._keeps_text:
            # A key is only compared, and programs may make it of a command.
            hidden_key = _digest(form.key) if form.key else ""
            form = form.model_copy(update={"key": hidden_key, "target": "", "input": "", "output": ""})
        return self._put_form("stepped", form, turn)

    def log_usage(
        self,
        model: str,
        input_tokens: int,
        output_tokens: int,
        *,
        reasoning_tokens: int | None = None,
        cache_read_tokens: int = 0,
        cache_write_tokens: int = 0,
        cost_micros: int | None = None,
        turn: Turn | int | None = None,
    ) -> Turn:
        """Log the tokens of a model request; without a cost (millionths of a dollar) it is priced later.

        `input_tokens` are those that no cache supplied, `output_tokens` include the reasoning.
        """
        if self._is_null:
            return Turn(self, 0)
        form = make(
            UsageForm,
            model=model,
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            reasoning_tokens=reasoning_tokens,
            cache_read_tokens=cache_read_tokens,
            cache_write_tokens=cache_write_tokens,
            cost_micros=cost_micros,
        )
        return self._put_form("used", form, turn)

    def log_artifact(self, content: object, *, score: float | None = None, stage: str = "") -> Turn:
        """Log what the agent delivered: any JSON value. Raises TypeError or ValueError for others.

        `score` is its technical quality from 0 to 1, `stage` another one than the trajectory's. Where no text is kept,
        of an artifact only the names of its required fields that are filled.
        """
        if self._is_null:
            return Turn(self, 0)
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
        if not self._keeps_text:
            # Programs that keep text need not load what judges artifacts.
            from ppp_tui.scoring.ranking.technical import completeness_only

            text = completeness_only(text)
        return self._put_form("delivered", make(ArtifactForm, content=text, score=score, stage=stage), None)

    def log_decision(
        self,
        decision_type: str,
        selected: str,
        reason_code: str,
        confidence: float | None = None,
        metadata: Mapping[str, str | float | bool | None] | None = None,
        step: str | int | None = None,
        *,
        candidates: Sequence[str] = (),
        turn: Turn | int | None = None,
    ) -> Turn:
        """Log what the agent chose and why: `selected` names it, out of the `candidates` where they are given.

        Types and reasons are those of `model.agent_codes`; `confidence` is from 0 to 1, `step` the key of a step of the
        turn or its number. No text of prompts or answers is kept: names hold no spaces, `metadata` short values under
        harmless keys.
        Never raises for what it is given: an entry with a fault is left out and counted (`log.health.invalid`).
        """
        if self._is_null:
            return Turn(self, 0)
        try:
            pairs, names = entry_rules.metadata_json(self._kept(metadata)), entry_rules.candidates_json(candidates)
            entry_rules.check_decision(
                decision_type, selected, reason_code, confidence, metadata=pairs, candidates=names
            )
            # Members of enumerations and numbers of other libraries are logged by their plain values.
            values = (decision_type[:], selected[:], reason_code[:], _plain_share(confidence), pairs, names)
            return self._put_entry("decided", values, step, turn)
        except ValueError as fault:
            self._sink.note_invalid(str(fault))
            return Turn(self, self._newest)

    def log_quality_signal(
        self,
        signal_type: str,
        signal_code: str,
        value: bool,
        weight: float | None = None,
        metadata: Mapping[str, str | float | bool | None] | None = None,
        step: str | int | None = None,
        *,
        turn: Turn | int | None = None,
    ) -> Turn:
        """Log a sign of how well it went: whether the statement of `signal_code` is true.

        Types and codes are those of `model.agent_codes`; `weight` is from 0 to 1. What `log_decision` says of steps,
        metadata and faults holds here too.
        """
        if self._is_null:
            return Turn(self, 0)
        try:
            pairs = entry_rules.metadata_json(self._kept(metadata))
            entry_rules.check_signal(signal_type, signal_code, value, weight, metadata=pairs)
            return self._put_entry(
                "signalled", (signal_type[:], signal_code[:], value, _plain_share(weight), pairs), step, turn
            )
        except ValueError as fault:
            self._sink.note_invalid(str(fault))
            return Turn(self, self._newest)

    record_decision = log_decision
    record_quality_signal = log_quality_signal

    def finish(self, outcome: Outcome = "completed", message: str = "") -> Turn:
        """End the trajectory with its outcome."""
        if self._is_null:
            return Turn(self, 0)
        form = make(FinishForm, outcome=outcome, message=message)
        if not self._keeps_text:
            form = form.model_copy(update={"message": ""})
        return self._put_form("finished", form, None)

    async def room(self) -> None:
        """Wait until the logger has room, without holding up the event loop."""
        await self._sink.room()

    def _put_form(self, kind: str, form: Form, turn: Turn | int | None) -> Turn:
        number = self._number(turn)
        # Surrogates in a form are repaired already.
        self._put(encode((kind, self.id, self._now_ms(), number, *form.__dict__.values())))
        return Turn(self, number)

    def _put_entry(self, kind: str, values: tuple[Any, ...], step: str | int | None, turn: Turn | int | None) -> Turn:
        """Put a checked entry that may name a step. Raises ValueError for a wrong step or turn."""
        if step is not None and (isinstance(step, bool) or not isinstance(step, str | int)):
            raise ValueError("the step is no key and no number")
        if isinstance(step, int) and not 0 < step <= MAX_CHILD:
            raise ValueError("there is no step of that number")
        if step is not None and not isinstance(step, str):
            step = int(step)
        elif isinstance(step, str):
            # A key is not stored: it only finds its step.
            step = mend(step) if self._keeps_text else _digest(step)
        try:
            number = self._number(turn)
        except ValueError as error:
            # The message must not quote what was given.
            raise ValueError("there is no such turn") from error
        self._put(encode((kind, self.id, self._now_ms(), number, *values, step)))
        return Turn(self, number)

    def _kept(self, metadata: object) -> object:
        """Return metadata, without its texts if no text is kept."""
        if self._keeps_text or not isinstance(metadata, Mapping):
            return metadata
        return {key: value for key, value in metadata.items() if not isinstance(value, str)}

    def _number(self, turn: Turn | int | None) -> int:
        if turn is None:
            return self._newest
        if isinstance(turn, Turn):
            if turn.trajectory is not self:
                raise ValueError(f"turn: {turn!r} is no turn of the trajectory {self.id}")
            return turn.number
        _check_number(turn)
        return turn


def _plain_share(share: float | None) -> float | None:
    return None if share is None else float(share)


def _check_number(number: int) -> None:
    if type(number) is not int or not 0 <= number <= MAX_CHILD:
        raise ValueError(_NO_NUMBER.format(number))


def _hidden(
    prompt: str,
    response: str,
    token_count: int | None,
    latency_ms: int | None,
    status: TurnOutcome,
    questions: Sequence[Any],
    violations: Sequence[Any],
) -> tuple[Any, ...]:
    """Return the values of a turn without its text, of which lengths and hashes are kept."""
    prompt, response = mend(prompt), mend(response)
    asked = [("", effort, (), answer and HIDDEN_ANSWER) for _, effort, _, answer in questions]
    broken = [(name, "", "", severity) for name, _, _, severity in violations]
    hidden = (len(prompt), len(response), _digest(prompt), _digest(response))
    return "", "", token_count, latency_ms, status, asked, broken, hidden


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8")).hexdigest()
