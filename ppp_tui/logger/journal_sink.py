"""The sink that keeps entries: a queue into a journal, and the thread that commits the journal."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.logger import process_hooks
from ppp_tui.logger.committer import Committer
from ppp_tui.logger.health import Health
from ppp_tui.logger.journal_queue import JournalQueue
from ppp_tui.logger.options import Options
from ppp_tui.logger.sinks import InvalidCount
from ppp_tui.model.clock import Clock
from ppp_tui.store.connect import DatabaseError


class JournalSink:
    """Puts entries into a journal beside the database, and commits them from a thread of its own."""

    is_null = False

    def __init__(self, database: Path, options: Options, clock: Clock) -> None:
        """Begin a journal and the thread. Raises DatabaseError if nothing can be written beside the database."""
        self._database = database
        self._options = options
        self._clock = clock
        self._queue = JournalQueue(database, options, clock)
        try:
            self._queue.open()
        except OSError as error:
            raise DatabaseError(
                f"Nothing can be written beside the database {database} ({error.strerror}): "
                "choose another place with database.path, or name one to open."
            ) from error
        self.lock = self._queue.lock
        self.put = self._queue.put
        self.room = self._queue.room
        self._invalid = InvalidCount()
        self.note_invalid = self._invalid.add
        self._committer = Committer(database, self._queue)
        self._committer.start()

    def health(self) -> Health:
        """Return the health of the queue."""
        return self._queue.health()._replace(invalid=self._invalid.count)

    def flush(self, timeout_s: float) -> bool:
        """Wait until all entries put so far are in the database; return False if they are not after `timeout_s`."""
        self._committer.flush()
        return self._queue.wait_for_commit(timeout_s)

    def close(self, timeout_s: float) -> None:
        """Flush, and close everything; entries that are not in the database by then stay in the journal."""
        self._queue.end()
        self._committer.stop(timeout_s)

    def before_fork(self) -> None:
        """Bring all threads to a safe point."""
        self._committer.before_fork()
        self._queue.before_fork()

    def after_fork_in_parent(self) -> None:
        """Let the threads work again."""
        self._queue.after_fork_in_parent()
        self._committer.after_fork_in_parent()

    def after_fork_in_child(self) -> JournalSink:
        """Detach from the parent's journal; return a sink with a journal of the child's own."""
        self._queue.detach_after_fork()
        process_hooks.INHERITED_COMMITTERS.append(self._committer)
        return JournalSink(self._database, self._options, self._clock)
