"""Recognizes what an agent prints, and names the file that its lines go to."""

from __future__ import annotations

import re
from typing import Protocol

from ppp_tui.model.ids import hash64
from ppp_tui.sources.attached.claude_stream import ClaudeStream
from ppp_tui.sources.attached.codex_stream import CodexStream, PlainLine
from ppp_tui.sources.attached.errand import Errand
from ppp_tui.sources.json_records import JsonObject


class Stream(Protocol):
    """Protocol: converts what one agent prints to plain lines."""

    kind: str
    """The source of the agent's own session files."""
    native_id: str
    is_under_way: bool
    is_turn_open: bool
    outcome: str

    def resume(self, recorded: bytes) -> None:
        """Continue after lines that were made of the same session before."""
        ...

    @staticmethod
    def is_record(record: JsonObject) -> bool:
        """Return whether an object is a record of such a stream."""
        ...

    def lines_of(self, record: JsonObject, now: str) -> list[PlainLine]:
        """Return the lines that a record, read at the time `now`, makes."""
        ...


STREAMS: dict[str, type[ClaudeStream] | type[CodexStream]] = {
    stream.kind: stream for stream in (ClaudeStream, CodexStream)
}
"""Streams by the kind of their source."""

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")


def stream_of(record: JsonObject, errand: Errand) -> Stream | None:
    """Return the stream that a record belongs to, None if it is of no known one."""
    return next((made(errand) for made in STREAMS.values() if made.is_record(record)), None)


def file_name(stream: Stream) -> str:
    """Return the name of the file for a stream's lines, whatever its id holds."""
    native_id = stream.native_id
    return f"{stream.kind}-{native_id if _SAFE.match(native_id) else f'{hash64(native_id):x}'}.jsonl"
