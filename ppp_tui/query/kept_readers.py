"""Readers of the local database that a server keeps between the reports that it makes.

Opening one takes longer than most reports: the schema is read, and the user's marks are attached. A kept reader is
handed out again only while the same files lie there with the same schema.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from ppp_tui.paths import file_identity, marks_file
from ppp_tui.query.connect import is_sealed, open_reader

MAX_IDLE = 4
"""Readers that are kept; others are closed when their report is made."""


class _ReaderOrigin(NamedTuple):
    """The files that a reader was opened on."""

    path: Path
    database: tuple[int, int] | None
    marks: tuple[int, int] | None
    """None where there are no marks: a reader must be opened again when there are."""
    is_sealed: bool


class KeptReaders:
    """Hands out readers and takes them back; any thread may ask."""

    def __init__(self) -> None:
        """Begin without any."""
        self._lock = Lock()
        self._idle: list[tuple[_ReaderOrigin, int, sqlite3.Connection]] = []
        self._is_closed = False

    def borrow(self, path: Path) -> BorrowedReader:
        """Return a reader whose `close` gives it back. Raises DatabaseMissingError."""
        origin = _origin_of(path)
        while (kept := self._pop()) is not None:
            kept_origin, schema, connection = kept
            if kept_origin == origin and _schema_version(connection) == schema:
                return BorrowedReader(self, origin, schema, connection)
            connection.close()
        connection = open_reader(path, is_for_one_thread=False)
        return BorrowedReader(self, origin, _schema_version(connection), connection)

    def give_back(self, origin: _ReaderOrigin, schema: int, connection: sqlite3.Connection) -> None:
        """Keep a reader for the next report, or close it."""
        with self._lock:
            if not self._is_closed and len(self._idle) < MAX_IDLE:
                self._idle.append((origin, schema, connection))
                return
        connection.close()

    def close(self) -> None:
        """Close all readers that are not in use; those in use are closed when they are given back."""
        with self._lock:
            self._is_closed = True
        while (kept := self._pop()) is not None:
            kept[2].close()

    def _pop(self) -> tuple[_ReaderOrigin, int, sqlite3.Connection] | None:
        with self._lock:
            return self._idle.pop() if self._idle else None


class BorrowedReader:
    """A reader that a report uses alone."""

    def __init__(
        self, readers: KeptReaders, origin: _ReaderOrigin, schema: int, connection: sqlite3.Connection
    ) -> None:
        """Take a connection from its keeper."""
        self._readers = readers
        self._origin, self._schema = origin, schema
        self._connection: sqlite3.Connection | None = connection
        self._has_failed = False

    def execute(self, sql: str, parameters: dict[str, Any] | None = None, /) -> sqlite3.Cursor:
        """Run a statement. Raises sqlite3.Error."""
        if self._connection is None:
            raise sqlite3.ProgrammingError("The reader was given back.")
        try:
            return self._connection.execute(sql, parameters or {})
        except sqlite3.Error:
            # If a file is damaged or was removed, the next report opens it again.
            self._has_failed = True
            raise

    def close(self) -> None:
        """Give the connection back; a second call does nothing."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._has_failed:
            connection.close()
        else:
            self._readers.give_back(self._origin, self._schema, connection)


def _origin_of(path: Path) -> _ReaderOrigin:
    return _ReaderOrigin(path, file_identity(path), file_identity(marks_file(path)), is_sealed(path))


def _schema_version(connection: sqlite3.Connection) -> int:
    """Return a number that changes with the schema; -1 where the database cannot be read."""
    with suppress(sqlite3.Error):
        return int(connection.execute("PRAGMA main.schema_version").fetchone()[0])
    return -1
