"""Answers about tests, retries, files, context and codebases."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ppp_tui.model.clock import DAY_MS, HOUR_MS
from ppp_tui.query.quality import codebases, context_use, file_use, retry_history, suite_history
from ppp_tui.query.quality import flaky_tests as flaky
from ppp_tui.query.quality.span_tests import span_tests
from ppp_tui.query.query import Query
from ppp_tui.query.scope import EVERYTHING, Scope
from ppp_tui.query.usage.spans import TimeSpan, days
from tests.query.database_fixture import NOON_MS, Database

TURN = (1 << 20) + 1


def row_id(number: int, trajectory: int = 1, turn: int = 1) -> int:
    return (((trajectory << 20) + turn) << 20) + number


def run(database: Database, number: int, at: str, passed: int, failed: int, **columns: Any) -> None:
    database.put(
        "test_runs",
        **{
            "id": row_id(number),
            "agent_name": "claude",
            "project": "/shop",
            "suite": "pytest",
            "framework": "pytest",
            "at": f"2026-11-20 {at}:00.000",
            "model": "m1",
            "total": passed + failed,
            "passed": passed,
            "failed": failed,
            "skipped": 0,
            "duration_ms": 500,
            **columns,
        },
    )


@pytest.fixture
def tested(database: Database) -> Database:
    """Three runs of one suite, of which the second is a regression, and one of another project."""
    run(database, 1, "10:00", 10, 0)
    run(database, 2, "11:00", 8, 2, step_number=4)
    run(database, 3, "12:00", 9, 1, agent_name="codex", model="m2")
    run(database, 4, "12:30", 1, 0, project="/docs", duration_ms=None)
    run(database, 5, "12:40", 0, 5, is_copy=1)
    database.put("test_failures", test_run_id=row_id(2), number=1, name="test_pay", reason="refused")
    return database


def test_runs_come_newest_first_and_without_copies(tested: Database) -> None:
    runs = tested.ask(suite_history.suite_runs())
    assert [(entry.project, entry.pass_rate, entry.drop_points) for entry in runs] == [
        ("/docs", 100.0, None),
        ("/shop", 90.0, -10.0),
        ("/shop", 80.0, 20.0),
        ("/shop", 100.0, None),
    ]
    assert (runs[2].trajectory_id, runs[2].turn_number, runs[2].step_number) == (1, 1, 4)


@pytest.mark.parametrize(
    ("scope", "ids"),
    [
        (Scope(project="/shop"), [3, 2, 1]),
        (Scope(agent="codex"), [3]),
        (Scope(project="/shop", model="m1"), [2, 1]),
        (Scope(since_ms=NOON_MS - HOUR_MS, until_ms=NOON_MS), [2]),
    ],
)
def test_runs_keep_to_their_bounds(tested: Database, scope: Scope, ids: list[int]) -> None:
    assert [entry.id for entry in tested.ask(suite_history.suite_runs(scope))] == [row_id(number) for number in ids]


def test_only_what_fell_by_more_than_ten_points_is_a_regression(tested: Database) -> None:
    run(tested, 6, "13:00", 8, 2)
    assert [entry.id for entry in tested.ask(suite_history.regressions())] == [row_id(2)]
    assert tested.ask(suite_history.failures(row_id(2))) == [("test_pay", "refused")]


def test_suites_and_days_are_sums(tested: Database) -> None:
    assert tested.ask(suite_history.suites("/shop")) == [
        ("/shop", "pytest", "pytest", "test", 3, 2, 27, 3, 0, 500, 90.0)
    ]
    assert tested.ask(suite_history.suites("/docs"))[0].mean_duration_ms is None
    today = TimeSpan(NOON_MS - 12 * HOUR_MS, NOON_MS + 12 * HOUR_MS)
    assert tested.ask(span_tests([today], Scope(project="/shop"))) == {0: (3, 2, 27, 3, 0)}
    assert tested.ask(span_tests([TimeSpan(today.high_ms, today.high_ms + DAY_MS)])) == {}


def flicker(database: Database, trajectory: int, turn: int, at: str, failing: tuple[str, ...], **columns: Any) -> int:
    identity = row_id(1, trajectory, turn)
    run(database, 1, at, 4 - len(failing), len(failing), **{"id": identity, "variant": "v", **columns})
    for number, name in enumerate(failing, 1):
        database.put("test_failures", test_run_id=identity, number=number, name=name, reason="refused")
    return identity


def test_a_test_that_ends_differently_in_two_sessions_is_flaky(database: Database) -> None:
    first = flicker(database, 1, 1, "10:00", ("test_pay",))
    second = flicker(database, 1, 3, "11:00", ())
    third = flicker(database, 2, 1, "12:00", ("test_pay",), agent_name="codex")
    [test] = database.ask(flaky.flaky_tests(EVERYTHING))
    assert (test.name, test.agent_names, len(test.flips)) == ("test_pay", ("claude", "codex"), 2)
    assert [(flip.has_failed_first, flip.reason, flip.across) for flip in test.flips] == [
        (False, "refused", "sessions"),
        (True, "refused", "turns"),
    ]
    assert [(flip.earlier_run_id, flip.run_id) for flip in test.flips] == [(second, third), (first, second)]
    newest = test.flips[0]
    assert (newest.earlier_trajectory_id, newest.earlier_turn_number, newest.trajectory_id) == (1, 3, 2)


def test_a_change_of_the_project_by_whatever_session_explains_another_result(database: Database) -> None:
    flicker(database, 1, 1, "10:00", ("test_pay",))
    flicker(database, 2, 1, "12:00", ())
    database.put("project_changes", id=row_id(1, 3), project="/docs", at="2026-11-20 11:00:00.000")
    database.put("project_changes", id=row_id(2, 3), project="/shop", at="2026-11-20 11:00:00.000", is_copy=1)
    assert len(database.ask(flaky.flaky_tests(EVERYTHING))) == 1
    database.put("project_changes", id=row_id(3, 3), project="/shop", at="2026-11-20 11:00:00.000")
    assert database.ask(flaky.flaky_tests(EVERYTHING)) == []


@pytest.mark.parametrize(
    "columns",
    [{"variant": "w"}, {"variant": None}, {"total": 5}, {"is_copy": 1}, {"project": "/docs"}],
    ids=["variables", "unknown", "other tests", "copy", "project"],
)
def test_runs_that_are_not_of_the_same_tests_show_no_flaky_one(database: Database, columns: dict[str, Any]) -> None:
    flicker(database, 1, 1, "10:00", ("test_pay",))
    flicker(database, 2, 1, "12:00", (), **columns)
    assert database.ask(flaky.flaky_tests(EVERYTHING)) == []


def test_a_failure_that_has_no_name_may_be_any_test(database: Database) -> None:
    run(database, 1, "10:00", 2, 2, variant="v")
    database.put("test_failures", test_run_id=row_id(1), number=1, name="test_pay", reason="refused")
    flicker(database, 2, 1, "11:00", ("test_ship",))
    assert database.ask(flaky.flaky_tests(EVERYTHING)) == []
    flicker(database, 3, 1, "12:00", ())
    assert [test.name for test in database.ask(flaky.flaky_tests(EVERYTHING))] == ["test_ship"]


def test_a_test_of_a_package_that_passed_as_a_whole_is_flaky(database: Database) -> None:
    flicker(database, 1, 1, "10:00", ("TestPay",), unit="package", framework="go")
    flicker(database, 2, 1, "11:00", (), unit="package", framework="go")
    assert [test.name for test in database.ask(flaky.flaky_tests(EVERYTHING))] == ["TestPay"]
    flicker(database, 3, 1, "12:00", ("TestPay",), unit="package", framework="go")
    flicker(database, 4, 1, "13:00", ("TestShip",), unit="package", framework="go")
    assert [len(test.flips) for test in database.ask(flaky.flaky_tests(EVERYTHING))] == [2]


def test_a_session_that_leaves_a_suite_worse_than_the_one_before_is_a_regression(database: Database) -> None:
    run(database, 1, "10:00", 10, 0)
    run(database, 2, "11:00", 5, 5, id=row_id(1, 2))
    run(database, 3, "11:30", 8, 2, id=row_id(2, 2))
    run(database, 4, "11:40", 0, 1, id=row_id(3, 2), selection="-k pay")
    run(database, 5, "12:00", 8, 2, id=row_id(1, 3))
    found = database.ask(suite_history.regressions())
    assert [(entry.id, entry.drop_points, entry.session_drop_points, entry.earlier_session) for entry in found] == [
        (row_id(2, 2), -30.0, 20.0, 1),
        (row_id(1, 2), 50.0, None, None),
    ]
    newest = database.ask(suite_history.suite_runs())[0]
    assert (newest.drop_points, newest.session_drop_points, newest.is_regression) == (0.0, 0.0, False)
    assert [entry.id for entry in database.ask(suite_history.runs_of_session(2))] == [
        row_id(3, 2),
        row_id(2, 2),
        row_id(1, 2),
    ]


def test_the_sums_of_a_session_follow_its_runs_and_chains(database: Database) -> None:
    database.session(1)
    run(database, 1, "10:00", 10, 0)
    run(database, 2, "11:00", 8, 2, skipped=1)
    run(database, 3, "11:30", 0, 0, exit_failed=1)
    run(database, 4, "11:40", 7, 0, is_copy=1)
    chain(database, 1, "gave_up", is_exhausted=1)
    chain(database, 2, "recovered", fallback_model="m2")
    tests = database.ask(suite_history.session_tests(1))
    assert (tests, tests.pass_rate) == ((3, 2, 20, 18, 2, 1), 90.0)
    assert database.ask(retry_history.session_retries(1)) == (2, 1, 1)
    database.writer.execute("DELETE FROM test_runs WHERE id > ?", (row_id(1),))
    database.writer.execute("DELETE FROM retry_chains")
    assert database.ask(suite_history.session_tests(1)) == (1, 0, 10, 10, 0, 0)
    assert database.ask(retry_history.session_retries(1)) == (0, 0, 0)


def chain(database: Database, number: int, outcome: str, **columns: Any) -> None:
    database.put(
        "retry_chains",
        **{
            "id": row_id(number),
            "agent_name": "claude",
            "kind": "request",
            "project": "/shop",
            "model": "m1",
            "reason": "overloaded",
            "attempts": 3,
            "wait_ms": 4000,
            "started_at": "2026-11-20 10:15:00.000",
            "ended_at": "2026-11-20 10:16:00.000",
            "outcome": outcome,
            **columns,
        },
    )


def test_chains_are_told_and_summed(database: Database) -> None:
    chain(database, 1, "recovered")
    chain(database, 2, "gave_up", attempts=11, wait_ms=None, agent_name="codex")
    chain(database, 3, "recovered", attempts=1, fallback_model="m2", started_at="2026-11-21 09:00:00.000")
    assert [(entry.turn_number, entry.attempts) for entry in database.ask(retry_history.chains(1))] == [
        (1, 3),
        (1, 11),
        (1, 1),
    ]
    [total] = database.ask(retry_history.retry_sums())
    assert total[:7] == ("overloaded", "request", 3, 15, 2, 1, 1)
    assert (total.mean_attempts, total.mean_wait_ms) == (2.0, 4000)
    assert total.success_rate == pytest.approx(66.67, abs=0.01)
    by_hour = database.ask(retry_history.retry_sums(by="hour"))
    assert [(entry.key, entry.chains) for entry in by_hour] == [("10", 2), ("09", 1)]
    by_agent = database.ask(retry_history.retry_sums(Scope(until_ms=NOON_MS), by="agent"))
    assert [(entry.key, entry.chains) for entry in by_agent] == [("claude", 1), ("codex", 1)]


def access(database: Database, number: int, path: str, action: str, at: str, **columns: Any) -> None:
    database.put(
        "file_accesses",
        **{
            "id": row_id(number),
            "step_number": number,
            "agent_name": "claude",
            "project": "/shop",
            "path": path,
            "action": action,
            "at": f"2026-11-20 {at}:00.000",
            "tokens": 100 * number,
            **columns,
        },
    )


@pytest.fixture
def touched(database: Database) -> Database:
    database.session(1)
    database.turn(1, 1, prompt="Mend the pay page")
    access(database, 1, "a.py", "read", "10:00")
    access(database, 2, "a.py", "edit", "10:30")
    access(database, 3, "pay.py", "read", "11:00", agent_name="codex")
    access(database, 4, "pay.py", "read", "11:30")
    access(database, 5, "pay.py", "read", "12:00", is_copy=1)
    access(database, 6, "b.py", "edit", "12:30", project="/docs")
    return database


def test_hot_files_by_what_was_done_to_them(touched: Database) -> None:
    found = touched.ask(file_use.hot_files("/shop"))
    assert sorted((file.path, file.reads, file.edits, file.tokens, file.last_action) for file in found) == [
        ("a.py", 1, 1, 100, "edit"),
        ("pay.py", 2, 0, 350, "read"),
    ]
    assert [file.path for file in touched.ask(file_use.hot_files("/shop", "edits"))] == ["a.py"]
    assert [file.path for file in touched.ask(file_use.hot_files("/shop", "reads"))] == ["pay.py", "a.py"]


def test_hot_files_within_bounds(touched: Database) -> None:
    since = Scope(since_ms=NOON_MS - HOUR_MS, project="/shop")
    assert [(file.path, file.reads) for file in touched.ask(file_use.hot_files_within(since))] == [("pay.py", 2)]
    of_codex = Scope(project="/shop", agent="codex")
    assert [(file.path, file.reads) for file in touched.ask(file_use.hot_files_within(of_codex))] == [("pay.py", 1)]
    assert [file.path for file in touched.ask(file_use.session_files(1))] == ["pay.py", "a.py", "b.py"]


def test_suggestions_know_what_the_last_prompts_were_about(touched: Database) -> None:
    prompts = touched.ask(context_use.newest_prompts("/shop"))
    assert prompts == ["Mend the pay page"]
    best = context_use.suggestions(touched.ask(file_use.hot_files("/shop")), prompts, NOON_MS)[0]
    assert (best.path, best.action, best.reasons[2]) == ("pay.py", "keep", "the task speaks of pay")


def context(database: Database, turn: int, used: int | None, compactions: int = 0) -> None:
    database.put(
        "context_use",
        id=(1 << 20) + turn,
        used_tokens=used,
        peak_tokens=used,
        window_tokens=1000,
        system_tokens=10,
        file_tokens=20,
        tool_tokens=30,
        conversation_tokens=40,
        compactions=compactions,
        overflows=0,
    )


def test_context_use_is_listed_by_turn(database: Database) -> None:
    for turn, used in ((1, 100), (2, 900), (3, None), (4, 300)):
        context(database, turn, used, compactions=int(turn == 4))
    turns = database.ask(context_use.context_turns(1))
    assert [(turn.turn_number, turn.utilization) for turn in turns] == [(1, 10.0), (2, 90.0), (3, None), (4, 30.0)]
    assert [turn.turn_number for turn in database.ask(context_use.context_turns(1, after=2, limit=1))] == [3]
    assert [turn.compactions for turn in turns] == [0, 0, 0, 1]


def codebase(database: Database, number: int, project: str, code: int) -> None:
    database.put(
        "codebases",
        id=number,
        project=project,
        indexed_at="2026-11-20 12:00:00.000",
        build_ms=40,
        counted_files=2,
        is_whole=1,
        files=2,
        bytes=300,
        code=code,
        comments=3,
        blanks=2,
        tokens=75,
    )


def test_codebases_their_types_and_their_largest_files(database: Database) -> None:
    codebase(database, 1, "/docs", 10)
    codebase(database, 2, "/shop", 90)
    database.put(
        "codebase_types", codebase_id=2, type="Python", files=2, bytes=300, code=90, comments=3, blanks=2, tokens=75
    )
    for path, size in (("a.py", 100), ("b.py", 200)):
        database.put(
            "codebase_files",
            codebase_id=2,
            path=path,
            type="Python",
            bytes=size,
            modified_ns=1,
            code=size // 4,
            comments=0,
            blanks=0,
        )
    found = database.ask(codebases.codebase("/shop"))
    assert found is not None
    assert (found.id, found.lines, found.indexed_at) == (2, 95, NOON_MS)
    assert database.ask(codebases.codebase("/none")) is None
    assert [entry.project for entry in database.ask(codebases.largest_codebases())] == ["/shop", "/docs"]
    assert database.ask(codebases.codebase_types(2)) == [("Python", 2, 300, 90, 3, 2, 75)]
    assert [file.path for file in database.ask(codebases.largest_files(2, 1))] == ["b.py"]
    assert database.ask(codebases.projects("codebases")) == ["/docs", "/shop"]
    assert database.ask(codebases.projects("file_sums")) == []


WINDOW = Scope(NOON_MS - HOUR_MS, NOON_MS, "/shop", "claude", "m1")
# What begins at the end of an index and stops at a limit, or at its first entry, looks like reading through.
QUERIES: dict[str, tuple[Query[Any], set[str]]] = {
    "runs": (suite_history.suite_runs(), {"test_runs"}),
    "runs of a project": (suite_history.suite_runs(Scope(project="/shop")), set()),
    "runs in a window": (suite_history.suite_runs(WINDOW), set()),
    "regressions": (suite_history.regressions(), {"test_runs"}),
    "regressions in a window": (suite_history.regressions(WINDOW), {"test_runs"}),
    "failures": (suite_history.failures(TURN << 20), set()),
    "suites": (suite_history.suites("/shop"), set()),
    "tests by day": (span_tests(days(NOON_MS - 90 * DAY_MS, NOON_MS, ZoneInfo("Asia/Kolkata")), WINDOW), set()),
    "flaky": (flaky.flaky_tests(), {"test_runs"}),
    "flaky of a project": (flaky.flaky_tests(Scope(project="/shop")), set()),
    "chains": (retry_history.chains(1), set()),
    "attempts": (retry_history.attempts(1), set()),
    "retries in a window": (retry_history.retry_sums(WINDOW), set()),
    "hot files": (file_use.hot_files("/shop"), set()),
    "most read": (file_use.hot_files("/shop", "reads"), set()),
    "most changed": (file_use.hot_files("/shop", "edits"), set()),
    "hot files in a window": (file_use.hot_files_within(WINDOW), set()),
    "files of a session": (file_use.session_files(1), set()),
    "context": (context_use.context_turns(1), set()),
    "prompts": (context_use.newest_prompts("/shop"), set()),
    "codebase": (codebases.codebase("/shop"), set()),
    "largest": (codebases.largest_codebases(), {"codebases"}),
    "types": (codebases.codebase_types(1), set()),
    "largest files": (codebases.largest_files(1), set()),
    "projects with files": (codebases.projects("file_sums"), {"file_sums"}),
    "projects with tests": (codebases.projects("test_suites"), {"test_suites"}),
    "projects with retries": (codebases.projects("retry_hours"), {"retry_hours"}),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_reads_through_no_table_of_work(database: Database, name: str) -> None:
    query, expected = QUERIES[name]
    assert database.plan(query) <= expected


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (suite_history.suite_runs(), "test_runs_by_time"),
        (suite_history.suite_runs(Scope(project="/shop")), "test_runs_by_project"),
        (suite_history.regressions(), "test_runs_by_drop"),
        (flaky.flaky_tests(), "test_runs_by_time"),
        (file_use.hot_files("/shop"), "file_sums_by_uses"),
        (codebases.largest_codebases(), "codebases_by_code"),
    ],
)
def test_a_list_comes_out_of_its_index_in_order(database: Database, query: Query[Any], index: str) -> None:
    rows = database.writer.execute(f"EXPLAIN QUERY PLAN {query.sql}", dict(query.parameters)).fetchall()
    told = [row[3] for row in rows]
    first = next(step for step in told if index in step)
    assert not any("TEMP B-TREE" in step for step in told[: told.index(first) + 1])


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", [("10", 2), ("23", 1)]),
        ("America/New_York", [("05", 2), ("18", 1)]),
        ("Asia/Kolkata", [("15", 1), ("16", 1), ("05", 1)]),
    ],
)
def test_hours_of_retries_are_those_of_the_users_day(
    database: Database, zone: str, expected: list[tuple[str, int]]
) -> None:
    chain(database, 1, "recovered", started_at="2026-11-20 10:15:00.000")
    chain(database, 2, "recovered", started_at="2026-11-20 10:45:00.000")
    chain(database, 3, "recovered", started_at="2026-11-20 23:50:00.000")
    chain(database, 4, "recovered", started_at="2026-11-20 10:15:00.000", is_copy=1)
    sums = database.ask(retry_history.retry_sums(by="hour", zone=ZoneInfo(zone)))
    assert sorted((entry.key, entry.chains) for entry in sums) == sorted(expected)


def test_span_that_cuts_an_hour_holds_the_retries_within_it_alone(database: Database) -> None:
    chain(database, 1, "recovered", started_at="2026-11-20 10:15:00.000", wait_ms=None)
    chain(database, 2, "gave_up", attempts=11, fallback_model="m2", started_at="2026-11-20 10:45:00.000")
    half_past_ten = NOON_MS - 90 * 60_000
    [before] = database.ask(retry_history.retry_sums(Scope(until_ms=half_past_ten)))
    [after] = database.ask(retry_history.retry_sums(Scope(since_ms=half_past_ten)))
    [whole] = database.ask(retry_history.retry_sums())
    assert (before.attempts, before.recovered, before.mean_attempts, before.mean_wait_ms) == (3, 1, 3.0, None)
    assert (after.attempts, after.gave_up, after.fallbacks, after.mean_wait_ms) == (11, 1, 1, 4000)
    assert (whole.attempts, whole.recovered, whole.gave_up, whole.fallbacks) == (14, 1, 1, 1)
