"""The copy of another machine's session files: it grows by the bytes that were appended there.

The other machine is not trusted: links, odd names and deep folders are left out, and nothing is written outside the
copy. Only whole lines are copied while a file may still be written, so that a connection that breaks leaves no half of
one behind; what is no file of lines is copied as a whole, or not at all. A copy is complete in itself at any time; what
is missing is seen by its size and by its last bytes.
"""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ppp_tui.ingest.remote.places import Remote, RemoteRoot
from ppp_tui.ingest.remote.sftp import MissingError, RefusedError, RemoteStat, SftpClient
from ppp_tui.paths import private_file, private_folder, private_tail
from ppp_tui.sources import content, registry
from ppp_tui.sources.source import Source, is_copied, reads_lines, reads_tables

MAX_DEPTH = 16
"""Folders below a root that are looked into."""

MAX_FILES = 200_000
"""Session files of a root that are copied."""

TAIL_BYTES = 1024
"""Bytes at the end of a copy that must be the same on the other machine for more to be appended."""

MOST_HELD = 16 * 1024 * 1024
"""Bytes of a line that are kept in memory until its end arrives."""

HOLD_S = 3.0
"""Seconds without a change after which the last line of a file is copied even if it does not end."""

RECENT = 64
"""The newest files, which are looked at most often."""

SPARE_BYTES = 256 * 1024 * 1024
"""Room on the disk that is left alone."""


class FullDiskError(OSError):
    """Raised where the disk has no room to spare."""


class _RemoteFile(NamedTuple):
    """A session file on the other machine."""

    remote: str
    local: Path
    stat: RemoteStat
    is_session: bool = True
    """Whether it is none of the files beside a session that tell more of it."""


class Mirror:
    """The copies of one address."""

    def __init__(self, remote: Remote, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Make the private folders of the copies. Raises OSError."""
        self._source: Source = registry.source(remote.source)
        self._are_lines = reads_lines(self._source) and not reads_tables(self._source)
        self._remote = remote
        self._roots = remote.roots()
        self._folder = remote.folder
        self._monotonic = monotonic
        self._listed: dict[Path, _RemoteFile] = {}
        self._since: dict[Path, tuple[RemoteStat, float]] = {}
        """Files that are not complete: each as it was copied last, and when that was by this machine's clock."""
        self._waiting: list[Path] = []
        """What is not yet copied, the next one last."""
        self._is_listing_whole = True
        self._seen: dict[str, RemoteStat] = {}
        """All files of the folders that are listed, by their paths there."""
        private_folder(self._folder).chmod(0o700)
        for root in self._roots:
            is_file = self._source.claims(root.local)
            private_folder(root.local.parent if is_file else root.local)

    @property
    def files(self) -> int:
        """The number of session files on the other machine."""
        return sum(file.is_session for file in self._listed.values())

    @property
    def size(self) -> int:
        """Their bytes."""
        return sum(file.stat.size for file in self._listed.values())

    def survey(self, client: SftpClient) -> None:
        """Look at everything, and delete copies of what is gone; `copy_next` copies. Raises SftpError and OSError."""
        listed: dict[Path, _RemoteFile] = {}
        self._seen.clear()
        for root in self._roots:
            self._is_listing_whole = True
            below = {file.local: file for file in self._list_root(client, root)}
            below |= {file.local: file for file in self._beside(client, list(below.values()))}
            if below and self._is_listing_whole:
                self._drop_gone(root.local, below)
            listed |= below
        self._listed = listed
        self._since = {local: since for local, since in self._since.items() if local in listed}
        # What is beside a session tells of it as soon as it is read.
        self._waiting = [file.local for file in sorted(self._newest(), key=lambda file: file.is_session)]
        self._waiting.reverse()

    def copy_next(self, client: SftpClient, seconds: float, *, is_only: bool = False) -> bool:
        """Copy what is new, the newest first, for about so long; return whether more waits.

        With `is_only` nobody looks again: lines that do not end are copied, too. Raises SftpError and OSError.
        """
        until = self._monotonic() + seconds
        while self._waiting and self._monotonic() <= until:
            self._copy(client, self._listed[self._waiting.pop()], is_only=is_only)
        return bool(self._waiting)

    def look(self, client: SftpClient) -> None:
        """Look at the newest files and copy what was appended. Raises SftpError and OSError."""
        recent = self._newest()[:RECENT]
        for file, now in zip(recent, list(client.stat_each([file.remote for file in recent])), strict=True):
            if now is not None and now.kind == "file":
                changed = file._replace(stat=now)
                self._listed[file.local] = changed
                self._copy(client, changed)

    def _newest(self) -> list[_RemoteFile]:
        return sorted(self._listed.values(), key=lambda file: (-file.stat.modified_s, file.remote))

    def _list_root(self, client: SftpClient, root: RemoteRoot) -> Iterator[_RemoteFile]:
        top = client.stat(root.remote)
        if top is None:
            return
        if top.kind == "file" and self._source.claims(root.local):
            yield _RemoteFile(root.remote, root.local, top)
        elif top.kind == "folder":
            for number, file in enumerate(self._list(client, root, MAX_DEPTH)):
                if number >= MAX_FILES:
                    self._is_listing_whole = False
                    return
                yield file

    def _list(self, client: SftpClient, folder: RemoteRoot, depth: int) -> Iterator[_RemoteFile]:
        try:
            entries = sorted(client.entries(folder.remote))
        except MissingError:
            return
        except RefusedError:
            self._is_listing_whole = False
            return
        for name, entry in entries:
            below = RemoteRoot(f"{folder.remote.rstrip('/')}/{name}", folder.local / name)
            if entry.kind == "file":
                self._seen[below.remote] = entry
                if self._source.claims(below.local):
                    yield _RemoteFile(below.remote, below.local, entry)
            elif entry.kind == "folder" and depth > 1:
                yield from self._list(client, below, depth - 1)

    def _beside(self, client: SftpClient, sessions: list[_RemoteFile]) -> Iterator[_RemoteFile]:
        """Yield the files beside sessions that tell more of them."""
        if not is_copied(self._source):
            return
        locals_beside = dict.fromkeys(local for file in sessions for local in self._source.copied_with(file.local))
        paths = {local: path for local in locals_beside if (path := self._remote.remote_path(local)) is not None}
        unseen = [path for path in paths.values() if path not in self._seen]
        stats = {**self._seen, **dict(zip(unseen, client.stat_each(unseen), strict=True))}
        for local, path in paths.items():
            stat_there = stats[path]
            if stat_there is not None and stat_there.kind == "file":
                yield _RemoteFile(path, local, stat_there, is_session=False)

    def _drop_gone(self, root: Path, below: dict[Path, _RemoteFile]) -> None:
        for folder, _, names in os.walk(root):
            for name in names:
                local = Path(folder, name)
                if local not in below:
                    local.unlink(missing_ok=True)

    def _copy(self, client: SftpClient, file: _RemoteFile, *, is_only: bool = False) -> None:
        """Bring one copy up to date; a file that may not be read is left out."""
        status = _status(file.local)
        size = status.st_size if status is not None else 0
        if status is not None and size == file.stat.size and int(status.st_mtime) == file.stat.modified_s:
            self._since.pop(file.local, None)
            return
        now = self._monotonic()
        copied, since = self._since.get(file.local, (None, 0.0))
        is_ended = is_only or (copied == file.stat and now - since >= HOLD_S)
        if copied == file.stat and not is_ended:
            return  # only the line without an end is missing, or it may not be read
        if shutil.disk_usage(self._folder).free < file.stat.size - size + SPARE_BYTES:
            raise FullDiskError("the disk has no room to spare for copies")
        if status is None:
            self._make_room(file.local)
        with suppress(RefusedError):
            if self._is_continued(client, file, size):
                parts = _whole_lines(client, file, size, is_ended=is_ended)
                size += _write(parts, lambda: private_tail(file.local))
            else:
                size = self._replace(client, file, is_ended=is_ended)
            if size == file.stat.size and file.local.exists():
                os.utime(file.local, (file.stat.modified_s, file.stat.modified_s))
                self._since.pop(file.local, None)
                return
        self._since[file.local] = file.stat, now

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

    def _is_continued(self, client: SftpClient, file: _RemoteFile, size: int) -> bool:
        """Whether the copy, of this size, is the beginning of what is on the other machine."""
        if self._is_whole(file) or size > file.stat.size:
            return False
        if not size:
            return True
        start = max(0, size - TAIL_BYTES)
        with file.local.open("rb") as copy:
            copy.seek(start)
            tail = copy.read(size - start)
        return b"".join(client.read(file.remote, start, size)) == tail

    def _replace(self, client: SftpClient, file: _RemoteFile, *, is_ended: bool) -> int:
        """Copy a file from its beginning; the copy takes its name once it is made. Return the bytes of the copy."""
        made = self._folder / "partial"
        made.unlink(missing_ok=True)
        is_whole = self._is_whole(file)
        parts = _whole_lines(client, file, 0, is_ended=is_ended or is_whole)
        size = _write(parts, lambda: private_file(made))
        if size and (size == file.stat.size or not is_whole):
            private_folder(file.local.parent)
            made.replace(file.local)
        return size

    def _is_whole(self, file: _RemoteFile) -> bool:
        """Whether a part of a file tells nothing."""
        return not self._are_lines or not file.is_session or content.is_packed(file.local)


def _status(local: Path) -> os.stat_result | None:
    """Look at a copy; None for what is no plain file."""
    try:
        status = local.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status if stat.S_ISREG(status.st_mode) else None


def _whole_lines(client: SftpClient, file: _RemoteFile, start: int, *, is_ended: bool) -> Iterator[bytes]:
    """Yield what a file has from `start` on, up to its last whole line; with `is_ended` all."""
    held = b""
    for part in client.read(file.remote, start, file.stat.size):
        data = held + part
        cut = data.rfind(b"\n") + 1 if len(data) < MOST_HELD else len(data)
        if cut:
            yield data[:cut]
        held = data[cut:]
    if is_ended and held:
        yield held


def _write(parts: Iterator[bytes], open_copy: Callable[[], BinaryIO]) -> int:
    """Write what comes into a file that is opened once something comes; return the number of bytes."""
    first = next(parts, b"")
    if not first:
        return 0
    size = 0
    with open_copy() as copy:
        for data in chain((first,), parts):
            size += copy.write(data)
    return size
