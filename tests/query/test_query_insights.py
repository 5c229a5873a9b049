"""Sessions as tasks, failed steps and threads, from a literal database."""

from __future__ import annotations

import pytest

from ppp_tui.query.quality.insights import recurring_failures, task_kinds, threads
from ppp_tui.query.usage.rows import EVERYTHING, UsageFilter
from ppp_tui.query.usage.spans import TimeSpan
from tests.query.database_fixture import NOON_MS, Database

DAY = TimeSpan(NOON_MS - 43_200_000, NOON_MS + 43_200_000)
EARLY = TimeSpan(0, DAY.low_ms)


@pytest.fixture(autouse=True)
def _sessions(database: Database) -> None:
    database.session(1, {"turns": 2, "last_turn_number": 1, "failed_steps": 2, "low_questions": 3, "wall_ms": 900})
    database.session(2, {"is_child": 1, "failed_steps": 1}, parent_id=1)
    database.session(3, agent_name="codex", first_prompt="Add a theme", forked_from="native-1")
    for trajectory in (1, 2):
        database.turn(trajectory, 1, status="interrupted")
        at = "2026-11-20 11:30:00.000"
        database.step(trajectory, 1, 1, status="failed", target="make", output_preview="boom", started_at=at)
    database.step(1, 1, 2, target="ls", started_at="2026-11-20 11:31:00.000")
    database.writer.execute("UPDATE trajectories SET first_prompt = 'Fix it' WHERE id = 1")


def test_sessions_are_tasks_and_sub_agents_are_not(database: Database) -> None:
    add, fix = database.ask(task_kinds(DAY, EVERYTHING))
    assert (add.kind, add.sessions, add.completed, add.interrupted) == ("add", (3,), 0, 0)
    assert add.median_worked_ms is None
    assert (fix.kind, fix.sessions, fix.interrupted) == ("fix", (1,), 1)
    assert (fix.median_cost_micros, fix.median_worked_ms, fix.questions, fix.failed_steps) == (None, 900, 3, 2)
    assert database.ask(task_kinds(EARLY, EVERYTHING)) == []
    assert [group.sessions for group in database.ask(task_kinds(DAY, UsageFilter(agent="codex")))] == [(3,)]


def test_failures_are_those_of_sessions(database: Database) -> None:
    [failure] = database.ask(recurring_failures(DAY, EVERYTHING))
    assert (failure.program, failure.reason.name, failure.failures, failure.example) == ("make", "other", 1, (1, 1))


def test_failures_of_copied_turns_do_not_count(database: Database) -> None:
    database.writer.execute("UPDATE trajectory_turns SET is_copy = 1")
    assert database.ask(recurring_failures(DAY, EVERYTHING)) == []


def test_files_are_named_by_how_often_a_session_changed_them(database: Database) -> None:
    rows = [(1, "b.py", "edit"), (2, "a.py", "edit"), (3, "b.py", "edit"), (4, "c.py", "read")]
    for number, path, action in rows:
        database.put(
            "file_accesses",
            id=(((1 << 20) + 1) << 20) + number,
            agent_name="claude",
            project="/home/ann/shop",
            path=path,
            action=action,
            tokens=0,
            at="2026-11-20 11:30:00.000",
        )
    assert [group.files for group in database.ask(task_kinds(DAY, EVERYTHING))] == [(), ("b.py", "a.py")]


def test_thread_holds_a_fork_and_what_it_was_forked_from(database: Database) -> None:
    [thread] = database.ask(threads(DAY, EVERYTHING))
    assert (thread.name, thread.sessions) == ("native-1", (3, 1))
    assert (thread.cost_micros, thread.is_cost_lower_bound) == (None, True)


@pytest.mark.parametrize(
    ("unpriced", "requests_of_the_other", "cost", "is_lower_bound"),
    [(0, 1, 700, False), (1, 1, 700, True), (0, 0, 700, True), (3, 0, None, True)],
)
def test_cost_of_a_thread_says_what_it_leaves_out(
    database: Database, unpriced: int, requests_of_the_other: int, cost: int | None, is_lower_bound: bool
) -> None:
    sums = "UPDATE trajectory_summaries SET tree_requests = ?, tree_unpriced_requests = ?, tree_cost_micros = ?"
    database.writer.execute(f"{sums} WHERE trajectory_id = 1", (3, unpriced, 700))
    database.writer.execute(f"{sums} WHERE trajectory_id = 3", (requests_of_the_other, 0, 0))
    [thread] = database.ask(threads(DAY, EVERYTHING))
    assert (thread.cost_micros, thread.is_cost_lower_bound) == (cost, is_lower_bound)


def test_logged_thread_ids_join_sessions_of_other_days(database: Database) -> None:
    database.session(4, {"last_at": "2026-11-01 10:00:00.000"})
    database.writer.executemany(
        "INSERT INTO trajectory_metadata VALUES (?, ?, 'talk')", [(1, "thread_id"), (4, "session_id")]
    )
    assert ("talk", (4, 1)) in [(thread.name, thread.sessions) for thread in database.ask(threads(DAY, EVERYTHING))]
