"""Replays journals of loggers that ended, counts plain inserts, and prices logged requests."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.ingest.pricing import LOGGER, PriceTable, price_stored
from ppp_tui.model.usage import UNPRICED
from ppp_tui.store.logged.journal import journals
from ppp_tui.store.write import Writer
from ppp_tui.store.writers import prices

LOGGED_CHECK_MS = 1000
"""Milliseconds from a check that found nothing to the next; otherwise the next follows at once."""

MAX_PRICED_REQUESTS = 200
"""Requests that are priced in one transaction."""


class JournalReplayJob:
    """Replays what loggers that ended left in their journals, and completes what programs logged."""

    name = "logged"
    trouble = ""

    def __init__(self, writer: Writer, table: PriceTable) -> None:
        """Do nothing before `run_slice`; requests are priced by the current state of the table."""
        self._writer = writer
        self._table = table
        self._passed_over: set[Path] = set()
        self._looked_ms = 0

    def run_slice(self, now_ms: int) -> bool:
        """Do the first of these that has something to do; return whether any had. Raises DatabaseError."""
        if 0 <= now_ms - self._looked_ms < LOGGED_CHECK_MS:
            return False
        if self._replay() or self._writer.count_plain_inserts() or self._price():
            return True
        self._looked_ms = now_ms
        return False

    def _replay(self) -> bool:
        try:
            paths = journals(self._writer.path)
        except OSError:
            return False
        if self._passed_over.issuperset(paths):
            return False
        from ppp_tui.fold.logged import derive  # the fold takes a while to import
        from ppp_tui.store.logged.journal_replay import replay_next

        return replay_next(self._writer, self._passed_over, derive)

    def _price(self) -> bool:
        queued = self._writer.ask(prices.queued_requests, MAX_PRICED_REQUESTS)
        if not queued:
            return False
        priced = [
            (usage_id, UNPRICED if usage is None else price_stored(self._table, LOGGER, usage))
            for usage_id, usage in queued
        ]
        with self._writer.transaction() as summaries:
            summaries.call(prices.put_prices, priced, summaries)
        return True
