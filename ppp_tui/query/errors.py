"""Errors of queries, for rooms that do not know the database's engine."""

from __future__ import annotations

import sqlite3
from typing import Any, Protocol

QueryFailedError = sqlite3.Error
"""The database did not answer; the message says why."""


class DatabaseMissingError(Exception):
    """There is no database yet, or it is of a version that these queries do not know; the message says which."""


class DatabaseUnusableError(DatabaseMissingError):
    """There is a file, but of another version or of another program; the message says which, and the way out."""


def unread(error: Exception, database: str) -> str:
    """Return a sentence for the user: why a database (its name with an article) cannot be read, and what to do."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_CORRUPT"):
        return f"{database} is damaged: move it away, and ppp-tui ingest reads all sessions again."
    if name.startswith("SQLITE_NOTADB"):
        return f"{database} is not a ppp-tui database: choose another with --database, or move it away."
    return f"{database} cannot be read: {error}."


READ_ERRORS = (QueryFailedError, DatabaseMissingError)
"""What a query may raise: the screen that asked reports it, and goes on."""


class FetchedRows(Protocol):
    """The rows of a statement."""

    def fetchall(self) -> list[Any]:
        """Return all rows."""
        ...


class ReadConnection(Protocol):
    """A connection that answers queries: as `query.connect.open_reader` gives it, or to a shared store."""

    def execute(self, sql: str, parameters: dict[str, Any] = ..., /) -> FetchedRows:
        """Run a statement."""
        ...

    def close(self) -> None:
        """Disconnect."""
        ...


Connection = ReadConnection
"""The parameter of functions that read."""
