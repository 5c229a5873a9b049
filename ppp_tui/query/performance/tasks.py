"""Single tasks of a group of `stats`, the newest first."""

from __future__ import annotations

from typing import Any, NamedTuple

from ppp_tui.query.performance.stats import (
    EVENT_GROUPS,
    SESSION_GROUPS,
    VERDICTS,
    StatsBy,
    newest_sessions,
    task_outcome,
)
from ppp_tui.query.query import Query
from ppp_tui.query.scope import Scope
from ppp_tui.query.scores.score_inputs import evidence_sql, read_measured
from ppp_tui.query.sql_helpers import strip_surrogates, to_ms
from ppp_tui.scoring.ranking.technical import TechnicalWeights

MAX_TASKS = 100
"""Tasks of a group that are listed: the newest."""


class TaskLine(NamedTuple):
    """A recorded execution, or a session."""

    id: int
    """Of the event, or of the session."""
    is_session: bool
    at: int
    """Unix milliseconds of its end, or of the last sign of life."""
    title: str
    success: bool | None
    duration_ms: int | None
    cost_micros: int | None
    is_cost_lower_bound: bool
    quality: float | None


def executions_of(by: StatsBy, name: str, scope: Scope) -> Query[list[TaskLine]]:
    """Return the newest executions of a group."""
    bounds, parameters = scope.times("at")
    conditions = "".join(f" AND {bound}" for bound in bounds)
    return Query(
        f"{VERDICTS} SELECT id, at, agent_id, task_type, task_id, success, duration_ms, cost_micros, "
        "coalesce(quality, score) FROM performance_events INDEXED BY performance_executions "
        "LEFT JOIN verdicts ON task = task_id "
        f"WHERE type = 'task-execution' AND {EVENT_GROUPS[by]} = :name {conditions} ORDER BY at DESC LIMIT {MAX_TASKS}",
        lambda rows: [_execution(row) for row in rows],
        {**parameters, "name": strip_surrogates(name)},
    )


def sessions_of(by: StatsBy, name: str, scope: Scope, weights: TechnicalWeights) -> Query[list[TaskLine]]:
    """Return the newest sessions of a group."""
    is_of_group = f"trim({SESSION_GROUPS[by]}) = :name"
    members, parameters = newest_sessions(scope, MAX_TASKS, "s.turns > 0", is_of_group)

    def read(rows: list[tuple[Any, ...]]) -> list[TaskLine]:
        lines = [
            TaskLine(
                id=figures.run.trajectory_id,
                is_session=True,
                at=figures.last_at,
                title=figures.title,
                success=task_outcome(figures),
                duration_ms=figures.wall_ms,
                cost_micros=figures.spend.known_cost_micros,
                is_cost_lower_bound=figures.spend.is_lower_bound,
                quality=figures.run.technical.score if figures.run.technical else None,
            )
            for figures in read_measured(rows, weights)
            if figures.run.trajectory_id is not None
        ]
        return sorted(lines, key=lambda line: -line.at)

    return Query(evidence_sql(members, commands=2), read, {**parameters, "name": strip_surrogates(name)})


def _execution(row: tuple[Any, ...]) -> TaskLine:
    number, at, agent, task_type, task, success, duration, cost, quality = row
    return TaskLine(
        id=number,
        is_session=False,
        at=to_ms(at) or 0,
        title=" ".join(filter(None, (agent, task_type, task))),
        success=None if success is None else bool(success),
        duration_ms=duration,
        cost_micros=cost,
        is_cost_lower_bound=False,
        quality=quality,
    )
