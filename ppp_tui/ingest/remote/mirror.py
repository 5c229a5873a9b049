"""Copies another machine's session files; a copy grows by the bytes that were appended there.

The other machine is not trusted: links, odd names and deep folders are left out, and nothing is written outside the
copy. Only whole lines are copied while a file may still be written, so that a broken connection leaves no half line;
files that are not lines are copied as a whole or not at all, databases by `database_copy`. A copy can be read at any
time; its size and its last bytes show what is missing.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from ppp_tui.ingest.remote.database_copy import DatabaseCopy
from ppp_tui.ingest.remote.listing import Listing, RemoteFile, is_beside_database
from ppp_tui.ingest.remote.places import Remote, RemoteRoot
from ppp_tui.ingest.remote.room import require_room
from ppp_tui.ingest.remote.sftp import MissingError, RefusedError, RemoteStat, SftpClient
from ppp_tui.paths import private_file, private_folder, private_tail
from ppp_tui.sources import content, registry
from ppp_tui.sources.source import (
    Source,
    has_companions,
    is_copied,
    is_listed,
    reads_lines,
    reads_tables,
)
from ppp_tui.sources.walk import SkipReason, Skips

TAIL_BYTES = 1024
"""Bytes at the end of a copy that must be the same on the other machine for more to be appended."""

MAX_HELD_BYTES = 16 * 1024 * 1024
"""Bytes of a line that are kept in memory until its end arrives."""

HOLD_S = 3.0
"""Seconds without a change after which the last line of a file is copied even without its line ending."""

RECENT = 64
"""Number of newest files, which are checked most often."""

LISTED_OFTEN = 8
"""Number of newest sessions whose companion folders are listed as often as the newest files are checked."""


class Mirror:
    """The copies of one address."""

    def __init__(
        self,
        remote: Remote,
        monotonic: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        """Make the private folders of the copies. Raises OSError."""
        self._source: Source = registry.source(remote.source)
        self._are_lines = reads_lines(self._source) and not reads_tables(self._source)
        self._remote = remote
        self._folder = remote.folder
        self._monotonic, self._wait = monotonic, wait
        self._listing = Listing(remote)
        self._databases: dict[Path, DatabaseCopy] = {}
        self._since: dict[Path, tuple[RemoteStat, float]] = {}
        """Incomplete copies: the remote file at the last copying, and when that was on the monotonic clock."""
        self._waiting: list[Path] = []
        """Files to be copied, the next one last."""
        self._unread: dict[Path, SkipReason] = {}
        """Why listed files could not be copied in their present state."""
        private_folder(self._folder).chmod(0o700)
        for root in remote.roots():
            is_file = self._source.claims(root.local)
            private_folder(root.local.parent if is_file else root.local)

    @property
    def files(self) -> int:
        """The number of session files on the other machine."""
        return sum(file.is_session for file in self._listing.files.values())

    @property
    def size(self) -> int:
        """Bytes of all its files, companions included."""
        return sum(file.stat.size for file in self._listing.files.values())

    def skips(self) -> Skips:
        """Return the files that are not copied, by their paths on the other machine."""
        listed = self._listing
        skips = Skips(listed.skips.counts.copy(), {reason: [*paths] for reason, paths in listed.skips.examples.items()})
        for local, reason in self._unread.items():
            if local in listed.files:
                skips.add(reason, listed.files[local].remote)
        return skips

    def survey(self, client: SftpClient) -> None:
        """List all files, and delete copies of those that are gone; `copy_next` copies. Raises SftpError, OSError."""
        listing = Listing(self._remote)
        read: list[RemoteRoot] = []
        complete: list[RemoteRoot] = []
        # A copied registry may name more roots.
        while left := [root for root in self._remote.roots() if root not in read]:
            root = left[0]
            read.append(root)
            if listing.read(client, root):
                complete.append(root)
            if is_listed(self._source) and (file := listing.files.get(root.local / self._source.registry)) is not None:
                self._copy(client, file)
        self._listing = listing
        files = listing.files
        for root in complete:
            self._drop_gone(root.local, files)
        self._since = {local: since for local, since in self._since.items() if local in files}
        self._unread = {local: reason for local, reason in self._unread.items() if local in files}
        self._databases = {local: copy for local, copy in self._databases.items() if local in files}
        # Companions come first, so that they are there when their session is read.
        self._waiting = [file.local for file in reversed(listing.in_order())]

    def copy_next(self, client: SftpClient, seconds: float, *, is_only: bool = False) -> bool:
        """Copy new files, the newest first, for about so many seconds; return whether more are waiting.

        With `is_only` last lines without a line ending are copied, too. Raises SftpError and OSError.
        """
        until = self._monotonic() + seconds
        while self._waiting and self._monotonic() <= until:
            self._copy(client, self._listing.files[self._waiting.pop()], is_only=is_only)
        return bool(self._waiting)

    def look(self, client: SftpClient) -> None:
        """Check the newest files and copy what was appended. Raises SftpError and OSError."""
        newest = self._listing.newest()
        if is_copied(self._source) and has_companions(self._source):
            for session in [file.local for file in newest if file.is_session][:LISTED_OFTEN]:
                for folder in self._source.companions(session):
                    for file in sorted(self._listing.read_folder(client, folder)):
                        self._copy(client, file)
        recent = newest[:RECENT]
        for file, now in zip(recent, list(client.stat_each([file.remote for file in recent])), strict=True):
            if now is not None and now.kind == "file":
                changed = file._replace(stat=now)
                self._listing.files[file.local] = changed
                self._copy(client, changed)

    def _drop_gone(self, root: Path, files: dict[Path, RemoteFile]) -> None:
        for folder, _, names in os.walk(root):
            for name in names:
                local = Path(folder, name)
                if local not in files and not is_beside_database(local, files):
                    local.unlink(missing_ok=True)

    def _copy(self, client: SftpClient, file: RemoteFile, *, is_only: bool = False) -> None:
        """Bring one copy up to date, or note why that is not possible."""
        reason: SkipReason | None
        try:
            if file.is_database:
                reason = self._copy_database(client, file, is_only=is_only)
            else:
                reason = self._copy_file(client, file, is_only=is_only)
        except MissingError:
            reason = None
        except RefusedError:
            reason = "unreadable"
            self._since[file.local] = file.stat, self._monotonic()
        if reason is None:
            self._unread.pop(file.local, None)
        else:
            self._unread[file.local] = reason

    def _copy_database(self, client: SftpClient, file: RemoteFile, *, is_only: bool) -> SkipReason | None:
        copy = self._databases.get(file.local)
        if copy is None:
            copy = DatabaseCopy(file.remote, file.local, self._folder, self._monotonic, self._wait)
            self._databases[file.local] = copy
        if _status(file.local) is None:
            self._make_room(file.local)
            private_folder(file.local.parent)
        return copy.update(client, is_only=is_only)

    def _copy_file(self, client: SftpClient, file: RemoteFile, *, is_only: bool) -> SkipReason | None:
        status = _status(file.local)
        size = status.st_size if status is not None else 0
        if status is not None and size == file.stat.size and int(status.st_mtime) == file.stat.modified_s:
            self._since.pop(file.local, None)
            return None
        now = self._monotonic()
        copied, since = self._since.get(file.local, (None, 0.0))
        is_ended = is_only or (copied == file.stat and now - since >= HOLD_S)
        if copied == file.stat and not is_ended:
            return self._unread.get(file.local)  # only the line without an end is missing, or it may not be read
        require_room(self._folder, file.stat.size - size)
        if status is None:
            self._make_room(file.local)
        if self._is_continued(client, file, size):
            parts = _whole_lines(client, file, size, is_ended=is_ended)
            size += _write(parts, lambda: private_tail(file.local))
        else:
            size = self._replace(client, file, is_ended=is_ended)
        if size == file.stat.size and file.local.exists():
            os.utime(file.local, (file.stat.modified_s, file.stat.modified_s))
            self._since.pop(file.local, None)
        else:
            self._since[file.local] = file.stat, now
        return None

    def _make_room(self, local: Path) -> None:
        """Delete what is in the way of a copy: a file that is a folder on the other machine now, or the reverse."""
        for folder in reversed(local.relative_to(self._folder).parents[:-1]):
            above = self._folder / folder
            if above.is_symlink() or not above.is_dir():
                above.unlink(missing_ok=True)
        if local.is_dir() and not local.is_symlink():
            shutil.rmtree(local)
        else:
            local.unlink(missing_ok=True)

    def _is_continued(self, client: SftpClient, file: RemoteFile, size: int) -> bool:
        """Return whether the copy, of this size, is the beginning of the file on the other machine."""
        if self._is_whole(file) or size > file.stat.size:
            return False
        if not size:
            return True
        start = max(0, size - TAIL_BYTES)
        with file.local.open("rb") as copy:
            copy.seek(start)
            tail = copy.read(size - start)
        return b"".join(client.read(file.remote, start, size)) == tail

    def _replace(self, client: SftpClient, file: RemoteFile, *, is_ended: bool) -> int:
        """Copy a file from its beginning; the copy is renamed once it is made. Return its bytes."""
        made = self._folder / "partial"
        made.unlink(missing_ok=True)
        is_whole = self._is_whole(file)
        parts = _whole_lines(client, file, 0, is_ended=is_ended or is_whole)
        size = _write(parts, lambda: private_file(made))
        if size and (size == file.stat.size or not is_whole):
            private_folder(file.local.parent)
            made.replace(file.local)
        return size

    def _is_whole(self, file: RemoteFile) -> bool:
        """Return whether a file can only be copied as a whole."""
        return not self._are_lines or not file.is_session or content.is_packed(file.local)


def _status(local: Path) -> os.stat_result | None:
    """Return the status of a copy; None if there is none or it is not a plain file."""
    try:
        status = local.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _whole_lines(client: SftpClient, file: RemoteFile, start: int, *, is_ended: bool) -> Iterator[bytes]:
    """Yield a file's bytes from `start` up to the end of its last whole line; with `is_ended` all bytes."""
    held = b""
    for part in client.read(file.remote, start, file.stat.size):
        data = held + part
        cut = data.rfind(b"\n") + 1 if len(data) < MAX_HELD_BYTES else len(data)
        if cut:
            yield data[:cut]
        held = data[cut:]
    if is_ended and held:
        yield held


def _write(parts: Iterator[bytes], open_copy: Callable[[], BinaryIO]) -> int:
    """Write parts to a file that is opened only if there is one; return the number of bytes."""
    first = next(parts, b"")
    if not first:
        return 0
    size = 0
    with open_copy() as copy:
        for data in chain((first,), parts):
            size += copy.write(data)
    return size
