"""Bytes of a session's content, compressed or not.

Offsets count the bytes of the content, so a session that its agent compresses (Codex writes ``.jsonl.zst`` for archived
ones) is read on from its offset. Compressed content can only be read from its beginning: what lies before the offset is
decompressed again and dropped, in bounded memory, unless the piece just before it was the last one read.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, cast

COMPRESSED = ".zst"
"""Suffix of files in Zstandard format (RFC 8878)."""

_PIECE = 1024 * 1024


def is_packed(path: Path) -> bool:
    """Return whether the content of a file is compressed."""
    return path.suffix == COMPRESSED


def read(path: Path, offset: int, size: int) -> bytes:
    """Return at most `size` bytes of the content from `offset` on, fewer only at its end. Raises OSError."""
    return _read_compressed(path, offset, size) if path.suffix == COMPRESSED else _read_plain(path, (offset, size))[0]


def read_parts(path: Path, *parts: tuple[int, int]) -> list[bytes]:
    """Return for each offset and size what `read` returns, the file opened once. Raises OSError."""
    if path.suffix == COMPRESSED:
        return [_read_compressed(path, offset, size) for offset, size in parts]
    return _read_plain(path, *parts)


def _read_plain(path: Path, *parts: tuple[int, int]) -> list[bytes]:
    # Without O_NONBLOCK, opening a named pipe with a session's name would block for ever.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        contents: list[bytes] = []
        for offset, size in parts:
            content = os.pread(descriptor, size, offset) if size > 0 else b""
            while 0 < (read := len(content)) < size and (more := os.pread(descriptor, size - read, offset + read)):
                content += more
            contents.append(content)
        return contents
    finally:
        os.close(descriptor)


class _Stream(Protocol):
    """Protocol of a decompressor."""

    def read(self, size: int = -1) -> bytes:
        """Return at most so many bytes, none at the end."""
        ...


class _Packed:
    """A compressed file for its decompressor; it is not kept open between reads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        [piece] = _read_plain(self._path, (self._position, size if 0 <= size < _PIECE else _PIECE))
        self._position += len(piece)
        return piece


@dataclass(slots=True)
class _Unpacking:
    """A compressed file that was read up to an offset."""

    identity: tuple[object, ...]
    """Path, inode, size and time of the file, which change with every write."""
    stream: _Stream
    position: int = 0

    def take(self, size: int) -> bytes:
        """Return the next bytes of the content, fewer than `size` only at its end."""
        pieces: list[bytes] = []
        while size > 0 and (piece := self.stream.read(min(size, _PIECE))):
            pieces.append(piece)
            self.position += len(piece)
            size -= len(piece)
        return b"".join(pieces)

    def skip_to(self, offset: int) -> None:
        """Drop what lies before `offset`."""
        while self.position < offset and self.take(min(offset - self.position, _PIECE)):
            pass


_last: list[_Unpacking] = []
"""The compressed file that was read last, to read its next piece without beginning again."""


def _read_compressed(path: Path, offset: int, size: int) -> bytes:
    import zstandard

    status = path.stat()
    identity = (path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
    try:
        unpacking = _last.pop()
    except IndexError:
        unpacking = None
    if unpacking is None or unpacking.identity != identity or unpacking.position > offset:
        packed = cast("IO[bytes]", _Packed(path))
        stream = zstandard.ZstdDecompressor().stream_reader(packed, _PIECE, read_across_frames=True)
        unpacking = _Unpacking(identity, stream)
    try:
        unpacking.skip_to(offset)
        content = unpacking.take(size)
    except zstandard.ZstdError as error:
        raise OSError(f"damaged Zstandard data ({error})") from error
    if len(content) == size:
        # Popped while it is used, so that no two threads read from one stream.
        _last[:] = [unpacking]
    return content
