"""Keeps sums over the runs of days and months that are over, for reports that would look at every run."""

from __future__ import annotations

from collections import deque

from ppp_tui.model.clock import HOUR_MS, MINUTE_MS, is_due
from ppp_tui.store.upkeep import run_sums
from ppp_tui.store.write import Writer


class RunSumsJob:
    """Makes sums that are missing, a day or a month in a slice."""

    name = "sums of runs"
    trouble = ""

    def __init__(self, writer: Writer) -> None:
        """Sum nothing before `run_slice`."""
        self._writer = writer
        self._pending: deque[str] = deque()
        self._listed_ms = 0
        self._spans_left = -1
        """Number of spans with sums when the last sums were made; it falls when one is withdrawn."""

    def run_slice(self, now_ms: int) -> bool:
        """Make the sums of one span; return whether there was one. Raises DatabaseError."""
        if not self._pending and self._is_list_due(now_ms):
            self._pending = deque(self._writer.ask(run_sums.unsummed_spans, now_ms))
            self._listed_ms = now_ms
            self._spans_left = self._writer.ask(run_sums.count_spans)
        if not self._pending:
            return False
        with self._writer.transaction() as summaries:
            summaries.call(run_sums.sum_span, self._pending.popleft())
        self._spans_left = self._writer.ask(run_sums.count_spans)
        return True

    def _is_list_due(self, now_ms: int) -> bool:
        """Return whether to look for missing sums: hourly, and soon after some were withdrawn.

        An old session that is at work again withdraws its day with each of its commits.
        """
        if self._spans_left < 0 or is_due(self._listed_ms, now_ms, HOUR_MS):
            return True
        is_withdrawn = self._writer.ask(run_sums.count_spans) < self._spans_left
        return is_withdrawn and is_due(self._listed_ms, now_ms, MINUTE_MS)
