"""Keeps the database's costs in step with the price table: the library's and the user's own, whenever they change."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from ppp_tui.ingest.pricing import PriceTable, price_stored
from ppp_tui.settings.prices import load_prices
from ppp_tui.settings.problems import SettingsError
from ppp_tui.store.write import Writer

SLICE_REQUESTS = 500
"""Requests priced in one slice: some ten milliseconds' work."""


class RepriceJob:
    """Prices stored requests again after the price table changed."""

    name = "prices"

    def __init__(self, writer: Writer, table: PriceTable, file: Path | None) -> None:
        """Price by `table`, which includes the user's own prices from `file`."""
        self._writer = writer
        self._table = table
        self._file = file
        self._seen = _stat(file)
        # Rows are priced by this table as they are read: in a new database there are no others.
        self._is_done = writer.is_priced_by(table.version)
        self.trouble = ""
        """What is wrong with the user's prices, '' if nothing; the last valid ones hold until the file is corrected."""

    def run_slice(self, now_ms: int) -> bool:  # noqa: ARG002 - the signature is that of every job
        """Price some more requests; return whether there were any."""
        if self._is_done:
            memo = self._table.memo_text()
            if memo is not None:
                self._writer.put_price_memo(memo)
            return False
        self._is_done = not self._writer.reprice_some(
            self._table.version, partial(price_stored, self._table), SLICE_REQUESTS
        )
        return True

    def reload_if_changed(self) -> None:
        """Read the user's prices again if their file changed."""
        stat = _stat(self._file)
        if self._file is None or stat == self._seen:
            return
        self._seen = stat
        try:
            stated = tuple(load_prices(self._file).items())
        except SettingsError as error:
            self.trouble = error.problems[0]
            return
        self.trouble = ""
        self._table.set_user_prices(stated)
        self._is_done = self._writer.is_priced_by(self._table.version)


def _stat(file: Path | None) -> tuple[int, int] | None:
    """Return time and size of a file, None where there is none."""
    if file is None:
        return None
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
