"""Lines as the receiver keeps them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ppp_tui.model.event import Event
from ppp_tui.sources.otel.parser import OtelParser
from ppp_tui.sources.source import ParsedChunk
from tests.sources.parsed_lines import content

AT_MS = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC, as the lines of `claude_lines` begin."""


def sent_log(name: str, at_s: float = 0, /, *, service: Any = "claude-code", **attributes: Any) -> dict[str, Any]:
    """Return a log record some seconds after the first one."""
    return {
        "signal": "log",
        "name": name,
        "at_ns": int((AT_MS + at_s * 1000) * 1_000_000),
        "attributes": {"event.name": name, **attributes},
        "resource": {"service.name": service, "service.version": "2.2.0"},
        "scope": "events",
    }


def sent_span(
    name: str, at_s: float = 0, ms: int = 1000, /, *, span: Any = "aa", parent: Any = "", **attributes: Any
) -> dict[str, Any]:
    """Return a span that begins some seconds after the first one."""
    began = int((AT_MS + at_s * 1000) * 1_000_000)
    return {
        "signal": "span",
        "name": name,
        "at_ns": began,
        "end_ns": began + ms * 1_000_000,
        "trace_id": "cc" * 16,
        "span_id": span,
        "parent_id": parent,
        "status": attributes.pop("status", 0),
        "message": attributes.pop("status_message", ""),
        "attributes": attributes,
        "events": [],
        "resource": {"service.name": "shop-agent"},
        "scope": "tracer",
    }


def parsed(*records: dict[str, Any], kind: str = "claude_code") -> ParsedChunk:
    """Return what a parser makes of records; read one by one it must be the same."""
    path = Path(f"{kind}-s1.jsonl")
    whole = OtelParser(path).feed(content(*records), 0)
    events: list[Event] = []
    state, offset = b"", 0
    for record in records:
        parser, line = OtelParser(path, state), content(record)
        events += parser.feed(line, offset).events
        state, offset = parser.state(), offset + len(line)
    assert events == whole.events
    return whole


def events_of(kind: type, *records: dict[str, Any], agent: str = "claude_code") -> list[Any]:
    """Return the events of a kind."""
    return [event for event in parsed(*records, kind=agent).events if type(event) is kind]
