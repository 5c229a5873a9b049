"""How tasks went: success, time, cost and quality by agent, task or version, of recorded executions and of sessions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from ppp_tui.query.query import Query
from ppp_tui.query.scope import Scope
from ppp_tui.query.scores.score_inputs import NAME_ROW, RunFigures, evidence_sql, named_sql, read_measured
from ppp_tui.query.sql_helpers import TITLE, to_ms
from ppp_tui.scoring.ranking.technical import TechnicalWeights

StatsBy = Literal["agent", "task", "version"]
"""What tasks are grouped by. A task is a type of task or, without one, a task; a specification or a session's title."""

MAX_SESSIONS = 5000
"""Sessions that are looked at: the newest ones."""

FIRST_SESSIONS = 200
"""Sessions of a first part, which is there at once."""

EVENT_GROUPS: Mapping[StatsBy, str] = {
    "agent": "agent_id",
    "task": "iif(task_type <> '', task_type, task_id)",
    "version": "trim(agent_id || ' ' || agent_version)",
}
SESSION_GROUPS: Mapping[StatsBy, str] = {
    "agent": "t.agent_name",
    "task": f"iif(t.spec_id <> '', t.spec_id, {TITLE})",
    "version": "trim(t.agent_name || ' ' || t.agent_version)",
}
VERDICTS = """
WITH verdicts (task, score) AS (
    SELECT task_id, avg(quality) FROM performance_events
    WHERE type IN ('evaluation-outcome', 'model-judgment') AND task_id <> '' GROUP BY task_id)
"""
"""The mean score of each task that was evaluated or judged apart from its execution."""

_EXECUTIONS = """
SELECT {group} AS name, count(*), count(success), sum(success), avg(duration_ms), group_concat(duration_ms),
    sum(cost_micros), count(cost_micros), avg(coalesce(quality, score)), max(at)
FROM performance_events INDEXED BY performance_executions LEFT JOIN verdicts ON task = task_id
WHERE type = 'task-execution' {bounds}
GROUP BY 1 ORDER BY 2 DESC, 1
"""
"""Durations come as one text a group: window functions over them take ten times as long."""


class TaskStats(NamedTuple):
    """The tasks of one agent, of one kind, or of one version."""

    name: str
    """'' for what nothing names."""
    tasks: int
    judged: int
    """Tasks of which it is known whether they succeeded."""
    succeeded: int
    mean_ms: float | None
    p95_ms: int | None
    """95 of 100 tasks took this time or less."""
    cost_micros: int | None
    """None where no task's cost is known."""
    priced: int
    """Tasks whose cost is known."""
    is_cost_lower_bound: bool
    """The cost of some task, or a part of it, is unknown."""
    quality: float | None
    """Mean, from 0 to 1."""
    last_at: int | None

    @property
    def success_rate(self) -> float | None:
        """Share of the judged tasks that succeeded; None without any."""
        return self.succeeded / self.judged if self.judged else None

    @property
    def cost_per_task(self) -> float | None:
        """Mean cost of the tasks whose cost is known, in millionths of a dollar; None where none is."""
        return None if self.cost_micros is None else self.cost_micros / self.priced


def execution_sums(by: StatsBy, scope: Scope) -> Query[list[tuple[Any, ...]]]:
    """Return sums of recorded task executions for `execution_stats`. Events name no project: it bounds nothing.

    Where an execution states no quality, that of the evaluations and judgments of its task stands for it.
    A query costs what the executions within the bounds of time cost.
    """
    bounds, parameters = scope.times("at")
    if scope.agent is not None:
        bounds.append("agent_id = :agent_name")
        parameters |= scope.names("agent_name")[1]
    return Query(
        VERDICTS + _EXECUTIONS.format(group=EVENT_GROUPS[by], bounds="".join(f" AND {bound}" for bound in bounds)),
        lambda rows: rows,
        parameters,
    )


def execution_stats(sums: Sequence[tuple[Any, ...]]) -> list[TaskStats]:
    """Return figures of executions, the most frequent first. Reads every duration: not for the event loop."""
    return [_read(row) for row in sums]


def newest_sessions(scope: Scope, most: int, *conditions: str) -> tuple[str, dict[str, object]]:
    """Return a statement for the ids of the newest sessions in a scope that meet all conditions, and its parameters."""
    times, parameters = scope.times("s.last_at")
    names, values = scope.names("project", "agent_name")
    bounds = [*conditions, *times, *(f"t.{condition}" for condition in names)]
    return (
        "SELECT * FROM (SELECT t.id FROM trajectory_summaries AS s CROSS JOIN trajectories AS t "
        f"WHERE t.id = s.trajectory_id AND t.parent_id IS NULL{''.join(f' AND {bound}' for bound in bounds)} "
        f"ORDER BY s.last_at DESC LIMIT {int(most)})"
    ), {**parameters, **values}


def session_stats(
    by: StatsBy, scope: Scope, weights: TechnicalWeights, most: int = MAX_SESSIONS
) -> Query[list[TaskStats]]:
    """Return figures of the newest sessions, each of which is a task; the most frequent first. `most` are looked at.

    A session succeeded as its program said or, where none did, if its last test run passed; else it is not judged. Its
    quality is its technical score, its time that of its turns, its cost includes its sub-agents.
    """
    members, parameters = newest_sessions(scope, most)
    groups = f"SELECT t.id, {SESSION_GROUPS[by]} AS name FROM trajectories AS t"

    def read(rows: list[tuple[Any, ...]]) -> list[TaskStats]:
        names_by_id = {row[1]: row[3] for row in rows if row[0] == NAME_ROW}
        sessions: dict[str, list[RunFigures]] = defaultdict(list)
        for figures in read_measured([row for row in rows if row[0] != NAME_ROW], weights):
            if figures.run.trajectory_id is not None and figures.run.conduct and figures.run.conduct.turns:
                sessions[names_by_id[figures.run.trajectory_id].strip()].append(figures)
        stats = [_sum_sessions(name, group) for name, group in sessions.items()]
        return sorted(stats, key=lambda sums: (-sums.tasks, sums.name))

    return Query(f"{evidence_sql(members, commands=2)} UNION ALL {named_sql(groups)}", read, parameters)


def _read(row: tuple[Any, ...]) -> TaskStats:
    return TaskStats(
        name=row[0],
        tasks=row[1],
        judged=row[2],
        succeeded=row[3] or 0,
        mean_ms=row[4],
        p95_ms=_percentile_95(sorted(map(int, row[5].split(",")))) if row[5] else None,
        cost_micros=row[6],
        priced=row[7],
        is_cost_lower_bound=0 < row[7] < row[1],
        quality=row[8],
        last_at=to_ms(row[9]),
    )


def _sum_sessions(name: str, group: Sequence[RunFigures]) -> TaskStats:
    outcomes = [outcome for outcome in map(task_outcome, group) if outcome is not None]
    times = sorted(figures.wall_ms for figures in group if figures.wall_ms)
    priced = [figures.spend for figures in group if figures.spend.known_cost_micros is not None]
    qualities = [figures.run.technical.score for figures in group if figures.run.technical is not None]
    return TaskStats(
        name=name,
        tasks=len(group),
        judged=len(outcomes),
        succeeded=sum(outcomes),
        mean_ms=sum(times) / len(times) if times else None,
        p95_ms=_percentile_95(times),
        cost_micros=sum(spend.cost_micros for spend in priced) if priced else None,
        priced=len(priced),
        is_cost_lower_bound=bool(priced)
        and (len(priced) < len(group) or any(spend.is_lower_bound for spend in priced)),
        quality=sum(qualities) / len(qualities) if qualities else None,
        last_at=max(figures.last_at for figures in group) or None,
    )


def _percentile_95(ascending: Sequence[int]) -> int | None:
    """Return the smallest value that 95 of 100 do not exceed; None of none."""
    return ascending[(len(ascending) * 95 + 99) // 100 - 1] if ascending else None


def task_outcome(figures: RunFigures) -> bool | None:
    """Return whether a session succeeded; None where neither its program nor its tests tell."""
    work = figures.work
    return work.ended_well if work.is_end_told else work.tests_passed
