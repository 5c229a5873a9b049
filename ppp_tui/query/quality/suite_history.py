"""Test runs: a project's history, its suites, what got worse, and what is flaky."""

from __future__ import annotations

from typing import Any

from ppp_tui.model.ids import CHILD_BITS, place_of_row
from ppp_tui.query.projects import is_in_repository
from ppp_tui.query.quality.rows import FailureLine, RunLine, SessionTests, SuiteLine
from ppp_tui.query.query import Query
from ppp_tui.query.scope import EVERYTHING, Scope, where
from ppp_tui.query.sql_helpers import to_ms
from ppp_tui.scoring.pass_rates import REGRESSION_POINTS, is_regression, pass_rate

MOST_LOOKED_AT = 2000
"""The newest runs that a report on one agent or model looks at, and that are compared by session."""

MOST_SHOWN = 500
"""Runs before those of a list among which the session before is looked for."""

_RUN = (
    "id, step_number, source, agent_name, model, project, suite, framework, unit, at, total, passed, failed, skipped, "
    "duration_ms, pass_rate, drop_points, selection, is_red"
)
_WHOLE = "is_copy = 0 AND selection = '' AND passed + failed > 0"
"""Runs that are compared: of all tests of their suite, and counted."""


def suite_runs(scope: Scope = EVERYTHING, limit: int = 100) -> Query[list[RunLine]]:
    """Query runs, the newest first."""
    return _runs(scope, limit)


def regressions(scope: Scope = EVERYTHING, limit: int = 100) -> Query[list[RunLine]]:
    """Query runs whose pass rate fell by more than `REGRESSION_POINTS`, newest first.

    It fell below the last run of their suite; or, where they are the last of their session, below the last run of the
    session before.
    """
    times, parameters = scope.times("r.at")
    names, name_parameters = scope.names("agent_name", "model")
    fallen, fallen_parameters = _fallen(scope)
    project = (is_in_repository("r.project"),) if scope.project is not None else ()
    conditions = where("r.is_copy = 0", *project, *times, *(f"r.{name}" for name in names))
    by_run = (
        f"by_run AS MATERIALIZED (SELECT r.id FROM test_runs AS r {conditions} AND r.drop_points > 0 "
        f"AND r.drop_points > {REGRESSION_POINTS} ORDER BY r.at DESC, r.id DESC LIMIT :limit)"
    )
    # Put together by grouping and not by a join, of which PostgreSQL expects one row and compares each with each.
    regressed = (
        "regressed AS MATERIALIZED (SELECT id, max(points) AS points, max(earlier) AS earlier FROM ("
        "SELECT id, NULL AS points, NULL AS earlier FROM by_run UNION ALL SELECT id, points, earlier FROM fallen "
        f"WHERE points > {REGRESSION_POINTS} OR id IN (SELECT id FROM by_run)) AS e GROUP BY id)"
    )
    return Query(
        f"WITH {fallen}, {by_run}, {regressed} SELECT {_columns('r')}, g.points, g.earlier FROM regressed AS g "
        f"CROSS JOIN test_runs AS r ON r.id = g.id {conditions} ORDER BY r.at DESC, r.id DESC LIMIT :limit",
        _read_runs,
        {**parameters, **name_parameters, **fallen_parameters, "limit": limit},
    )


def failures(run_id: int) -> Query[list[FailureLine]]:
    """Query the failing tests of a run, as far as they are named."""
    return Query(
        "SELECT name, reason FROM test_failures WHERE test_run_id = :run ORDER BY number",
        lambda rows: [FailureLine(*row) for row in rows],
        {"run": run_id},
    )


def runs_of_session(trajectory_id: int, limit: int = 100) -> Query[list[RunLine]]:
    """Query runs of one session, the newest first."""
    low = trajectory_id << (2 * CHILD_BITS)
    fallen, parameters = _fallen(EVERYTHING, of_session=True)
    return Query(
        f"WITH {fallen} SELECT {_columns('r')}, f.points, f.earlier FROM test_runs AS r LEFT JOIN fallen AS f "
        "ON f.id = r.id WHERE r.id BETWEEN :low AND :high ORDER BY r.id DESC LIMIT :limit",
        _read_runs,
        {**parameters, "low": low, "high": low + (1 << (2 * CHILD_BITS)) - 1, "limit": limit},
    )


def session_tests(trajectory_id: int) -> Query[SessionTests]:
    """Query the sums of a session's own test runs."""
    return Query(
        f"SELECT {', '.join(SessionTests._fields)} FROM trajectory_summaries WHERE trajectory_id = :id",
        lambda rows: SessionTests(*rows[0]) if rows else SessionTests(),
        {"id": trajectory_id},
    )


def suites(project: str, limit: int = 200) -> Query[list[SuiteLine]]:
    """Query the suites of a project with the sums of all their runs, those with the most runs first."""
    return Query(
        "SELECT project, suite, framework, unit, runs, red_runs, passed, failed, skipped, duration_ms, timed_runs "
        f"FROM test_suites WHERE {is_in_repository('project')} ORDER BY runs DESC, suite LIMIT :limit",
        lambda rows: [
            SuiteLine._make([*row[:9], row[9] // row[10] if row[10] else None, pass_rate(row[6], row[7])])
            for row in rows
        ],
        {"project": project, "limit": limit},
    )


def _columns(alias: str) -> str:
    return ", ".join(f"{alias}.{name}" for name in _RUN.split(", "))


def _fallen(scope: Scope, *, of_session: bool = False, most: int = MOST_LOOKED_AT) -> tuple[str, dict[str, object]]:
    """Return a table of the last runs of sessions, with how far each lies below the last of the session before."""
    conditions, parameters = [_WHOLE], dict[str, object]()
    if scope.project is not None:
        conditions.append(is_in_repository("project"))
        parameters |= scope.names("project")[1]
    if of_session:
        conditions.append("project IN (SELECT project FROM test_runs WHERE id BETWEEN :low AND :high)")
    table = (
        f"newest AS (SELECT id, project, suite, framework, unit, at, pass_rate FROM test_runs {where(*conditions)} "
        f"ORDER BY at DESC LIMIT {most}), "
        "lasts AS (SELECT *, row_number() OVER (PARTITION BY id >> 40, project, suite, framework, unit "
        "ORDER BY at DESC, id DESC) AS place FROM newest), "
        "fallen AS (SELECT id, lag(pass_rate) OVER w - pass_rate AS points, lag(id) OVER w >> 40 AS earlier FROM lasts "
        "WHERE place = 1 WINDOW w AS (PARTITION BY project, suite, framework, unit ORDER BY at, id))"
    )
    return table, parameters


def _runs(scope: Scope, limit: int) -> Query[list[RunLine]]:
    times, time_parameters = scope.times("at")
    project, project_parameters = scope.names("project")
    names, name_parameters = scope.names("agent_name", "model")
    looked_at = MOST_LOOKED_AT if names else limit
    fallen, fallen_parameters = _fallen(scope, most=looked_at + MOST_SHOWN)
    return Query(
        f"WITH {fallen}, listed AS MATERIALIZED (SELECT {_RUN} FROM (SELECT {_RUN} "
        f"FROM test_runs {where('is_copy = 0', *times, *project)} "
        f"ORDER BY at DESC LIMIT :looked_at) {where(*names)} ORDER BY at DESC LIMIT :limit), "
        "compared AS MATERIALIZED (SELECT id, points, earlier FROM fallen WHERE id IN (SELECT id FROM listed)) "
        f"SELECT {_columns('r')}, f.points, f.earlier FROM listed AS r "
        "LEFT JOIN compared AS f ON f.id = r.id ORDER BY r.at DESC",
        _read_runs,
        {
            **time_parameters,
            **project_parameters,
            **name_parameters,
            **fallen_parameters,
            "limit": limit,
            "looked_at": looked_at,
        },
    )


def _read_runs(rows: list[tuple[Any, ...]]) -> list[RunLine]:
    runs = []
    for row in rows:
        fell = is_regression(row[16]) or is_regression(row[19])
        runs.append(
            RunLine._make(
                [
                    *place_of_row(row[0]),
                    *row[1:9],
                    to_ms(row[9]) or 0,
                    *row[10:17],
                    fell,
                    row[19],
                    row[20],
                    row[17],
                    bool(row[18]),
                ]
            )
        )
    return runs
