"""Databases that were copied from another machine: whether one is whole, and when it may be replaced."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from ppp_tui.sources.trajectory_db.connect import SNAPSHOT_BYTES, connect

_MAGIC = b"SQLite format 3\0"


def is_whole(path: Path) -> bool:
    """Return whether a copy without a log is a database without damage; a large one is not looked through.

    Raises OSError.
    """
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return False
    if path.stat().st_size > SNAPSHOT_BYTES:
        return True
    try:
        with closing(connect(path)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False


def end_log(path: Path) -> bool:
    """Move the log of a copy into it, so that the copy alone tells all; return False if somebody reads it now.

    A copy that is damaged may be replaced at any time.
    """
    address = f"file:{quote(str(path.absolute()))}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=0, isolation_level=None)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            row = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not row[0]
    except sqlite3.OperationalError as error:
        return (getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    except sqlite3.DatabaseError:
        return True
