"""Parses received records into events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ppp_tui.model.event import Ref
from ppp_tui.sources import registry
from ppp_tui.sources.json_records import JsonObject, object_of, text_of
from ppp_tui.sources.otel.attributes import Attributes, ms_of, text_in
from ppp_tui.sources.otel.claude_events import read_claude_event
from ppp_tui.sources.otel.codex_events import read_codex_event
from ppp_tui.sources.otel.emitter import OtelEmitter
from ppp_tui.sources.otel.gemini_events import read_gemini_event
from ppp_tui.sources.otel.origin import OTHER_AGENT
from ppp_tui.sources.otel.spans import read_span
from ppp_tui.sources.otel.state import CODEC
from ppp_tui.sources.record_parser import RecordParser

EventReader = Callable[[OtelEmitter, str, Attributes, int, Ref], bool]

READERS: Mapping[str, tuple[str, EventReader]] = {
    "claude_code": ("claude_code.", read_claude_event),
    "codex": ("codex.", read_codex_event),
    "gemini_cli": ("gemini_cli.", read_gemini_event),
    "qwen_code": ("qwen-code.", read_gemini_event),
}
"""What reads an agent's log events, by the source of its own files, and what the events' names begin with."""

_SIGNALS = ("log", "span", "metric")


class OtelParser(RecordParser[OtelEmitter]):
    """Parser of the records of one session."""

    def __init__(self, path: Path, state: bytes = b"") -> None:
        """Continue from a state. Raises ValueError for bytes that are no state."""
        super().__init__(OtelEmitter(CODEC.decode(state)), CODEC, is_received)
        self._kind = path.name.partition("-")[0]

    def _read(self, record: JsonObject, ref: Ref) -> None:
        if not is_received(record):
            self._emitter.count_unknown("(no type)")
            return
        signal, attributes = record["signal"], object_of(record, "attributes")
        if signal == "metric":
            # Sums of what logs and spans tell one by one.
            return
        if signal == "log":
            self._read_log(record, attributes, ref)
        elif not read_span(self._emitter, record, attributes, ref, is_repeated=self._kind in READERS):
            self._emitter.count_unknown(f"span/{text_of(record, 'scope') or '(no type)'}")
        if self._emitter.state.turn or self._emitter.has_news:
            # A program that was started and left without a prompt is no session.
            self._note_facts(record)

    def _read_log(self, record: JsonObject, attributes: Attributes, ref: Ref) -> None:
        emitter, name = self._emitter, text_of(record, "name")
        prefix, read_event = READERS.get(self._kind, ("", None))
        if read_event is None:
            emitter.count_unknown(f"log/{name or '(no type)'}")
            return
        at = emitter.time_of(text_in(attributes, "event.timestamp")) or ms_of(record)
        if not read_event(emitter, name.removeprefix(prefix), attributes, at, ref):
            emitter.count_unknown(f"log/{name or '(no type)'}")

    def _note_facts(self, record: JsonObject) -> None:
        emitter, at, resource = self._emitter, ms_of(record), object_of(record, "resource")
        emitter.note(at, "agent_name", agent_name_of(self._kind, text_of(resource, "service.name")))
        emitter.note(at, "agent_version", text_of(resource, "service.version"))
        emitter.note(at, "project", text_of(resource, "process.working_directory"))


def is_received(record: object) -> bool:
    """Return whether an object is a record that the receiver wrote."""
    return isinstance(record, dict) and record.get("signal") in _SIGNALS and "attributes" in record


def agent_name_of(kind: str, service: str) -> str:
    """Return the agent's short name: that of the source of its own files, else that under which it sends."""
    source: Any = registry.find_source(kind) if kind != OTHER_AGENT else None
    return service or OTHER_AGENT if source is None else source.agent_name


PARSER = OtelParser
