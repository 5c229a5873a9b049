"""What can go wrong when the database is asked, for rooms that do not know what it is made of."""

from __future__ import annotations

import sqlite3
from typing import Any, Protocol

QueryFailedError = sqlite3.Error
"""The database did not answer; the message says why."""


class DatabaseMissingError(Exception):
    """There is no database yet, or it is of a version that these queries do not know; the message says which."""


class DatabaseUnusableError(DatabaseMissingError):
    """There is a file, but of another version or of another program; the message says which, and the way out."""


READ_ERRORS = (QueryFailedError, DatabaseMissingError)
"""What a query may raise: the screen that asked says so, and goes on."""


class FetchedRows(Protocol):
    """What a statement gave."""

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
"""What functions that read are handed."""
