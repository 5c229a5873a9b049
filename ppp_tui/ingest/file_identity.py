"""Decides whether a file is still the one that was read before.

Names move and inodes are reused at once (ext4 gave a new file the inode of the one just deleted, 200 of 200 times),
so content decides: the first bytes, and the bytes just before the offset where reading stopped. Device, inode and birth
time only show when reading the content is unnecessary.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

from ppp_tui.sources import content

if TYPE_CHECKING:
    from ppp_tui.store.writers.files import SourceFile

HEAD_BYTES = 1024
"""Bytes at the beginning of a session that distinguish it from any other."""

ANCHOR_BYTES = 64
"""Bytes before the offset that must not have changed."""

_AT_FDCWD = -100
_STATX_BTIME = 0x800
_STATX_WANTED = 0x7FF | _STATX_BTIME


class StaleStateError(ValueError):
    """The stored states of a file are not what this version reads: the file must be read from its beginning."""


class FileStat(NamedTuple):
    """A file's identity, size and time, as the file system reports them."""

    device: int
    inode: int
    born_ns: int
    """Birth time in nanoseconds, 0 where the system does not report one."""
    size: int
    """Bytes on disk."""
    modified_ns: int


def stat_file(path: str) -> FileStat:
    """Return a file's stat. Raises OSError."""
    stat = _stat_with_statx(path)
    if stat is not None:
        return stat
    status = os.stat(path)  # noqa: PTH116 - a Path costs as much as the call
    born = getattr(status, "st_birthtime_ns", None)
    if born is None:
        born = int(getattr(status, "st_birthtime", 0) * 1_000_000_000)
    return FileStat(status.st_dev, status.st_ino, born, status.st_size, status.st_mtime_ns)


def stat_of(file: SourceFile) -> FileStat:
    """Return the stat that a file had when it was last read."""
    return FileStat(file.device, file.inode, file.born_ns, file.size, file.modified_ns)


def fingerprint(content: bytes) -> str:
    """Return a short hash of some bytes of a session."""
    return blake2b(content, digest_size=12).hexdigest()


_STATX = Struct("=I28xQQ32xqI4x16xqI4x8xII112x")
"""Of the kernel's `struct statx`: mask, inode, size, time of birth, time of the last change, device."""

_Answer = ctypes.c_char * _STATX.size


@lru_cache(maxsize=1)
def _statx() -> Callable[..., int] | None:
    """Return the C library's statx, which alone reports a birth time on Linux; None elsewhere and before glibc 2.28."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        function: Callable[..., int] = ctypes.CDLL(None).statx
    except (AttributeError, OSError):
        return None
    return function


def _stat_with_statx(path: str) -> FileStat | None:
    """Return a file's stat by one statx call, birth time included; None where statx is missing or refused."""
    call = _statx()
    if call is None:
        return None
    answer = _Answer()
    if call(_AT_FDCWD, os.fsencode(path), 0, _STATX_WANTED, answer) != 0:
        return None
    mask, inode, size, born_s, born_ns, changed_s, changed_ns, major, minor = _STATX.unpack(answer)
    born = born_s * 1_000_000_000 + born_ns if mask & _STATX_BTIME else 0
    return FileStat(os.makedev(major, minor), inode, born, size, changed_s * 1_000_000_000 + changed_ns)


def is_same_session(file: SourceFile, path: Path) -> bool:
    """Return whether the file has the same head and anchor as when it was read before. Raises OSError."""
    if not file.offset or not file.head_length:
        return True
    start = max(0, file.offset - ANCHOR_BYTES)
    head, anchor = content.read_parts(path, (0, file.head_length), (start, file.offset - start))
    return fingerprint(head) == file.head_hash and fingerprint(anchor) == file.anchor_hash
