"""The sink that keeps entries: a channel into a journal, and the thread that commits the journal."""

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
        self._channel = JournalQueue(database, options, clock)
        try:
            self._channel.open()
        except OSError as error:
            raise DatabaseError(
                f"Nothing can be written beside the database {database} ({error.strerror}): "
                "choose another place with database.path, or name one to open."
            ) from error
        self.lock = self._channel.lock
        self.put = self._channel.put
        self.room = self._channel.room
        self._invalid = InvalidCount()
        self.note_invalid = self._invalid.add
        self._committer = Committer(database, self._channel)
        self._committer.start()

    def health(self) -> Health:
        """Return the health of the queue."""
        return self._channel.health()._replace(invalid=self._invalid.count)

    def flush(self, timeout_s: float) -> bool:
        """Wait until all that was put by now is in the database; False if it is not after so many seconds."""
        self._committer.flush()
        return self._channel.wait_for_commit(timeout_s)

    def close(self, timeout_s: float) -> None:
        """Flush, and let go of everything; what is not in the database by then stays in the journal."""
        self._channel.end()
        self._committer.stop(timeout_s)

    def before_fork(self) -> None:
        """Let no thread be in the middle of anything."""
        self._committer.before_fork()
        self._channel.before_fork()

    def after_fork_in_parent(self) -> None:
        """Go on."""
        self._channel.after_fork_in_parent()
        self._committer.after_fork_in_parent()

    def after_fork_in_child(self) -> JournalSink:
        """Leave the parent what is the parent's; returns a sink with a journal of the child's own."""
        self._channel.detach_after_fork()
        process_hooks.INHERITED_COMMITTERS.append(self._committer)
        return JournalSink(self._database, self._options, self._clock)
