"""The thread that carries a logger's journal into the database, and what other loggers left behind.

Where an ingest follows the database, it carries the journal in, and this thread only looks how far it has come. Else it
commits when `buffer_size` entries wait, every `flush_interval_ms`, when asked to, and as soon as nothing more seems
to come: a lone turn is on the screens at once. Whatever goes wrong it tries again, later and later; the journal keeps
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
from ppp_tui.logger.memory_journal import Memory
from ppp_tui.store.connect import DatabaseError, DatabaseGoneError
from ppp_tui.store.logged.journal import Journal, JournalPiece

if TYPE_CHECKING:
    from ppp_tui.store.logged.effects import Derived
    from ppp_tui.store.logged.entries import Entry
    from ppp_tui.store.write import Writer

LULL_S = 0.02
"""Seconds without another entry after which nothing more seems to come."""

PAUSE_S = 0.06
"""Seconds between two commits while entries keep coming and there is room for them: each commit has its price."""

AWAKE_S = 2.0
"""Seconds for which it looks every `LULL_S` after the last entry."""

FIRST_WAIT_S = 0.05
"""Seconds before a failed commit is tried again; each further time waits twice as long."""

BUSY_MS = 250
"""Milliseconds that a commit waits for another process; after that no call waits for room (`JournalQueue.fail`)."""

PATIENCE_S = 1.0
"""Another program that holds the database is worth a warning when the waits for it have grown beyond this."""

LONGEST_WAIT_S = 5.0
"""The longest of these waits, in seconds."""

MOST_BEHIND_BYTES = 4 << 20
"""How far an ingest may be behind before calls have to wait for it."""

INGEST_WAIT_S = 0.2
"""Seconds for which an ingest that looks after the journal may be about something else before we commit ourselves."""


class Committer:
    """One thread, one connection."""

    def __init__(self, database: Path, channel: JournalQueue) -> None:
        """Prepare the thread; `start` begins it."""
        self._database = database
        self._channel = channel
        self._writer: Writer | None = None
        self._offset = 0
        self._piece: JournalPiece | None = None
        self._refused = 0
        """Entries of the journal at hand that the ingest refused."""
        self._ahead = 0
        """Entries that were taken unread, because the ingest is to import them."""
        self._committed_s = 0.0
        """When the last commit ended."""
        self._moved_s = 0.0
        """When the ingest last got on, or was last given time to."""
        self._passed_over: set[Path] = set()
        self._is_flushing = False
        self._until: float | None = None
        self._warned = ""
        self._is_database_new = False
        self._at_work = threading.Lock()
        """Held while SQLite is: a child that is forked in the middle of that could never use SQLite."""
        self._thread = threading.Thread(target=self._run, name="ppp-tui logger", daemon=True)

    def start(self) -> None:
        """Begin to commit."""
        self._thread.start()

    def flush(self) -> None:
        """Commit waiting entries without waiting for more."""
        self._is_flushing = True
        self._channel.asked.set()

    def stop(self, timeout_s: float) -> None:
        """Commit waiting entries within so many seconds, and end."""
        self._until = time.monotonic() + timeout_s
        self._channel.asked.set()
        self._thread.join(timeout_s + 1.0)

    def before_fork(self) -> None:
        """Wait until nothing is being written, and begin nothing."""
        self._at_work.acquire()

    def after_fork_in_parent(self) -> None:
        """Go on."""
        self._at_work.release()

    def _run(self) -> None:
        try:
            if not self._is_looked_after():
                self._carry()
            while self._wait():
                self._commit_all()
            self._commit_all()
        finally:
            self._close()

    @property
    def _is_over(self) -> bool:
        return self._until is not None and time.monotonic() >= self._until

    def _wait(self) -> bool:
        """Wait until there is something to commit; False when it is time to end."""
        channel = self._channel
        options = channel.options
        self._rest()
        until = time.monotonic() + options.flush_interval_ms / 1000
        while self._until is None and not self._is_flushing:
            now = time.monotonic()
            has_enough = channel.waiting >= options.buffer_size
            if now >= until or (has_enough and now >= self._committed_s + PAUSE_S):
                break
            seen = channel.put_count
            is_asked = channel.asked.wait(min(until - now, LULL_S))
            if (has_enough and is_asked) or (not is_asked and channel.put_count == seen):
                break
            channel.asked.clear()
        channel.asked.clear()
        self._is_flushing = False
        return self._until is None

    def _rest(self) -> None:
        """Wait for the first entry: look now and then for a while, so that no call need ask; then until asked."""
        channel = self._channel
        looks = round(AWAKE_S / LULL_S)
        while self._until is None and not (self._is_flushing or channel.waiting or channel.unsafe):
            channel.is_asleep = looks <= 0
            # Whoever put something in before it saw that nobody looks did not ask.
            if not channel.waiting:
                channel.asked.wait(LULL_S if looks > 0 else None)
                channel.asked.clear()
            looks -= 1
        channel.is_asleep = False

    def _commit_all(self) -> None:
        """Commit all waiting entries, and retry failed ones until it is time to end."""
        channel = self._channel
        wait_s = FIRST_WAIT_S
        self._moved_s = time.monotonic()
        while channel.is_behind or channel.unsafe or len(channel.journals) > 1:
            if self._is_left_to_ingest():
                if self._is_over:
                    return
                continue
            try:
                with self._at_work:
                    channel.retry()
                    self._commit_piece()
                self._warn(channel.journal_trouble)
                is_stuck = bool(channel.journal_trouble) and not channel.waiting
            except (DatabaseError, OSError, sqlite3.Error) as error:
                if isinstance(error, DatabaseGoneError):
                    self._drop_database()
                channel.fail(str(error))
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
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def _may_wait_for_more(self) -> bool:
        """Return whether the entries that came during a commit are too few for another one at once."""
        channel = self._channel
        is_asked = self._until is not None or self._is_flushing
        is_begun = self._piece is not None or channel.unsafe > 0 or len(channel.journals) > 1
        return not is_asked and not is_begun and channel.waiting < channel.options.buffer_size

    def _commit_piece(self) -> None:
        from ppp_tui.store.logged.journal_import import OffsetMovedError, write_entries

        channel = self._channel
        writer = self._open()
        if self._is_database_new:
            self._replay(writer)
        journal, ends, has_next = channel.source()
        if self._piece is None and self._offset < ends:
            self._piece = journal.read(self._offset, ends)
            self._take(len(self._piece.contents))
        if self._piece is not None:
            piece = self._piece
            try:
                refused = write_entries(writer, journal.name, piece.contents, piece.ends, _derive, begins=self._offset)
            except OffsetMovedError as moved:
                self._skip(journal, piece, moved.offset)
                return
            self._piece, self._offset = None, piece.ends
            self._committed_s = time.monotonic()
            channel.note_committed(len(piece.contents), refused)
            writer.checkpoint(is_idle=False)
        elif has_next and isinstance(journal, Journal):
            self._forget(writer, journal)
            channel.journals.popleft()
            self._offset = self._refused = 0

    def _skip(self, journal: Journal | Memory, piece: JournalPiece, offset: int) -> None:
        """Go on behind what an ingest has imported meanwhile of a piece that was read."""
        offset = min(offset, piece.ends)
        skipped = 0
        while self._offset < offset:
            part = journal.read(self._offset, offset)
            if not part.contents:
                break
            skipped, self._offset = skipped + len(part.contents), part.ends
        self._channel.note_committed(skipped, 0)
        self._offset = offset
        self._piece = journal.read(offset, piece.ends) if offset < piece.ends else None

    def _is_looked_after(self) -> bool:
        """Return whether an ingest looks after the journal; one that runs is given a moment to notice it."""
        until = time.monotonic() + INGEST_WAIT_S
        channel = self._channel
        journal = channel.journals[0]
        while isinstance(journal, Journal):
            if journal.import_mark() is not None:
                return True
            if self._until is not None or self._is_flushing or channel.is_full or time.monotonic() >= until:
                break
            time.sleep(LULL_S)
        return False

    def _is_left_to_ingest(self) -> bool:
        """Read how far an ingest has imported the journal, and wait a little for more. False if none gets on."""
        channel = self._channel
        channel.retry()
        if self._piece is not None or channel.unsafe:
            return False
        journal, ends, has_next = channel.source()
        try:
            carried = journal.import_mark() if isinstance(journal, Journal) else None
            if carried is None or not isinstance(journal, Journal):
                return False
            if carried.offset > self._offset:
                self._take_carried(journal, min(carried.offset, ends))
                self._moved_s = time.monotonic()
            channel.note_committed(0, carried.refused - self._refused)
            self._refused = carried.refused
            if self._offset >= ends and has_next:
                # The ingest finds its lock free, and takes it away.
                channel.journals.popleft().close()
                self._offset = self._refused = 0
            elif self._offset < ends and time.monotonic() - self._moved_s > INGEST_WAIT_S:
                journal.clear_import_mark()
                return False
            else:
                if ends - self._offset < MOST_BEHIND_BYTES:
                    self._ahead += channel.note_all_taken()
                channel.asked.wait(LULL_S / 2)
                channel.asked.clear()
        except OSError:
            return False
        return True

    def _take_carried(self, journal: Journal, offset: int) -> None:
        """Count entries that an ingest has imported."""
        while self._offset < offset:
            piece = journal.read(self._offset, offset)
            if not piece.contents:
                break
            self._take(len(piece.contents))
            self._channel.note_committed(len(piece.contents), 0)
            self._offset = piece.ends
        self._offset = offset

    def _take(self, count: int) -> None:
        """Tell the channel of entries that were read, unless it has been told."""
        ahead = min(count, self._ahead)
        self._ahead -= ahead
        if count > ahead:
            self._channel.note_taken(count - ahead)

    def _open(self) -> Writer:
        if self._writer is None:
            # Beside a running ingest, what writes a database is never loaded.
            from ppp_tui.store.write import Writer

            self._writer = Writer(self._database, busy_ms=BUSY_MS)
        return self._writer

    def _drop_database(self) -> None:
        """Give up a deleted database: the next one gets all that the current journal holds."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
        self._is_database_new = True

    def _replay(self, writer: Writer) -> None:
        """Commit the current journal's entries of a deleted database to a new one."""
        from ppp_tui.store.logged.journal_import import write_entries

        self._channel.renew()
        journal, _, _ = self._channel.source()
        offset = writer.journal_offset(journal.name)
        while isinstance(journal, Journal) and offset < self._offset:
            piece = journal.read(offset, self._offset)
            if not piece.contents:
                break
            write_entries(writer, journal.name, piece.contents, piece.ends, _derive)
            offset = piece.ends
        self._is_database_new = False

    def _forget(self, writer: Writer, journal: Journal) -> None:
        writer.remove_journal(journal, is_synced=self._channel.options.durability == "power")

    def _carry(self) -> None:
        """Replay the journals that dead loggers left."""
        try:
            while self._until is None and self._carry_one():
                pass
        except (DatabaseError, sqlite3.Error) as error:
            self._channel.fail(str(error))
            if not _is_busy(error):
                self._warn(str(error))

    def _carry_one(self) -> bool:
        from ppp_tui.store.logged.journal_import import import_next

        with self._at_work:
            return import_next(self._open(), self._passed_over, _derive)

    def _sleep(self, wait_s: float) -> None:
        until = time.monotonic() + wait_s
        if self._until is not None:
            until = min(until, self._until)
        self._channel.asked.clear()
        while (left := until - time.monotonic()) > 0:
            # Every call asks; a flush or the end is worth another try at once.
            if self._channel.asked.wait(left) and (self._is_flushing or self._until is not None):
                self._is_flushing = False
                return
            self._channel.asked.clear()

    def _warn(self, trouble: str) -> None:
        """Warn once of what is wrong, until all is well again."""
        if trouble and not self._warned:
            import logging

            logging.getLogger("ppp_tui.logger").warning("%s", trouble)
        self._warned = trouble

    def _close(self) -> None:
        """Close the database, without a journal if all is in it; else leave the journal for the next process."""
        with self._at_work:
            self._let_go()

    def _let_go(self) -> None:
        writer, channel = self._writer, self._channel
        try:
            if writer is not None and channel.put_count == channel.committed and not channel.unsafe:
                while channel.journals:
                    journal = channel.journals.popleft()
                    if isinstance(journal, Journal):
                        self._forget(writer, journal)
        except (DatabaseError, OSError, sqlite3.Error) as error:
            self._warn(str(error))
        finally:
            channel.close()
            if writer is not None:
                writer.close()


def _derive(state: bytes, facts: Mapping[str, str], entries: Sequence[Entry], step_numbers: Sequence[int]) -> Derived:
    """Fold what follows from entries; its modules are imported only if steps or requests are logged."""
    from ppp_tui.fold.logged import derive

    return derive(state, facts, entries, step_numbers)


def _is_busy(error: Exception) -> bool:
    """Return whether another program merely holds the database."""
    return getattr(error.__cause__, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
