"""Polls the database for changes and reports them to the dashboard.

It runs in a task of its own, so that neither keys nor the clock wait for the database. File events announce writes
where the system has them; a poll compares the times of two files, and queries the database if they changed. What
changed is fetched in one query, and only the screen that is shown is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, NamedTuple

from ppp_tui.paths import marks_file
from ppp_tui.query.changes import moved_since
from ppp_tui.query.connect import commit_stamp
from ppp_tui.query.errors import DatabaseMissingError, DatabaseUnusableError, QueryFailedError
from ppp_tui.tui.commit_watch import CommitWatch
from ppp_tui.tui.messages import DatabaseChanged

if TYPE_CHECKING:
    from ppp_tui.model.clock import Clock
    from ppp_tui.query.changes import Changes
    from ppp_tui.query.query import Query
    from ppp_tui.query.rows import Moved
    from ppp_tui.tui.ports import DatabaseAccess

POLL_S = 0.05
"""Seconds between two polls."""

GATHER_S = 0.005
"""Seconds between the first sign of a commit and the poll."""

LOAD_MS = 300
"""The whole state is loaded at most this often, however much changes at once."""

STALE_MS = 60_000
"""The whole state is loaded again when something changes after this time: sessions grow old and leave the list."""

ASK_MS = 2_000
"""The database is queried this often even if its files look unchanged: it may have been replaced, or fail."""

RETRY_MS = 1_000
"""Delay before the next query after a failure."""


UPGRADE_MS = 3_000
"""How long an ingest may take to bring a database of another version up to date before the user is told of it."""


class Listener(NamedTuple):
    """Callbacks for changes of the database."""

    moved: Callable[[DatabaseChanged], None]
    """Called when the database changed."""
    load: Callable[[int], Awaitable[None]]
    """Called to load the whole state, with the time at which sessions last changed; 0 for not yet."""
    changes_since: Callable[[int], Query[Changes]]
    """Returns the query for changes of the shared state after a revision."""
    changed: Callable[[Changes, int], None]
    """Called when these changes are complete; the time is as for `load`."""
    answered: Callable[[int], None]
    """Called with the time at which the database answered."""
    failed: Callable[[str], None]
    """Called with a sentence that gives the reason when the database did not answer."""
    marked: Callable[[], None]
    """Called when the user's marks changed, by this dashboard or another one."""


class ChangePoller:
    """Polls the database for the whole dashboard."""

    def __init__(self, database: DatabaseAccess, clock: Clock, listener: Listener) -> None:
        """Prepare polling; `run` or `poll` begin it."""
        self._database = database
        self._clock = clock
        self._listener = listener
        self._watch = CommitWatch(database.path)
        self._version: int | None = None
        self._next_version = 0
        self._stamp: tuple[int, ...] | None = None
        self._is_stamp_new = True
        self._asked_at = 0
        self._revision = 0
        self._moved_at = 0
        self._loaded_at = 0
        self._retry_at = 0
        self._is_load_due = False
        self._is_polling = False
        self._unusable_since = 0
        self._marks_stamp: tuple[int, int] | None = None
        self._is_first_look = True
        self._is_marked = False
        """Marks were made that no reader sees yet."""

    async def run(self) -> None:
        """Poll until cancelled."""
        watch = self._watch
        try:
            while True:
                watch.open()
                await self.poll()
                is_at_rest = self._version is not None and not self._is_stamp_new and not self._is_load_due
                await watch.wait(ASK_MS / 1000 if is_at_rest and watch.has_events else POLL_S)
                # The log is written piece by piece before the commit is one, and another commit may follow at once.
                await asyncio.sleep(GATHER_S if is_at_rest else POLL_S - GATHER_S)
        finally:
            watch.close()

    def request_load(self) -> None:
        """Load the whole state with the next poll, whether the database changed or not."""
        self._is_load_due = True
        self._watch.wake()

    def retry_later(self) -> None:
        """Load the whole state in `RETRY_MS`, and do not poll before: a query failed."""
        self._is_load_due = True
        self._retry_at = self._clock.now_ms() + RETRY_MS

    async def poll(self) -> None:
        """Poll the database once; do nothing while another poll is under way."""
        now_ms = self._clock.now_ms()
        if self._is_polling or 0 < self._retry_at - now_ms <= RETRY_MS:
            return
        self._is_polling = True
        try:
            await self._poll_database(now_ms)
            self._check_marks()
            self._is_first_look, self._unusable_since = False, 0
        except DatabaseUnusableError as error:
            self._watch.close()
            self._version, self._revision = None, 0
            self._unusable_since = self._unusable_since or now_ms
            if not 0 <= now_ms - self._unusable_since < UPGRADE_MS:
                self._listener.failed(str(error))
        except DatabaseMissingError:
            # Ingest has not created it yet: the next poll tries again.
            self._watch.close()
            self._version, self._revision = None, 0
        except QueryFailedError as error:
            # The next answer may come from another database, whose revisions begin anew.
            self._watch.close()
            self._version, self._revision = None, 0
            self._retry_at = now_ms + RETRY_MS
            self._listener.failed(str(error))
        finally:
            self._is_polling = False

    async def _poll_database(self, now_ms: int) -> None:
        database = self._database
        if self._version is None:
            await database.close()
            await database.open()
        is_changed = self._may_have_moved(now_ms) and await self._has_moved(now_ms)
        is_first = self._version is None
        # A clock that was put back must not stop the loading.
        since_ms = now_ms - self._loaded_at
        is_stale = is_changed and not 0 <= since_ms < STALE_MS
        may_load = is_stale or not 0 <= since_ms < LOAD_MS
        if is_changed and not (is_first or is_stale or (self._is_load_due and may_load)):
            changes = await database.fetch(self._listener.changes_since(self._revision))
            self._note(changes.moved, now_ms)
            if not changes.moved.is_everything:
                self._listener.changed(changes, self._moved_at)
                return
            self._report_changes(changes.moved)
        elif is_changed:
            moved = await database.fetch(moved_since(self._revision))
            self._note(moved, now_ms)
            self._report_changes(moved)
        if (self._is_load_due or is_stale) and may_load:
            self._is_load_due, self._loaded_at = False, now_ms
            await self._listener.load(self._moved_at)

    def _check_marks(self) -> None:
        """Tell of marks that were written since the last look."""
        try:
            marks = marks_file(self._database.path).stat()
        except OSError:
            return
        before, self._marks_stamp = self._marks_stamp, (marks.st_mtime_ns, marks.st_size)
        if before is None and not self._is_first_look:
            # Readers that were connected before there were any marks do not see them.
            self._version, self._is_marked = None, True
        elif self._is_marked or (before != self._marks_stamp and not self._is_first_look):
            self._is_marked = False
            self._listener.marked()

    def _may_have_moved(self, now_ms: int) -> bool:
        """Return whether the database may have changed, so that a query is worth its cost."""
        stamp = commit_stamp(self._database.path.resolve())
        is_new = stamp is None or stamp != self._stamp
        # A commit soon after another one may leave the same stamp: the next poll asks once more.
        may_have_moved = is_new or self._is_stamp_new
        self._stamp, self._is_stamp_new = stamp, is_new
        return may_have_moved or self._version is None or not 0 <= now_ms - self._asked_at < ASK_MS

    async def _has_moved(self, now_ms: int) -> bool:
        self._asked_at = now_ms
        version = await self._database.data_version()
        self._listener.answered(now_ms)
        is_changed, self._next_version = version != self._version, version
        return is_changed

    def _note(self, moved: Moved, now_ms: int) -> None:
        is_first = self._version is None
        self._is_load_due |= is_first or moved.is_everything
        if not is_first and moved.revision != self._revision:
            self._moved_at = now_ms
        self._version, self._revision = self._next_version, moved.revision

    def _report_changes(self, moved: Moved) -> None:
        if moved.trajectories or moved.is_everything:
            self._listener.moved(DatabaseChanged(moved.trajectories, moved.is_everything))
