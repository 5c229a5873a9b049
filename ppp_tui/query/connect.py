"""How the database is opened for reading: never created, never changed, and with no statement that could do either."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from ppp_tui.paths import marks_file
from ppp_tui.query.errors import DatabaseMissingError, DatabaseUnusableError, unread
from ppp_tui.store.tables import DOCUMENT_TABLES

NEWEST_SCHEMA = 31
"""The newest schema step whose tables these queries know."""

BUSY_MS = 2000
"""How long a reader waits where a writer recovers the log, in milliseconds."""

SQLITE_BYTES = 6 * 1024 * 1024
"""Bytes that the connections of a process may use before a page that is read replaces another one."""

KEPT_STATEMENTS = 32
"""Statements that a connection keeps prepared; a large one takes about 30 kB."""

SETTINGS = (
    "PRAGMA query_only=1",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-8192",
    f"PRAGMA soft_heap_limit={SQLITE_BYTES}",
)
"""Run on every reading connection."""


def commit_stamp(path: Path) -> tuple[int, ...] | None:
    """Return numbers that change with every commit, cheaper than a query; None if they may not change.

    Two commits within one tick of the file system's clock may give the same numbers: after new ones the caller has to
    check again a little later.
    """
    if os.name == "nt":
        # Windows may delay the time of a file that is open.
        return None
    try:
        database = path.stat()
        log = Path(f"{path}-wal").stat()
    except OSError:
        return None
    return database.st_dev, database.st_ino, database.st_mtime_ns, database.st_size, log.st_mtime_ns, log.st_size


class DatabaseReplacedError(sqlite3.OperationalError):
    """Another file, or none, lies where the database was opened."""


def address(path: Path) -> str:
    """Return the SQLite URI of the database, read-only."""
    return f"{path.absolute().as_uri()}?mode=ro"


def check_exists(path: Path) -> None:
    """Raise DatabaseMissingError if there is no file at the path."""
    if path.is_dir():
        raise DatabaseMissingError(f"The database {path} is a folder: choose a file with --database or database.path.")
    if not path.exists():
        raise DatabaseMissingError(f"There is no database at {path} yet: run ppp-tui ingest, or just ppp-tui.")


def open_reader(path: Path, *, busy_ms: int = BUSY_MS, is_for_one_thread: bool = True) -> sqlite3.Connection:
    """Return a read-only connection. Raises DatabaseMissingError.

    `busy_ms` is how long it waits where a writer recovers the log. A connection that is not for one thread may be used
    by several, one after the other.
    """
    connection = _connected(path, busy_ms=busy_ms, is_for_one_thread=is_for_one_thread)
    try:
        # First, because ATTACH fails beside a damaged database, with another error.
        present = _schema(connection, path)
        _attach_marks(connection, path)
        for statement in SETTINGS:
            connection.execute(statement)
        check_schema(present, path)
        _check_tables(connection, path)
    except sqlite3.Error as error:
        connection.close()
        raise DatabaseMissingError(unread(error, f"The database {path}")) from error
    except DatabaseMissingError:
        connection.close()
        raise
    return connection


def open_watcher(path: Path) -> sqlite3.Connection:
    """Return a read-only connection for `PRAGMA data_version` alone: it reads no schema, and saves time and memory.

    Raises DatabaseMissingError.
    """
    return _connected(path, busy_ms=BUSY_MS, is_for_one_thread=True)


def _connected(path: Path, *, busy_ms: int, is_for_one_thread: bool) -> sqlite3.Connection:
    check_exists(path)
    uri = address(path) + ("&immutable=1" if is_sealed(path) else "")
    try:
        return sqlite3.connect(
            uri,
            uri=True,
            timeout=busy_ms / 1000,
            isolation_level=None,
            cached_statements=KEPT_STATEMENTS,
            check_same_thread=is_for_one_thread,
        )
    except sqlite3.Error as error:
        raise DatabaseMissingError(f"The database {path} cannot be opened: {error}.") from error


def is_sealed(path: Path) -> bool:
    """Return whether a database lies in a read-only folder without a log: SQLite reads it only as immutable.

    Backups on read-only media are. With a log, another process writes to it, and the log's index can be read.
    """
    return not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists()


def _attach_marks(connection: sqlite3.Connection, path: Path) -> None:
    """Attach the user's marks as `marks`; empty tables if there are none or they cannot be read."""
    marks = marks_file(path)
    if marks.exists():
        try:
            connection.execute("ATTACH :file AS marks", {"file": address(marks)})
            _check_marks(connection)
        except sqlite3.Error:
            connection.execute("DETACH marks") if _has_marks(connection) else None
    if not _has_marks(connection):
        from ppp_tui.store.user_marks import TABLES as MARK_TABLES

        connection.execute("ATTACH ':memory:' AS marks")
        for table in MARK_TABLES:
            connection.execute(table.format(schema="marks."))


def _check_marks(connection: sqlite3.Connection) -> None:
    """Raise sqlite3.Error unless the marks have their columns and every page of the file is intact."""
    connection.execute(
        "SELECT source, native_id, read_turn, read_at, is_pinned, label FROM marks.session_marks LIMIT 1"
    )
    connection.execute("SELECT name, value FROM marks.mark_facts LIMIT 1")
    # The file is small. A damaged page would otherwise fail every list that joins it.
    (verdict,) = connection.execute("PRAGMA marks.quick_check(1)").fetchone()
    if verdict != "ok":
        raise sqlite3.DatabaseError(verdict)


def _has_marks(connection: sqlite3.Connection) -> bool:
    return any(name == "marks" for _, name, _ in connection.execute("PRAGMA database_list"))


def check_schema(present: int | None, path: Path) -> None:
    """Raise DatabaseMissingError unless the database has the tables that these queries read."""
    if present is None or present < NEWEST_SCHEMA:
        raise DatabaseUnusableError(
            f"The database {path} is of an older version: run ppp-tui ingest to bring it up to date."
        )
    if present > NEWEST_SCHEMA:
        raise DatabaseUnusableError(f"The database {path} was written by a newer ppp-tui: update this one.")


def _check_tables(connection: sqlite3.Connection, path: Path) -> None:
    """Raise DatabaseMissingError if tables are missing that users may have dropped."""
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    lost = DOCUMENT_TABLES - names
    if lost:
        raise DatabaseUnusableError(
            f"The database {path} has lost tables ({', '.join(sorted(lost))}): restore it from a backup, or move it "
            "away, and ppp-tui ingest reads all sessions again."
        )


def _schema(connection: sqlite3.Connection, path: Path) -> int | None:
    present = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "schema_steps" not in present:
        raise DatabaseUnusableError(
            f"The file {path} is not a ppp-tui database: choose another with --database; "
            "to watch this one, name it with --source trajectory_db=PATH and run ppp-tui ingest."
        )
    newest: int | None = connection.execute("SELECT max(number) FROM schema_steps").fetchone()[0]
    return newest
