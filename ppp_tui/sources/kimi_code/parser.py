"""Turns the records of a transcript of Kimi Code into events."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.model.event import Ref
from ppp_tui.sources.emitter import TextlessEmitter
from ppp_tui.sources.json_records import JsonObject
from ppp_tui.sources.kimi_code.records import KimiCodeEmitter, RecordReader
from ppp_tui.sources.kimi_code.state import CODEC
from ppp_tui.sources.record_parser import RecordParser


def is_record(decoded: object) -> bool:
    """Return whether a decoded object can be a line of a transcript."""
    return (
        isinstance(decoded, dict)
        and isinstance(decoded.get("type"), str)
        and ("time" in decoded or "protocol_version" in decoded)
    )


class KimiCodeParser(RecordParser[KimiCodeEmitter]):
    """Reads one transcript."""

    def __init__(self, path: Path, state: bytes = b"") -> None:
        """Continue from a state. Raises ValueError for invalid bytes."""
        super().__init__(TextlessEmitter(CODEC.decode(state)), CODEC, is_record)
        self._reader = RecordReader(self._emitter, path)

    def _read(self, record: JsonObject, ref: Ref) -> None:
        self._reader.read(record, ref)


PARSER = KimiCodeParser
