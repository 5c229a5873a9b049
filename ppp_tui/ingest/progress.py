"""The progress of a run: for the progress bar, for JSON lines, and for dashboards through the database."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from ppp_tui.model.clock import is_due
from ppp_tui.model.ingest_status import IngestStatus
from ppp_tui.store.write import Writer
from ppp_tui.store.writers.status import put_status

STATUS_MS = 250
"""Milliseconds between two reports of progress, at least."""

Phase = Literal["backlog", "following", "stopped", "failed"]
"""What ingest does: reads history, waits for changes, or has ended."""


class IngestProgress(NamedTuple):
    """How far the backlog is read."""

    phase: Phase
    files_total: int
    files_done: int
    bytes_total: int
    bytes_done: int
    started_ms: int
    now_ms: int
    trouble: str

    @property
    def bytes_per_s(self) -> float:
        """The rate since the start, 0 before any time has passed."""
        passed_ms = self.now_ms - self.started_ms
        return self.bytes_done * 1000 / passed_ms if passed_ms > 0 else 0.0

    @property
    def left_s(self) -> float | None:
        """Seconds that the rest takes at this rate; None while no rate is known."""
        return (self.bytes_total - self.bytes_done) / self.bytes_per_s if self.bytes_per_s else None


@dataclass(slots=True)
class ProgressCounter:
    """Counts the files and bytes of a run."""

    started_ms: int
    phase: Phase = "backlog"
    files_total: int = 0
    files_done: int = 0
    bytes_total: int = 0
    bytes_done: int = 0
    trouble: str = ""

    def progress(self, now_ms: int) -> IngestProgress:
        """Return the progress at that time."""
        return IngestProgress(
            phase=self.phase,
            files_total=self.files_total,
            files_done=self.files_done,
            bytes_total=self.bytes_total,
            bytes_done=min(self.bytes_done, self.bytes_total),
            started_ms=self.started_ms,
            now_ms=now_ms,
            trouble=self.trouble,
        )


class ProgressReports:
    """Hands progress to a listener and into the database: at once when the phase changes, else every `STATUS_MS`."""

    listener: Callable[[IngestProgress], None] | None = None

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._last: IngestProgress | None = None

    def is_due(self, phase: Phase, now_ms: int) -> bool:
        """Return whether progress is to be reported now."""
        last = self._last
        return last is None or phase != last.phase or is_due(last.now_ms, now_ms, STATUS_MS)

    def publish(self, progress: IngestProgress, watching: str) -> None:
        """Report and store progress unless all but its time was reported before. Raises DatabaseError.

        `watching` says how changes are noticed: `events` or `polling`.
        """
        last = self._last
        if last is not None and progress._replace(now_ms=0) == last._replace(now_ms=0):
            return
        self._last = progress
        if self.listener is not None:
            self.listener(progress)
        with self._writer.transaction() as summaries:
            summaries.call(put_status, status_row(progress, os.getpid(), watching))


def status_row(progress: IngestProgress, pid: int, watching: str) -> IngestStatus:
    """Return the progress as the row that dashboards read."""
    return IngestStatus(
        pid=pid,
        phase=progress.phase,
        started_at=progress.started_ms,
        at=progress.now_ms,
        files_total=progress.files_total,
        files_done=progress.files_done,
        bytes_total=progress.bytes_total,
        bytes_done=progress.bytes_done,
        watching=watching,
        trouble=progress.trouble,
    )
