"""Parses the lines of a Codex rollout into events.

The same thing stands in a rollout twice, as an event and as an item of the model's history: events are read, items
only where there are no events (the oldest form, and lines copied into a fork). Tokens come from one record per response
where the version writes them, else from the growth of the thread's total, which re-sent counts do not move.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from ppp_tui.model.event import Ref
from ppp_tui.model.limits import MAX_LINE_BYTES
from ppp_tui.sources.codex import events, history, records, session_meta, usage
from ppp_tui.sources.codex.discovery import identify
from ppp_tui.sources.codex.emitter import ThreadEmitter
from ppp_tui.sources.codex.raw_json import EMPTY, UNREADABLE
from ppp_tui.sources.codex.records import RolloutLine, decode_line, is_record
from ppp_tui.sources.codex.state import CODEC
from ppp_tui.sources.lines import lines, mend, salvage
from ppp_tui.sources.source import Damage, ParsedChunk

_SILENT_TYPES = frozenset(
    {
        "world_state",
        "retained_context",
        "inter_agent_communication",
        "inter_agent_communication_metadata",
        "ghost_snapshot",
    }
)
"""Types that are not read: what the model was shown, kept to resume a session."""


class CodexParser:
    """Parser of one rollout."""

    def __init__(self, path: Path, state: bytes = b"") -> None:
        """Continue from a state. Raises ValueError for invalid bytes."""
        self._emitter = ThreadEmitter(CODEC.decode(state), identify(path))

    def state(self, *, keeps_text: bool = True) -> bytes:
        """Return the state for a later parser; without `keeps_text` it holds no text of prompts and answers."""
        now = self._emitter.state
        return CODEC.encode(now, keeps_text=keeps_text)

    def feed(self, chunk: bytes, offset: int) -> ParsedChunk:
        """Parse complete lines that begin at `offset`."""
        reading = self._emitter.reading
        for at, line in lines(chunk, offset):
            if len(line) > MAX_LINE_BYTES:
                reading.damage.append(Damage(at, len(line), "too long"))
                continue
            content = line if line.isascii() else self._as_text(line, at)
            try:
                record = decode_line(content)
            except UNREADABLE:
                self._recover(line, at)
            else:
                self._read_line(record, Ref(at, len(line)), content)
        return self._emitter.take_reading()

    def _recover(self, line: bytes, offset: int) -> None:
        salvaged, damage = salvage(line, offset, is_record)
        self._emitter.reading.damage += damage
        for entry in salvaged:
            try:
                record, content = _decode_found(entry.record)
            except UNREADABLE:
                # Well-formed, but of a shape that no version has shown yet.
                self._emitter.count_unknown("unreadable")
            else:
                self._read_line(record, Ref(entry.offset, len(entry.record)), content)

    def _as_text(self, line: bytes, at: int) -> bytes:
        """Return a line as UTF-8, with U+FFFD where it is not, and record that damage."""
        try:
            line.decode()
        except UnicodeDecodeError:
            self._emitter.reading.damage.append(Damage(at, len(line), "not utf-8"))
            return line.decode("utf-8", "replace").encode()
        return line

    def _read_line(self, line: RolloutLine, ref: Ref, content: bytes) -> None:
        emitter = self._emitter
        state, events_before = emitter.state, len(emitter.reading.events)
        at = emitter.time_of(line.timestamp)
        if state.own_from is not None and line.ordinal is not None and line.ordinal >= state.own_from:
            state.own_from, state.is_copied = None, False
        try:
            self._dispatch(line, at, ref, content)
        except UNREADABLE:
            self._read_mended(line.type or "", at, ref, content)
        if at and len(emitter.reading.events) > events_before:
            state.last_at = at

    def _dispatch(self, line: RolloutLine, at: int, ref: Ref, content: bytes) -> None:
        emitter, kind, payload = self._emitter, line.type or "", line.payload
        if payload is EMPTY:
            self._read_bare(line, at, ref, content)
        elif kind == "response_item":
            history.read_item(emitter, records.decode_item(payload), at, ref)
        elif kind == "event_msg":
            events.read_event(emitter, records.decode_event(payload), at, ref)
        elif kind == "token_usage_record":
            usage.read_usage_record(emitter, records.decode_usage(payload), at, ref)
        elif kind == "turn_context":
            session_meta.read_context(emitter, records.decode_context(payload), at, ref)
        elif kind == "session_meta":
            session_meta.read_meta(emitter, records.decode_meta(payload), at)
        elif kind == "compacted":
            usage.read_compaction(emitter, at, ref)
        elif kind not in _SILENT_TYPES:
            emitter.count_unknown(kind or "(no type)")

    def _read_mended(self, kind: str, at: int, ref: Ref, content: bytes) -> None:
        """Parse a line that strict decoding refuses: for its text, which can be repaired, or for its shape."""
        mended = mend(content)
        try:
            if mended is None:
                raise msgspec.DecodeError("no JSON")
            self._dispatch(decode_line(mended), at, ref, mended)
        except UNREADABLE:
            self._emitter.count_unknown(f"{kind or '(no type)'}/unreadable")

    def _read_bare(self, line: RolloutLine, at: int, ref: Ref, content: bytes) -> None:
        """Parse a line of the oldest form: session description, state of a tool, or an item itself."""
        if line.type:
            history.read_item(self._emitter, records.decode_item(content), at, ref)
        elif not line.record_type:
            meta = records.decode_meta(content)
            if meta.id:
                session_meta.read_meta(self._emitter, meta, at)
            else:
                self._emitter.count_unknown("(no type)")


def _decode_found(content: bytes) -> tuple[RolloutLine, bytes]:
    """Decode a salvaged line, repaired if needed. Raises one of `UNREADABLE`."""
    try:
        return decode_line(content), content
    except msgspec.MsgspecError:
        mended = mend(content) or b""
        return decode_line(mended), mended


PARSER = CodexParser
