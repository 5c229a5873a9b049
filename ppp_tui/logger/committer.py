"""The thread that replays a logger's journal into the database, and the journals that other loggers left.

Where an ingest follows the database, the ingest replays the journal, and this thread only reads how far it is. Else it
commits when `buffer_size` entries wait, every `flush_interval_ms`, when asked to, and as soon as nothing more seems
to come: a lone turn is on the screens at once. After an error it tries again, later and later; the journal keeps
all.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ppp_tui.logger.journal_queue import JournalQueue
from ppp_tui.logger.memory_journal import MemoryJournal
from ppp_tui.store.connect import DatabaseError, DatabaseGoneError
from ppp_tui.store.logged.journal import Journal, JournalPiece

if TYPE_CHECKING:
    from ppp_tui.store.logged.effects import Derived
    from ppp_tui.store.logged.entries import Entry
    from ppp_tui.store.write import Writer

LULL_S = 0.02
"""Seconds without another entry after which nothing more seems to come."""

PAUSE_S = 0.06
"""Seconds between two commits while entries keep coming and there is room for them: each commit has a cost."""

AWAKE_S = 2.0
"""Seconds for which it looks every `LULL_S` after the last entry."""

FIRST_WAIT_S = 0.05
"""Seconds before a failed commit is tried again; each further time waits twice as long."""

BUSY_MS = 250
"""Milliseconds that a commit waits for another process; after that no call waits for room (`JournalQueue.fail`)."""

PATIENCE_S = 1.0
"""Seconds: a warning that another program holds the database is given when the waits have grown beyond this."""

MAX_WAIT_S = 5.0
"""The longest of these waits, in seconds."""

MAX_BEHIND_BYTES = 4 << 20
"""How far an ingest may be behind before calls have to wait for it."""

INGEST_WAIT_S = 0.2
"""Seconds for which an ingest that replays the journal may do something else before this thread commits."""


class Committer:
    """One thread, one connection."""

    def __init__(self, database: Path, queue: JournalQueue) -> None:
        """Prepare the thread; `start` begins it."""
        self._database = database
        self._queue = queue
        self._writer: Writer | None = None
        self._offset = 0
        self._piece: JournalPiece | None = None
        self._refused = 0
        """Entries of the current journal that the ingest refused."""
        self._ahead = 0
        """Entries that were counted as taken before they were read, because the ingest is to replay them."""
        self._committed_s = 0.0
        """When the last commit ended."""
        self._moved_s = 0.0
        """When the ingest last made progress, or was last given time to."""
        self._passed_over: set[Path] = set()
        self._is_flushing = False
        self._until: float | None = None
        self._warned = ""
        self._is_database_new = False
        self._at_work = threading.Lock()
        """Held while SQLite is at work: a child forked meanwhile could never use SQLite."""
        self._thread = threading.Thread(target=self._run, name="ppp-tui logger", daemon=True)

    def start(self) -> None:
        """Begin to commit."""
        self._thread.start()

    def flush(self) -> None:
        """Commit waiting entries without waiting for more."""
        self._is_flushing = True
        self._queue.wakeup.set()

    def stop(self, timeout_s: float) -> None:
        """Commit waiting entries within so many seconds, and end."""
        self._until = time.monotonic() + timeout_s
        self._queue.wakeup.set()
        self._thread.join(timeout_s + 1.0)

    def before_fork(self) -> None:
        """Wait until nothing is being written, and keep the thread from writing."""
        self._at_work.acquire()

    def after_fork_in_parent(self) -> None:
        """Let the thread write again."""
        self._at_work.release()

    def _run(self) -> None:
        try:
            if not self._has_ingest():
                self._replay_left_journals()
            while self._wait():
                self._commit_all()
            self._commit_all()
        finally:
            self._close()

    @property
    def _is_over(self) -> bool:
        return self._until is not None and time.monotonic() >= self._until

    def _wait(self) -> bool:
        """Wait until there is something to commit; return False when it is time to end."""
        queue = self._queue
        options = queue.options
        self._rest()
        until = time.monotonic() + options.flush_interval_ms / 1000
        while self._until is None and not self._is_flushing:
            now = time.monotonic()
            has_enough = queue.waiting >= options.buffer_size
            if now >= until or (has_enough and now >= self._committed_s + PAUSE_S):
                break
            put_before = queue.put_count
            is_asked = queue.wakeup.wait(min(until - now, LULL_S))
            if (has_enough and is_asked) or (not is_asked and queue.put_count == put_before):
                break
            queue.wakeup.clear()
        queue.wakeup.clear()
        self._is_flushing = False
        return self._until is None

    def _rest(self) -> None:
        """Wait for the first entry: poll for a while, so that no call need wake this thread; then until woken."""
        queue = self._queue
        looks = round(AWAKE_S / LULL_S)
        while self._until is None and not (self._is_flushing or queue.waiting or queue.unsafe):
            queue.is_asleep = looks <= 0
            # A call that put an entry in before `is_asleep` was set did not wake this thread.
            if not queue.waiting:
                queue.wakeup.wait(LULL_S if looks > 0 else None)
                queue.wakeup.clear()
            looks -= 1
        queue.is_asleep = False

    def _commit_all(self) -> None:
        """Commit all waiting entries, and retry failed ones until it is time to end."""
        queue = self._queue
        wait_s = FIRST_WAIT_S
        self._moved_s = time.monotonic()
        while queue.is_behind or queue.unsafe or len(queue.journals) > 1:
            if self._follow_ingest():
                if self._is_over:
                    return
                continue
            try:
                with self._at_work:
                    queue.retry()
                    self._commit_piece()
                self._warn(queue.journal_trouble)
                is_stuck = bool(queue.journal_trouble) and not queue.waiting
            except (DatabaseError, OSError, sqlite3.Error) as error:
                if isinstance(error, DatabaseGoneError):
                    self._drop_database()
                queue.fail(str(error))
                if not _is_busy(error) or wait_s > PATIENCE_S:
                    self._warn(str(error))
                is_stuck = True
            if not is_stuck:
                wait_s = FIRST_WAIT_S
                if self._may_wait_for_more():
                    return
                continue
            if self._is_over:
                return
            self._sleep(wait_s)
            wait_s = min(wait_s * 2, MAX_WAIT_S)

    def _may_wait_for_more(self) -> bool:
        """Return whether the entries that came during a commit are too few for another one at once."""
        queue = self._queue
        is_asked = self._until is not None or self._is_flushing
        is_begun = self._piece is not None or queue.unsafe > 0 or len(queue.journals) > 1
        return not is_asked and not is_begun and queue.waiting < queue.options.buffer_size

    def _commit_piece(self) -> None:
        from ppp_tui.store.logged.journal_replay import OffsetMovedError, write_entries

        queue = self._queue
        writer = self._open()
        if self._is_database_new:
            self._replay_into_new(writer)
        journal, ends, has_next = queue.source()
        if self._piece is None and self._offset < ends:
            self._piece = journal.read(self._offset, ends)
            self._note_taken(len(self._piece.contents))
        if self._piece is not None:
            piece = self._piece
            try:
                refused = write_entries(writer, journal.name, piece.contents, piece.ends, _derive, begins=self._offset)
            except OffsetMovedError as moved:
                self._skip_replayed(journal, piece, moved.offset)
                return
            self._piece, self._offset = None, piece.ends
            self._committed_s = time.monotonic()
            queue.note_committed(len(piece.contents), refused)
            writer.checkpoint(is_idle=False)
        elif has_next and isinstance(journal, Journal):
            self._forget(writer, journal)
            queue.journals.popleft()
            self._offset = self._refused = 0

    def _skip_replayed(self, journal: Journal | MemoryJournal, piece: JournalPiece, offset: int) -> None:
        """Skip what an ingest has replayed meanwhile of a piece that was read."""
        offset = min(offset, piece.ends)
        skipped = 0
        while self._offset < offset:
            part = journal.read(self._offset, offset)
            if not part.contents:
                break
            skipped, self._offset = skipped + len(part.contents), part.ends
        self._queue.note_committed(skipped, 0)
        self._offset = offset
        self._piece = journal.read(offset, piece.ends) if offset < piece.ends else None

    def _has_ingest(self) -> bool:
        """Return whether an ingest replays the journal; one that runs is given a moment to notice it."""
        until = time.monotonic() + INGEST_WAIT_S
        queue = self._queue
        journal = queue.journals[0]
        while isinstance(journal, Journal):
            if journal.replay_mark() is not None:
                return True
            if self._until is not None or self._is_flushing or queue.is_full or time.monotonic() >= until:
                break
            time.sleep(LULL_S)
        return False

    def _follow_ingest(self) -> bool:
        """Read how far an ingest has replayed the journal, and wait a little for more; False if none makes progress."""
        queue = self._queue
        queue.retry()
        if self._piece is not None or queue.unsafe:
            return False
        journal, ends, has_next = queue.source()
        try:
            mark = journal.replay_mark() if isinstance(journal, Journal) else None
            if mark is None or not isinstance(journal, Journal):
                return False
            if mark.offset > self._offset:
                self._count_replayed(journal, min(mark.offset, ends))
                self._moved_s = time.monotonic()
            queue.note_committed(0, mark.refused - self._refused)
            self._refused = mark.refused
            if self._offset >= ends and has_next:
                # The ingest finds its lock free, and removes it.
                queue.journals.popleft().close()
                self._offset = self._refused = 0
            elif self._offset < ends and time.monotonic() - self._moved_s > INGEST_WAIT_S:
                journal.clear_replay_mark()
                return False
            else:
                if ends - self._offset < MAX_BEHIND_BYTES:
                    self._ahead += queue.note_all_taken()
                queue.wakeup.wait(LULL_S / 2)
                queue.wakeup.clear()
        except OSError:
            return False
        return True

    def _count_replayed(self, journal: Journal, offset: int) -> None:
        """Count entries that an ingest has replayed."""
        while self._offset < offset:
            piece = journal.read(self._offset, offset)
            if not piece.contents:
                break
            self._note_taken(len(piece.contents))
            self._queue.note_committed(len(piece.contents), 0)
            self._offset = piece.ends
        self._offset = offset

    def _note_taken(self, count: int) -> None:
        """Count entries that were read as taken, unless they have been counted."""
        ahead = min(count, self._ahead)
        self._ahead -= ahead
        if count > ahead:
            self._queue.note_taken(count - ahead)

    def _open(self) -> Writer:
        if self._writer is None:
            # Where an ingest runs, the modules that write a database are never loaded.
            from ppp_tui.store.write import Writer

            self._writer = Writer(self._database, busy_ms=BUSY_MS)
        return self._writer

    def _drop_database(self) -> None:
        """Give up a deleted database: the next one gets all that the current journal holds."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
        self._is_database_new = True

    def _replay_into_new(self, writer: Writer) -> None:
        """Commit the current journal's entries of a deleted database to a new one."""
        from ppp_tui.store.logged.journal_replay import write_entries

        self._queue.renew()
        journal, _, _ = self._queue.source()
        offset = writer.journal_offset(journal.name)
        while isinstance(journal, Journal) and offset < self._offset:
            piece = journal.read(offset, self._offset)
            if not piece.contents:
                break
            write_entries(writer, journal.name, piece.contents, piece.ends, _derive)
            offset = piece.ends
        self._is_database_new = False

    def _forget(self, writer: Writer, journal: Journal) -> None:
        writer.remove_journal(journal, is_synced=self._queue.options.durability == "power")

    def _replay_left_journals(self) -> None:
        """Replay the journals that dead loggers left."""
        try:
            while self._until is None and self._replay_one():
                pass
        except (DatabaseError, sqlite3.Error) as error:
            self._queue.fail(str(error))
            if not _is_busy(error):
                self._warn(str(error))

    def _replay_one(self) -> bool:
        from ppp_tui.store.logged.journal_replay import replay_next

        with self._at_work:
            return replay_next(self._open(), self._passed_over, _derive)

    def _sleep(self, wait_s: float) -> None:
        until = time.monotonic() + wait_s
        if self._until is not None:
            until = min(until, self._until)
        self._queue.wakeup.clear()
        while (left := until - time.monotonic()) > 0:
            # Every call wakes this thread; only for a flush or the end it tries again at once.
            if self._queue.wakeup.wait(left) and (self._is_flushing or self._until is not None):
                self._is_flushing = False
                return
            self._queue.wakeup.clear()

    def _warn(self, trouble: str) -> None:
        """Log a warning of trouble once, until it is over."""
        if trouble and not self._warned:
            import logging

            logging.getLogger("ppp_tui.logger").warning("%s", trouble)
        self._warned = trouble

    def _close(self) -> None:
        """Close the database; remove the journal if all its entries are in it, else leave it to the next process."""
        with self._at_work:
            self._remove_and_close()

    def _remove_and_close(self) -> None:
        writer, queue = self._writer, self._queue
        try:
            if writer is not None and queue.put_count == queue.committed and not queue.unsafe:
                while queue.journals:
                    journal = queue.journals.popleft()
                    if isinstance(journal, Journal):
                        self._forget(writer, journal)
        except (DatabaseError, OSError, sqlite3.Error) as error:
            self._warn(str(error))
        finally:
            queue.close()
            if writer is not None:
                writer.close()


def _derive(state: bytes, facts: Mapping[str, str], entries: Sequence[Entry], step_numbers: Sequence[int]) -> Derived:
    """Fold what follows from entries; its modules are imported only if steps or requests are logged."""
    from ppp_tui.fold.logged import derive

    return derive(state, facts, entries, step_numbers)


def _is_busy(error: Exception) -> bool:
    """Return whether another program merely holds the database."""
    return getattr(error.__cause__, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
