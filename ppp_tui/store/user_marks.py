"""What the user marked: how far sessions were read, pins and labels, in a small file of its own beside the database.

Ingest is the database's one writer, and some versions of SQLite damage a log that two processes write at once.
Dashboards write here instead, without a log, so that any number of them may. Sessions are named by what their agents
call them: marks outlive a database that is begun anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ppp_tui.model.clock import to_text
from ppp_tui.paths import marks_file
from ppp_tui.store.connect import BUSY_MS, DatabaseError, create_private, explain

VERSION = 1
"""Of the tables; a file of a newer version is left alone."""

TABLES = (
    """CREATE TABLE IF NOT EXISTS {schema}session_marks (
        source TEXT NOT NULL,
        native_id TEXT NOT NULL,
        read_turn INTEGER NOT NULL DEFAULT 0,
        read_at TEXT NOT NULL DEFAULT '',
        is_pinned INTEGER NOT NULL DEFAULT 0 CHECK (is_pinned IN (0, 1)),
        label TEXT NOT NULL DEFAULT '',
        PRIMARY KEY (source, native_id)
    ) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS {schema}mark_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
)
"""`{schema}` is where they are made, with a dot after it, or ''."""

_UPSERT = (
    "INSERT INTO session_marks (source, native_id, {columns}) VALUES (:source, :native_id, {values}) ON CONFLICT DO "
)


class MarksNotKeptError(OSError):
    """The marks cannot be written; the message is one sentence for the user, with the path and the way out."""


class MarksFile:
    """The marks beside one database; the file is made by the first mark."""

    def __init__(self, database: Path) -> None:
        """Use the marks file of the database at the path `database`."""
        self._path = marks_file(database)

    def mark_read(self, source: str, native_id: str, turn_number: int, at_ms: int) -> None:
        """Note that a session was read up to a turn; what was read further, or later, stays. Raises OSError."""
        self._write(
            _UPSERT.format(columns="read_turn, read_at", values=":turn, :at")
            + "UPDATE SET read_turn = max(read_turn, excluded.read_turn), read_at = max(read_at, excluded.read_at)",
            {"source": source, "native_id": native_id, "turn": turn_number, "at": to_text(at_ms)},
        )

    def set_pinned(self, source: str, native_id: str, *, is_pinned: bool) -> None:
        """Pin a session, or unpin it. Raises OSError."""
        self._write(
            _UPSERT.format(columns="is_pinned", values=":is_pinned") + "UPDATE SET is_pinned = excluded.is_pinned",
            {"source": source, "native_id": native_id, "is_pinned": int(is_pinned)},
        )

    def set_label(self, source: str, native_id: str, label: str) -> None:
        """Set the label of a session, a single word; '' removes it. Raises OSError."""
        self._write(
            _UPSERT.format(columns="label", values=":label") + "UPDATE SET label = excluded.label",
            {"source": source, "native_id": native_id, "label": label},
        )

    def note_visit(self, at_ms: int) -> None:
        """Note that the user looked at a dashboard then; the first visit of all is kept, too. Raises OSError."""
        self._write(
            "INSERT INTO mark_facts VALUES ('first_visit', :at), ('last_visit', :at) "
            "ON CONFLICT DO UPDATE SET value = max(value, excluded.value) WHERE name = 'last_visit'",
            {"at": to_text(at_ms)},
        )

    def _write(self, sql: str, values: dict[str, object]) -> None:
        try:
            with self._opened() as connection, connection:
                connection.execute(sql, values)
        except sqlite3.Error as error:
            raise MarksNotKeptError(explain(error, self._path)) from error
        except DatabaseError as error:
            raise MarksNotKeptError(str(error)) from error

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        create_private(self._path)
        with closing(sqlite3.connect(self._path, timeout=BUSY_MS / 1000)) as connection:
            connection.execute("PRAGMA trusted_schema=OFF")
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise MarksNotKeptError(f"The marks in {self._path} were written by a newer ppp-tui: update this one.")
            if version < VERSION:
                for table in TABLES:
                    connection.execute(table.format(schema=""))
                connection.execute(f"PRAGMA user_version={VERSION}")
            yield connection
