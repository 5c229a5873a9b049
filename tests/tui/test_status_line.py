"""The counts of the status line: who waits is told apart from who is at work, and gives way where room is scarce."""

from __future__ import annotations

from dataclasses import replace

from ppp_tui.query.rows import NewestAlert
from ppp_tui.tui.dashboard_state import DashboardState
from ppp_tui.tui.status_line import Phrase, Room, status_lines
from tests.tui.live_rows import NOW_MS, row

BOARD = DashboardState(rows=(row(1, "asks"), row(2, "finished"), row(3, "finished"), row(4, "idle")))


def test_a_finished_session_is_not_counted_as_one_that_needs_the_user() -> None:
    told = status_lines(BOARD, NOW_MS, Room(80, 80)).above
    assert [(phrase.text, phrase.tone, phrase.key) for phrase in told] == [
        ("◆ 1 needs you", "needs-you", "group needs you"),
        ("◇ 2 finished", "good", "group finished"),
    ]


def test_the_count_of_finished_sessions_goes_below_where_the_navigation_leaves_no_room() -> None:
    lines = status_lines(BOARD, NOW_MS, Room(26, 80))
    assert [phrase.text for phrase in lines.above] == ["◆ 1 needs you"]
    assert [phrase.text for phrase in lines.below_left] == ["◇ 2 finished"]


def test_sessions_at_work_are_counted_below_before_those_that_wait_for_the_user() -> None:
    board = replace(BOARD, rows=(row(1, "asks"), row(2, "working"), row(3, "limited"), row(4, "finished")))
    lines = status_lines(board, NOW_MS, Room(24, 80))
    assert [phrase.text for phrase in lines.above] == ["◆ 1 needs you", "✕ 1 stuck"]
    assert [phrase.text for phrase in lines.below_left] == ["◇ 1 finished", "● 1 working"]


def test_counts_that_just_fit_stay_above() -> None:
    assert [phrase.text for phrase in status_lines(BOARD, NOW_MS, Room(27, 80)).above] == [
        "◆ 1 needs you",
        "◇ 2 finished",
    ]


ALERTED = replace(BOARD, totals=BOARD.totals._replace(open_alerts=2))


def test_open_alerts_are_counted_after_the_sessions() -> None:
    above = status_lines(ALERTED, NOW_MS, Room(80, 80)).above
    assert [(phrase.text, phrase.tone) for phrase in above][1:] == [("◇ 2 finished", "good"), ("2 alerts", "stuck")]


def test_rule_of_the_newest_alert_is_named_where_it_fits_and_is_harmless() -> None:
    newest = NewestAlert(3, "context > 90", "cla\x1bude")
    board = replace(ALERTED, totals=ALERTED.totals._replace(newest_alert=newest))
    named = "2 alerts: context > 90 (cla␛ude)"
    assert [phrase.text for phrase in status_lines(board, NOW_MS, Room(80, 80)).above][2:] == [named]
    assert [phrase.text for phrase in status_lines(board, NOW_MS, Room(50, 80)).above][2:] == ["2 alerts"]
    assert [phrase.text for phrase in status_lines(board, NOW_MS, Room(27, 80)).below_left][:1] == ["2 alerts"]


def test_open_alerts_do_not_push_out_who_needs_the_user() -> None:
    lines = status_lines(ALERTED, NOW_MS, Room(27, 80))
    assert [phrase.text for phrase in lines.above] == ["◆ 1 needs you", "◇ 2 finished"]
    assert [phrase.text for phrase in lines.below_left] == ["2 alerts"]


def test_money_stays_in_place_as_counts_and_notes_come_and_go() -> None:
    loaded = replace(BOARD, is_loaded=True)
    bare = status_lines(replace(loaded, rows=()), NOW_MS, Room(26, 160)).below_left
    told = status_lines(loaded, NOW_MS, Room(26, 160), [Phrase("2 marked", "accent")]).below_left
    assert [phrase.text.split()[0] for phrase in bare] == ["today", "burn", "cache", "database"]
    assert [phrase.text.split()[0] for phrase in told] == ["today", "burn", "cache", "◇", "2", "database"]


def test_notes_are_the_last_to_go_without_room() -> None:
    loaded = replace(BOARD, is_loaded=True)
    told = status_lines(loaded, NOW_MS, Room(26, 45), [Phrase("2 marked", "accent")]).below_left
    assert [phrase.text for phrase in told] == ["◇ 2 finished", "2 marked"]
