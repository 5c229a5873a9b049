"""The single row by which ingest reports its state to dashboards."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class StatusRow(NamedTuple):
    """The state of the ingest process; field names are column names."""

    pid: int
    phase: str
    started_at: str
    at: str
    files_total: int
    files_done: int
    bytes_total: int
    bytes_done: int
    watching: str
    trouble: str


_SQL = (
    f"INSERT OR REPLACE INTO ingest_status (id, {', '.join(StatusRow._fields)}) "
    f"VALUES (1, {', '.join('?' * len(StatusRow._fields))})"
)


def put_status(connection: sqlite3.Connection, status: StatusRow) -> None:
    """Replace the row, as a commit of its own or within the caller's transaction."""
    connection.execute(_SQL, status)
