"""Copies a SQLite database while another machine writes it, by file transfer and without its locks.

A database in WAL mode is copied with its log. Until the log begins anew, only pages in the log are written to the
database, so a database that is read first, and the log after it, are consistent as long as the log's header is still
the same at the end: the log has every page that was written meanwhile. The log's whole transactions are then written
into the copy, which is renamed at once; what the log gains later is appended to a log beside the copy, commit by
commit, and SQLite reads both like any database.

Without a log, a database is copied only if it has not changed for `STILL_S`, no journal says that a transaction is
under way, and its files are unchanged at the end.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from ppp_tui.ingest.remote.log_frames import HEADER_BYTES, LogScan
from ppp_tui.ingest.remote.room import require_room
from ppp_tui.ingest.remote.sftp import MissingError, RefusedError, RemoteStat, SftpClient
from ppp_tui.paths import private_file
from ppp_tui.sources.package_source import BESIDE_DATABASE, WRITE_AHEAD_LOG
from ppp_tui.sources.trajectory_db import copies

MAX_DATABASE_BYTES = 2 * 1024**3
"""A larger database is not copied."""

MAX_LOG_BYTES = 256 * 1024 * 1024
"""A longer log is not copied."""

STILL_S = 2.0
"""Seconds without a change after which the next change has another time: file transfer gives whole seconds."""

TRIES = 2
"""How often a copy is tried in one call of `update`."""

PAUSE_FACTOR = 10
"""Before the next whole copy the wait is so many times as long as the last copy took."""

FIRST_READ_BYTES = 64 * 1024
MAX_READ_BYTES = 1024 * 1024
"""Bytes of a log that are asked for at first, and at most, at a time."""

_JOURNAL = "-journal"
_HOT = b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
"""First bytes of the journal of a transaction that is under way."""

Unread = Literal["changing", "too large", "unreadable", "damaged"]
"""Why there is no new copy: it changes too fast, is too large, cannot be read, or is not a whole database."""


class _Stamp(NamedTuple):
    """The listed sizes and times of a database's files."""

    database: RemoteStat
    log: RemoteStat | None
    journal: RemoteStat | None

    @property
    def log_bytes(self) -> int:
        return self.log.size if self.log is not None else 0


class DatabaseCopy:
    """Keeps the copy of one database up to date."""

    def __init__(
        self,
        remote: str,
        local: Path,
        folder: Path,
        monotonic: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        """Copy `remote` to `local`; a copy is made in `folder`, on the same disk, until it is whole."""
        self._remote, self._local = remote, local
        self._made, self._made_log = folder / "partial-database", folder / "partial-log"
        self._local_log = local.with_name(local.name + WRITE_AHEAD_LOG)
        self._monotonic, self._wait = monotonic, wait
        self._stamp: _Stamp | None = None
        self._stamp_since = 0.0
        self._is_settled = False
        """Whether the stamp has been the same for so long that the next change must alter it."""
        self._is_copied = False
        """Whether the copy has everything up to this stamp."""
        self._not_before = 0.0
        self._reason: Unread = "changing"
        """Why the last attempt made no copy."""
        self._scan: LogScan | None = None
        """The log beside the copy, up to its end."""

    def update(self, client: SftpClient, *, is_only: bool = False) -> Unread | None:
        """Bring the copy up to date, if it can be done now; return why it could not be.

        With `is_only` this is the only call, so it waits until the database is still. Raises SftpError, OSError.
        """
        try:
            stamp = self._look(client)
            if stamp is None:
                return None
            if stamp.database.size > MAX_DATABASE_BYTES or stamp.log_bytes > MAX_LOG_BYTES:
                return "too large"
            if (stamp.log_bytes and self._append(client)) or self._is_current(stamp):
                self._is_copied = self._is_settled
                return None
            if self._monotonic() >= self._not_before:
                reason = self._copy(client, stamp, is_only=is_only)
                if reason is None:
                    return None
                self._reason = reason
            return self._reason
        except MissingError:
            return "changing"
        except RefusedError:
            return "unreadable"

    def _look(self, client: SftpClient) -> _Stamp | None:
        """Return the stamp of the files now; None if nothing changed since they were copied.

        Two changes within a second have the same time and, in a log, the same size: what was copied within that second
        is compared again.
        """
        database, log, journal = client.stat_each(self._paths)
        if database is None or database.kind != "file":
            return None
        stamp, now = _Stamp(database, _file(log), _file(journal)), self._monotonic()
        if stamp != self._stamp:
            self._stamp, self._stamp_since, self._is_copied = stamp, now, False
        self._is_settled = now - self._stamp_since > STILL_S
        return None if self._is_copied and self._local.exists() else stamp

    def _is_current(self, stamp: _Stamp) -> bool:
        """Return whether the copy is the same as the database, and neither has a log."""
        try:
            local_stat = self._local.lstat()
        except FileNotFoundError:
            return False
        has_log = self._local_log.exists() and self._local_log.lstat().st_size
        is_same = (local_stat.st_size, int(local_stat.st_mtime)) == (stamp.database.size, stamp.database.modified_s)
        return is_same and not has_log and not stamp.log_bytes

    def _append(self, client: SftpClient) -> bool:
        """Append the log's new transactions to the copy's log; return whether it is still the same log."""
        header = _log_header(client, self._remote)
        if not header or not self._local.exists():
            return False
        if not self._local_log.exists() or not self._local_log.lstat().st_size:
            return self._begin_log(client, header)
        with self._local_log.open("r+b") as log:
            if log.read(HEADER_BYTES) != header:
                return False
            if self._scan is None:
                self._scan = LogScan(header)
                while data := log.read(MAX_READ_BYTES):
                    self._scan.take(data)
            _follow(client, self._remote, self._scan, log)
        return True

    def _begin_log(self, client: SftpClient, header: bytes) -> bool:
        """Copy a log that began after the database was copied; return whether the database is still the copied one."""
        stat_there, local_stat = client.stat(self._remote), self._local.lstat()
        if stat_there is None or (local_stat.st_size, int(local_stat.st_mtime)) != (
            stat_there.size,
            stat_there.modified_s,
        ):
            return False
        try:
            scan = LogScan(header)
        except ValueError:
            return False
        self._fetch_log(client, header, scan)
        # If the log began anew meanwhile, the database may have changes that this log lacks.
        if _log_header(client, self._remote) != header or client.stat(self._remote) != stat_there:
            return False
        self._made_log.replace(self._local_log)
        self._scan = scan
        return True

    def _copy(self, client: SftpClient, stamp: _Stamp, *, is_only: bool) -> Unread | None:
        """Copy the database and its log; return why that was not possible, None if it was."""
        still_s = self._monotonic() - self._stamp_since
        if not stamp.log_bytes and still_s <= STILL_S:
            if not is_only:
                return "changing"
            self._wait(STILL_S - still_s + 0.1)
        require_room(self._made.parent, 2 * (stamp.database.size + stamp.log_bytes))
        began, scan, is_copied = self._monotonic(), None, False
        for _ in range(TRIES):
            if stamp.log_bytes:
                scan = self._copy_logged(client)
                is_copied = scan is not None
            else:
                is_copied = self._copy_still(client, stamp)
            if is_copied:
                break
        now = self._monotonic()
        self._not_before = now + PAUSE_FACTOR * (now - began)
        if not is_copied:
            return "changing"
        if (scan is not None and not self._merge(scan)) or not copies.is_whole(self._made):
            return "damaged"
        # With a log, the time must never be that of the database alone: `_is_current` would take the copy for current.
        modified_s = stamp.database.modified_s - (scan is not None)
        os.utime(self._made, (modified_s, modified_s))
        if not self._swap(with_log=scan is not None):
            return "changing"
        self._scan, self._is_copied = scan, self._is_settled or scan is None
        return None

    def _copy_still(self, client: SftpClient, stamp: _Stamp) -> bool:
        """Copy a database without a log; return whether it was still meanwhile."""
        if stamp.journal is not None and b"".join(client.read(self._remote + _JOURNAL, 0, len(_HOT))) == _HOT:
            return False
        self._fetch(client, stamp.database.size)
        database, log, journal = client.stat_each(self._paths)
        return (database, _file(log), _file(journal)) == stamp

    def _copy_logged(self, client: SftpClient) -> LogScan | None:
        """Copy a database and then its log; return the log's scan, None if the log began anew meanwhile."""
        header = _log_header(client, self._remote)
        try:
            scan = LogScan(header)
        except ValueError:
            return None
        # What the database gains from here on is in this log.
        remote_stat = client.stat(self._remote)
        if remote_stat is None:
            return None
        self._fetch(client, remote_stat.size)
        self._fetch_log(client, header, scan)
        return scan if _log_header(client, self._remote) == header else None

    def _fetch(self, client: SftpClient, size: int) -> None:
        self._made.unlink(missing_ok=True)
        with private_file(self._made) as copy:
            for part in client.read(self._remote, 0, size):
                copy.write(part)

    def _fetch_log(self, client: SftpClient, header: bytes, scan: LogScan) -> None:
        self._made_log.unlink(missing_ok=True)
        with private_file(self._made_log) as log:
            log.write(header)
            _follow(client, self._remote, scan, log)

    def _merge(self, scan: LogScan) -> bool:
        """Write the log's pages into the copy; return False if a page is beyond the largest database."""
        most_pages, pages = MAX_DATABASE_BYTES // scan.page_size, 0
        with self._made_log.open("rb") as log, self._made.open("r+b") as database:
            log.seek(HEADER_BYTES)
            while data := log.read(scan.frame_bytes):
                for frame in scan.frames(data):
                    if not 0 < frame.page <= most_pages or frame.database_pages > most_pages:
                        return False
                    database.seek((frame.page - 1) * scan.page_size)
                    database.write(frame.content)
                    pages = frame.database_pages or pages
            if pages:
                database.truncate(pages * scan.page_size)
        return True

    def _swap(self, *, with_log: bool) -> bool:
        """Replace the former copy; return False while another process reads it."""
        if self._local.exists() and not copies.end_log(self._local):
            return False
        for ending in BESIDE_DATABASE:
            self._local.with_name(self._local.name + ending).unlink(missing_ok=True)
        self._made.replace(self._local)
        if with_log:
            self._made_log.replace(self._local_log)
        return True

    @property
    def _paths(self) -> list[str]:
        return [self._remote, self._remote + WRITE_AHEAD_LOG, self._remote + _JOURNAL]


def _follow(client: SftpClient, remote: str, scan: LogScan, log: BinaryIO) -> None:
    """Write the transactions that follow in a remote log into a copy of it."""
    scan.rewind()
    size = FIRST_READ_BYTES
    while not scan.is_ended:
        start, end = scan.position, scan.end
        part = b"".join(client.read(remote + WRITE_AHEAD_LOG, start, start + size))
        if transactions := scan.take(part):
            log.seek(end)
            log.write(transactions)
        if len(part) < size:
            return
        size = min(size * 2, MAX_READ_BYTES)


def _log_header(client: SftpClient, remote: str) -> bytes:
    """Return the header of a database's log, less or nothing if there is none."""
    return b"".join(client.read(remote + WRITE_AHEAD_LOG, 0, HEADER_BYTES))


def _file(stat: RemoteStat | None) -> RemoteStat | None:
    return stat if stat is not None and stat.kind == "file" else None
