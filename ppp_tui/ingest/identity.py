"""Which file is this, and is it still the one that was read before?

Names move and inodes are handed on at once (ext4 gave a new file the inode of the one just deleted, 200 of 200 times),
so content decides: the first bytes, and the bytes just before the offset where reading stopped. Device, inode and birth
time only tell when a look can be spared.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import sys
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

HEAD_BYTES = 1024
"""Bytes at the beginning of a session that tell it from any other."""

ANCHOR_BYTES = 64
"""Bytes before the offset that must not have changed."""

_AT_FDCWD = -100
_STATX_BTIME = 0x800


class Look(NamedTuple):
    """What the file system tells of a file."""

    device: int
    inode: int
    born_ns: int
    """Birth time in nanoseconds, 0 where the system does not tell."""
    size: int
    """Bytes on disk."""
    modified_ns: int


def look(path: Path) -> Look:
    """Look at a file. Raises OSError."""
    found = path.stat()
    born = getattr(found, "st_birthtime_ns", None)
    if born is None:
        seconds = getattr(found, "st_birthtime", None)
        born = int(seconds * 1_000_000_000) if seconds is not None else _statx_birth(path)
    return Look(found.st_dev, found.st_ino, born, found.st_size, found.st_mtime_ns)


def fingerprint(content: bytes) -> str:
    """A short hash of some bytes of a session."""
    return blake2b(content, digest_size=12).hexdigest()


class _Timestamp(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_int64), ("nanoseconds", ctypes.c_uint32), ("_reserved", ctypes.c_int32))


class _Statx(ctypes.Structure):
    _fields_ = (
        ("mask", ctypes.c_uint32),
        ("block_size", ctypes.c_uint32),
        ("attributes", ctypes.c_uint64),
        ("links", ctypes.c_uint32),
        ("owner", ctypes.c_uint32),
        ("group", ctypes.c_uint32),
        ("mode", ctypes.c_uint16),
        ("_spare0", ctypes.c_uint16),
        ("inode", ctypes.c_uint64),
        ("size", ctypes.c_uint64),
        ("blocks", ctypes.c_uint64),
        ("attributes_mask", ctypes.c_uint64),
        ("accessed", _Timestamp),
        ("born", _Timestamp),
        ("changed", _Timestamp),
        ("modified", _Timestamp),
        ("_rest", ctypes.c_uint64 * 20),
    )


@lru_cache(maxsize=1)
def _statx() -> Callable[..., int] | None:
    """The C library's statx, which alone tells a birth time on Linux; None elsewhere and before glibc 2.28."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        found: Callable[..., int] = ctypes.CDLL(None, use_errno=True).statx
    except (AttributeError, OSError):
        return None
    return found


def _statx_birth(path: Path) -> int:
    call = _statx()
    if call is None:
        return 0
    told = _Statx()
    if call(_AT_FDCWD, os.fsencode(path), 0, _STATX_BTIME, ctypes.byref(told)) != 0 or not told.mask & _STATX_BTIME:
        return 0
    return int(told.born.seconds) * 1_000_000_000 + int(told.born.nanoseconds)
