"""Bytes of a session's content, compressed or not.

Offsets count the bytes of the content, so a session that its agent compresses (Codex writes ``.jsonl.zst`` for archived
ones) goes on where it was left. Compressed content can only be read from its beginning: what lies before the offset is
decompressed again and dropped, in bounded memory.
"""

from __future__ import annotations

import os
from pathlib import Path

COMPRESSED = ".zst"
"""Suffix of files in Zstandard format (RFC 8878)."""

_PIECE = 1024 * 1024


def read(path: Path, offset: int, size: int) -> bytes:
    """At most `size` bytes of the content from `offset` on; fewer only at its end. Raises OSError."""
    if path.suffix == COMPRESSED:
        return _read_compressed(path, offset, size)
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        pieces: list[bytes] = []
        while size > 0 and (piece := os.pread(descriptor, size, offset)):
            pieces.append(piece)
            offset += len(piece)
            size -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)
    finally:
        os.close(descriptor)


def _read_compressed(path: Path, offset: int, size: int) -> bytes:
    import zstandard

    try:
        with (
            path.open("rb") as file,
            zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as stream,
        ):
            while offset > 0:
                dropped = len(stream.read(min(offset, _PIECE)))
                if not dropped:
                    return b""
                offset -= dropped
            pieces: list[bytes] = []
            while size > 0 and (piece := stream.read(min(size, _PIECE))):
                pieces.append(piece)
                size -= len(piece)
            return b"".join(pieces)
    except zstandard.ZstdError as error:
        raise OSError(f"damaged Zstandard data ({error})") from error
