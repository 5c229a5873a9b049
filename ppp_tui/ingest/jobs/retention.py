"""Removes what is older than the user keeps it: forgets sessions, archives trajectories, or keeps hourly sums alone."""

from __future__ import annotations

from ppp_tui.ingest.options import IngestOptions
from ppp_tui.model.clock import DAY_MS, HOUR_MS, is_due
from ppp_tui.store.archive_file.writer import new_archive_path
from ppp_tui.store.upkeep.retention import forget_events
from ppp_tui.store.write import Writer

SLICE_UNITS = 50
"""Session files or logged trajectories archived in one slice."""


SLICE_EVENTS = 2000
"""Performance events forgotten in one slice."""


class RetentionJob:
    """Applies the retention settings to the database, hourly."""

    name = "retention"

    def __init__(self, writer: Writer, options: IngestOptions) -> None:
        """Prepare retention by `run_slice`."""
        self._writer = writer
        self._options = options
        self._looked_ms = 0
        self.trouble = ""
        """Why old trajectories cannot be archived, '' if they can."""

    def run_slice(self, now_ms: int) -> bool:
        """Remove some old rows, once an hour; return whether there may be more.

        Raises DatabaseError.
        """
        options = self._options
        if not is_due(self._looked_ms, now_ms, HOUR_MS):
            return False
        oldest_ms = now_ms - options.retention_days * DAY_MS
        if options.retention_days and self._writer.forget_before(oldest_ms, keeps_sums=options.keeps_sums):
            return True
        if options.retention_days and self._forget_events(oldest_ms):
            return True
        if self._archive(now_ms):
            return True
        if options.detail_days:
            self._writer.forget_detail(now_ms - options.detail_days * DAY_MS)
        self._looked_ms = now_ms
        return False

    def _forget_events(self, before_ms: int) -> bool:
        """Forget some old performance events; return whether there may be more."""
        with self._writer.transaction() as summaries:
            return summaries.call(forget_events, before_ms, SLICE_EVENTS) == SLICE_EVENTS

    def _archive(self, now_ms: int) -> bool:
        """Archive some old trajectories; return whether there may be more. An error of the disk becomes `trouble`."""
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
