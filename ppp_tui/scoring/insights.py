"""What people use agents for, how each kind of task ends and what it costs, and the failures that recur. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

from ppp_tui.model.event_values import StepKind, StepStatus, TurnStatus
from ppp_tui.scoring.failure_reasons import FailureReason, failure_reason, program_of
from ppp_tui.scoring.task_kinds import Kind, task_of

MAX_NEWEST = 50
"""Failures of a group that are kept one by one."""

MAX_NAMED = 3
"""Objects, projects and files that are named for a kind of task: those that most sessions share."""


class TaskSession(NamedTuple):
    """The facts of a session that show how a task went."""

    id: int
    prompt: str
    """Its first prompt, or as much of it as is kept."""
    project: str
    ending: TurnStatus
    """Status of its last turn."""
    cost_micros: int | None
    """Sub-agents included; None where nothing has a price."""
    worked_ms: int | None
    """None if no turn has a duration."""
    turns: int
    questions: int
    failed_steps: int
    tests_passed: int
    tests_failed: int


class TaskGroup(NamedTuple):
    """Sessions of one kind of task."""

    kind: Kind
    sessions: tuple[int, ...]
    """The newest first."""
    objects: tuple[str, ...]
    """What the tasks were about, by the words of their prompts."""
    projects: tuple[str, ...]
    files: tuple[str, ...]
    """Those that most of these sessions changed."""
    completed: int
    interrupted: int
    failed: int
    median_cost_micros: int | None
    """None where no session has a price."""
    median_worked_ms: int | None
    questions: int
    failed_steps: int
    pass_rate: float | None
    """0 to 1: tests that passed; None where none ran."""


class FailedStep(NamedTuple):
    """A step that failed, was denied or cancelled, or a request that failed."""

    session: int
    turn_number: int
    kind: StepKind
    status: StepStatus
    tool: str
    command: str
    output: str


class FailureGroup(NamedTuple):
    """Failures that share what failed and why."""

    program: str
    reason: FailureReason
    failures: int
    sessions: int
    example: tuple[int, int]
    """Session and turn of the newest one."""
    newest: tuple[FailedStep, ...] = ()
    """At most `MAX_NEWEST` of them."""


def task_groups(sessions: Iterable[TaskSession], files: Mapping[int, Sequence[str]]) -> list[TaskGroup]:
    """Return sessions grouped by kind of task, the most frequent first; `files` are those that each changed."""
    by_kind: dict[Kind, list[tuple[TaskSession, str]]] = {}
    for session in sessions:
        task = task_of(session.prompt)
        by_kind.setdefault(task.kind, []).append((session, task.object))
    groups = [_task_group(kind, entries, files) for kind, entries in by_kind.items()]
    return sorted(groups, key=lambda group: (group.kind == "other", -len(group.sessions), group.kind))


def _task_group(
    kind: Kind, entries: Sequence[tuple[TaskSession, str]], files: Mapping[int, Sequence[str]]
) -> TaskGroup:
    sessions = [session for session, _ in entries]
    endings = Counter(session.ending for session in sessions)
    costs = [session.cost_micros for session in sessions if session.cost_micros is not None]
    times = [session.worked_ms for session in sessions if session.worked_ms is not None]
    passed = sum(session.tests_passed for session in sessions)
    tests = passed + sum(session.tests_failed for session in sessions)
    return TaskGroup(
        kind=kind,
        sessions=tuple(session.id for session in sessions),
        objects=_most_named(name for _, name in entries),
        projects=_most_named(session.project for session in sessions),
        files=_most_named(path for session in sessions for path in dict.fromkeys(files.get(session.id, ()))),
        completed=endings["completed"],
        interrupted=endings["interrupted"],
        failed=endings["failed"],
        median_cost_micros=round(median(costs)) if costs else None,
        median_worked_ms=round(median(times)) if times else None,
        questions=sum(session.questions for session in sessions),
        failed_steps=sum(session.failed_steps for session in sessions),
        pass_rate=passed / tests if tests else None,
    )


def _most_named(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name, _ in Counter(filter(None, names)).most_common(MAX_NAMED))


def failure_groups(steps: Iterable[FailedStep]) -> list[FailureGroup]:
    """Return failures grouped by program and reason, the most frequent first; `steps` must be newest first."""
    groups: dict[tuple[str, FailureReason], list[FailedStep]] = {}
    for step in steps:
        reason = failure_reason(step.kind, step.status, step.tool, step.command, step.output)
        program = program_of(step.kind, step.tool, step.command)
        groups.setdefault((program, reason), []).append(step)
    merged = [
        FailureGroup(
            program=program,
            reason=reason,
            failures=len(failed),
            sessions=len({step.session for step in failed}),
            example=(failed[0].session, failed[0].turn_number),
            newest=tuple(failed[:MAX_NEWEST]),
        )
        for (program, reason), failed in groups.items()
    ]
    return sorted(merged, key=lambda group: (-group.failures, -group.sessions, group.program))
