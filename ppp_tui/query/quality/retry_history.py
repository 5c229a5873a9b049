"""Failures that were tried again: of one session, and summed by reason, agent, hour, model or project."""

from __future__ import annotations

from typing import Any, Literal

from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD, number_of, place_of_row, turn_of
from ppp_tui.query.projects import repository_of
from ppp_tui.query.quality.rows import AttemptLine, ChainLine, RetrySum, SessionRetries
from ppp_tui.query.query import Query
from ppp_tui.query.scope import EVERYTHING, Scope, where
from ppp_tui.query.sql_helpers import to_ms

By = Literal["reason", "agent", "hour", "model", "project"]
"""What retries are summed by; an hour is one of the day, in UTC."""

GROUPS: dict[By, str] = {
    "reason": "reason",
    "agent": "agent_name",
    "hour": "substr(hour, 12, 2)",
    "model": "model",
    "project": repository_of("project"),
}
"""Each group as SQL over `retry_hours`."""

CHAIN_COLUMNS = (
    "id, agent_name, kind, project, model, fallback_model, tool, target, reason, attempts, wait_ms, started_at, "
    "ended_at, outcome, is_exhausted"
)
"""Columns of `retry_chains` that make a `ChainLine`."""

_SUMS = (
    "sum(chains), sum(attempts), sum(recovered), sum(gave_up), sum(fallbacks), sum(recovered_attempts), sum(wait_ms), "
    "sum(waited_chains)"
)


def chains(trajectory_id: int, limit: int = 1000) -> Query[list[ChainLine]]:
    """Query the chains of failures of a session, in order."""
    low = trajectory_id << (2 * CHILD_BITS)
    return Query(
        f"SELECT {CHAIN_COLUMNS} FROM retry_chains WHERE id BETWEEN :low AND :high ORDER BY id LIMIT :limit",
        read_chains,
        {"low": low, "high": low + (1 << (2 * CHILD_BITS)) - 1, "limit": limit},
    )


def attempts(trajectory_id: int, limit: int = 1000) -> Query[list[AttemptLine]]:
    """Query the model requests of a session that failed, in order."""
    low = trajectory_id << (2 * CHILD_BITS)
    return Query(
        "SELECT r.id, r.at, r.reason, r.attempt, r.max_attempts, r.wait_ms, r.status_code, r.message, r.is_final, "
        "nullif(c.model, ''), nullif(c.fallback_model, '') FROM retries AS r LEFT JOIN retry_chains AS c ON c.id = ("
        "SELECT max(x.id) FROM retry_chains AS x "
        f"WHERE x.id BETWEEN r.id >> {CHILD_BITS} << {CHILD_BITS} AND r.id | {MAX_CHILD} "
        "AND x.kind = 'request' AND x.started_at <= r.at) "
        "WHERE r.id BETWEEN :low AND :high ORDER BY r.id LIMIT :limit",
        lambda rows: [
            AttemptLine._make([number_of(turn_of(row[0])), to_ms(row[1]) or 0, *row[2:8], bool(row[8]), *row[9:]])
            for row in rows
        ],
        {"low": low, "high": low + (1 << (2 * CHILD_BITS)) - 1, "limit": limit},
    )


def session_retries(trajectory_id: int) -> Query[SessionRetries]:
    """Query the sums of a session's own failures that were tried again."""
    return Query(
        f"SELECT {', '.join(SessionRetries._fields)} FROM trajectory_summaries WHERE trajectory_id = :id",
        lambda rows: SessionRetries(*rows[0]) if rows else SessionRetries(),
        {"id": trajectory_id},
    )


def retry_sums(scope: Scope = EVERYTHING, by: By = "reason") -> Query[list[RetrySum]]:
    """Query chains summed by group and kind, those with the most first. Costs what the span of time holds."""
    times, time_parameters = scope.times("hour", 13)
    names, name_parameters = scope.names("project", "agent_name", "model")
    return Query(
        f"SELECT {GROUPS[by]}, kind, {_SUMS} FROM retry_hours {where(*times, *names)} "
        "GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
        lambda rows: [_read_sum(row) for row in rows],
        {**time_parameters, **name_parameters},
    )


def _read_sum(row: tuple[Any, ...]) -> RetrySum:
    key, kind, count, failed, recovered, gave_up, fallbacks, before_success, waited, waited_chains = row
    over = recovered + gave_up
    return RetrySum(
        key=key,
        kind=kind,
        chains=count,
        attempts=failed,
        recovered=recovered,
        gave_up=gave_up,
        fallbacks=fallbacks,
        mean_attempts=before_success / recovered if recovered else None,
        mean_wait_ms=waited // waited_chains if waited_chains else None,
        success_rate=100.0 * recovered / over if over else None,
    )


def read_chains(rows: list[tuple[Any, ...]]) -> list[ChainLine]:
    """Return chains from rows of `CHAIN_COLUMNS`."""
    return [
        ChainLine._make(
            [*place_of_row(row[0]), *row[1:11], to_ms(row[11]) or 0, to_ms(row[12]), row[13], bool(row[14])]
        )
        for row in rows
    ]
