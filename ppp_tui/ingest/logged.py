"""What ingest does for programs that log: carries in what dead ones left, prices what they used, finds their text."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.fold.logged import derive
from ppp_tui.ingest.pricing import LOGGER, SourcePricing, Table
from ppp_tui.model.clock import Clock, from_text
from ppp_tui.model.rows import UsageRow
from ppp_tui.store import carry, price_queue, search
from ppp_tui.store.write import Writer

LOOK_MS = 1000
"""How often it is looked, at most, in milliseconds; while something is found, at once again."""

MOST_PRICED = 200
"""Requests that are priced in one transaction."""


class Logged:
    """Looks after logged trajectories."""

    def __init__(self, writer: Writer, clock: Clock, table: Table) -> None:
        """Prices by that table, as it stands then. Nothing is done before `take`."""
        self._writer = writer
        self._clock = clock
        self._pricing = SourcePricing(table, LOGGER)
        self._passed_over: set[Path] = set()
        self._looked_ms = 0

    def take(self) -> bool:
        """Do one piece of what there is; tells whether anything was done. Raises ArchiveError."""
        now_ms = self._clock.now_ms()
        if 0 <= now_ms - self._looked_ms < LOOK_MS:
            return False
        if carry.carry_one(self._writer, self._passed_over, derive) or self._writer.count_plain() or self._price():
            return True
        self._looked_ms = now_ms
        return False

    def has_text(self) -> bool:
        """Whether text waits to be indexed."""
        return search.is_behind(self._writer.connection)

    def _price(self) -> bool:
        queued = price_queue.unpriced(self._writer.connection, MOST_PRICED)
        if not queued:
            return False
        priced = [(usage_id, *self._prices(usage)) for usage_id, usage in queued]
        with self._writer.transaction() as ledger:
            price_queue.put_prices(self._writer.connection, priced, ledger)
        return True

    def _prices(self, usage: UsageRow | None) -> tuple[int | None, int | None]:
        """What a request cost and what the cache saved on it, in millionths of a dollar."""
        if usage is None:
            return None, None
        at_ms = from_text(usage.at)
        return self._pricing.price(usage, at_ms)
