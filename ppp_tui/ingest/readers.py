"""Keeps readers of the files that are being written, so that an appended line needs no state out of the archive."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator

from ppp_tui.ingest.catalog import Work
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pricing import SourcePricing, Table
from ppp_tui.ingest.reading import FileReader
from ppp_tui.model.event import Event
from ppp_tui.store.write import FileBatch

MOST = 64
"""Readers kept: as many sessions as are likely to be written at once."""


class Readers:
    """Readers by file, the most recently used ones."""

    def __init__(self, options: IngestOptions, table: Table) -> None:
        """Readers that keep to these options and price by this table, as it stands when they read."""
        self._options = options
        self._table = table
        self._kept: OrderedDict[int, FileReader] = OrderedDict()

    def read(self, work: Work, load: Callable[[Work], Work], now_ms: int) -> Iterator[FileBatch]:
        """What a file gained. `load` fetches its states where no reader is kept. Raises OSError, ValueError."""
        reader = self._take(work, load)
        yield from reader.read(work.look, now_ms)
        self._keep(reader)

    def tell(self, work: Work, load: Callable[[Work], Work], events: list[Event]) -> FileBatch:
        """What a session's agent told beside its file. Raises ValueError."""
        reader = self._take(work, load)
        batch = reader.tell(events)
        self._keep(reader)
        return batch

    def _take(self, work: Work, load: Callable[[Work], Work]) -> FileReader:
        reader = self._kept.pop(work.file.id, None)
        if reader is None or (reader.file.offset, reader.file.path) != (work.file.offset, work.file.path):
            stored = load(work)
            pricing = SourcePricing(self._table, work.source.name)
            reader = FileReader(stored.file, work.source, pricing, self._options)
        return reader

    def _keep(self, reader: FileReader) -> None:
        self._kept[reader.file.id] = reader
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def has_waiting_line(self, file_id: int) -> bool:
        """Whether the last read of the file left a whole record for want of its newline."""
        reader = self._kept.get(file_id)
        return reader is not None and reader.waiting_bytes > 0

    def forget(self, file_id: int) -> None:
        """Drop a reader whose file was committed by somebody else."""
        self._kept.pop(file_id, None)
