"""Sessions of a span as tasks, the failures in them, and threads: several sessions of one conversation."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ppp_tui.model.clock import from_text
from ppp_tui.model.thread import THREAD_NAMES
from ppp_tui.query.projects import is_called
from ppp_tui.query.query import Query
from ppp_tui.query.usage.bounds import bound_parameters
from ppp_tui.query.usage.rows import UsageFilter
from ppp_tui.query.usage.spans import TimeSpan
from ppp_tui.scoring.insights import FailedStep, FailureGroup, TaskGroup, TaskSession, failure_groups, task_groups

__all__ = ["FailedStep", "FailureGroup", "TaskGroup", "Thread", "recurring_failures", "task_kinds", "threads"]

MOST_SESSIONS = 2_000
"""Sessions of a span that are looked at, the newest first."""

MOST_FAILURES = 10_000
"""Failed steps that are looked at, the newest first."""

MOST_FILES = 10
"""Files for each session, those that it changed most."""

MOST_THREADS = 200

_SESSIONS = (
    "WITH chosen AS MATERIALIZED (SELECT t.id FROM trajectory_summaries AS s CROSS JOIN trajectories AS t "
    "WHERE t.id = s.trajectory_id AND t.parent_id IS NULL AND s.last_at >= :low AND s.last_at < :high "
    f"AND :agent IN (lower(t.agent_name), '') AND (:project = '' OR {is_called('t.project')}) "
    f"ORDER BY s.last_at DESC LIMIT {MOST_SESSIONS}) "
)


class Thread(NamedTuple):
    """Sessions that belong to one conversation."""

    name: str
    """The id that a program logged, or the agent's id of the session that was forked."""
    sessions: tuple[int, ...]
    """The newest first."""
    title: str
    began_at: int
    """Unix milliseconds."""
    last_at: int
    turns: int
    cost_micros: int | None
    """Sub-agents included; None where nothing has a price."""
    is_cost_lower_bound: bool
    """Requests without a price are left out, or sessions whose requests are unknown."""


def task_kinds(span: TimeSpan, usage_filter: UsageFilter) -> Query[list[TaskGroup]]:
    """Return the newest sessions that were alive in a span by kind of task, the most frequent kind first."""
    return Query(
        f"{_SESSIONS}, counted AS (SELECT chosen.id AS session, a.path, row_number() OVER "
        "(PARTITION BY chosen.id ORDER BY count(*) DESC, a.path) AS place FROM chosen CROSS JOIN file_accesses AS a "
        "ON a.id >= chosen.id << 40 AND a.id < (chosen.id + 1) << 40 WHERE a.action = 'edit' AND a.is_copy = 0 "
        "GROUP BY chosen.id, a.path), "
        "changed AS MATERIALIZED (SELECT session, json_group_array(path) AS paths FROM counted "
        f"WHERE place <= {MOST_FILES} GROUP BY session) "
        "SELECT t.id, t.first_prompt, t.project, coalesce(n.status, 'unknown'), "
        "iif(s.tree_requests > s.tree_unpriced_requests, s.tree_cost_micros, NULL), nullif(s.wall_ms, 0), s.turns, "
        "s.low_questions + s.medium_questions + s.high_questions, s.failed_steps + s.retries, s.tests_passed, "
        "s.tests_failed, coalesce(changed.paths, '[]') FROM chosen JOIN trajectories AS t ON t.id = chosen.id "
        "JOIN trajectory_summaries AS s ON s.trajectory_id = t.id LEFT JOIN changed ON changed.session = t.id "
        "LEFT JOIN trajectory_turns AS n ON n.id = (t.id << 20) + s.last_turn_number ORDER BY s.last_at DESC",
        _group_tasks,
        bound_parameters(span, usage_filter),
    )


def recurring_failures(span: TimeSpan, usage_filter: UsageFilter) -> Query[list[FailureGroup]]:
    """Return the failed steps of a span's sessions by what failed and why, the most frequent first; no sub-agents'."""
    return Query(
        f"{_SESSIONS} SELECT chosen.id, (p.id >> 20) & 1048575, p.kind, p.status, p.tool, p.target, p.output_preview "
        "FROM chosen JOIN trajectory_summaries AS s ON s.trajectory_id = chosen.id AND s.failed_steps + s.retries > 0 "
        "CROSS JOIN steps AS p ON p.id >= chosen.id << 40 AND p.id < (chosen.id + 1) << 40 "
        "JOIN trajectory_turns AS n ON n.id = p.id >> 20 AND n.is_copy = 0 "
        "WHERE (p.status IN ('failed', 'denied') OR p.kind = 'error') AND coalesce(p.started_at, :low) >= :low "
        f"AND coalesce(p.started_at, :low) < :high ORDER BY s.last_at DESC, p.id DESC LIMIT {MOST_FAILURES}",
        lambda rows: failure_groups(FailedStep._make(row) for row in rows),
        bound_parameters(span, usage_filter),
    )


def threads(span: TimeSpan, usage_filter: UsageFilter) -> Query[list[Thread]]:
    """Return conversations of two and more sessions, of which one was alive in a span, the newest first."""
    names = ", ".join(f"'{name}'" for name in THREAD_NAMES)
    return Query(
        f"{_SESSIONS}, named AS (SELECT m.value AS name, m.trajectory_id AS id FROM trajectory_metadata AS m "
        f"WHERE m.name IN ({names}) AND m.value IN (SELECT n.value FROM chosen JOIN trajectory_metadata AS n "
        f"ON n.trajectory_id = chosen.id WHERE n.name IN ({names}))), "
        "forked AS (SELECT t.forked_from AS name, t.id FROM chosen JOIN trajectories AS t ON t.id = chosen.id "
        "WHERE t.forked_from <> ''), "
        "joined AS (SELECT name, id FROM named UNION SELECT name, id FROM forked UNION "
        "SELECT f.name, t.id FROM forked AS f JOIN trajectories AS t ON t.native_id = f.name) "
        "SELECT j.name, group_concat(j.id), min(nullif(t.created_at, '')), max(s.last_at), sum(s.turns), "
        "iif(sum(s.tree_requests) > sum(s.tree_unpriced_requests), sum(s.tree_cost_micros), NULL), "
        "max(iif(t.title <> '', t.title, t.first_prompt)), "
        "sum(s.tree_unpriced_requests + s.tree_lower_bound_turns) > 0 OR min(s.tree_requests) = 0 FROM joined AS j "
        "JOIN trajectories AS t ON t.id = j.id JOIN trajectory_summaries AS s ON s.trajectory_id = t.id "
        "WHERE t.parent_id IS NULL GROUP BY j.name HAVING count(*) > 1 ORDER BY max(s.last_at) DESC "
        f"LIMIT {MOST_THREADS}",
        lambda rows: [
            Thread(
                name=row[0],
                sessions=tuple(sorted(map(int, row[1].split(",")), reverse=True)),
                title=row[6],
                began_at=from_text(row[2]) or 0,
                last_at=from_text(row[3]) or 0,
                turns=row[4],
                cost_micros=row[5],
                is_cost_lower_bound=bool(row[7]),
            )
            for row in rows
        ],
        bound_parameters(span, usage_filter),
    )


def _group_tasks(rows: list[tuple[Any, ...]]) -> list[TaskGroup]:
    return task_groups(
        [TaskSession._make(row[:-1]) for row in rows], {row[0]: json.loads(row[-1]) for row in rows if row[-1] != "[]"}
    )
