"""How tasks went: what counts as a task, what is unknown, and figures that are computed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model.clock import from_text
from ppp_tui.query.performance.events import event_page
from ppp_tui.query.performance.stats import execution_stats, execution_sums, session_stats
from ppp_tui.query.performance.tasks import executions_of, sessions_of
from ppp_tui.query.scope import EVERYTHING, Scope
from ppp_tui.scoring.ranking.technical import TechnicalWeights
from tests.query.database_fixture import Database

WEIGHTS = TechnicalWeights()


def execution(database: Database, at: str = "2026-11-20 10:00:00.000", **columns: Any) -> None:
    row = {"at": at, "type": "task-execution", "agent_id": "a", "data": "{}", **columns}
    database.put("performance_events", **row)


def test_p95_is_the_nearest_rank_and_unknown_times_leave_it_alone(database: Database) -> None:
    for number in range(1, 21):
        execution(database, duration_ms=number * 10, success=number != 20)
    execution(database, duration_ms=None, success=None)
    [stats] = execution_stats(database.ask(execution_sums("agent", EVERYTHING)))
    assert (stats.tasks, stats.judged, stats.succeeded, stats.success_rate) == (21, 20, 19, 0.95)
    assert (stats.mean_ms, stats.p95_ms) == (105.0, 190)
    assert (stats.cost_micros, stats.quality, stats.cost_per_task) == (None, None, None)


def test_cost_of_some_tasks_is_a_lower_bound_and_its_mean_is_theirs(database: Database) -> None:
    execution(database, cost_micros=300, quality=0.5)
    execution(database, cost_micros=100, quality=1.0)
    execution(database)
    [stats] = execution_stats(database.ask(execution_sums("agent", EVERYTHING)))
    assert (stats.cost_micros, stats.is_cost_lower_bound, stats.cost_per_task, stats.quality) == (400, True, 200, 0.75)


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("agent", ["a", "b"]),
        ("task", ["fix", "T-1"]),
        ("version", ["a 1.2", "b"]),
    ],
)
def test_groups_are_named_and_other_events_are_no_tasks(database: Database, by: Any, names: list[str]) -> None:
    execution(database, agent_version="1.2", task_type="fix", task_id="T-9")
    execution(database, agent_version="1.2", task_type="fix", task_id="T-8")
    execution(database, agent_id="b", task_id="T-1")
    execution(database, type="evaluation-outcome", agent_id="c", success=1)
    assert [stats.name for stats in execution_stats(database.ask(execution_sums(by, EVERYTHING)))] == names


def test_bounds_and_agent_narrow_executions(database: Database) -> None:
    execution(database, at="2026-11-19 10:00:00.000")
    execution(database, at="2026-11-20 10:00:00.000")
    execution(database, at="2026-11-20 10:00:00.000", agent_id="b")
    scope = Scope(since_ms=from_text("2026-11-20 00:00:00.000"), agent="a")
    assert [(stats.name, stats.tasks) for stats in execution_stats(database.ask(execution_sums("agent", scope)))] == [
        ("a", 1)
    ]


def session(database: Database, number: int, summary: dict[str, Any] | None = None, **columns: Any) -> None:
    database.session(number, {"turns": 1, "last_at": "2026-11-20 10:00:00.000", **(summary or {})}, **columns)


def test_session_succeeds_as_its_program_said_else_by_its_last_tests_else_is_not_judged(database: Database) -> None:
    session(database, 1, {"wall_ms": 1000}, source="logger", outcome="failed", agent_name="mine")
    session(database, 2, {"wall_ms": 3000}, source="logger", outcome="completed", agent_name="mine")
    session(database, 3, agent_name="claude", source="claude_code")
    session(database, 4, agent_name="claude", source="claude_code")
    run = {"suite": "pytest", "at": "2026-11-20 10:00:00.000", "total": 3, "passed": 3, "failed": 0, "skipped": 0}
    database.put("test_runs", id=(4 << 40) + 1, **run)
    stats = {sums.name: sums for sums in database.ask(session_stats("agent", EVERYTHING, WEIGHTS))}
    assert (stats["mine"].tasks, stats["mine"].judged, stats["mine"].succeeded) == (2, 2, 1)
    assert (stats["mine"].mean_ms, stats["mine"].p95_ms) == (2000.0, 3000)
    assert (stats["claude"].tasks, stats["claude"].judged, stats["claude"].succeeded) == (2, 1, 1)
    assert stats["claude"].mean_ms is None
    assert stats["claude"].cost_micros is None


def test_sub_agents_and_sessions_without_turns_are_no_tasks_of_their_own(database: Database) -> None:
    session(database, 1, agent_name="claude")
    session(database, 2, agent_name="claude", parent_id=1)
    session(database, 3, {"turns": 0}, agent_name="claude")
    assert [sums.tasks for sums in database.ask(session_stats("agent", EVERYTHING, WEIGHTS))] == [1]


def test_events_of_one_moment_are_paged_without_loss(database: Database) -> None:
    for number in range(5):
        execution(database, task_id=str(number))
    first = database.ask(event_page(0, None, 2))
    second = database.ask(event_page(0, first[-1], 2))
    third = database.ask(event_page(0, second[-1], 2))
    assert [event.task_id for event in (*first, *second, *third)] == ["0", "1", "2", "3", "4"]


def test_tasks_of_a_group_are_its_newest_and_no_others(database: Database) -> None:
    execution(database, at="2026-11-20 09:00:00.000", task_type="old")
    execution(database, at="2026-11-20 10:00:00.000", task_type="new", success=0)
    execution(database, agent_id="b")
    lines = database.ask(executions_of("agent", "a", EVERYTHING))
    assert [(line.title, line.success) for line in lines] == [("a new", False), ("a old", None)]
    session(database, 1, {"last_at": "2026-11-20 09:00:00.000"}, agent_name="claude", agent_version="2.1")
    session(database, 2, agent_name="claude", agent_version="2.1")
    session(database, 3, agent_name="claude", agent_version="2.2")
    session(database, 4, agent_name="claude", agent_version="2.1", parent_id=1)
    sessions = database.ask(sessions_of("version", "claude 2.1", EVERYTHING, WEIGHTS))
    assert [line.id for line in sessions] == [2, 1]


def test_evaluations_of_a_task_stand_for_a_quality_that_its_execution_does_not_state(database: Database) -> None:
    execution(database, task_id="T", quality=None)
    execution(database, task_id="U", quality=1.0)
    execution(database, task_id="", quality=None)
    for task, score in (("T", 0.25), ("T", 0.75), ("U", 0.0), ("", 0.0)):
        execution(database, type="evaluation-outcome", task_id=task, quality=score)
    execution(database, type="minimality-evaluation", task_id="T", quality=0.0)
    [stats] = execution_stats(database.ask(execution_sums("agent", EVERYTHING)))
    assert (stats.tasks, stats.quality) == (3, 0.75)
    lines = {line.title: line.quality for line in database.ask(executions_of("agent", "a", EVERYTHING))}
    assert lines == {"a T": 0.5, "a U": 1.0, "a": None}
