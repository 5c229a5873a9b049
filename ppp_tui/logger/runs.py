"""A whole run in one piece, as a program sends it: a trajectory with its turns, decisions and quality signals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.logger.schemas import Form, Name, Question, Text, Violation, make
from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.model.question import Outcome, TurnOutcome

MAX_TURNS = 10_000
MAX_ENTRIES = 10_000
"""Steps of a turn, decisions or signals of a run."""


class RunStep(Form):
    """A step of a turn."""

    kind: StepKind
    target: Text = ""
    tool: Name = ""
    status: StepStatus = "ok"
    key: Name = ""
    exit_code: int | None = None
    duration_ms: Annotated[int, Field(ge=0)] | None = None
    output: Text = ""


class RunTurn(Form):
    """A turn with its steps."""

    prompt: Text
    response: Text = ""
    token_count: Annotated[int, Field(ge=0)] | None = None
    latency_ms: Annotated[int, Field(ge=0)] | None = None
    status: TurnOutcome = "completed"
    questions: Annotated[tuple[Question, ...], Field(strict=False, max_length=1000)] = ()
    violations: Annotated[tuple[Violation, ...], Field(strict=False, max_length=1000)] = ()
    steps: Annotated[tuple[RunStep, ...], Field(strict=False, max_length=MAX_ENTRIES)] = ()


class RunForm(Form):
    """A run. Decisions and signals are checked one by one as they are logged: only a wrong one is left out."""

    spec_id: Annotated[Name, Field(min_length=1)]
    agent_name: Annotated[Name, Field(min_length=1)]
    run_id: Name | None = None
    stage: Name = ""
    attempt: Annotated[int, Field(ge=1)] = 1
    project: Name = ""
    title: Name = ""
    model: Name = ""
    metadata: dict[str, str | int | float | bool] = Field(default_factory=dict)
    turns: Annotated[tuple[RunTurn, ...], Field(strict=False, max_length=MAX_TURNS)] = ()
    decisions: Annotated[tuple[dict[str, Any], ...], Field(strict=False, max_length=MAX_ENTRIES)] = ()
    signals: Annotated[tuple[dict[str, Any], ...], Field(strict=False, max_length=MAX_ENTRIES)] = ()
    outcome: Outcome | None = None


def log_run(log: TrajectoryLogger, run: Mapping[str, Any]) -> tuple[str, int]:
    """Log a run; return its trajectory's id and how many decisions and signals were left out as wrong.

    Raises pydantic's ValidationError if the run itself is wrong; nothing is logged then.
    """
    form = make(RunForm, **run)
    before = log.health.invalid
    trajectory = log.start(
        form.spec_id,
        form.agent_name,
        form.run_id,
        form.stage,
        attempt=form.attempt,
        project=form.project,
        title=form.title,
        model=form.model,
        metadata=form.metadata,
    )
    for turn in form.turns:
        logged = trajectory.log_turn(
            turn.prompt,
            turn.response,
            token_count=turn.token_count,
            latency_ms=turn.latency_ms,
            status=turn.status,
            questions=turn.questions,
            violations=turn.violations,
        )
        for step in turn.steps:
            trajectory.log_step(
                step.kind,
                step.target,
                tool=step.tool,
                status=step.status,
                key=step.key,
                exit_code=step.exit_code,
                duration_ms=step.duration_ms,
                output=step.output,
                turn=logged,
            )
    wrong = 0
    for entries, method, names in (
        (form.decisions, trajectory.log_decision, ("decision_type", "selected", "reason_code")),
        (form.signals, trajectory.log_quality_signal, ("signal_type", "signal_code", "value")),
    ):
        for entry in entries:
            try:
                method(*(entry[name] for name in names), **{key: entry[key] for key in entry if key not in names})
            except (KeyError, TypeError):
                wrong += 1
    if form.outcome is not None:
        trajectory.finish(form.outcome)
    return trajectory.id, wrong + log.health.invalid - before
