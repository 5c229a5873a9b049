"""Test runs: a project's history, its suites, what got worse, and what is flaky."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from ppp_tui.model.ids import BITS, MOST, number_of, row_id, trajectory_of, turn_of
from ppp_tui.query.query import Query
from ppp_tui.query.scope import EVERYTHING, Scope, where
from ppp_tui.query.values import ms
from ppp_tui.query.work_rows import DayLine, FailureLine, FlakyTest, FlipLine, RunLine, SuiteLine
from ppp_tui.scoring.test_runs.compare import REGRESSION_POINTS, is_regression, pass_rate

MOST_LOOKED_AT = 2000
"""The newest runs that a report on one agent or model looks at."""

_RUN = (
    "id, step_number, source, agent_name, model, project, suite, framework, unit, at, total, passed, failed, skipped, "
    "duration_ms, pass_rate, drop_points"
)


def suite_runs(scope: Scope = EVERYTHING, limit: int = 100) -> Query[list[RunLine]]:
    """Runs, the newest first."""
    return _runs(scope, limit, ())


def regressions(scope: Scope = EVERYTHING, limit: int = 100) -> Query[list[RunLine]]:
    """Runs whose pass rate fell by more than `REGRESSION_POINTS` below the last run of their suite, newest first."""
    return _runs(scope, limit, ("drop_points > 0", f"drop_points > {REGRESSION_POINTS}"))


def failures(run_id: int) -> Query[list[FailureLine]]:
    """The failing tests of a run, as far as they are named."""
    return Query(
        "SELECT name, reason FROM test_failures WHERE test_run_id = :run ORDER BY number",
        lambda rows: [FailureLine(*row) for row in rows],
        {"run": run_id},
    )


def runs_of_turn(turn: int) -> Query[list[RunLine]]:
    """Runs of one turn, in order."""
    return Query(
        f"SELECT {_RUN} FROM test_runs WHERE id BETWEEN :low AND :high ORDER BY id",
        _read_runs,
        {"low": turn << BITS, "high": (turn << BITS) | MOST},
    )


def suites(project: str, limit: int = 200) -> Query[list[SuiteLine]]:
    """The suites of a project with the sums of all their runs, those with the most runs first."""
    return Query(
        "SELECT project, suite, framework, unit, runs, red_runs, passed, failed, skipped, duration_ms, timed_runs "
        "FROM test_suites WHERE project = :project ORDER BY runs DESC, suite LIMIT :limit",
        lambda rows: [
            SuiteLine._make([*row[:9], row[9] // row[10] if row[10] else None, pass_rate(row[6], row[7])])
            for row in rows
        ],
        {"project": project, "limit": limit},
    )


def suite_days(scope: Scope = EVERYTHING) -> Query[list[DayLine]]:
    """The runs of each day (UTC) that has any, the oldest first. Costs what the span holds."""
    times, time_parameters = scope.times("day", 10)
    names, name_parameters = scope.names("project", "agent_name", "model")
    return Query(
        f"SELECT day, sum(runs), sum(red_runs), sum(passed), sum(failed), sum(skipped) FROM test_days "
        f"{where(*times, *names)} GROUP BY day ORDER BY day",
        lambda rows: [DayLine._make([*row, pass_rate(row[3], row[4])]) for row in rows],
        {**time_parameters, **name_parameters},
    )


def flaky_tests(scope: Scope = EVERYTHING, limit: int = 500) -> Query[list[FlakyTest]]:
    """Tests of which there is evidence that they are flaky, out of the newest so many pieces of it; newest first."""
    times, time_parameters = scope.times("f.at")
    names, name_parameters = scope.names("project", "agent_name")
    return Query(
        "SELECT f.id, f.project, f.suite, f.name, f.agent_name, f.at, f.earlier_at, f.run_number, "
        "f.earlier_run_number, f.failed_first, coalesce((SELECT x.reason FROM test_failures AS x "
        "WHERE x.test_run_id = ((f.id >> 20) << 20) + iif(f.failed_first, f.earlier_run_number, f.run_number) "
        "AND x.name = f.name LIMIT 1), '') "
        f"FROM test_flips AS f {where('f.is_copy = 0', *times, *(f'f.{name}' for name in names))} "
        "ORDER BY f.at DESC LIMIT :limit",
        _read_flaky,
        {**time_parameters, **name_parameters, "limit": limit},
    )


def _runs(scope: Scope, limit: int, more: tuple[str, ...]) -> Query[list[RunLine]]:
    times, time_parameters = scope.times("at")
    project, project_parameters = scope.names("project")
    names, name_parameters = scope.names("agent_name", "model")
    looked_at = MOST_LOOKED_AT if names else limit
    return Query(
        f"SELECT {_RUN} FROM (SELECT {_RUN} FROM test_runs {where('is_copy = 0', *more, *times, *project)} "
        f"ORDER BY at DESC LIMIT :looked_at) {where(*names)} ORDER BY at DESC LIMIT :limit",
        _read_runs,
        {**time_parameters, **project_parameters, **name_parameters, "limit": limit, "looked_at": looked_at},
    )


def _read_runs(rows: list[tuple[Any, ...]]) -> list[RunLine]:
    found = []
    for row in rows:
        turn = turn_of(row[0])
        place = (row[0], trajectory_of(turn), number_of(turn))
        found.append(RunLine._make([*place, *row[1:9], ms(row[9]) or 0, *row[10:], is_regression(row[16])]))
    return found


def _read_flaky(rows: list[tuple[Any, ...]]) -> list[FlakyTest]:
    found: dict[tuple[str, str, str], list[FlipLine]] = defaultdict(list)
    agents: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for flip_id, project, suite, name, agent, at, earlier_at, run, earlier_run, failed_first, reason in rows:
        turn, key = turn_of(flip_id), (project, suite, name)
        agents[key].add(agent)
        found[key].append(
            FlipLine(
                trajectory_of(turn), number_of(turn), ms(earlier_at) or 0, ms(at) or 0, row_id(turn, earlier_run),
                row_id(turn, run), bool(failed_first), reason,
            )
        )  # fmt: skip
    return [
        FlakyTest(*key, tuple(sorted(agents[key])), max(flip.at for flip in flips), tuple(flips))
        for key, flips in found.items()
    ]
