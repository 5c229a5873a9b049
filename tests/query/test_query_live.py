"""Live's list: which sessions are in it, in what order, and what they are taken to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ppp_tui.model.clock import HOUR_MS
from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.query.changes import changes_since
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions.live import GROUPS, apply_changes, live_sessions, user_thresholds, with_states
from ppp_tui.query.sessions.session_lists import session
from ppp_tui.query.sql_helpers import in_clause
from tests.query.database_fixture import NOON_MS, Database, stored


def listed(database: Database, since_ms: int = NOON_MS - HOUR_MS, limit: int = 500) -> list[int]:
    return [row.id for row in database.ask(live_sessions(since_ms, limit))]


def test_sessions_with_a_sign_of_life_are_listed_the_newest_first(database: Database) -> None:
    database.session(1, {"last_at": "2026-11-20 11:30:00.000"})
    database.session(2, {"last_at": "2026-11-20 11:59:59.999"})
    database.session(3, {"last_at": "2026-11-20 10:59:59.999"})
    database.session(4, {"last_at": "2026-11-20 11:00:00.000"})
    database.session(5, {"last_at": None})
    assert listed(database) == [2, 1, 4]
    assert listed(database, limit=2) == [2, 1]
    assert listed(database, since_ms=-5) == [2, 1, 4, 3]


def test_a_session_lives_while_a_sub_agent_of_it_does(database: Database) -> None:
    database.session(1, {"last_at": "2026-11-20 09:00:00.000"})
    database.session(2, {"last_at": "2026-11-20 09:30:00.000"}, parent_id=1)
    database.session(3, {"last_at": "2026-11-20 11:50:00.000"}, parent_id=2)
    database.session(4, {"last_at": "2026-11-20 11:40:00.000"})
    database.session(5, {"last_at": "2026-11-20 11:20:00.000"}, parent_id=4)
    rows = database.ask(live_sessions(NOON_MS - HOUR_MS))
    assert [(row.id, NOON_MS - row.last_at, NOON_MS - row.tree_last_at) for row in rows] == [
        (1, 3 * HOUR_MS, 600_000),
        (4, 1_200_000, 1_200_000),
    ]


def test_a_sub_agents_life_is_progress_of_the_step_that_waits_for_it(database: Database) -> None:
    waiting = LiveFacts(
        last_at=NOON_MS - HOUR_MS,
        turn_number=1,
        turn_status="open",
        open_steps=(OpenStep("k", "subagent", "Task", "review", NOON_MS - HOUR_MS),),
    )
    database.session(1, {"last_at": "2026-11-20 11:00:00.000", "live": stored(waiting)})
    database.session(2, {"last_at": "2026-11-20 11:59:00.000"}, parent_id=1)
    database.session(3, {"last_at": "2026-11-20 11:00:00.000", "live": stored(waiting)})
    rows = database.ask(live_sessions(NOON_MS - 2 * HOUR_MS))
    assert [(row.id, row.facts.progress_at) for row in rows] == [(1, NOON_MS - 60_000), (3, 0)]
    judged = with_states(rows, NOON_MS)
    assert [(row.session.id, row.state.group) for row in judged] == [(1, "working"), (3, "idle")]


def test_many_sub_agents_of_one_session_do_not_crowd_out_another(database: Database) -> None:
    database.session(1, {"last_at": "2026-11-20 11:59:00.000"})
    for number in range(3, 8):
        database.session(number, {"last_at": "2026-11-20 11:58:00.000"}, parent_id=1)
    database.session(2, {"last_at": "2026-11-20 11:57:00.000"})
    assert listed(database, limit=2) == [1, 2]


@pytest.fixture
def row(database: Database) -> SessionRow:
    database.session(1)
    found = database.ask(session(1))
    assert found is not None
    return found


def asks(row: SessionRow, number: int, at: int) -> SessionRow:
    facts = LiveFacts(
        last_at=at,
        turn_status="completed",
        turn_ended_at=at,
        question="Which?",
        is_question_structured=True,
        question_at=at,
    )
    return replace(row, id=number, facts=facts)


def works(row: SessionRow, number: int, at: int, turn_started_at: int) -> SessionRow:
    facts = LiveFacts(last_at=at, turn_status="open", turn_started_at=turn_started_at, is_thinking=True)
    return replace(row, id=number, facts=facts)


def test_states_are_grouped_and_the_newest_of_a_group_leads(row: SessionRow) -> None:
    ended = replace(row, id=6, facts=LiveFacts(last_at=NOON_MS, turn_status="completed", ended_at=NOON_MS))
    failed = LiveFacts(last_at=NOON_MS, turn_status="failed", error_kind="auth", error_at=NOON_MS, is_error_final=True)
    rows = [
        ended,
        replace(row, id=5, facts=failed),
        works(row, 4, NOON_MS - 1000, NOON_MS - 9000),
        asks(row, 3, NOON_MS - 5000),
        asks(row, 2, NOON_MS - 1000),
        asks(row, 1, NOON_MS - 1000),
    ]
    judged = with_states(rows, NOON_MS)
    assert [row.session.id for row in judged] == [1, 2, 3, 4, 5, 6]
    assert [row.state.group for row in judged] == ["needs you"] * 3 + ["working", "stuck", "idle"]
    assert GROUPS == ("needs you", "finished", "working", "stuck", "idle")


def test_who_asks_stands_above_who_has_finished_since(row: SessionRow) -> None:
    done = LiveFacts(last_at=NOON_MS, turn_status="completed", turn_ended_at=NOON_MS)
    permission = LiveFacts(
        last_at=NOON_MS - 60_000, turn_status="open", waits_for="permission prompt", waits_at=NOON_MS - 60_000
    )
    rows = [replace(row, id=2, facts=done), asks(row, 3, NOON_MS - 90_000), replace(row, id=1, facts=permission)]
    judged = with_states(rows, NOON_MS)
    assert [(row.session.id, row.state.name) for row in judged] == [(1, "permission"), (3, "asks"), (2, "finished")]
    assert [row.state.group for row in judged] == ["needs you", "needs you", "finished"]


def test_a_working_session_keeps_its_place_whatever_it_does(row: SessionRow) -> None:
    older, newer = works(row, 1, NOON_MS - 8000, NOON_MS - 60_000), works(row, 2, NOON_MS - 7000, NOON_MS - 30_000)
    moved = works(row, 1, NOON_MS - 10, NOON_MS - 60_000)
    assert [row.session.id for row in with_states([older, newer], NOON_MS)] == [2, 1]
    assert [row.session.id for row in with_states([moved, newer], NOON_MS)] == [2, 1]


def test_only_processes_that_are_known_are_asked_for(row: SessionRow) -> None:
    asked: list[int] = []

    def is_alive(pid: int) -> bool:
        asked.append(pid)
        return False

    with_pid = replace(row, id=2, facts=works(row, 2, NOON_MS - 1000, NOON_MS - 2000).facts._replace(pid=77))
    elsewhere = replace(with_pid, id=3, host="build")
    rows = [works(row, 1, NOON_MS - 1000, NOON_MS - 2000), with_pid, elsewhere]
    judged = with_states(rows, NOON_MS, is_alive=is_alive)
    assert asked == [77], "another machine's processes are not this one's"
    states = {row.session.id: row.state.name for row in judged}
    assert states == {1: "working", 2: "ended", 3: "working"}


def test_the_users_own_times_are_those_of_commands_and_quick_steps() -> None:
    made = user_thresholds(
        finished_needs_you_ms=1, idle_after_ms=2, silent_tool_ms=3, permission_guess_ms=4, thinking_silent_ms=5
    )
    assert (made.finished_needs_you_ms, made.idle_after_ms, made.thinking_silent_ms) == (1, 2, 5)
    assert [made.silence_of(kind) for kind in ("shell", "tool", "unheard of", "read", "edit", "plan")] == [
        3,
        3,
        3,
        4,
        4,
        4,
    ]
    assert made.silence_of("subagent") == 30 * 60_000


@pytest.mark.parametrize(
    ("sql", "changed"),
    [
        ("UPDATE trajectory_summaries SET last_at = '2026-11-20 11:58:00.000' WHERE trajectory_id = 4", [4]),
        ("UPDATE trajectory_summaries SET last_at = '2026-11-20 11:58:00.000' WHERE trajectory_id = 3", [3]),
        ("UPDATE trajectory_summaries SET tree_requests = 7 WHERE trajectory_id = 1", [1]),
        ("UPDATE trajectory_summaries SET last_at = '2026-11-20 11:58:00.000' WHERE trajectory_id = 6", [6, 1]),
        ("UPDATE trajectories SET parent_id = 1 WHERE id = 4", [1, 4]),
        ("DELETE FROM trajectory_summaries WHERE trajectory_id = 4", [4]),
        ("UPDATE trajectories SET title = 'another' WHERE id = 6", [6]),
    ],
    ids=["newer", "a sub-agent", "sums alone", "came back", "became a sub-agent", "gone", "still too old"],
)
def test_a_list_brought_up_to_date_is_the_list_read_anew(database: Database, sql: str, changed: list[int]) -> None:
    waiting = LiveFacts(turn_number=1, turn_status="open", open_steps=(OpenStep("k", "subagent", "Task", "review", 5),))
    database.session(1, {"last_at": "2026-11-20 09:00:00.000", "live": stored(waiting)})
    database.session(2, {"last_at": "2026-11-20 11:30:00.000"}, parent_id=1)
    database.session(3, {"last_at": "2026-11-20 11:50:00.000"}, parent_id=2)
    database.session(4, {"last_at": "2026-11-20 11:40:00.000"})
    database.session(5, {"last_at": "2026-11-20 11:45:00.000"})
    database.session(6, {"last_at": "2026-11-20 10:00:00.000"})
    since_ms = NOON_MS - HOUR_MS
    before = database.ask(live_sessions(since_ms))
    database.writer.execute("PRAGMA foreign_keys = OFF")
    database.writer.execute(sql)
    marks, ids = in_clause(changed)
    database.writer.execute(f"UPDATE trajectory_summaries SET revision = 9 WHERE trajectory_id IN ({marks})", ids)
    database.writer.commit()
    after = apply_changes(before, changed, database.ask(changes_since(8, NOON_MS, NOON_MS)).sessions, since_ms)
    assert after == database.ask(live_sessions(since_ms))


def test_a_list_brought_up_to_date_forgets_who_has_grown_old_and_keeps_to_its_length(database: Database) -> None:
    for number in (1, 2, 3):
        database.session(number, {"last_at": f"2026-11-20 11:0{number}:00.000"})
    before = database.ask(live_sessions(NOON_MS - HOUR_MS))
    assert [row.id for row in apply_changes(before, [], [], NOON_MS - HOUR_MS + 90_000)] == [3, 2]
    assert [row.id for row in apply_changes(before, [], [], NOON_MS - HOUR_MS, limit=1)] == [3]
