"""The frame of parsers that read JSON lines record by record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from ppp_tui.model.event import Ref
from ppp_tui.sources.emitter import EventEmitter, HoldingFacts
from ppp_tui.sources.json_records import JsonObject, read_records
from ppp_tui.sources.parser_state import StateCodec
from ppp_tui.sources.source import ParsedChunk

Emitter = TypeVar("Emitter", bound=EventEmitter[Any])


class RecordParser(Generic[Emitter]):
    """Parser of one file, whose state is that of its emitter. A format reads each record in `_read`."""

    def __init__(self, emitter: Emitter, codec: StateCodec[Any], is_record: Callable[[object], bool]) -> None:
        """Go on with the emitter's state; `is_record` is that of `json_records.read_records`."""
        self._emitter = emitter
        self._codec = codec
        self._is_record = is_record

    def state(self, *, keeps_text: bool = True) -> bytes:
        """Return what a later parser needs; without `keeps_text` nothing that a user, a model or a tool wrote."""
        return self._codec.encode(self._emitter.state, keeps_text=keeps_text)

    def feed(self, chunk: bytes, offset: int) -> ParsedChunk:
        """Read whole lines."""
        read = self._read
        for record, ref in read_records(chunk, offset, self._emitter.reading.damage, self._is_record):
            read(record, ref)
        return self._emitter.take_reading()

    def _read(self, record: JsonObject, ref: Ref) -> None:
        raise NotImplementedError


class OneTrajectoryParser(RecordParser[EventEmitter[HoldingFacts]]):
    """Parser of one file that holds one trajectory, whose facts its state remembers. A format names both attributes."""

    codec: StateCodec[Any]
    is_record: Callable[[object], bool]

    def __init__(self, path: Path, state: bytes = b"") -> None:
        """Continue from a state. Raises ValueError for invalid bytes."""
        self._path = path
        super().__init__(EventEmitter(self.codec.decode(state)), self.codec, self.is_record)
        self._emitter.facts = self._emitter.state.facts
