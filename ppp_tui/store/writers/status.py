"""The single row by which ingest reports its state to dashboards."""

from __future__ import annotations

import sqlite3

from ppp_tui.model.clock import to_text
from ppp_tui.model.ingest_status import IngestStatus

_SQL = (
    f"INSERT OR REPLACE INTO ingest_status (id, {', '.join(IngestStatus._fields)}) "
    f"VALUES (1, {', '.join(f':{name}' for name in IngestStatus._fields)})"
)


def put_status(connection: sqlite3.Connection, status: IngestStatus) -> None:
    """Replace the row, as a commit of its own or within the caller's transaction."""
    values = status._asdict() | {"started_at": to_text(status.started_at), "at": to_text(status.at)}
    connection.execute(_SQL, values)
