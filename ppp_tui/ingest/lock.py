"""The lock that allows one ingest per database: its holder writes, all other processes read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import FileLock

BUSY_EXIT = 75
"""Exit status of an ingest that found another one running (EX_TEMPFAIL of sysexits.h)."""

FIRST_WAIT_S = 0.5
"""Seconds before an ingest that failed is begun again; each further time it is twice as long."""

MAX_WAIT_S = 30.0
"""The longest of these waits, in seconds."""


class IngestBusyError(Exception):
    """Another ingest writes to the database."""


def lock_path(database: Path) -> Path:
    """Return the path of a database's lock."""
    return database.with_name(database.name + ".lock")


def acquire_lock(database: Path) -> FileLock:
    """Acquire the lock or raise IngestBusyError at once; it is freed by `release` or with the process."""
    # Imported late: the dashboard needs only the constants of this module.
    from filelock import FileLock, Timeout

    lock = FileLock(lock_path(database), mode=0o600, blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise IngestBusyError(f"Another ingest is at work on {database}; its rows appear here all the same.") from error
    return lock
