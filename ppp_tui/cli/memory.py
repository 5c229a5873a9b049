"""Configures the C library's allocator for processes that run for days: one heap, large blocks outside of it."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress

_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8

LARGE_BYTES = 128 * 1024
"""Blocks from this size on are returned to the system when they are freed."""


def keep_heap_small() -> None:
    """Let all threads allocate from one heap, if the C library (glibc) would give each its own.

    What a thread has freed stays in its heap, so that an answer of some megabytes would be kept once for each thread
    that ever fetched one. Without a fixed limit glibc also puts blocks of up to 32 MB among small ones, which pin them.
    """
    if os.name != "posix":
        return
    with suppress(AttributeError, OSError):
        set_option = ctypes.CDLL(None).mallopt
        set_option(_M_ARENA_MAX, 1)
        set_option(_M_MMAP_THRESHOLD, LARGE_BYTES)


def return_free_heap() -> None:
    """Return free pages to the system, in about a millisecond, if the C library can."""
    if os.name != "posix":
        return
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
