"""Opens another program's database for one poll without leaving files beside it.

Never `immutable` (its owner may be writing) and never writable. A database in WAL mode that nobody has open is the one
case where SQLite itself would leave files beside it (an empty log and its index, which it makes even to read): such a
database is read as a copy in memory, as long as it is small enough.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from ppp_tui.sources.package_source import WRITE_AHEAD_LOG

BUSY_S = 0.2
"""Seconds that a poll waits for a writer; the next poll tries again."""

SNAPSHOT_BYTES = 64 * 1024 * 1024
"""Maximum size of a copy; a larger closed database is opened in place, and SQLite leaves an empty log."""

_MAGIC = b"SQLite format 3\0"
_VERSIONS = slice(18, 20)
"""Offsets of the header's write and read versions: 2 for WAL mode, 1 without."""

_UNSAFE_JSON = "unsafe use of json_"

_SENTENCES = {
    sqlite3.SQLITE_BUSY: "the database is locked by another program",
    sqlite3.SQLITE_LOCKED: "the database is locked by another program",
    sqlite3.SQLITE_NOTADB: "the file is no SQLite database",
    sqlite3.SQLITE_CORRUPT: "the database is damaged",
    sqlite3.SQLITE_CANTOPEN: "the database cannot be opened",
}


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database for one poll. Raises OSError with a sentence, for what goes wrong in the block, too."""
    try:
        with closing(connect(path)) as connection:
            yield connection
    except sqlite3.Error as error:
        raise OSError(describe(error)) from error


def connect(path: Path) -> sqlite3.Connection:
    """Return a read-only connection in a read transaction. Raises sqlite3.Error, OSError."""
    connection = _open_copy(path) or sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, timeout=BUSY_S, isolation_level=None
    )
    try:
        connection.text_factory = _as_text
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA query_only = ON")
        _load_schema(connection)
        connection.execute("BEGIN")
    except BaseException:
        connection.close()
        raise
    return connection


def _load_schema(connection: sqlite3.Connection) -> None:
    """Load the schema, with SQLite's own JSON functions in its indexes. Raises sqlite3.Error."""
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
    except sqlite3.DatabaseError as error:
        if _UNSAFE_JSON not in str(error):
            raise
        # Older versions take them for unsafe. No function of another kind is there to be called: none is registered,
        # and extensions are not loaded.
        connection.execute("PRAGMA trusted_schema = ON")
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()


def columns_of(connection: sqlite3.Connection, table: str) -> set[str]:
    """Return the columns of a table, whose name is a constant of this program; empty if it is missing."""
    # The pragma takes no parameters.
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}


def describe(error: sqlite3.Error) -> str:
    """Return what is wrong with a database, in a sentence for users."""
    # Only the low byte is the class of an error.
    sentence = _SENTENCES.get((getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF)
    return f"{sentence} ({error})" if sentence else f"the database cannot be read ({error})"


def _open_copy(path: Path) -> sqlite3.Connection | None:
    """Return a copy in memory of a closed database in WAL mode; None for others, and if it changed meanwhile."""
    before = _stamp_of_closed(path)
    if before is None or before[0] > SNAPSHOT_BYTES:
        return None
    with path.open("rb") as file:
        if not _is_logged(file.read(_VERSIONS.stop)):
            return None
        file.seek(0)
        content = bytearray(file.read())
    if _stamp_of_closed(path) != before or len(content) != before[0]:
        return None
    content[_VERSIONS] = b"\1\1"
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.deserialize(bytes(content))
    return connection


def _stamp_of_closed(path: Path) -> tuple[int, int] | None:
    """Return size and modification time of a database without a log in use, else None."""
    try:
        if path.with_name(path.name + WRITE_AHEAD_LOG).stat().st_size:
            return None
    except FileNotFoundError:
        pass
    seen = path.stat()
    return seen.st_size, seen.st_mtime_ns


def _is_logged(header: bytes) -> bool:
    return header.startswith(_MAGIC) and header[_VERSIONS] == b"\2\2"


def _as_text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")
