"""Usage limits of the user's plans, and what agents reported of whole sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ppp_tui.model.clock import to_text
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import in_clause, to_ms
from ppp_tui.query.usage.rows import LimitReading, SessionReport

_COLUMNS = "agent_name, name, {at}, used_percent, window_minutes, resets_at, plan, provenance"


def latest_limits() -> Query[list[LimitReading]]:
    """Query the newest reading of every limit, by agent and name."""
    return Query(
        f"SELECT {_COLUMNS.format(at='at')} FROM (SELECT agent_name, name, max(at) AS at FROM limit_readings "
        "GROUP BY agent_name, name) JOIN limit_readings USING (agent_name, name, at) ORDER BY 1, 2",
        _read,
    )


def limit_history(agent_name: str, name: str, since_ms: int) -> Query[list[LimitReading]]:
    """Query readings of one limit from a moment on, in order."""
    return Query(
        f"SELECT {_COLUMNS.format(at='at')} FROM limit_readings "
        "WHERE agent_name = :agent AND name = :name AND at >= :since ORDER BY at",
        _read,
        {"agent": agent_name, "name": name, "since": to_text(max(0, since_ms))},
    )


def session_reports(ids: Sequence[int]) -> Query[dict[int, SessionReport]]:
    """Query what agents reported of whole sessions; sessions without a report are left out."""
    marks, parameters = in_clause(ids)
    return Query(
        "SELECT t.id, r.at, r.model, r.cost_micros, r.api_ms, r.wall_ms, r.context_tokens, r.context_window "
        "FROM trajectories AS t JOIN session_reports AS r ON r.source = t.source AND r.native_id = t.native_id "
        f"WHERE t.id IN ({marks}) AND t.native_id <> ''",
        lambda rows: {row[0]: SessionReport(to_ms(row[1]) or 0, *row[2:]) for row in rows},
        parameters,
    )


def _read(rows: list[tuple[Any, ...]]) -> list[LimitReading]:
    return [
        LimitReading(
            agent_name=row[0],
            name=row[1],
            at=to_ms(row[2]) or 0,
            used_percent=row[3],
            window_minutes=row[4],
            resets_at=to_ms(row[5]),
            plan=row[6],
            provenance=row[7],
        )
        for row in rows
    ]
