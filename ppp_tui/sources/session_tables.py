"""What readers of a database do alike that holds the sessions of one agent: Codex's, Crush's, Goose's, OpenCode's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import TypeVar

from ppp_tui.model.limits import MAX_TRAJECTORIES
from ppp_tui.sources.source import ParsedChunk, TablesRead
from ppp_tui.sources.trajectory_db.connect import columns_of

SessionState = TypeVar("SessionState")

_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'"


def lacking_tables(connection: sqlite3.Connection, needed: Mapping[str, frozenset[str]]) -> list[str]:
    """Return the tables that are missing, or lack a column without which nothing can be read."""
    return [table for table, names in needed.items() if not columns_of(connection, table) >= names]


def is_being_made(connection: sqlite3.Connection) -> bool:
    """Return whether a program has just begun to make a database: it has no tables, or that of its migrations alone."""
    names = [str(name) for (name,) in connection.execute(_TABLES)]
    return all("migration" in name or name == "goose_db_version" for name in names)


def without_columns(connection: sqlite3.Connection, tables: Iterable[str], state: bytes) -> TablesRead:
    """Return the reading of a database that lacks what nothing can be read without: it names the tables."""
    unknown = {} if is_being_made(connection) else {f"{table} without its columns": 1 for table in tables}
    return TablesRead(ParsedChunk(unknown=unknown), state, False)


def remember_session(sessions: dict[str, SessionState], name: str, state: SessionState) -> None:
    """Put a session in as the one that was touched last: what the fold forgets is forgotten here, too."""
    sessions.pop(name, None)
    sessions[name] = state
    while len(sessions) > MAX_TRAJECTORIES:
        del sessions[next(iter(sessions))]
