"""Lets go of what the person keeps no longer: forgets it, moves it out, or keeps its sums by the hour alone."""

from __future__ import annotations

from ppp_tui.ingest.options import IngestOptions
from ppp_tui.model.clock import DAY_MS, HOUR_MS, is_due
from ppp_tui.store.archive_file.writer import new_archive_path
from ppp_tui.store.write import Writer

SLICE_UNITS = 50
"""Session files or logged trajectories moved out between two looks for news."""


class RetentionJob:
    """What is done with the archive as it grows old."""

    name = "retention"

    def __init__(self, writer: Writer, options: IngestOptions) -> None:
        """Nothing is done before `run_slice`."""
        self._writer = writer
        self._options = options
        self._looked_ms = 0
        self.trouble = ""
        """What keeps old trajectories from being moved out, '' if nothing does."""

    def run_slice(self, now_ms: int) -> bool:
        """Once an hour, let go of some of what is older than the person keeps it; tells whether more may be.

        Raises DatabaseError.
        """
        options = self._options
        if not is_due(self._looked_ms, now_ms, HOUR_MS):
            return False
        oldest_ms = now_ms - options.retention_days * DAY_MS
        if options.retention_days and self._writer.forget_before(oldest_ms, keeps_sums=options.keeps_sums):
            return True
        if self._archive(now_ms):
            return True
        if options.detail_days:
            self._writer.forget_detail(now_ms - options.detail_days * DAY_MS)
        self._looked_ms = now_ms
        return False

    def _archive(self, now_ms: int) -> bool:
        """Move out some of what is old enough; tells whether more may be. What hinders it is told, and ends nothing."""
        days = self._options.archive_after_days
        units = self._writer.archivable_units(now_ms - days * DAY_MS, SLICE_UNITS) if days else []
        if not units:
            return False
        try:
            archived = self._writer.archive(units, new_archive_path(self._writer.path, now_ms))
        except OSError as error:
            reason = error.strerror or str(error)
            self.trouble = f"Old trajectories cannot be archived ({reason}): they stay in the database."
            return False
        self.trouble = ""
        return archived > 0
