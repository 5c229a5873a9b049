"""Checks, reads and commits files one by one; a fault on one file affects no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path

from ppp_tui.ingest.file_identity import FileStat, StaleStateError, stat_of
from ppp_tui.ingest.file_registry import FileRegistry, ReadJob
from ppp_tui.ingest.guard import Guard, fault_reason
from ppp_tui.ingest.options import CHUNK_BYTES
from ppp_tui.ingest.progress import ProgressCounter
from ppp_tui.ingest.revisits import Revisits
from ppp_tui.ingest.tailer_cache import TailerCache
from ppp_tui.model.clock import Clock
from ppp_tui.sources.content import COMPRESSED
from ppp_tui.sources.source import Source, reads_tables
from ppp_tui.store.write import FileBatch, Writer
from ppp_tui.store.writers.files import SourceFile

COMMIT_BATCHES = 256
"""Reads that share a transaction."""


def is_large(work: ReadJob) -> bool:
    """Return whether reading what a file gained may take so long that others must not wait for it."""
    return work.file.path.endswith(COMPRESSED) or work.unread_bytes > CHUNK_BYTES


class Intake:
    """Reads files into one database."""

    def __init__(
        self,
        writer: Writer,
        files: FileRegistry,
        tailers: TailerCache,
        guard: Guard,
        clock: Clock,
        committed: Callable[[], None],
    ) -> None:
        """Prepare reading by `consider` and `read`; `committed` is called after each commit."""
        self.revisits = Revisits()
        self._writer = writer
        self._files = files
        self._tailers = tailers
        self._guard = guard
        self._clock = clock
        self._committed = committed
        self._pending: list[FileBatch] = []
        self._pending_bytes = 0
        self._reading: set[str] = set()
        self._failed: set[int] = set()

    def check(self, source: Source, path: Path, *, must_read: bool = False) -> ReadJob | None:
        """Return what is to be read at a path, None if nothing or if checking it fails. Raises DatabaseError."""
        with self._guard.caught(lambda error: self._mark(SourceFile(0, source.name, str(path)), None, error)):
            return self._files.check(source, path, must_read=must_read)
        return None

    def enroll(self, work: list[ReadJob]) -> list[ReadJob]:
        """Return the jobs with a row for each new file, without those that cannot have one. Raises DatabaseError."""
        for item in work:
            if not item.file.id:
                break
        else:
            return work
        with self._guard.caught():
            return self._files.enroll(work)
        return [enrolled for item in work for enrolled in self.enroll([item])] if len(work) > 1 else []

    def is_reading(self, path: str) -> bool:
        """Return whether the file is being read: no second reader may start then."""
        return path in self._reading

    def read(self, item: ReadJob, tally: ProgressCounter) -> Iterator[None]:
        """Read what a file gained, pausing after each piece; `flush` commits the last pieces. Raises DatabaseError.

        An error of reading becomes the file's health.
        """
        begin = offset = item.file.offset
        self._reading.add(item.file.path)
        self._failed.discard(item.file.id)
        try:
            with self._guard.caught(partial(self._fail_reading, item), (OSError, StaleStateError)):
                for batch in self._tailers.read_new(item, self._files.with_states, self._clock.now_ms()):
                    tally.bytes_done += batch.file.offset - offset
                    self.add([batch], batch.file.offset - offset)
                    offset = batch.file.offset
                    yield
                    if item.file.id in self._failed:
                        # Later pieces would continue from one that could not be stored.
                        return
                if reads_tables(item.source):
                    # It has no offset: all of it was read.
                    tally.bytes_done += item.unread_bytes
                if offset == begin:
                    # A commit of rows would have recorded the stat.
                    self._files.record_stat(item.file, item.stat)
                if self._tailers.has_waiting_line(item.file.id):
                    self._revisit_when_quiet(item)
        except OSError as error:
            self.flush()
            self._files.mark_unreadable(item.file, item.stat, error.strerror or str(error))
        except StaleStateError:
            yield from self.read(item._replace(file=self._files.reset(item.file)), tally)
        finally:
            self._reading.discard(item.file.path)

    def _fail_reading(self, item: ReadJob, error: Exception) -> None:
        self.flush()
        self.mark_failure(item.file, item.stat, error)

    def add(self, batches: Sequence[FileBatch], size: int) -> None:
        """Collect the rows of a read of `size` bytes, to be committed together, now or by `flush`.

        Raises DatabaseError.
        """
        self._pending += batches
        self._pending_bytes += size
        if len(self._pending) >= COMMIT_BATCHES or self._pending_bytes >= CHUNK_BYTES:
            self.flush()

    def flush(self) -> None:
        """Commit what was collected. Raises DatabaseError."""
        pending, self._pending, self._pending_bytes = self._pending, [], 0
        if pending:
            self.commit(pending)

    def commit(self, batches: Sequence[FileBatch]) -> None:
        """Commit the rows of some reads together; where that fails, those of each file alone. Raises DatabaseError."""
        with self._guard.caught():
            self._record_written(self._writer.write(batches))
            return
        for _, group in groupby(batches, key=lambda batch: batch.file.id):
            of_one = list(group)
            with self._guard.caught(partial(self.mark_failure, of_one[0].file, stat_of(of_one[-1].file))):
                self._record_written(self._writer.write(of_one))

    def _record_written(self, files: list[SourceFile]) -> None:
        for file in files:
            self._files.upsert(file)
        self._committed()

    def mark_failure(self, file: SourceFile, stat: FileStat, error: Exception) -> None:
        """Mark a file on which this program failed: it is skipped until it changes."""
        self._failed.add(file.id)
        self._tailers.forget(file.id)
        self._mark(file, stat, error)

    def mark_worker_failure(self, file: SourceFile, stat: FileStat, reason: str) -> None:
        """Mark a file on which a worker failed, with the reason: it is skipped until it changes."""
        self._failed.add(file.id)
        self._files.mark_failed(file, stat, reason)

    def has_failed(self, file_id: int) -> bool:
        """Return whether this program failed on the file since its reading last began."""
        return file_id in self._failed

    def _mark(self, file: SourceFile, stat: FileStat | None, error: Exception) -> None:
        # If even that cannot be stored, the trace is in the log.
        with self._guard.caught():
            self._files.mark_failed(file, stat, fault_reason(error))

    def _revisit_when_quiet(self, item: ReadJob) -> None:
        """Schedule another read of a file whose last line waits for a newline."""
        self.revisits.schedule_when_quiet(item.source, Path(item.file.path), item.stat.modified_ns // 1_000_000)
