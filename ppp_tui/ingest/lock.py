"""One ingest per archive: whoever holds the lock writes, everybody else reads."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout


class IngestBusyError(Exception):
    """Another ingest is at work on the archive."""


def lock_path(archive: Path) -> Path:
    """Where the lock of an archive lies."""
    return archive.with_name(archive.name + ".lock")


def take(archive: Path) -> FileLock:
    """Take the lock or raise IngestBusyError at once; it is freed by `release` or with the process."""
    lock = FileLock(lock_path(archive), mode=0o600, blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise IngestBusyError(f"Another ingest is at work on {archive}; its rows appear here all the same.") from error
    return lock
