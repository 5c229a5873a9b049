"""How the database is opened for writing, and why with these settings.

* WAL, so that dashboards read while ingest writes.
* ``synchronous=NORMAL``: rows from session files can be read again, and a commit need not wait for the disk. Who
  writes what cannot be read again sets ``FULL``.
* No automatic checkpoint: it would stall a commit for milliseconds. The writer checkpoints when it has nothing else to
  do, and before the log grows past `WAL_LIMIT_BYTES`.
* The file exists with mode 0600 in a 0700 folder before SQLite sees it: its log and shared memory inherit that mode.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from ppp_tui.paths import private_folder

WAL_LIMIT_BYTES = 32 * 1024 * 1024
"""The writer truncates its log beyond this size; half of what the project promises, as room for one more batch."""

CACHE_KIB = 16 * 1024
"""The writer's page cache in KiB: holds the inner pages of every index of a database of a million turns."""

MIN_CACHE_KIB = 4 * 1024
"""The same while little is written into a small database: all of it would come to lie in the cache otherwise."""

CACHED_SHARE = 16
"""The cache then holds one page in this many: inner pages are about one in a hundred."""

BUSY_MS = 5000
"""How long a writer waits for another one, in milliseconds."""


class DatabaseError(Exception):
    """The database cannot be used; the message is one sentence for the user, with the path and what to do."""


class DatabaseGoneError(DatabaseError):
    """The database's file was deleted or replaced while it was open: nobody would read what is written."""

    def __init__(self, path: Path) -> None:
        """Name the database."""
        super().__init__(f"The database {path} was deleted or replaced while it was in use: it is begun anew.")


def may_pass(error: Exception) -> bool:
    """Return whether waiting may help: the disk is full or fails, or another program holds the database."""
    name = getattr(error.__cause__ or error, "sqlite_errorname", "")
    return name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_BUSY", "SQLITE_LOCKED"))


def is_row_fault(error: BaseException) -> bool:
    """Return whether a value that cannot be stored, not the database, is what went wrong."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    return isinstance(cause, _ROW_FAULTS)


_ROW_FAULTS = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
    ValueError,
    OverflowError,
)


def is_database_fault(error: BaseException) -> bool:
    """Return whether the database itself failed."""
    return isinstance(error, DatabaseError | sqlite3.Error) and not is_row_fault(error)


def create_private(path: Path) -> None:
    """Make an empty file of mode 0600 in a folder of mode 0700, if it is not there. Raises DatabaseError."""
    try:
        private_folder(path.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as error:
        raise DatabaseError(
            f"The database {path} cannot be written ({error.strerror}): "
            "choose another place with --database or database.path."
        ) from error
    os.close(descriptor)


def open_writer(path: Path, *, busy_ms: int = BUSY_MS) -> sqlite3.Connection:
    """Return a connection that writes; there is one per process. Raises DatabaseError."""
    create_private(path)
    try:
        connection = sqlite3.connect(path, timeout=busy_ms / 1000, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cell_size_check=ON")
    except sqlite3.Error as error:
        raise DatabaseError(explain(error, path)) from error
    return connection


def explain(error: sqlite3.Error, path: Path) -> str:
    """Return a sentence for the user: what SQLite reported, where, and what to do about it."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL"):
        return f"The disk that holds the database {path} is full: free some space, nothing was half-written."
    if name.startswith("SQLITE_IOERR"):
        return (
            f"The disk that holds the database {path} failed, or a limit on the size of files was reached: check it, "
            "or choose another place with --database; nothing was half-written."
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return f"The database {path} or its folder is read-only: make it writable, or choose another with --database."
    if name.startswith("SQLITE_NOTADB"):
        return f"The file {path} is not a ppp-tui database: choose another with --database, or move it away."
    if name.startswith("SQLITE_CORRUPT"):
        return f"The database {path} is damaged: move it away, and the next start reads all sessions again."
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return f"Another program holds the database {path}: stop it, or choose another database with --database."
    return f"The database {path} failed: {error}."


def wal_bytes(path: Path) -> int:
    """Return the size of the write-ahead log in bytes, 0 if there is none."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except OSError:
        return 0


def has_wal_reset_bug(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Return whether this SQLite can corrupt a log that two processes write at once.

    Versions 3.7.0 to 3.51.2 do, except the repaired 3.44.6 and 3.50.7 and later releases of these two lines
    (sqlite.org/wal.html, "The WAL-reset bug"). One writer per database avoids it.
    """
    if version >= (3, 51, 3) or version < (3, 7, 0):
        return False
    return not (version[:2] == (3, 44) and version >= (3, 44, 6)) and not (
        version[:2] == (3, 50) and version >= (3, 50, 7)
    )


def release_cache(connection: sqlite3.Connection, path: Path) -> None:
    """Give back the pages that a connection keeps in memory; of a small database it keeps fewer from now on."""
    try:
        share_kib = path.stat().st_size // 1024 // CACHED_SHARE
    except OSError:
        return  # The file is gone: the next commit reports it.
    connection.execute(f"PRAGMA cache_size=-{min(max(share_kib, MIN_CACHE_KIB), CACHE_KIB)}")
    connection.execute("PRAGMA shrink_memory")
