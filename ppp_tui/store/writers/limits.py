"""Usage limits over time, and what agents report of a session as a whole."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from ppp_tui.model.rows import LimitRow, ReportRow

READING_SQL = (
    "INSERT INTO limit_readings (agent_name, name, at, used_percent, window_minutes, resets_at, plan, provenance) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)
"""Inserts a reading of a limit: the agent, the fields of a `LimitRow`, and the provenance."""
_REPORT_SQL = f"""
INSERT INTO session_reports ({", ".join(ReportRow._fields)}) VALUES ({", ".join("?" * len(ReportRow._fields))})
ON CONFLICT (source, native_id) DO UPDATE SET
    {", ".join(f"{name} = coalesce(excluded.{name}, {name})" for name in ReportRow._fields[2:])}
WHERE excluded.at >= session_reports.at
"""


def put_readings(
    connection: sqlite3.Connection, agent_name: str, readings: Iterable[LimitRow], provenance: str
) -> None:
    """Keep readings of an agent's limits; `provenance` is `official` or `recorded`. Within a transaction."""
    connection.executemany(
        READING_SQL,
        [
            (agent_name, row.name, row.at, row.used_percent, row.window_minutes, row.resets_at, row.plan, provenance)
            for row in readings
        ],
    )


def put_reports(connection: sqlite3.Connection, reports: Iterable[ReportRow]) -> None:
    """Store the newest report on each session; values that it leaves out stay. Within a transaction."""
    connection.executemany(_REPORT_SQL, list(reports))


def forget_readings(connection: sqlite3.Connection, before: str) -> None:
    """Delete readings before a time, except the newest of each limit. Within a transaction."""
    connection.execute(
        "DELETE FROM limit_readings WHERE at < ? AND at < (SELECT max(n.at) FROM limit_readings AS n "
        "WHERE n.agent_name = limit_readings.agent_name AND n.name = limit_readings.name)",
        (before,),
    )
