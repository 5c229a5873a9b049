"""One ingest per archive: whoever holds the lock writes, everybody else reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import FileLock

BUSY_EXIT = 75
"""Exit status of an ingest that found another one at work (EX_TEMPFAIL of sysexits.h)."""

FIRST_WAIT_S = 0.5
"""Seconds before an ingest that failed is begun again; each further time it is twice as long."""

LONGEST_WAIT_S = 30.0
"""The longest of these waits, in seconds."""


class IngestBusyError(Exception):
    """Another ingest is at work on the archive."""


def lock_path(archive: Path) -> Path:
    """Where the lock of an archive lies."""
    return archive.with_name(archive.name + ".lock")


def take(archive: Path) -> FileLock:
    """Take the lock or raise IngestBusyError at once; it is freed by `release` or with the process."""
    # Imported by who takes it: the dashboard wants to know no more than how an ingest ends that cannot.
    from filelock import FileLock, Timeout

    lock = FileLock(lock_path(archive), mode=0o600, blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise IngestBusyError(f"Another ingest is at work on {archive}; its rows appear here all the same.") from error
    return lock
