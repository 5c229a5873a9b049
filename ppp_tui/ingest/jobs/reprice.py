"""Keeps the database's costs in step with the price table: the library's and the user's own, whenever they change."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.ingest.pricing import LOGGER, PROVIDERS, PriceTable
from ppp_tui.model.clock import from_text
from ppp_tui.settings.prices import load_prices
from ppp_tui.settings.problems import SettingsError
from ppp_tui.store.write import Writer
from ppp_tui.store.writers.repricing import Priced

PIECE = 500
"""Requests priced anew between two looks for news: some ten milliseconds' work."""


class RepriceJob:
    """Prices what is in the database anew when the table is another than the one that it was priced by."""

    name = "prices"

    def __init__(self, writer: Writer, table: PriceTable, file: Path | None) -> None:
        """`file` holds the person's own prices, which `table` has in it."""
        self._writer = writer
        self._table = table
        self._file = file
        self._seen = _look(file)
        # What is read from here on is priced by this table: in a new database nothing else is.
        self._is_done = writer.is_priced_by(table.version)
        self.trouble = ""
        """What is wrong with the person's prices, '' if nothing is; the last good ones hold until it is mended."""

    def run_slice(self, now_ms: int) -> bool:  # noqa: ARG002 - the signature is that of every job
        """Price some more; tells whether there was anything to do."""
        if self._is_done:
            memo = self._table.memo_text()
            if memo is not None:
                self._writer.put_price_memo(memo)
            return False
        self._is_done = not self._writer.reprice_some(self._table.version, self._price, PIECE)
        return True

    def look(self) -> None:
        """Read the person's prices again if their file changed."""
        seen = _look(self._file)
        if self._file is None or seen == self._seen:
            return
        self._seen = seen
        try:
            stated = tuple(load_prices(self._file).items())
        except SettingsError as error:
            self.trouble = error.problems[0]
            return
        self.trouble = ""
        self._table.state(stated)
        self._is_done = self._writer.is_priced_by(self._table.version)

    def _price(self, request: Priced) -> tuple[int | None, int | None]:
        usage = request.usage
        if request.source == LOGGER and usage.reported_micros is not None:
            # A program that tells a cost knows what it pays.
            return usage.cost_micros, usage.saved_micros
        try:
            at_ms = from_text(usage.at)
        except ValueError:
            at_ms = 0
        provider = request.provider or PROVIDERS.get(request.source, "")
        kind = (usage.model, provider, request.speed, request.service_tier, request.inference_geo)
        cached = (usage.cache_read_tokens, usage.cache_write_5m_tokens, usage.cache_write_1h_tokens)
        rates = self._table.prices.rates(kind, at_ms)
        if rates is None or min(usage.input_tokens, *cached) < 0:
            return None, None
        saved = rates.saved_micros(usage.input_tokens, *cached)
        if min(usage.output_tokens, request.web_searches) < 0:
            return None, saved
        return rates.micros(usage.input_tokens, usage.output_tokens, *cached, request.web_searches), saved


def _look(file: Path | None) -> tuple[int, int] | None:
    """Time and size of a file, None where there is none."""
    if file is None:
        return None
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
