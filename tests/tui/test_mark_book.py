"""What is new since the user looked: which sessions want to be read, from when on they are counted, what is written."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

from ppp_tui.model.live import LiveFacts
from ppp_tui.query.rows import LiveRow
from ppp_tui.query.sessions.user_marks import UserMark, Visits
from ppp_tui.tui.panes.mark_book import AWAY_MS, MarkBook, news_at
from tests.tui.live_rows import NOW_MS, row, session

MINUTE = 60_000


class FixedAnswers:
    """A database that answers what a test says, in order."""

    path = Path("database")

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)

    async def fetch(self, _query: Any) -> Any:
        """The next answer."""
        return self._answers.pop(0)

    async def open(self) -> None:
        """Nothing."""

    async def close(self) -> None:
        """Nothing."""

    async def data_version(self) -> int:
        """Always the same."""
        return 1


class Written:
    """A store that remembers, or fails."""

    def __init__(self, *, is_failing: bool = False) -> None:
        self.calls: list[tuple[object, ...]] = []
        self._is_failing = is_failing

    def _note(self, *call: object) -> None:
        if self._is_failing:
            raise OSError("disk full")
        self.calls.append(call)

    def mark_read(self, source: str, native_id: str, turn_number: int, at_ms: int) -> None:
        """Remembered."""
        self._note("read", source, native_id, turn_number, at_ms)

    def set_pinned(self, source: str, native_id: str, *, is_pinned: bool) -> None:
        """Remembered."""
        self._note("pin", source, native_id, is_pinned)

    def set_label(self, source: str, native_id: str, label: str) -> None:
        """Remembered."""
        self._note("label", source, native_id, label)

    def note_visit(self, at_ms: int) -> None:
        """Remembered."""
        self._note("visit", at_ms)


def done(number: int, ended_at: int, **facts: Any) -> LiveRow:
    """A session whose turn ended then."""
    return row(number, "finished", "finished", ended_at, facts=LiveFacts(turn_ended_at=ended_at, **facts))


async def book(
    visits: Visits, marks: dict[int, UserMark] | None = None, store: Written | None = None
) -> tuple[MarkBook, list[str]]:
    told: list[str] = []
    made = MarkBook(FixedAnswers(visits, marks or {}), store, told.append)
    await made.load([1, 2, 3], NOW_MS)
    return made, told


def test_session_has_news_when_it_ended_its_turn_and_none_once_its_user_went_on() -> None:
    assert news_at(done(1, NOW_MS - 5)) == NOW_MS - 5
    gone_on = LiveFacts(turn_ended_at=NOW_MS - 9, turn_started_at=NOW_MS - 5)
    assert news_at(row(1, "working", facts=gone_on)) == 0
    assert news_at(row(1, "asks", facts=LiveFacts(question_at=NOW_MS - 3, turn_started_at=NOW_MS - 5))) == NOW_MS - 3


async def test_session_that_was_read_is_unread_again_after_its_next_turn() -> None:
    marks = {1: UserMark(3, NOW_MS - 10), 2: UserMark(3, NOW_MS - 1)}
    made, _ = await book(Visits(NOW_MS - 99, NOW_MS - 50), marks)
    rows = [done(1, NOW_MS - 5), done(2, NOW_MS - 5), done(3, NOW_MS - 60)]
    assert made.unread(rows) == {1, 3}


async def test_turns_before_the_first_visit_are_no_news() -> None:
    made, _ = await book(Visits(NOW_MS - 50, NOW_MS - 20))
    assert made.unread([done(1, NOW_MS - 51), done(2, NOW_MS - 49)]) == {2}


async def test_news_are_counted_from_the_last_visit_on() -> None:
    made, _ = await book(Visits(NOW_MS - 90 * MINUTE, NOW_MS - 30 * MINUTE))
    rows = [done(1, NOW_MS - 40 * MINUTE), done(2, NOW_MS - 20 * MINUTE), done(3, NOW_MS - MINUTE)]
    assert made.news(rows, NOW_MS, UTC) == "2 new since 11:30"
    made.mark_read(rows[1].session, NOW_MS)
    made.mark_read(rows[2].session, NOW_MS)
    assert made.news(rows, NOW_MS, UTC) == ""


async def test_news_of_a_session_that_changed_are_counted_anew() -> None:
    made, _ = await book(Visits(NOW_MS - 90 * MINUTE, NOW_MS - 30 * MINUTE))
    kept, old = done(1, NOW_MS - 20 * MINUTE), done(2, NOW_MS - 40 * MINUTE)
    assert made.news([kept, old], NOW_MS, UTC) == "1 new since 11:30"
    assert made.news([kept, done(2, NOW_MS - MINUTE)], NOW_MS, UTC) == "2 new since 11:30"
    assert made.news([kept], NOW_MS, UTC) == "1 new since 11:30"


async def test_news_are_counted_from_when_the_user_left() -> None:
    made, _ = await book(Visits(NOW_MS - 90 * MINUTE, NOW_MS - 90 * MINUTE))
    later = NOW_MS + AWAY_MS + 1
    assert (made.is_user_here(later - 1), made.is_user_here(later)) == (True, False)
    made.note_key(later)
    assert made.is_user_here(later)
    rows = [done(1, NOW_MS - MINUTE), done(2, NOW_MS + MINUTE)]
    assert made.news(rows, later, UTC) == "1 new since 12:00"


async def test_read_mark_of_an_unchanged_session_is_written_once() -> None:
    store = Written()
    made, _ = await book(Visits(1, 1), store=store)
    seen = session(1, last_turn_number=4, last_at=NOW_MS - 5)
    assert (made.mark_read(seen, NOW_MS), made.mark_read(seen, NOW_MS + 1)) == (True, False)
    await made.flush()
    assert store.calls == [("visit", NOW_MS), ("read", "claude_code", "native-1", 4, NOW_MS)]


async def test_pins_and_labels_are_written_by_the_agents_name_of_the_session() -> None:
    store = Written()
    made, _ = await book(Visits(1, 1), store=store)
    assert (made.toggle_pin(session(1)), made.toggle_pin(session(1))) == (True, False)
    made.set_label(session(2), "keep")
    await made.flush()
    assert store.calls[1:] == [
        ("pin", "claude_code", "native-1", True),
        ("pin", "claude_code", "native-1", False),
        ("label", "claude_code", "native-2", "keep"),
    ]
    assert made.signs_of(session(2, last_at=0)) == "#keep "


async def test_session_without_a_name_is_marked_for_this_dashboard_alone() -> None:
    store = Written()
    made, _ = await book(Visits(1, 1), store=store)
    made.set_label(session(1, native_id=""), "keep")
    await made.flush()
    assert store.calls == [("visit", NOW_MS)]
    assert made.mark_of(1).label == "keep"


async def test_failing_disk_is_reported_once_and_marks_still_work() -> None:
    made, told = await book(Visits(1, 1), store=Written(is_failing=True))
    made.set_label(session(1), "keep")
    made.set_label(session(2), "keep")
    await made.flush()
    assert told == ["Marks are not kept: disk full"]
