"""Failures that were tried again: of one session, and summed by reason, agent, hour, model or project."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from operator import add
from typing import Any, Literal

from ppp_tui.model.clock import HOUR_MS
from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD, number_of, place_of_row, turn_of
from ppp_tui.query.names import trajectory_sources
from ppp_tui.query.projects import repository_of
from ppp_tui.query.quality.rows import AttemptLine, ChainLine, RetrySum, SessionRetries
from ppp_tui.query.query import Query
from ppp_tui.query.scope import EVERYTHING, Scope, where
from ppp_tui.query.sql_helpers import to_ms
from ppp_tui.settings.source_names import STATING
from ppp_tui.sources.registry import usable_sources

By = Literal["reason", "agent", "hour", "model", "project"]
"""What retries are summed by; an hour is one of the day, in the user's zone."""

GROUPS: dict[By, str] = {
    "reason": "reason",
    "agent": "agent_name",
    "hour": "hour",
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

_DAY_MINUTES = 24 * 60
_YEARS = range(2020, 2038)


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


def agents_not_recording_failures() -> Query[list[str]]:
    """Query the titles of the agents with sessions whose failed requests are not recorded, in alphabetical order."""
    query = trajectory_sources()

    def read(rows: list[tuple[Any, ...]]) -> list[str]:
        sources = usable_sources(set(query.build(rows)) - STATING)
        return sorted({source.title for source in sources if not source.capabilities.retries})

    return Query(query.sql, read, query.parameters)


def retry_sums(scope: Scope = EVERYTHING, by: By = "reason", zone: tzinfo = UTC) -> Query[list[RetrySum]]:
    """Query chains summed by group and kind, those with the most first.

    Costs what the span of time holds: hours of UTC, or every chain where the span or the zone cuts such an hour.
    """
    is_cut = any(bound is not None and bound % HOUR_MS for bound in (scope.since_ms, scope.until_ms))
    is_by_minute = is_cut or (by == "hour" and not _has_whole_hours(zone))
    times, time_parameters = scope.times("started_at") if is_by_minute else scope.times("hour", 13)
    names, name_parameters = scope.names("project", "agent_name", "model")
    table = _MINUTES.format(where("is_copy = 0", *times, *names)) if is_by_minute else "retry_hours"
    conditions = [] if is_by_minute else [*times, *names]
    return Query(
        f"SELECT {GROUPS[by]}, kind, {_SUMS} FROM {table} AS r {where(*conditions)} "
        "GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
        lambda rows: [_read_sum(row) for row in (_by_hour_of_day(rows, zone) if by == "hour" else rows)],
        {**time_parameters, **name_parameters},
    )


_MINUTES = (
    "(SELECT substr(started_at, 1, 16) AS hour, agent_name, project, model, kind, reason, 1 AS chains, attempts, "
    "iif(outcome = 'recovered', 1, 0) AS recovered, iif(outcome = 'gave_up', 1, 0) AS gave_up, "
    "iif(fallback_model <> '', 1, 0) AS fallbacks, iif(outcome = 'recovered', attempts, 0) AS recovered_attempts, "
    "coalesce(wait_ms, 0) AS wait_ms, iif(wait_ms IS NULL, 0, 1) AS waited_chains FROM retry_chains {})"
)
"""Chains as rows of `retry_hours`, to the minute."""


def hour_of_day(at: str, zone: tzinfo) -> str:
    """Return the hour of the user's day in which a moment lies, given as the beginning of a stored time."""
    return f"{datetime.fromisoformat(f'{at}:00' if len(at) < 16 else at).replace(tzinfo=UTC).astimezone(zone).hour:02d}"


def hour_condition(column: str, hour: str, zone: tzinfo) -> tuple[str, dict[str, object]]:
    """Return a condition on stored times that may lie in an hour of the user's day (``09``), and its parameters."""
    if not hour.isdecimal():
        return "0 = 1", {}
    conditions, parameters = list[str](), dict[str, object]()
    for offset in sorted(_offset_minutes(zone)):
        begin = (60 * int(hour) - offset) % _DAY_MINUTES
        for low, high in ((begin, begin + 60), (begin - _DAY_MINUTES, begin - _DAY_MINUTES + 60)):
            if high > 0 and low < _DAY_MINUTES:
                number = len(conditions)
                conditions.append(f"substr({column}, 12, 5) BETWEEN :low{number} AND :high{number}")
                for name, minute in (("low", max(0, low)), ("high", min(_DAY_MINUTES, high) - 1)):
                    parameters[f"{name}{number}"] = f"{minute // 60:02d}:{minute % 60:02d}"
    return f"({' OR '.join(conditions)})", parameters


def _has_whole_hours(zone: tzinfo) -> bool:
    """Return whether the hours of a zone are those of UTC, whatever the season."""
    return not any(offset % 60 for offset in _offset_minutes(zone))


@lru_cache(maxsize=4)
def _offset_minutes(zone: tzinfo) -> frozenset[int]:
    """Return how many minutes a zone is before UTC, in every season of the years in which there are agents."""
    # No season is shorter than a month: where clocks are set for Ramadan alone, that one is.
    days = (datetime(year, month, day, tzinfo=zone) for year in _YEARS for month in range(1, 13) for day in (1, 15))
    return frozenset(offset // timedelta(minutes=1) for day in days if (offset := day.utcoffset()) is not None)


def _by_hour_of_day(rows: list[tuple[Any, ...]], zone: tzinfo) -> list[tuple[Any, ...]]:
    """Return sums by time, summed by hour of the day; those with the most chains first."""
    sums: dict[tuple[str, str], list[int]] = {}
    for at, kind, *counts in rows:
        group = sums.setdefault((hour_of_day(at, zone), kind), [0] * len(counts))
        group[:] = map(add, group, counts)
    return sorted(((*group, *counts) for group, counts in sums.items()), key=lambda row: (-row[2], row[0], row[1]))


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
