"""Performance events as training data: one JSON object per line, and rows whose columns have one type each.

A line has `type`, `timestamp` (UTC), `data` with all fields of the event, `is_anonymized` and, if the program declared
any, `identifiers`; `ppp-tui record` reads such lines. A row has the figures that tasks are compared by. JSON escapes
all characters beyond ASCII; null, or an empty cell, is unknown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from ppp_tui.model.clock import to_iso
from ppp_tui.model.performance import PerformanceEvent, anonymize, hash_name
from ppp_tui.query.errors import Connection
from ppp_tui.query.performance.events import event_page
from ppp_tui.query.query import answer

EVENT_COLUMNS = (
    "timestamp",
    "type",
    "agent_id",
    "agent_version",
    "task_id",
    "task_type",
    "success",
    "quality",
    "duration_ms",
    "tokens",
    "cost_usd",
    "is_anonymized",
    "data",
)
"""Columns of a row. `data` is the JSON object of the event's own fields."""


def read_events(connection: Connection, since_ms: int, key: bytes = b"") -> Iterator[PerformanceEvent]:
    """Yield events since a time, oldest first; with a key, anonymize those that are not anonymized yet."""
    after: PerformanceEvent | None = None
    while page := answer(connection, event_page(since_ms, after)):
        after = page[-1]
        for event in page:
            yield _anonymized(event, key) if key and not event.is_anonymized else event


def event_line(event: PerformanceEvent) -> str:
    """Return an event as a line of JSON, with its line ending."""
    fields = {
        "type": event.type,
        "timestamp": to_iso(event.at),
        "data": event.data,
        "is_anonymized": event.is_anonymized,
        **({"identifiers": event.identifiers} if event.identifiers else {}),
    }
    return json.dumps(fields) + "\n"


def event_row(event: PerformanceEvent) -> dict[str, Any]:
    """Return an event as a row of `EVENT_COLUMNS`."""
    return {
        "timestamp": to_iso(event.at),
        "type": event.type,
        "agent_id": event.agent_id or None,
        "agent_version": event.agent_version or None,
        "task_id": event.task_id or None,
        "task_type": event.task_type or None,
        "success": event.success,
        "quality": event.quality,
        "duration_ms": event.duration_ms,
        "tokens": event.tokens,
        "cost_usd": None if event.cost_micros is None else event.cost_micros / 1_000_000,
        "is_anonymized": event.is_anonymized,
        "data": json.dumps(event.data),
    }


def _anonymized(event: PerformanceEvent, key: bytes) -> PerformanceEvent:
    return event._replace(
        agent_id=hash_name(event.agent_id, key),
        task_id=hash_name(event.task_id, key),
        data=anonymize(event.data, key, event.identifiers),
        is_anonymized=True,
    )
