"""The way of an entry from the agent's call to the thread that commits: through a journal, and counted.

The queue holds the entries that the committer has not taken yet. They are in the journal, so that the queue costs no
memory, and where a call cannot wait (on an event loop, or while the database fails) it exceeds its capacity.
"""

from __future__ import annotations

import asyncio
import errno
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path

from ppp_tui.logger.health import Health
from ppp_tui.logger.memory_journal import MemoryJournal
from ppp_tui.logger.options import Options
from ppp_tui.model.clock import Clock
from ppp_tui.store.logged.journal import MAGIC, Journal, journal_folder

ROLL_BYTES = 8 << 20
"""A journal longer than this is followed by a new one, so that what is committed can be removed."""

MAX_ROOM_WAIT_S = 5.0
"""Seconds that a call waits where neither journal nor memory has room; after that such entries are given up."""


class ForkedError(RuntimeError):
    """A trajectory is used in a child process that was forked after it began."""


class JournalQueue:
    """Entries on their way to the database. Any thread may put them in; the committer takes them."""

    def __init__(self, database: Path, options: Options, clock: Clock) -> None:
        """Begin empty; `open` makes the journal."""
        self.options = options
        self.wakeup = threading.Event()
        """Set when there is something for the committer to do."""
        self.is_asleep = False
        """Whether the committer waits for `wakeup`."""
        self.closed_error: Exception | None = None
        """Raised instead of accepting entries; None while the queue is open."""
        self.journals: deque[Journal | MemoryJournal] = deque()
        """The last one is appended to, the first one is read."""
        self.put_count = 0
        self.taken = 0
        self.committed = 0
        self.refused = 0
        self.lost = 0
        self.trouble = ""
        """What keeps entries out of the database; '' if nothing does."""
        self.journal_trouble = ""
        """What keeps entries out of the journal."""
        self._database = database
        self._clock = clock
        self._held: deque[bytes] = deque()
        self._is_writing = False
        self._is_spoiled = False
        self._has_given_up = False
        self.lock = threading.RLock()
        """Guards the counts and the list of journals."""
        self._room = threading.Condition(self.lock)
        self._waiters: list[tuple[asyncio.AbstractEventLoop, asyncio.Future[None]]] = []
        self._is_memory = options.durability == "memory"
        self._is_synced = options.durability == "power"
        self._drops = options.policy == "drop"
        self._capacity = options.channel
        self._wake_at = 0
        """`put_count` at which the committer is woken, so that it makes room in time."""
        self._limit = 0
        """`put_count` from which on a put takes the slow way: no room, or the journal must be changed first."""

    def open(self) -> None:
        """Begin a journal. Raises OSError."""
        self.journals.append(MemoryJournal() if self._is_memory else self._create())
        self._set_limit()

    @property
    def waiting(self) -> int:
        """Return how many entries are not taken yet."""
        return self.put_count - self.taken

    @property
    def is_behind(self) -> bool:
        """Whether entries of the journals are not in the database."""
        return self.put_count > self.committed

    @property
    def unsafe(self) -> int:
        """Entries that are in memory only."""
        return len(self._held)

    @property
    def is_full(self) -> bool:
        """Whether a call should wait: there is no room, and the committer is making some."""
        return self.put_count - self.taken >= self._capacity and not self.trouble

    def health(self) -> Health:
        """Return the health of the queue."""
        with self.lock:
            held = len(self._held)
            waiting = self.put_count - self.committed + held
            return Health(self.journal_trouble or self.trouble, waiting, held, self.lost, self.refused)

    def put(self, content: bytes) -> None:
        """Append an entry. It is in the journal on return, unless `health` reports trouble.

        Raises ForkedError in a child process, RuntimeError once the logger is closed.
        """
        with self.lock:
            count = self.put_count
            if count >= self._limit or self._is_writing:
                self._put_slowly(content)
            else:
                self._is_writing = True
                journal = self.journals[-1]
                ends = journal.ends
                try:
                    journal.append(content)
                    self.put_count = count + 1
                except OSError as error:
                    if not self._append_after(error, content):
                        self._hold(content)
                except BaseException:
                    self._spoil(count + (journal.ends > ends))
                    raise
                finally:
                    self._is_writing = False
        if self.is_asleep or count == self._wake_at:
            self.wakeup.set()

    def _put_slowly(self, content: bytes) -> None:
        if self.closed_error is not None:
            raise self.closed_error
        if self._is_writing:
            # A signal handler or a finalizer logs while this thread writes: its entry is written afterwards.
            self._held.append(content)
            self._limit = 0
        elif self.put_count - self.taken < self._capacity or self._make_room():
            try:
                self._is_writing = True
                if self._held or not self._append(content):
                    self._hold(content)
            finally:
                self._is_writing = False

    def retry(self) -> None:
        """Try to write what is in memory only, and begin another journal if this one has grown."""
        with self.lock:
            if not self._is_writing:
                try:
                    self._is_writing = True
                    if self.journals[-1].ends > ROLL_BYTES and not self._is_memory:
                        self._roll()
                    self._write_held()
                finally:
                    self._is_writing = False

    def renew(self) -> None:
        """Continue in a new journal if the current one was removed. Raises OSError."""
        with self.lock:
            journal = self.journals[-1]
            if isinstance(journal, Journal) and not journal.is_in_place():
                self.journals.append(self._create())

    def source(self) -> tuple[Journal | MemoryJournal, int, bool]:
        """Return the journal to read from, the offset of its end, and whether another one follows."""
        with self.lock:
            return self.journals[0], self.journals[0].ends, len(self.journals) > 1

    def note_taken(self, count: int) -> None:
        """Count entries that were taken out of the journal, and wake callers that wait for room."""
        with self.lock:
            self.taken += count
            # A call that was interrupted between the journal and the count has logged all the same.
            self.put_count = max(self.put_count, self.taken)
            self._set_limit()
            self._room.notify_all()
            self._wake_waiters()

    def note_all_taken(self) -> int:
        """Count all waiting entries as taken, by an ingest that replays the journal. Return how many there were."""
        with self.lock:
            count = self.waiting
            self.note_taken(count)
        return count

    def note_committed(self, count: int, refused: int) -> None:
        """Count entries that are in the database now, and those that it refused."""
        with self.lock:
            self.committed += count
            self.refused += refused
            self.trouble = ""
            self._room.notify_all()

    def fail(self, trouble: str) -> None:
        """Note that the database cannot be written; calls no longer wait for it."""
        with self.lock:
            self.trouble = trouble
            self._room.notify_all()
            self._wake_waiters()

    def wait_for_commit(self, timeout_s: float) -> bool:
        """Wait until all entries put so far are in the database; return False if they are not after `timeout_s`."""
        with self.lock:
            wanted = self.put_count + len(self._held)
            return self._room.wait_for(lambda: self.committed >= wanted, timeout_s)

    async def room(self) -> None:
        """Wait for room, without holding up the event loop."""
        while self.is_full:
            loop = asyncio.get_running_loop()
            future: asyncio.Future[None] = loop.create_future()
            with self.lock:
                self._waiters.append((loop, future))
            self.wakeup.set()
            await future

    def before_fork(self) -> None:
        """Take the lock, so that no thread is within a critical section during the fork."""
        self.lock.acquire()

    def after_fork_in_parent(self) -> None:
        """Release the lock after the fork."""
        self.lock.release()

    def detach_after_fork(self) -> None:
        """Close the parent's journals in a child process; its entries stay the parent's. Later calls fail."""
        self.closed_error = ForkedError(
            "This trajectory began before the process was forked: begin one here with log.start, and name it as parent."
        )
        self._limit = 0
        for journal in self.journals:
            journal.close()

    def close(self) -> None:
        """Close the journals; their files stay."""
        while self.journals:
            self.journals.popleft().close()

    def end(self) -> None:
        """Refuse entries from now on."""
        with self.lock:
            self.closed_error = RuntimeError(f"The logger on {self._database} is closed: open another.")
            self._limit = 0

    def _make_room(self) -> bool:
        """Wait for room, or exceed the capacity on an event loop or while commits fail; False if the entry is lost."""
        if self._drops:
            self.lost += 1
            return False
        if not _is_on_loop():
            self.wakeup.set()
            self._room.wait_for(lambda: not self.is_full)
        return True

    def _set_limit(self) -> None:
        """Let calls take the fast way while there is room and no entry waits in memory."""
        is_plain = not self._held and not self._is_spoiled and self.closed_error is None
        self._limit = self.taken + self._capacity if is_plain else 0
        self._wake_at = self.taken + self._capacity * 3 // 4

    def _spoil(self, put_count: int) -> None:
        """Note an interrupted call: its entry may or may not be written, and others may not have read it yet."""
        self.put_count = put_count
        self._is_spoiled = not self._is_memory
        self._limit = 0

    def _append(self, content: bytes) -> bool:
        try:
            if self._is_spoiled:
                # Nothing may be written where another process may have read something else.
                self.journals.append(self._create())
                self._is_spoiled = False
            journal, count = self.journals[-1], self.put_count
            ends = journal.ends
            try:
                journal.append(content)
            except OSError:
                raise
            except BaseException:
                self._spoil(count + (journal.ends > ends))
                raise
        except OSError as error:
            return self._append_after(error, content)
        self.put_count = count + 1
        self._set_limit()
        return True

    def _append_after(self, error: OSError, content: bytes) -> bool:
        """Append to another journal after a failed write, if this one may not grow. Return False if that fails, too."""
        journal = self.journals[-1]
        if isinstance(journal, Journal) and not self._is_spoiled:
            with suppress(OSError):
                journal.cut_off()
        may_not_grow = error.errno == errno.EFBIG and journal.ends > len(MAGIC)
        if not (may_not_grow and self._append_anew(content)):
            self._note_journal_trouble(error)
            return False
        self.put_count += 1
        return True

    def _append_anew(self, content: bytes) -> bool:
        """Append to another journal, since this one may not grow."""
        try:
            journal = self._create()
            journal.append(content)
        except OSError:
            return False
        self.journals.append(journal)
        return True

    def _roll(self) -> None:
        # If that fails, the old journal is used further.
        with suppress(OSError):
            self.journals.append(self._create())

    def _create(self) -> Journal:
        # A synced one is not shared: an entry that could not be synced is written again, so none may read it before.
        return Journal.create(
            journal_folder(self._database),
            self._clock.now_ms(),
            is_synced=self._is_synced,
            is_shared=not self._is_synced,
        )

    def _hold(self, content: bytes) -> None:
        """Keep an entry in memory until the journal can be written, as far as the queue has room."""
        self._held.append(content)
        self._limit = 0
        self.wakeup.set()
        until = time.monotonic() + MAX_ROOM_WAIT_S
        while len(self._held) > 1 and self._write_held() is False and len(self._held) > self._capacity:
            left = until - time.monotonic()
            if self._drops or self._has_given_up or _is_on_loop() or left <= 0:
                self._has_given_up = True
                self._held.pop()
                self.lost += 1
                return
            self._is_writing = False
            self._room.wait(min(left, 0.05))
            self._is_writing = True

    def _write_held(self) -> bool:
        while self._held:
            if not self._append(self._held[0]):
                return False
            self._held.popleft()
        self.journal_trouble = ""
        self._has_given_up = False
        self._set_limit()
        return True

    def _note_journal_trouble(self, error: OSError) -> None:
        reason = error.strerror or str(error)
        self.journal_trouble = (
            f"The journal beside the database {self._database} cannot be written ({reason}): free some space, or "
            "choose another database; the newest entries are in memory only."
        )

    def _wake_waiters(self) -> None:
        waiters, self._waiters = self._waiters, []
        for loop, future in waiters:
            try:
                loop.call_soon_threadsafe(_wake, future)
            except RuntimeError:
                # That loop is closed: no call waits on it any more.
                continue


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _is_on_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
