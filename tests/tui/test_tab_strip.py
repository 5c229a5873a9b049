"""Tabs of a report: all of them where there is room, else those around the current one, with signs for the others."""

from __future__ import annotations

from ppp_tui.tui.widgets.status_bar import StripPart
from ppp_tui.tui.widgets.tab_strip import fitting_tabs

TABS = tuple(StripPart(name, "dim", name) for name in ("suites", "runs", "flaky", "retries", "trends"))
LONG = (StripPart("all projects", "dim"), StripPart("last 30 days: 2026-10-22 to 2026-11-20", "dim"))
SHORT = (StripPart("last 30 days", "dim"),)


def texts(current: int, width: int, *notes: tuple[StripPart, ...]) -> tuple[list[str], list[str]]:
    left, right = fitting_tabs(TABS, current, notes or (LONG, SHORT), width)
    return [part.text for part in left], [part.text for part in right]


def test_all_tabs_stand_beside_the_longest_notes_that_fit() -> None:
    names = [" suites", "runs", "flaky", "retries", "trends"]
    assert texts(0, 91) == (names, ["all projects", "last 30 days: 2026-10-22 to 2026-11-20"])
    assert texts(0, 90) == (names, ["last 30 days"])
    assert texts(0, 51) == (names, ["last 30 days"])


def test_without_room_the_tabs_around_the_current_one_stay() -> None:
    assert texts(0, 30) == ([" suites", "runs", "flaky", "›"], [])
    assert texts(2, 21) == ([" ‹", "flaky", "retries", "›"], [])
    assert texts(4, 30) == ([" ‹", "flaky", "retries", "trends"], [])


def test_a_sign_leads_to_the_nearest_tab_that_is_hidden() -> None:
    left, _ = fitting_tabs(TABS, 2, (SHORT,), 21)
    assert [part.key for part in left] == ["runs", "flaky", "retries", "trends"]


def test_a_note_that_the_user_set_stays_when_tabs_must_go() -> None:
    project = (StripPart("project api", "accent"), StripPart("last 30 days", "dim"))
    assert texts(1, 40, project) == ([" suites", "runs", "flaky", "›"], ["project api"])


def test_the_current_tab_is_shown_even_where_it_does_not_fit() -> None:
    assert texts(3, 5) == ([" ‹", "retries", "›"], [])
