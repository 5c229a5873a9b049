"""Performance events in the order of their times, a page at a time, and how many there are of each type."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ppp_tui.model.clock import from_text, to_text
from ppp_tui.model.performance import PerformanceEvent
from ppp_tui.query.query import Query

PAGE_EVENTS = 500
"""Events read at a time."""


def event_page(since_ms: int, after: PerformanceEvent | None, most: int = PAGE_EVENTS) -> Query[list[PerformanceEvent]]:
    """Return the first events since a moment (Unix milliseconds), or the next ones behind another."""
    place = (to_text(max(0, since_ms)), 0) if after is None else (to_text(after.at), after.id)
    return Query(
        "SELECT id, at, type, agent_id, agent_version, task_id, task_type, success, quality, duration_ms, tokens, "
        "cost_micros, data, identifiers, is_anonymized FROM performance_events INDEXED BY performance_by_time "
        "WHERE at >= :at AND (at > :at OR id > :id) ORDER BY at, id LIMIT :most",
        lambda rows: [_read(row) for row in rows],
        {"at": place[0], "id": place[1], "most": most},
    )


class EventSums(NamedTuple):
    """All events of a type."""

    type: str
    events: int
    success_rate: float | None
    """None where none tells whether something succeeded."""
    mean_ms: float | None
    first_at: int
    last_at: int


def event_sums() -> Query[list[EventSums]]:
    """Return sums of each type, the most frequent first."""
    return Query(
        "SELECT type, count(*), avg(success), avg(duration_ms), min(at), max(at) FROM performance_events "
        "GROUP BY type ORDER BY 2 DESC, 1",
        lambda rows: [EventSums(*row[:4], *map(from_text, row[4:])) for row in rows],
    )


def _read(row: tuple[Any, ...]) -> PerformanceEvent:
    return PerformanceEvent(
        id=row[0],
        at=from_text(row[1]),
        type=row[2],
        agent_id=row[3],
        agent_version=row[4],
        task_id=row[5],
        task_type=row[6],
        success=None if row[7] is None else bool(row[7]),
        quality=row[8],
        duration_ms=row[9],
        tokens=row[10],
        cost_micros=row[11],
        data=json.loads(row[12]),
        identifiers=tuple(json.loads(row[13])),
        is_anonymized=bool(row[14]),
    )
