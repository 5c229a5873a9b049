"""A client of version 3 of the SSH file transfer protocol that only lists and reads.

Limits apply before anything is kept: to the length of a message, the entries of a folder, the bytes of an answer.
Several requests are sent at once, since each takes a round trip over the network.
"""

from __future__ import annotations

import stat
import struct
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

VERSION = 3
"""The version that every server speaks."""

MAX_MESSAGE = 512 * 1024
"""Bytes of the longest message that is accepted; servers send at most half as many."""

READ_BYTES = 32 * 1024
"""Bytes of one read request: every server answers with as many."""

WINDOW = 32
"""Unanswered requests at a time: so few that they fit into a pipe that is not being read."""

MAX_ENTRIES = 100_000
"""Entries of the largest folder that is accepted."""

EntryKind = Literal["file", "folder", "other"]

_INIT, _ANSWERED_VERSION = 1, 2
_OPEN, _CLOSE, _READ, _LSTAT, _OPENDIR, _READDIR, _STAT = 3, 4, 5, 7, 11, 12, 17
_STATUS, _HANDLE, _DATA, _NAME, _ATTRIBUTES = 101, 102, 103, 104, 105
_END, _NO_SUCH_FILE = 1, 2
_HAS_SIZE, _HAS_OWNER, _HAS_MODE, _HAS_TIMES, _HAS_MORE = 1, 2, 4, 8, 0x80000000
_FOR_READING = 1


class SftpError(Exception):
    """The other side broke the protocol or does not answer any more."""


class RefusedError(SftpError):
    """The other side refuses one request, such as for a folder that may not be read."""


class MissingError(RefusedError):
    """The requested file or folder does not exist."""


class RemoteStat(NamedTuple):
    """Kind, size and time of a remote file."""

    kind: EntryKind
    """`other` for links and all else."""
    size: int
    modified_s: int
    """Unix seconds."""


class RemoteEntry(NamedTuple):
    """A name in a remote folder."""

    name: str
    stat: RemoteStat
    is_odd: bool = False
    """Whether the name is not UTF-8 or not a plain name; it is then only fit to be shown, not to be opened."""


class _Reader:
    """Takes values from a message. Every method raises SftpError if the message is too short."""

    def __init__(self, message: bytes) -> None:
        self._message = message
        self._place = 0

    def take(self, length: int) -> bytes:
        end = self._place + length
        if end > len(self._message):
            raise SftpError("a message of the other machine ends early")
        taken, self._place = self._message[self._place : end], end
        return taken

    def number(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def text(self) -> bytes:
        return self.take(self.number())

    def attributes(self) -> RemoteStat:
        flags = self.number()
        size = int.from_bytes(self.take(8), "big") if flags & _HAS_SIZE else 0
        if flags & _HAS_OWNER:
            self.take(8)
        mode = self.number() if flags & _HAS_MODE else 0
        times = (self.number(), self.number()) if flags & _HAS_TIMES else (0, 0)
        if flags & _HAS_MORE:
            for _ in range(min(self.number(), MAX_ENTRIES)):
                self.text()
                self.text()
        kind: EntryKind = "folder" if stat.S_ISDIR(mode) else "file" if stat.S_ISREG(mode) else "other"
        return RemoteStat(kind, size, times[1])


class SftpClient:
    """Sends requests to one server and reads the answers."""

    def __init__(self, read: Callable[[int], bytes], write: Callable[[bytes], None]) -> None:
        """`read` returns so many bytes and `write` sends all it is given; both raise SftpError where they cannot."""
        self._read, self._write = read, write
        self._last_id = 0

    def greet(self) -> None:
        """Agree on the version. Raises SftpError."""
        self._send(_INIT, struct.pack(">I", VERSION))
        kind, message = self._receive()
        if kind != _ANSWERED_VERSION or _Reader(message).number() < VERSION:
            raise SftpError("the other machine speaks no file transfer of version 3")

    def stat(self, path: str) -> RemoteStat | None:
        """Return the stat of a path or of a link's target; None if it is not there. Raises SftpError."""
        return next(self._stats(_STAT, [path]))

    def stat_each(self, paths: Sequence[str]) -> Iterator[RemoteStat | None]:
        """Yield the stat of each path, links not followed; None where it is not there. Raises SftpError."""
        return self._stats(_LSTAT, paths)

    def _stats(self, request: int, paths: Sequence[str]) -> Iterator[RemoteStat | None]:
        for answer in self._ask_each(request, [_text(path.encode()) for path in paths]):
            try:
                yield _expect(_ATTRIBUTES, answer).attributes()
            except RefusedError:
                yield None

    def entries(self, folder: str) -> list[RemoteEntry]:
        """Return the names in a folder. Raises SftpError."""
        [entries] = self.entries_each([folder])
        if isinstance(entries, RefusedError):
            raise entries
        return entries

    def entries_each(self, folders: Sequence[str]) -> Iterator[list[RemoteEntry] | RefusedError]:
        """Yield the names in each folder, or why they are refused; several are read at once. Raises SftpError."""
        for begin in range(0, len(folders), WINDOW):
            yield from self._read_folders(folders[begin : begin + WINDOW])

    def _read_folders(self, folders: Sequence[str]) -> list[list[RemoteEntry] | RefusedError]:
        answers: list[list[RemoteEntry] | RefusedError] = []
        handles: dict[int, bytes] = {}
        for place, answer in enumerate(self._ask_each(_OPENDIR, [_text(folder.encode()) for folder in folders])):
            try:
                handles[place] = _expect(_HANDLE, answer).text()
                answers.append([])
            except RefusedError as error:
                answers.append(error)
        unread = list(handles)
        try:
            while unread:
                parts = list(self._ask_each(_READDIR, [_text(handles[place]) for place in unread]))
                unread = [
                    place
                    for place, part in zip(unread, parts, strict=True)
                    if not _is_end(part) and _has_more(answers, place, part, folders[place])
                ]
        finally:
            for _ in self._ask_each(_CLOSE, [_text(handle) for handle in handles.values()]):
                pass
        return answers

    def read(self, path: str, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes of a file from `start` to `end`, or to its own end. Raises SftpError."""
        handle = self._open(_OPEN, _text(path.encode()) + struct.pack(">II", _FOR_READING, 0))
        try:
            while start < end:
                wanted = [
                    (place, min(READ_BYTES, end - place))
                    for place in range(start, min(end, start + WINDOW * READ_BYTES), READ_BYTES)
                ]
                parts = [_text(handle) + struct.pack(">QI", place, length) for place, length in wanted]
                got, is_cut = bytearray(), False
                for (_, length), answer in zip(wanted, self._ask_each(_READ, parts), strict=True):
                    data = b"" if is_cut or _is_end(answer) else _expect(_DATA, answer).text()
                    if len(data) > length:
                        raise SftpError("the other machine sends more than it was asked for")
                    got += data
                    # Data after a short answer would leave a gap.
                    is_cut = is_cut or len(data) < length
                if not got:
                    return
                yield bytes(got)
                start += len(got)
        finally:
            self._ask(_CLOSE, _text(handle))

    def _open(self, request: int, message: bytes) -> bytes:
        answer = self._ask(request, message)
        if answer is None:
            raise RefusedError("the other machine opens nothing")
        return _expect(_HANDLE, answer).text()

    def _ask(self, request: int, message: bytes) -> tuple[int, bytes] | None:
        """Return the answer to one request, None for the end of a list."""
        answer = next(self._ask_each(request, [message]))
        return None if _is_end(answer) else answer

    def _ask_each(self, request: int, messages: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
        """Yield the answers to requests in their order; all of a window are taken before the first is yielded."""
        for begin in range(0, len(messages), WINDOW):
            window = messages[begin : begin + WINDOW]
            ids = []
            for message in window:
                self._last_id = (self._last_id + 1) & 0xFFFFFFFF
                ids.append(self._last_id)
                self._send(request, struct.pack(">I", self._last_id) + message)
            answers: dict[int, tuple[int, bytes]] = {}
            for _ in window:
                kind, answer = self._receive()
                number = _Reader(answer).number()
                if number not in ids or number in answers:
                    raise SftpError("the other machine answers what it was not asked")
                answers[number] = kind, answer[4:]
            yield from [answers[number] for number in ids]

    def _send(self, kind: int, message: bytes) -> None:
        self._write(struct.pack(">IB", len(message) + 1, kind) + message)

    def _receive(self) -> tuple[int, bytes]:
        length = int.from_bytes(self._read(4), "big")
        if not 5 <= length <= MAX_MESSAGE:
            # A login script that prints is the usual reason: its text is taken for a length.
            raise SftpError("the other machine sends something else than file transfer: do its login scripts print?")
        message = self._read(length)
        return message[0], message[1:]


def _has_more(
    answers: list[list[RemoteEntry] | RefusedError], place: int, part: tuple[int, bytes], folder: str
) -> bool:
    """Add a part of a folder's names, or why it is refused; return whether more may follow. Raises SftpError."""
    entries = answers[place]
    if isinstance(entries, RefusedError):
        return False
    try:
        entries += _names(part)
    except RefusedError as error:
        answers[place] = error
        return False
    if len(entries) > MAX_ENTRIES:
        raise SftpError(f"{folder} has more than {MAX_ENTRIES} entries")
    return True


def _text(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def _is_end(answer: tuple[int, bytes]) -> bool:
    return answer[0] == _STATUS and _Reader(answer[1]).number() == _END


def _expect(kind: int, answer: tuple[int, bytes]) -> _Reader:
    reader = _Reader(answer[1])
    if answer[0] == _STATUS:
        code = reader.number()
        reason = reader.text().decode("utf-8", "replace") or f"refusal {code}"
        raise MissingError(reason) if code == _NO_SUCH_FILE else RefusedError(reason)
    if answer[0] != kind:
        raise SftpError("the other machine answers something else than it was asked")
    return reader


def _names(answer: tuple[int, bytes]) -> Iterator[RemoteEntry]:
    reader = _expect(_NAME, answer)
    for _ in range(reader.number()):
        written = reader.text()
        reader.text()  # the long form, for people
        entry_stat = reader.attributes()
        name = written.decode("utf-8", "replace")
        is_odd = name.encode() != written or not name or "/" in name or "\0" in name
        if name not in (".", ".."):
            yield RemoteEntry(name, entry_stat, is_odd)
