"""What readers of databases with the sessions of one agent share."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import TypeVar

from ppp_tui.model.limits import MAX_TRAJECTORIES
from ppp_tui.sources.parser_state import put_newest
from ppp_tui.sources.source import ParsedChunk, TablesRead
from ppp_tui.sources.trajectory_db.connect import columns_of

SessionState = TypeVar("SessionState")

_GOOSE_TABLE = "goose_db_version"
"""The table of goose, a tool for migrations (not the agent), whose name does not contain the word."""
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_'"


def lacking_tables(connection: sqlite3.Connection, needed: Mapping[str, frozenset[str]]) -> list[str]:
    """Return the tables that are missing, or lack a required column."""
    return [table for table, names in needed.items() if not columns_of(connection, table) >= names]


def is_being_made(connection: sqlite3.Connection) -> bool:
    """Return whether a program has just begun to make a database: it has no tables, or only that of its migrations."""
    names = [str(name) for (name,) in connection.execute(_TABLES)]
    return all("migration" in name or name == _GOOSE_TABLE for name in names)


def without_columns(connection: sqlite3.Connection, tables: Iterable[str], state: bytes) -> TablesRead:
    """Return the reading of a database that lacks required tables or columns: it names the tables."""
    unknown = {} if is_being_made(connection) else {f"{table} without its columns": 1 for table in tables}
    return TablesRead(ParsedChunk(unknown=unknown), state, False)


def remember_session(sessions: dict[str, SessionState], name: str, state: SessionState) -> None:
    """Put a session in as the newest, and drop those that the fold has forgotten."""
    put_newest(sessions, name, state, MAX_TRAJECTORIES)
