"""Who starts to need the person: news once, silence about what was there before."""

from __future__ import annotations

from collections.abc import Sequence

from ppp_tui.query.rows import LiveRow
from ppp_tui.tui.notifications import Attention, find_new_requests, sentence
from tests.tui.live_rows import NOW_MS, row

WORKING = row(1, "working")
ASKS = row(1, "asks", "asks: Which provider?")
LONG_AGO = NOW_MS - 3_600_000


def rung(*looks: tuple[Sequence[LiveRow], int, bool]) -> list[list[int]]:
    """The sessions that each look rings for: rows, seconds after now, whether history is being read."""
    seen = Attention()
    found = []
    for rows, after_s, is_silent in looks:
        seen, news = find_new_requests(seen, rows, NOW_MS + 1000 * after_s, is_silent=is_silent)
        found.append([one.session.id for one in news])
    return found


def test_a_session_that_begins_to_ask_rings_once() -> None:
    assert rung(([WORKING], 0, False), ([ASKS], 1, False), ([ASKS], 2, False)) == [[], [1], []]


def test_first_check_rings_for_no_session() -> None:
    assert rung(([ASKS], 0, False)) == [[]]


def test_sessions_of_a_backfill_do_not_ring_afterwards() -> None:
    assert rung(([], 0, True), ([ASKS], 1, True), ([ASKS], 2, False)) == [[], [], []]


def test_guessed_state_with_an_early_begin_rings() -> None:
    guessed = row(1, "asks", "asks: Which?", since_ms=LONG_AGO, certainty="guessed")
    assert rung(([WORKING], 0, False), ([guessed], 1, False)) == [[], [1]]


def test_session_listed_with_an_old_question_does_not_ring() -> None:
    old, new = row(2, "asks", since_ms=LONG_AGO), row(3, "asks", since_ms=NOW_MS - 2_000)
    assert rung(([WORKING], 0, False), ([WORKING, old, new], 1, False)) == [[], [3]]


def test_session_rings_once_a_minute_and_does_not_delay_others() -> None:
    other = row(2, "finished")
    assert rung(
        ([WORKING, row(2)], 0, False),
        ([ASKS, row(2)], 1, False),
        ([WORKING, row(2)], 20, False),
        ([ASKS, other], 40, False),
        ([WORKING, other], 50, False),
        ([ASKS, other], 62, False),
    ) == [[], [1], [], [2], [], [1]]


def test_session_that_asks_after_it_finished_rings() -> None:
    assert rung(([row(1, "finished")], 0, False), ([ASKS], 1, False)) == [[], [1]]


def test_session_that_asked_and_then_finished_does_not_ring() -> None:
    assert rung(([ASKS], 0, False), ([row(1, "finished")], 1, False)) == [[], []]


def test_rings_older_than_a_minute_are_dropped() -> None:
    seen, _ = find_new_requests(Attention(), [WORKING], NOW_MS, is_silent=False)
    seen, _ = find_new_requests(seen, [ASKS], NOW_MS, is_silent=False)
    assert dict(seen.rung_ms) == {1: NOW_MS}
    seen, _ = find_new_requests(seen, [ASKS], NOW_MS + 60_000, is_silent=False)
    assert dict(seen.rung_ms) == {}


def test_a_notification_names_agent_folder_and_need() -> None:
    assert sentence(row(1, "asks", "asks: Which provider?", project="/home/dev/shop/")) == (
        "claude in shop asks: Which provider?"
    )
