"""What stands behind sums: failures of a group, uses of a file, sessions that asked."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from ppp_tui.model.clock import HOUR_MS
from ppp_tui.query.quality import drilldown as behind
from ppp_tui.query.quality.retry_history import By
from ppp_tui.query.scope import Scope
from tests.query.database_fixture import NOON_MS, Database
from tests.query.test_query_work import access, chain, row_id


@pytest.fixture
def retried(database: Database) -> Database:
    """Two overloads at ten, one of codex at thirteen, a tool of the same reason, and a copy that counts nowhere."""
    chain(database, 1, "recovered")
    chain(database, 2, "gave_up", agent_name="codex", started_at="2026-11-20 13:00:00.000")
    chain(database, 3, "recovered", reason="network", project="/docs")
    chain(database, 4, "recovered", kind="tool", tool="Bash")
    chain(database, 5, "recovered", is_copy=1)
    return database


@pytest.mark.parametrize(
    ("by", "key", "scope", "numbers"),
    [
        ("reason", "overloaded", Scope(), [2, 1]),
        ("agent", "claude", Scope(), [3, 1]),
        ("hour", "13", Scope(), [2]),
        ("project", "/docs", Scope(), [3]),
        ("model", "m1", Scope(until_ms=NOON_MS), [3, 1]),
        ("reason", "overloaded", Scope(since_ms=NOON_MS), [2]),
        ("reason", "overloaded", Scope(project="/docs"), []),
    ],
)
def test_the_failures_of_a_group_come_newest_first(
    retried: Database, by: By, key: str, scope: Scope, numbers: list[int]
) -> None:
    found = retried.ask(behind.chains_of_group(by, key, "request", scope))
    assert [entry.id for entry in found] == [row_id(number) for number in numbers]


def test_failures_of_an_hour_are_those_of_the_users_day(retried: Database) -> None:
    found = retried.ask(behind.chains_of_group("hour", "18", "request", zone=ZoneInfo("Asia/Kolkata")))
    assert [entry.id for entry in found] == [row_id(2)]


def test_failures_of_an_hour_are_found_on_both_sides_of_midnight_utc_and_of_a_clock_that_is_set(
    database: Database,
) -> None:
    # 09:10 in Adelaide is 22:40 UTC of the day before with summer time, 23:40 without it.
    chain(database, 1, "recovered", started_at="2026-11-20 22:40:00.000")
    chain(database, 2, "recovered", started_at="2026-06-20 23:40:00.000")
    chain(database, 3, "recovered", started_at="2026-06-20 22:40:00.000")
    chain(database, 4, "recovered", started_at="2026-11-20 23:35:00.000")
    # 09:10 in Kiritimati is 19:10 UTC of the day before.
    chain(database, 5, "recovered", started_at="2026-11-20 19:10:00.000")
    for zone, numbers in (("Australia/Adelaide", [1, 2]), ("Pacific/Kiritimati", [5])):
        found = database.ask(behind.chains_of_group("hour", "09", "request", zone=ZoneInfo(zone)))
        assert [entry.id for entry in found] == [row_id(number) for number in numbers]


def test_failures_of_a_rare_group_are_found_behind_many_newer_ones(database: Database) -> None:
    chain(database, 1, "recovered", reason="rare", started_at="2026-11-19 10:00:00.000")
    for number in range(2, 5100):
        chain(database, number, "recovered")
    groups: tuple[tuple[By, str, str], ...] = (("reason", "rare", "UTC"), ("hour", "11", "Europe/Berlin"))
    for by, key, zone in groups:
        found = database.ask(behind.chains_of_group(by, key, "request", zone=ZoneInfo(zone), limit=6000))
        assert row_id(1) in {entry.id for entry in found}


def test_a_failure_leads_to_its_turn(retried: Database) -> None:
    [found] = retried.ask(behind.chains_of_group("reason", "overloaded", "tool"))
    assert (found.trajectory_id, found.turn_number, found.tool, found.outcome) == (1, 1, "Bash", "recovered")


def test_the_uses_of_a_file_come_newest_first_whatever_was_done(database: Database) -> None:
    access(database, 1, "a.py", "read", "10:00")
    access(database, 2, "a.py", "edit", "10:30", agent_name="codex")
    access(database, 3, "a.py", "read", "11:00")
    access(database, 4, "a.py", "read", "12:00", is_copy=1)
    access(database, 5, "b.py", "read", "12:00")
    found = database.ask(behind.file_visits("/shop", "a.py"))
    assert [(one.agent_name, one.action, one.turn_number, one.step_number, one.tokens) for one in found] == [
        ("claude", "read", 1, 3, 300),
        ("codex", "edit", 1, 2, 200),
        ("claude", "read", 1, 1, 100),
    ]
    assert [one.id for one in database.ask(behind.file_visits("/shop", "a.py", limit=1))] == [row_id(3)]


@pytest.fixture
def asked(database: Database) -> Database:
    database.session(1, {"turns": 4, "low_questions": 2, "high_questions": 1, "violations": 3})
    database.session(2, {"turns": 6, "medium_questions": 1}, title="")
    database.turn(2, 1, prompt="\nMend the pay page\nplease")
    database.session(3, {"turns": 5})
    database.session(4, {"turns": 1, "low_questions": 9, "last_at": "2026-11-19 12:00:00.000"}, agent_name="codex")
    return database


def test_questions_and_violations_are_summed_by_agent(asked: Database) -> None:
    assert asked.ask(behind.conduct_sums()) == [("claude", 3, 15, 2, 1, 1, 3), ("codex", 1, 1, 9, 0, 0, 0)]
    of_a_day = asked.ask(behind.conduct_sums(Scope(since_ms=NOON_MS - HOUR_MS)))
    assert [one.agent_name for one in of_a_day] == ["claude"]
    assert of_a_day[0].questions == 4


def test_sessions_that_asked_nothing_stand_behind_nothing(asked: Database) -> None:
    found = asked.ask(behind.conduct_sessions(Scope(agent="claude")))
    assert sorted((one.trajectory_id, one.title, one.low, one.violations) for one in found) == [
        (1, "Title 1", 2, 3),
        (2, "Mend the pay page", 0, 0),
    ]


def test_no_sum_of_many_is_read_through_to_find_a_file(database: Database) -> None:
    assert database.plan(behind.file_visits("/shop", "a.py")) == set()
