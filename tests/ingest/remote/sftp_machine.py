"""Machines made of Python for tests: files in a dictionary, and a server whose answers are written by hand."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from ppp_tui.ingest.remote.sftp import MissingError, RefusedError, RemoteEntry, RemoteStat, SftpClient

FOLDER = RemoteStat("folder", 0, 1)


class FileMachine(SftpClient):
    """Another machine's files by path, each with its time; what it was asked is kept."""

    def __init__(self, files: dict[str, tuple[bytes, int]]) -> None:
        super().__init__(lambda _: b"", lambda _: None)
        self.files = files
        self.refused: set[str] = set()
        """Paths that may not be read."""
        self.others: set[str] = set()
        """Paths of links."""
        self.reads: list[tuple[str, int, int]] = []
        self.breaks_after: int | None = None
        """Bytes of the next read after which the connection breaks."""

    def stat(self, path: str) -> RemoteStat | None:
        if path in self.files:
            content, modified_s = self.files[path]
            return RemoteStat("other" if path in self.others else "file", len(content), modified_s)
        return FOLDER if any(name.startswith(f"{path}/") for name in self.files) else None

    def stat_each(self, paths: Sequence[str]) -> Iterator[RemoteStat | None]:
        return iter([self.stat(path) for path in paths])

    def entries_each(self, folders: Sequence[str]) -> Iterator[list[RemoteEntry] | RefusedError]:
        for folder in folders:
            yield RefusedError("Permission denied") if folder in self.refused else list(self._entries(folder))

    def _entries(self, folder: str) -> Iterator[RemoteEntry]:
        below = {name[len(folder) + 1 :].split("/")[0] for name in self.files if name.startswith(f"{folder}/")}
        for name in sorted(below):
            stat = self.stat(f"{folder}/{name}")
            assert stat is not None
            yield RemoteEntry(name, stat)

    def read(self, path: str, start: int, end: int) -> Iterator[bytes]:
        if path in self.refused:
            raise RefusedError("Permission denied")
        if path not in self.files:
            raise MissingError("No such file")
        self.reads.append((path, start, end))
        for place in range(start, min(end, len(self.files[path][0])), 7):
            if self.breaks_after is not None and place - start >= self.breaks_after:
                raise ConnectionResetError("the connection broke")
            yield self.files[path][0][place : min(place + 7, end)]


class DiskMachine(SftpClient):
    """Another machine whose files are those of this disk, and whose clock is the test's, in whole seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__(lambda _: b"", lambda _: None)
        self._clock = clock
        self._times: dict[str, tuple[int, int, int]] = {}
        self.before_read: Callable[[str, int], object] = lambda _path, _start: None
        """Is called before each read: what somebody does there meanwhile."""
        self.reads: list[tuple[str, int, int]] = []

    def stat_each(self, paths: Sequence[str]) -> Iterator[RemoteStat | None]:
        return iter([self.stat(path) for path in paths])

    def stat(self, path: str) -> RemoteStat | None:
        try:
            status = Path(path).stat()
        except FileNotFoundError:
            return None
        known = self._times.get(path, (0, 0, 0))
        if known[:2] != (status.st_mtime_ns, status.st_ino):
            known = self._times[path] = status.st_mtime_ns, status.st_ino, 1000 + int(self._clock())
        return RemoteStat("file", status.st_size, known[2])

    def read(self, path: str, start: int, end: int) -> Iterator[bytes]:
        if not Path(path).exists():
            raise MissingError("No such file")
        while start < end:
            self.before_read(path, start)
            with Path(path).open("rb") as file:
                file.seek(start)
                part = file.read(min(4096, end - start))
            self.reads.append((path, start, start + len(part)))
            if not part:
                return
            start += len(part)
            yield part


class HandMadeServer:
    """Gives answers in the order in which they were written, whatever it is asked."""

    def __init__(self, answers: Iterable[bytes]) -> None:
        self._out = b"".join(answers)
        self.asked: list[bytes] = []

    def client(self) -> SftpClient:
        return SftpClient(self._read, self.asked.append)

    def _read(self, length: int) -> bytes:
        got, self._out = self._out[:length], self._out[length:]
        return got


def packet(kind: int, content: bytes) -> bytes:
    return struct.pack(">IB", len(content) + 1, kind) + content


def answer(kind: int, number: int, content: bytes) -> bytes:
    return packet(kind, struct.pack(">I", number) + content)


def text(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def status(number: int, code: int, reason: bytes = b"") -> bytes:
    return answer(101, number, struct.pack(">I", code) + text(reason) + text(b""))


def handle(number: int) -> bytes:
    return answer(102, number, text(b"h"))


def attributes(size: int = 5, mode: int = 0o100644, modified_s: int = 7) -> bytes:
    return struct.pack(">IQIIIII", 1 | 2 | 4 | 8, size, 0, 0, mode, 1, modified_s)


def names(number: int, *entries: tuple[bytes, bytes]) -> bytes:
    listed = b"".join(text(name) + text(b"-rw-") + stat for name, stat in entries)
    return answer(104, number, struct.pack(">I", len(entries)) + listed)
