"""What Live tells of a session beside its row: last words, cache, sub-agents, waits, changed files."""

from __future__ import annotations

from ppp_tui.query.sessions.live_details import (
    ChangedFile,
    LastRequest,
    LiveDetail,
    WaitedForUser,
    active_children,
    changed_files,
    live_details,
    waited_for_user,
)
from tests.query.database_fixture import NOON_MS, Database

MINUTE = 60_000
HOUR = 60 * MINUTE
MIDNIGHT_MS = NOON_MS - 12 * HOUR
MONDAY_MS = MIDNIGHT_MS - 4 * 24 * HOUR


def test_last_words_are_those_of_the_newest_message_not_of_the_newest_step(database: Database) -> None:
    database.session(1)
    database.step(1, 1, 1, kind="message", input_preview="I begin.")
    database.step(1, 2, 1, kind="message", input_preview="All is green.")
    database.step(1, 2, 2, kind="shell", input_preview="ls")
    database.session(2)
    database.step(2, 1, 1, kind="message", input_preview="Another session.")
    details = database.ask(live_details([1, 2]))
    assert (details[1].last_words, details[2].last_words) == ("All is green.", "Another session.")


def test_session_without_steps_and_requests_has_nothing_to_tell(database: Database) -> None:
    database.session(1)
    assert database.ask(live_details([1])) == {1: LiveDetail("", None)}


def test_cache_lives_as_long_as_the_column_it_was_written_in_says(database: Database) -> None:
    for number, (short, long) in enumerate(((400, 0), (0, 400), (0, 0), (100, 400)), 1):
        database.session(number)
        database.usage(
            number,
            1,
            1,
            "2026-11-20 11:59:00.000",
            50,
            input_tokens=10,
            cache_read_tokens=1_000,
            cache_write_5m_tokens=short,
            cache_write_1h_tokens=long,
        )
    details = database.ask(live_details([1, 2, 3, 4]))
    assert {number: detail.last_request for number, detail in details.items()} == {
        1: LastRequest(NOON_MS - MINUTE, "m1", 1_460, 5 * MINUTE),
        2: LastRequest(NOON_MS - MINUTE, "m1", 1_460, HOUR),
        3: LastRequest(NOON_MS - MINUTE, "m1", 1_060, None),
        4: LastRequest(NOON_MS - MINUTE, "m1", 1_560, HOUR),
    }


def test_request_that_only_read_the_cache_renews_what_was_written_before(database: Database) -> None:
    database.session(1)
    database.usage(1, 1, 1, "2026-11-20 11:50:00.000", 5, cache_write_5m_tokens=400)
    database.usage(1, 1, 2, "2026-11-20 11:58:00.000", 5, cache_read_tokens=400)
    request = database.ask(live_details([1]))[1].last_request
    assert request is not None
    assert (request.at, request.cache_ms) == (NOON_MS - 2 * MINUTE, 5 * MINUTE)


def test_request_beside_the_conversation_renews_no_cache(database: Database) -> None:
    database.session(1)
    database.usage(1, 1, 1, "2026-11-20 11:50:00.000", 5, cache_write_5m_tokens=400)
    database.usage(1, 1, 2, "2026-11-20 11:59:00.000", 5, is_aside=1)
    request = database.ask(live_details([1]))[1].last_request
    assert request is not None
    assert request.at == NOON_MS - 10 * MINUTE


def test_sub_agents_of_sub_agents_are_listed_while_they_give_signs_of_life(database: Database) -> None:
    database.session(1)
    database.session(2, {"last_at": "2026-11-20 11:59:00.000"}, parent_id=1)
    database.session(3, {"last_at": "2026-11-20 11:58:00.000"}, parent_id=2)
    database.session(4, {"last_at": "2026-11-20 11:00:00.000"}, parent_id=1)
    database.session(5)
    rows = database.ask(active_children([1], NOON_MS - 10 * MINUTE))
    assert [(row.id, row.parent_id) for row in rows] == [(2, 1), (3, 2)]


def test_session_waits_from_the_end_of_a_turn_to_the_next_prompt(database: Database) -> None:
    database.session(1)
    database.turn(1, 1, timestamp="2026-11-20 11:00:00.000", ended_at="2026-11-20 11:10:00.000")
    database.turn(1, 2, timestamp="2026-11-20 11:30:00.000", ended_at="2026-11-20 11:40:00.000")
    database.put("turn_times", id=(1 << 20) + 2, tool_ms=0, waiting_ms=90_000, retry_ms=0)
    waits = database.ask(waited_for_user([1], MIDNIGHT_MS, MONDAY_MS))
    assert waits == {1: WaitedForUser(20 * MINUTE + 90_000, 20 * MINUTE + 90_000, is_lower_bound=False)}


def test_wait_over_midnight_counts_from_midnight_for_today_and_whole_for_the_week(database: Database) -> None:
    database.session(1)
    database.turn(1, 1, timestamp="2026-11-19 22:00:00.000", ended_at="2026-11-19 23:00:00.000")
    database.turn(1, 2, timestamp="2026-11-20 08:00:00.000", ended_at="2026-11-20 08:01:00.000")
    waits = database.ask(waited_for_user([1], MIDNIGHT_MS, MONDAY_MS))
    assert waits == {1: WaitedForUser(8 * HOUR, 9 * HOUR, is_lower_bound=False)}


def test_turn_of_which_no_end_is_known_makes_a_wait_a_lower_bound(database: Database) -> None:
    database.session(1)
    database.turn(1, 1, timestamp="2026-11-20 08:00:00.000", ended_at=None, status="interrupted")
    database.turn(1, 2, timestamp="2026-11-20 09:00:00.000", ended_at=None, status="open")
    waits = database.ask(waited_for_user([1], MIDNIGHT_MS, MONDAY_MS))
    assert waits == {1: WaitedForUser(0, 0, is_lower_bound=True)}


def test_changed_files_are_those_that_this_session_edited_the_most_edited_first(database: Database) -> None:
    edits = ((1, 1, "a.py", "edit"), (1, 2, "b.py", "edit"), (1, 3, "b.py", "edit"), (1, 4, "c.py", "read"))
    for trajectory, number, path, action in (*edits, (2, 1, "d.py", "edit")):
        place = (((trajectory << 20) + 1) << 20) + number
        database.put("file_accesses", id=place, path=path, action=action, at="2026-11-20 11:00:00.000", tokens=1)
    assert database.ask(changed_files(1)) == [ChangedFile("b.py", 2), ChangedFile("a.py", 1)]


def test_nothing_that_live_reads_looks_at_all_turns_steps_or_requests(database: Database) -> None:
    queries = (
        live_details([1, 2]),
        active_children([1, 2], NOON_MS),
        waited_for_user([1, 2], MIDNIGHT_MS, MONDAY_MS),
        changed_files(1),
    )
    assert [database.plan(query) for query in queries] == [set(), set(), set(), set()]
