"""The files that received records are kept in, one for each session, and their lines: each record once.

A line is known by the hash of its bytes: a client that sends a request again sends the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from ppp_tui.paths import private_folder, sync_folder
from ppp_tui.receive.records import SessionLine
from ppp_tui.sources.otel import SUFFIX

TAIL_BYTES = 1 << 20
"""Bytes at the end of a file whose lines are learned when it is opened, for what clients send again."""

MAX_KNOWN_LINES = 200_000
"""Lines that are remembered, over all files."""

MAX_OPEN_FILES = 64
"""Files whose end is known to be whole."""

_LINKS = getattr(os, "O_NOFOLLOW", 0)


class SessionFiles:
    """Appends lines to the files of sessions."""

    def __init__(self, folder: Path) -> None:
        """Append below a folder, which is made when it is needed."""
        self.folder = folder
        self._seen_lines: dict[bytes, None] = {}
        self._opened: dict[str, None] = {}
        self._unsynced: set[str] = set()
        self.tail_bytes = TAIL_BYTES
        """How much of a file is learned when it is opened; a replay needs as much as the journal holds."""

    def new_lines(self, lines: Iterable[SessionLine]) -> list[SessionLine]:
        """Return the lines that are not in their file yet, each once. Raises OSError."""
        fresh: dict[bytes, SessionLine] = {}
        for line in lines:
            if line.file_name not in self._opened:
                self._open(line.file_name)
            key = _key(line.file_name, line.line)
            if key not in self._seen_lines:
                fresh.setdefault(key, line)
        return list(fresh.values())

    def append(self, lines: Iterable[SessionLine]) -> None:
        """Append lines that `new_lines` returned. Raises OSError: what was appended by then is remembered."""
        by_file: dict[str, list[bytes]] = {}
        for name, line in lines:
            by_file.setdefault(name, []).append(line)
        private_folder(self.folder)
        for name, contents in by_file.items():
            self._append(name, contents)

    def remove_older(self, before_s: float) -> int:
        """Remove files to which nothing was appended since then, in Unix seconds; return how many. Raises OSError."""
        removed = 0
        for path in self.folder.glob(f"*{SUFFIX}") if self.folder.is_dir() else ():
            if path.name not in self._unsynced and path.lstat().st_mtime < before_s:
                path.unlink()
                self._opened.pop(path.name, None)
                removed += 1
        return removed

    def sync(self) -> None:
        """Make what was appended outlive a loss of power. Raises OSError."""
        if not self._unsynced:
            return
        for name in sorted(self._unsynced):
            with suppress(FileNotFoundError):
                descriptor = os.open(self.folder / name, os.O_RDONLY | _LINKS)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)
        sync_folder(self.folder)
        self._unsynced.clear()

    def _append(self, name: str, contents: list[bytes]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | _LINKS
        descriptor = os.open(self.folder / name, flags, 0o600)
        try:
            self._unsynced.add(name)
            data = memoryview(b"\n".join(contents) + b"\n")
            while data:
                data = data[os.write(descriptor, data) :]
        except OSError:
            # What was written of it is read again, and its last line cut off, before more is appended.
            self._opened.pop(name, None)
            raise
        finally:
            os.close(descriptor)
        for content in contents:
            self._remember(_key(name, content))

    def _open(self, name: str) -> None:
        """Learn the last lines of a file, and cut off one that was not written to its end."""
        try:
            descriptor = os.open(self.folder / name, os.O_RDWR | _LINKS)
        except FileNotFoundError:
            pass
        else:
            with os.fdopen(descriptor, "r+b") as file:
                begins = max(0, file.seek(0, os.SEEK_END) - self.tail_bytes)
                file.seek(begins)
                for line in file:
                    if line.endswith(b"\n"):
                        self._remember(_key(name, line[:-1]))
                        begins += len(line)
                file.truncate(begins)
        self._opened[name] = None
        if len(self._opened) > MAX_OPEN_FILES:
            del self._opened[next(iter(self._opened))]

    def _remember(self, key: bytes) -> None:
        self._seen_lines[key] = None
        if len(self._seen_lines) > MAX_KNOWN_LINES:
            del self._seen_lines[next(iter(self._seen_lines))]


def _key(file_name: str, line: bytes) -> bytes:
    return blake2b(line, digest_size=12, key=file_name.encode()[-64:]).digest()
