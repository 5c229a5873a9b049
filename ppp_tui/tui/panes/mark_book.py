"""The user's marks of sessions and what is new since they looked: held in memory, written in threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import NamedTuple

from ppp_tui.model.clock import DAY_MS, MINUTE_MS
from ppp_tui.query.rows import LiveRow, SessionRow
from ppp_tui.query.sessions.user_marks import UserMark, Visits, user_marks, visits
from ppp_tui.text.format import clock_time, count, date_time
from ppp_tui.tui.ports import DatabaseAccess, MarksStore

AWAY_MS = 5 * MINUTE_MS
"""Time without a key press after which the user counts as away; news are then counted from when they left."""

VISIT_MS = MINUTE_MS
"""The time of a visit is written at most this often."""

NO_MARK = UserMark()


class _Key(NamedTuple):
    source: str
    native_id: str


class MarkBook:
    """The user's marks of the sessions that were loaded so far."""

    def __init__(self, database: DatabaseAccess, store: MarksStore | None, report: Callable[[str], None]) -> None:
        """Keep marks in `store`, or without one until the dashboard ends; `report` is called once if writing fails."""
        self._database = database
        self._store = store
        self._report = report
        self._marks: dict[int, UserMark] = {}
        self._visits: Visits | None = None
        self._since = 0
        """Time from which on news are counted."""
        self._news: tuple[Sequence[LiveRow], int, int] | None = None
        """Rows, the time from which on news were counted in them, and their number; None once marks were read."""
        self._news_by_session: dict[int, tuple[LiveRow, bool]] = {}
        """The rows of the last count by session, and whether each is news."""
        self._seen_at = 0
        """Time of the last key press."""
        self._visit_written_at = 0
        self._has_failed = False
        self._tasks: set[asyncio.Task[None]] = set()

    def mark_of(self, trajectory_id: int) -> UserMark:
        """Return the mark of a session, an empty one if none was loaded."""
        return self._marks.get(trajectory_id, NO_MARK)

    async def load(self, trajectory_ids: Sequence[int], now_ms: int) -> None:
        """Read the marks of sessions that were not loaded yet. Raises QueryFailedError and DatabaseMissingError."""
        if self._visits is None:
            self._news = None
            self._visits = await self._database.fetch(visits())
            if not self._visits.first_at:
                self._visits = Visits(now_ms, now_ms)
            self._since = self._since or self._visits.last_at
            self.note_key(now_ms)
        missing = [number for number in trajectory_ids if number not in self._marks]
        if missing:
            read = await self._database.fetch(user_marks(missing))
            for number in missing:
                self._marks.setdefault(number, read.get(number, NO_MARK))
            self._news = None

    async def load_again(self) -> None:
        """Read the marks at hand again: another dashboard may have changed them.

        Raises QueryFailedError and DatabaseMissingError.
        """
        await self.flush()
        numbers = list(self._marks)
        read = await self._database.fetch(user_marks(numbers))
        if not self._tasks:
            # A mark that was set during the reading is newer.
            self._marks.update({number: read.get(number, NO_MARK) for number in numbers})
            self._news = None

    # News

    def is_unread(self, row: LiveRow) -> bool:
        """Return whether a session asked, finished or failed since the user read it."""
        if self._visits is None:
            return False
        return news_at(row) > (self.mark_of(row.session.id).read_at or self._visits.first_at)

    def signs_of(self, session: SessionRow) -> str:
        """Return the signs before a session's title in a list: ``• ★ #keep ``, '' where nothing is marked."""
        mark = self.mark_of(session.id)
        first_at = self._visits.first_at if self._visits is not None else session.last_at
        unread = "• " if session.last_at > (mark.read_at or first_at) else ""
        return f"{unread}{'★ ' if mark.is_pinned else ''}{f'#{mark.label} ' if mark.label else ''}"

    def unread(self, rows: Sequence[LiveRow]) -> frozenset[int]:
        """Return the unread sessions."""
        return frozenset(row.session.id for row in rows if self.is_unread(row))

    def news(self, rows: Sequence[LiveRow], now_ms: int, zone: tzinfo) -> str:
        """Return the number of sessions with news since the user looked: ``2 new since 18:20``, '' for none."""
        if self._news is None or self._news[0] is not rows or self._news[1] != self._since:
            earlier = self._news_by_session if self._news is not None and self._news[1] == self._since else {}
            self._news_by_session = {}
            number = 0
            for row in rows:
                entry = earlier.get(row.session.id)
                if entry is None or entry[0] is not row:
                    entry = row, news_at(row) > self._since and self.is_unread(row)
                self._news_by_session[row.session.id] = entry
                number += entry[1]
            self._news = rows, self._since, number
        number = self._news[2]
        if not number or not self._since:
            return ""
        is_today = now_ms - self._since < DAY_MS
        when = clock_time(self._since, zone, seconds=False) if is_today else date_time(self._since, zone)[5:16]
        return f"{count(number)} new since {when}"

    def note_key(self, now_ms: int) -> None:
        """Record that the user pressed a key, so that they are present or have come back."""
        if self._seen_at and now_ms - self._seen_at > AWAY_MS:
            self._since = self._seen_at
        self._seen_at = now_ms
        if self._visits is not None and not 0 <= now_ms - self._visit_written_at < VISIT_MS:
            self._visit_written_at = now_ms
            self._write(lambda store: store.note_visit(now_ms))

    def is_user_here(self, now_ms: int) -> bool:
        """Return whether the user pressed a key within `AWAY_MS`."""
        return bool(self._seen_at) and now_ms - self._seen_at <= AWAY_MS

    # Marks

    def mark_read(self, session: SessionRow, now_ms: int) -> bool:
        """Mark a session as read up to now; return False if it was already."""
        mark = self.mark_of(session.id)
        if mark.read_turn >= session.last_turn_number and mark.read_at >= max(session.last_at, _told_at(session)):
            return False
        turn = max(mark.read_turn, session.last_turn_number)
        self._marks[session.id] = mark._replace(read_turn=turn, read_at=now_ms)
        self._news = None
        key = _key(session)
        if key is not None:
            self._write(lambda store: store.mark_read(*key, turn, now_ms))
        return True

    def toggle_pin(self, session: SessionRow) -> bool:
        """Pin a session or unpin it; return whether it is pinned now."""
        mark = self.mark_of(session.id)
        self._marks[session.id] = mark._replace(is_pinned=not mark.is_pinned)
        key = _key(session)
        if key is not None:
            self._write(lambda store: store.set_pinned(*key, is_pinned=not mark.is_pinned))
        return not mark.is_pinned

    def set_label(self, session: SessionRow, label: str) -> None:
        """Set the label of a session, a single word; '' removes it."""
        self._marks[session.id] = self.mark_of(session.id)._replace(label=label)
        key = _key(session)
        if key is not None:
            self._write(lambda store: store.set_label(*key, label))

    def _write(self, write: Callable[[MarksStore], None]) -> None:
        if self._store is not None:
            task = asyncio.get_running_loop().create_task(self._written(self._store, write))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _written(self, store: MarksStore, write: Callable[[MarksStore], None]) -> None:
        try:
            await asyncio.to_thread(write, store)
        except OSError as error:
            if not self._has_failed:
                self._has_failed = True
                self._report(f"Marks are not kept: {error}")

    async def flush(self) -> None:
        """Wait until all marks are written."""
        await asyncio.gather(*self._tasks)


def _key(session: SessionRow) -> _Key | None:
    return _Key(session.source, session.native_id) if session.native_id else None


def _told_at(session: SessionRow) -> int:
    facts = session.facts
    return max(facts.turn_ended_at, facts.question_at, facts.error_at, facts.waits_at)


def news_at(row: LiveRow) -> int:
    """Return when a session last asked, ended its turn, failed or waited; 0 where its user has gone on since."""
    at = _told_at(row.session)
    if row.state.group == "finished" or (row.state.group == "needs you" and not at):
        at = max(at, row.state.since)
    return at if at >= row.session.facts.turn_started_at else 0
