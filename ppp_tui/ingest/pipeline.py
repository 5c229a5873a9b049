"""The ingest process: one loop that reads changed files first, then the backfill, then runs jobs.

Changes and results from other threads arrive in one queue; this loop alone writes. A changed file is committed before
the next part of the backfill, so that live sessions stay live while years of history are read.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ppp_tui.ingest.file_identity import StaleStateError, stat_of
from ppp_tui.ingest.file_registry import FileRegistry, ReadJob
from ppp_tui.ingest.guard import Guard
from ppp_tui.ingest.intake import Intake, is_large
from ppp_tui.ingest.jobs.live_journals import LiveJournalsJob
from ppp_tui.ingest.jobs.schedule import JobSchedule
from ppp_tui.ingest.options import IngestOptions, sweep_pause_ms
from ppp_tui.ingest.presence import Presences
from ppp_tui.ingest.pricing import PriceTable
from ppp_tui.ingest.progress import IngestProgress, ProgressCounter, ProgressReports
from ppp_tui.ingest.tailer_cache import TailerCache
from ppp_tui.ingest.watch import Watch
from ppp_tui.ingest.watch_roots import WatchRoots
from ppp_tui.model.clock import MINUTE_MS, Clock, is_due
from ppp_tui.sources import registry
from ppp_tui.sources.source import reads_tables
from ppp_tui.store.connect import DatabaseError
from ppp_tui.store.write import FileBatch, Writer

if TYPE_CHECKING:
    from ppp_tui.ingest.backfill import Backfill, BackfillResult

MIN_POOL_BYTES = 24 * 1024 * 1024
MIN_POOL_FILES = 500
"""A backfill smaller than both is read where it is: starting processes would take longer."""

REST_S = 0.5
"""Seconds that the loop rests at most while it waits for something."""

IDLE_S = 1.0
"""Seconds that it rests at most otherwise."""

RELEASE_MS = MINUTE_MS
"""Milliseconds between two releases of unused memory: reading again what is needed takes some milliseconds."""


class Pipeline:
    """Reads all sources into one database; with `follow`, until it is stopped."""

    def __init__(
        self,
        writer: Writer,
        options: IngestOptions,
        clock: Clock,
        environment: Mapping[str, str],
        home: Path,
        *,
        return_free_heap: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare the pipeline; `run` begins it. `return_free_heap` returns freed memory to the system."""
        self._return_free_heap = return_free_heap
        self._released_ms = 0
        self._writer = writer
        self._options = options
        self._clock = clock
        self._roots = WatchRoots(options, environment, home)
        self._files = FileRegistry(writer, options.remotes)
        self._presences = Presences(self._roots, self._files)
        table = PriceTable(options.prices, writer.price_memo())
        self._tailers = TailerCache(options, table)
        self._guard = Guard(options.log, clock)
        self._intake = Intake(writer, self._files, self._tailers, self._guard, clock, self._note_commit)
        self._changed_paths: queue.SimpleQueue[frozenset[Path]] = queue.SimpleQueue()
        self._live_journals = LiveJournalsJob(writer, self._note_commit, self._wake)
        self._jobs = JobSchedule(
            writer,
            options,
            table=table,
            environment=environment,
            home=home,
            guard=self._guard,
            clock=clock,
            ready=self._wake,
        )
        self._stop = threading.Event()
        self._watch: Watch | None = None
        self._backfill: Backfill | None = None
        self._tally = ProgressCounter(clock.now_ms())
        self._swept_ms = self._sweep_took_ms = 0
        self._has_begun_watching = threading.Event()
        self._is_dirty = True
        self._reports = ProgressReports(writer)

    def stop(self) -> None:
        """Stop after the current task; safe from a signal handler or another thread."""
        self._stop.set()
        self._wake()

    def _wake(self) -> None:
        """End the loop's rest at once; safe from any thread."""
        self._changed_paths.put(frozenset())

    def run(self, *, follow: bool, report: Callable[[IngestProgress], None] | None = None) -> IngestProgress:
        """Read all sources; with `follow`, until `stop`. Returns the progress at the end. Raises DatabaseError."""
        self._reports.listener = report
        try:
            if self._options.remotes:
                # A file that lists sessions may have been copied since, and name more.
                self._roots.refresh()
            if follow:
                self._start_watch()
                self._live_journals.start()
            self._start_reading(self._sweep())
            while not self._stop.is_set() and self._guarded_step(follow=follow):
                self._report_progress()
            self._tally.phase = "stopped"
        except BaseException as error:
            self._tally.phase, self._tally.trouble = "failed", str(error)
            raise
        finally:
            self._close()
        return self._progress(self._clock.now_ms())

    def _guarded_step(self, *, follow: bool) -> bool:
        """Run a step; with `follow`, an unexpected fault is followed by a pause. Return whether anything was done."""
        if not follow:
            return self._step(follow=False)
        with self._guard.caught():
            return self._step(follow=True)
        return not self._stop.wait(IDLE_S)

    def _step(self, *, follow: bool) -> bool:
        """Do the most urgent task; return False when nothing is left and nothing is awaited."""
        now_ms = self._clock.now_ms()
        if self._backfill is None and is_due(self._released_ms, now_ms, RELEASE_MS):
            self._released_ms = now_ms
            self._writer.release_memory()
            self._return_free_heap()
        self._is_dirty = self._jobs.name_new_folders(now_ms) or self._is_dirty
        has_more = self._guard.job(self._live_journals.name, lambda: self._live_journals.run_slice(now_ms))
        if follow:
            self._read_revisits()
        if self._has_begun_watching.is_set():
            self._read_missed()
        if self._read_changed(0.0) or self._commit_backfill():
            return True
        is_backfilling = self._backfill is not None
        if not is_backfilling and self._tally.phase == "backlog":
            self._tally.phase = "following"
        if self._jobs.run_one(now_ms, is_backfilling=is_backfilling, follow=follow):
            self._is_dirty = True
            # A job over the whole history would write a log of many times its size.
            self._writer.checkpoint(is_idle=False)
            return True
        if is_backfilling:
            self._read_changed(0.0 if has_more else REST_S)
            return True
        if self._is_dirty:
            self._writer.checkpoint(is_idle=True)
            self._is_dirty = False
        if not follow and not self._jobs.is_waiting:
            return False
        rest_s = REST_S if self._intake.revisits or self._jobs.is_waiting else self._idle_s()
        if not self._read_changed(0.0 if has_more else rest_s) and follow:
            self._sweep_if_due()
        return True

    def _idle_s(self) -> float:
        return self._options.poll_interval_s if self._is_polling() else IDLE_S

    def _is_polling(self) -> bool:
        return self._watch is None or bool(self._watch.trouble)

    def _start_watch(self) -> None:
        """Watch every folder that exists; start again if one came or went."""
        folders = self._roots.folders()
        if self._watch is not None:
            if self._watch.folders == folders:
                return
            self._watch.stop()
        self._watch = None
        if folders:
            self._watch = Watch(folders, lambda paths: self._changed_paths.put(frozenset(paths)), self._note_watching)
            self._watch.start()

    def _note_watching(self) -> None:
        """Remember that changes are reported from this moment on; called on the watch's thread."""
        self._has_begun_watching.set()
        self._wake()

    def _read_missed(self) -> None:
        """Read files that changed after the sweep and before the watch began."""
        self._has_begun_watching.clear()
        backfill = self._backfill
        missed = [work for work in self._sweep() if backfill is None or not backfill.holds(work.file.path)]
        self._count(missed)
        self._read_now(missed, is_interruptible=True)

    def _sweep(self) -> list[ReadJob]:
        """Check every file, and mark missing ones; return what is to be read, the newest first."""
        self._swept_ms = self._clock.now_ms()
        work: list[ReadJob] = []
        present: set[int] = set()
        for source, path in self._roots.find(self._guard.each, present):
            job = self._intake.check(source, path)
            if job is not None:
                work.append(job)
        self._files.mark_missing(present)
        self._sweep_took_ms = self._clock.now_ms() - self._swept_ms
        return sorted(work, key=lambda item: (-item.stat.modified_ns, item.file.path))

    def _read_revisits(self) -> None:
        """Read files whose last line has waited long enough, however many others change meanwhile."""
        now_ms = self._clock.now_ms()
        held = self._backfill.holds if self._backfill is not None else lambda _: False
        work = self._intake.revisits.pop_due(self._intake.check, now_ms, held)
        self._count(work)
        self._read_now(work, is_interruptible=True)

    def _sweep_if_due(self) -> None:
        """Sweep if it is due; called when no file changed. Raises DatabaseGoneError."""
        self._writer.check_place()
        now_ms = self._clock.now_ms()
        # An agent that runs for the first time makes its folder: that is checked at once.
        is_new_place = self._watch is not None and self._watch.folders != self._roots.folders()
        if is_new_place or self._is_polling():
            self._presences.invalidate()
        if is_new_place or is_due(self._swept_ms, now_ms, self._pause_ms()):
            self._jobs.reload_prices()
            self._roots.refresh()
            self._start_watch()
            self._start_reading(self._sweep())

    def _pause_ms(self) -> float:
        if self._is_polling():
            return self._options.poll_interval_s * 1000
        return sweep_pause_ms(self._options.sweep_interval_s, self._sweep_took_ms)

    def _start_reading(self, work: list[ReadJob]) -> None:
        """Start to read files: with workers if they are many or large."""
        self._count(work)
        size = sum(item.unread_bytes for item in work)
        is_short = size <= MIN_POOL_BYTES and len(work) < MIN_POOL_FILES
        if is_short or len(work) == 1 or self._options.processes == 1 or self._backfill is not None:
            self._read_now(work, is_interruptible=True)
            return
        from ppp_tui.ingest.backfill import Backfill  # processes take a while to import

        stored = [self._files.with_states(item) for item in self._intake.enroll(work)]
        self._backfill = Backfill(stored, self._options, self._clock.now_ms(), self._wake)

    def _count(self, work: Iterable[ReadJob]) -> None:
        for item in work:
            self._tally.files_total += 1
            self._tally.bytes_total += item.unread_bytes

    def _read_changed(self, wait_s: float) -> bool:
        """Read the files that changed, waiting `wait_s` for the first; return whether there were any."""
        paths: set[Path] = set()
        try:
            paths |= self._changed_paths.get(timeout=wait_s) if wait_s else self._changed_paths.get_nowait()
            while True:
                paths |= self._changed_paths.get_nowait()
        except queue.Empty:
            pass
        work: dict[Path, ReadJob] = {}
        has_large = False
        for path in sorted(paths):
            for source, session in self._roots.claims(path, self._guard.each):
                is_being_read = self._intake.is_reading(str(session))
                is_held = self._backfill is not None and self._backfill.holds(str(session))
                job = None if is_being_read or is_held else self._intake.check(source, session)
                if is_being_read or (job is not None and is_large(job)):
                    # A large one is read in parts, so that other files need not wait for it.
                    self._intake.revisits.schedule_now(source, session)
                    has_large = has_large or job is not None
                elif job is not None:
                    work[session] = job
        if work:
            self._count(work.values())
            self._read_now([*work.values()])
        if paths:
            self._presences.note_changed_paths(paths)
        has_presences = self._presences.is_stale and self._guard.job("presence", self._commit_presences)
        return has_presences or has_large or bool(work)

    def _is_busy(self, path: str) -> bool:
        """Return whether a file is being read or waits for a worker: no second reader may start then."""
        return self._intake.is_reading(path) or (self._backfill is not None and self._backfill.holds(path))

    def _commit_presences(self) -> bool:
        """Commit what running agents state beside their session files; return whether there was anything."""
        batches: list[FileBatch] = []
        for source, file, events in self._presences.collect_changes(self._clock.now_ms(), self._is_busy):
            # A state that this version cannot read: the file is read anew as soon as it changes.
            with self._guard.caught(), suppress(StaleStateError):
                batches.append(
                    self._tailers.fold_events(ReadJob(source, file, stat_of(file)), self._files.with_states, events)
                )
        if batches:
            self._intake.commit(batches)
        return bool(batches)

    def _read_now(self, work: list[ReadJob], *, is_interruptible: bool = False) -> None:
        """Read files here and commit what they bring, large ones last.

        With `is_interruptible`, files that change meanwhile are read first.
        """
        is_up_to_date = True
        for enrolled in self._intake.enroll(sorted(work, key=is_large) if len(work) > 1 else work):
            # Changes that were read meanwhile may have included this file.
            for _ in self._intake.read(enrolled if is_up_to_date else self._files.refresh(enrolled), self._tally):
                if self._stop.is_set():
                    self._intake.flush()
                    return
                if is_interruptible and not self._changed_paths.empty():
                    self._intake.flush()
                    self._read_changed(0.0)
                    is_up_to_date = False
            self._tally.files_done += 1
            if len(work) > 1:
                self._report_progress()
        self._intake.flush()
        self._presences.retry_awaited()

    def _note_commit(self) -> None:
        """Note that the database holds something newer."""
        self._is_dirty = True
        self._jobs.note_commit()
        self._writer.checkpoint(is_idle=False)
        self._report_progress()

    def _commit_backfill(self) -> bool:
        """Commit what workers have read; return whether there was anything."""
        backfill = self._backfill
        if backfill is None:
            return False
        parts = backfill.results()
        for part in parts:
            if part.batches:
                self._intake.add(part.batches, part.batches[-1].file.offset - part.file.offset)
        self._intake.flush()
        for part in parts:
            self._conclude_result(part, backfill)
        if backfill.is_done:
            backfill.close()
            self._backfill = None
            self._presences.invalidate()
        else:
            backfill.submit()
        return bool(parts)

    def _conclude_result(self, part: BackfillResult, backfill: Backfill) -> None:
        """Record the state of a file whose part is committed, and let a worker read on where there is more."""
        latest = part.batches[-1].file if part.batches else part.file
        source = registry.source(part.file.source)
        self._tally.bytes_done += part.whole_bytes if reads_tables(source) else latest.offset - part.file.offset
        if part.fault:
            self._intake.mark_worker_failure(part.file, part.stat, part.fault)
        elif part.trouble:
            self._files.mark_unreadable(part.file, part.stat, part.trouble)
        has_failed = self._intake.has_failed(part.file.id)
        if part.is_stale:
            latest = self._files.reset(part.file)
        if not has_failed and (part.is_stale or not part.is_done):
            backfill.requeue(latest, part.stat)
            return
        self._tally.files_done += 1
        backfill.release(part.file.path)
        if not has_failed:
            self._intake.revisits.schedule_now(source, Path(part.file.path))

    def _report_progress(self) -> None:
        now_ms = self._clock.now_ms()
        if self._reports.is_due(self._tally.phase, now_ms):
            self._reports.publish(self._progress(now_ms), "polling" if self._is_polling() else "events")

    def _progress(self, now_ms: int) -> IngestProgress:
        """Return the progress, with the most important trouble."""
        progress = self._tally.progress(now_ms)
        if self._watch is not None and self._watch.trouble:
            return progress._replace(trouble=f"No file events here ({self._watch.trouble}): looking instead.")
        troubles = (progress.trouble, self._guard.trouble, self._jobs.trouble)
        return progress._replace(trouble=next(filter(None, troubles), ""))

    def _close(self) -> None:
        self._live_journals.close()
        if self._watch is not None:
            self._watch.stop()
        if self._backfill is not None:
            self._backfill.close()
        self._jobs.close()
        # If the database failed, the first error is raised already.
        with suppress(DatabaseError):
            self._report_progress()
