"""Parses the records of a Claude Code session into events.

One message of the agent is many records, one per content block; results interleave with later blocks of the same
message, so nothing depends on records lying side by side. Sub-agents whose messages stand in the session's own file,
inline or within `progress` records, are trajectories beside the main one.
"""

from __future__ import annotations

from pathlib import Path

from ppp_tui.model.event import Ref
from ppp_tui.model.limits import MAX_LINE_BYTES
from ppp_tui.sources.claude_code import messages, system_records
from ppp_tui.sources.claude_code.emitter import ClaudeEmitter
from ppp_tui.sources.claude_code.lenient_decode import as_text, is_object, read_record
from ppp_tui.sources.claude_code.records import UNREADABLE, Record, decode_record, is_record
from ppp_tui.sources.claude_code.state import CODEC
from ppp_tui.sources.lines import RecoveredRecord, lines, salvage
from ppp_tui.sources.source import Damage, ParsedChunk


class ClaudeParser:
    """Parser of one session file."""

    def __init__(self, path: Path, state: bytes = b"") -> None:
        """Continue from a state. Raises ValueError for invalid bytes."""
        self._emitter = ClaudeEmitter(CODEC.decode(state), path)

    def state(self, *, keeps_text: bool = True) -> bytes:
        """Return the state for a later parser; without `keeps_text` it holds no text of prompts and answers."""
        now = self._emitter.state
        now.records = self._emitter.chain.state()
        return CODEC.encode(now, keeps_text=keeps_text)

    def feed(self, chunk: bytes, offset: int) -> ParsedChunk:
        """Parse complete lines that begin at `offset`."""
        reading = self._emitter.reading
        for at, line in lines(chunk, offset):
            if len(line) >= MAX_LINE_BYTES:
                reading.damage.append(Damage(at, len(line), "too long"))
                continue
            content = line if line.isascii() else as_text(line)
            try:
                record = decode_record(content)
            except UNREADABLE:
                self._recover(line, at)
            else:
                if content is not line:
                    reading.damage.append(Damage(at, len(line), "not utf-8"))
                self._read_record(record, Ref(at, len(line)))
        return self._emitter.take_reading()

    def _recover(self, line: bytes, offset: int) -> None:
        """Parse a line that is not valid JSON."""
        if is_object(as_text(line)):
            self._read_odd(RecoveredRecord(offset, line))
            return
        salvaged, damage = salvage(line, offset, is_record)
        self._emitter.reading.damage += damage
        for entry in salvaged:
            self._read_odd(entry)

    def _read_odd(self, entry: RecoveredRecord) -> None:
        """Parse a complete object with broken characters, or of an unknown shape."""
        ref = Ref(entry.offset, len(entry.record))
        try:
            record, odd, is_mended = read_record(entry.record)
        except UNREADABLE:
            self._emitter.count_unknown("unreadable")
            return
        if is_mended:
            self._emitter.reading.damage.append(Damage(*ref, "not utf-8"))
        for name in odd:
            self._emitter.count_unknown(f"field/{name}")
        self._read_record(record, ref)

    def _read_record(self, record: Record, ref: Ref) -> None:
        emitter, at = self._emitter, self._emitter.time_of(record.timestamp)
        if not emitter.enter_record(record, at):
            return
        kind = record.type
        if kind == "assistant":
            messages.read_assistant(emitter, record, at, ref)
        elif kind == "user":
            messages.read_user_record(emitter, record, at, ref)
        else:
            system_records.read_aside(emitter, record, at, ref)


PARSER = ClaudeParser
