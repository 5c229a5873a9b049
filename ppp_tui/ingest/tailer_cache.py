"""Keeps tailers of the files that are being written, so that an appended line needs no state out of the database."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ppp_tui.ingest.file_registry import ReadJob
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pricing import PriceTable, SourcePricing
from ppp_tui.model.event import Event
from ppp_tui.store.write import FileBatch

if TYPE_CHECKING:
    from ppp_tui.ingest.tailer import FileTailer

MAX_TAILERS = 64
"""Tailers kept: as many sessions as are likely to be written at once."""


class TailerCache:
    """Tailers by file, the most recently used ones."""

    def __init__(self, options: IngestOptions, table: PriceTable) -> None:
        """Read with these options, and price by this table as it is when a file is read."""
        self._options = options
        self._table = table
        self._kept: OrderedDict[int, FileTailer] = OrderedDict()

    def read_new(self, work: ReadJob, load: Callable[[ReadJob], ReadJob], now_ms: int) -> Iterator[FileBatch]:
        """Yield what a file gained. `load` fetches its states where no tailer is kept. Raises OSError, ValueError."""
        tailer = self._open(work, load)
        yield from tailer.read_new(work.stat, now_ms)
        self._cache(tailer)

    def fold_events(self, work: ReadJob, load: Callable[[ReadJob], ReadJob], events: list[Event]) -> FileBatch:
        """Fold events that did not come from the session's file. Raises ValueError."""
        tailer = self._open(work, load)
        batch = tailer.fold_events(events)
        self._cache(tailer)
        return batch

    def _open(self, work: ReadJob, load: Callable[[ReadJob], ReadJob]) -> FileTailer:
        tailer = self._kept.pop(work.file.id, None)
        if tailer is None or (tailer.file.offset, tailer.file.path) != (work.file.offset, work.file.path):
            from ppp_tui.ingest.tailer import FileTailer  # the fold takes a while to import

            stored = load(work)
            pricing = SourcePricing(self._table, work.source.name)
            tailer = FileTailer(stored.file, work.source, pricing, self._options)
        return tailer

    def _cache(self, tailer: FileTailer) -> None:
        tailer.release_states()
        self._kept[tailer.file.id] = tailer
        if len(self._kept) > MAX_TAILERS:
            self._kept.popitem(last=False)

    def has_waiting_line(self, file_id: int) -> bool:
        """Return whether the last read of the file left a whole record without its newline."""
        tailer = self._kept.get(file_id)
        return tailer is not None and tailer.waiting_bytes > 0

    def forget(self, file_id: int) -> None:
        """Drop the tailer of a file on which this program failed."""
        self._kept.pop(file_id, None)
