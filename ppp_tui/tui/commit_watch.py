"""Waits until another process may have committed: by inotify where the system has it, else by a timer."""

from __future__ import annotations

import asyncio
import os
import struct
import sys
from pathlib import Path

from ppp_tui.paths import marks_file

_IN_MODIFY, _IN_MOVED_TO, _IN_CREATE, _IN_Q_OVERFLOW = 0x2, 0x80, 0x100, 0x4000
_EVENT = struct.Struct("iIII")
_READ_BYTES = 65_536


class CommitWatch:
    """Watches a database, its write-ahead log and the user's marks for writes, on the event loop that opened it."""

    def __init__(self, path: Path) -> None:
        """Prepare the watch; `open` begins it."""
        self._path = path
        self._names: frozenset[bytes] = frozenset()
        self._fd = -1
        self._news = asyncio.Event()

    def open(self) -> None:
        """Begin to watch; does nothing if the watch is open or the system has none."""
        if self._fd < 0:
            # The log lies beside the file to which a link leads.
            path = self._path.resolve()
            self._names = frozenset(map(os.fsencode, (path.name, f"{path.name}-wal", marks_file(path).name)))
            self._fd = _watched(path.parent)
            if self._fd >= 0:
                asyncio.get_running_loop().add_reader(self._fd, self._read)

    def close(self) -> None:
        """Stop watching."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            asyncio.get_running_loop().remove_reader(fd)
            os.close(fd)

    @property
    def has_events(self) -> bool:
        """Whether the system reports writes."""
        return self._fd >= 0

    def wake(self) -> None:
        """End the current `wait` at once."""
        self._news.set()

    async def wait(self, longest_s: float) -> None:
        """Wait for a write, for `wake`, or for `longest_s` seconds."""
        try:
            async with asyncio.timeout(longest_s):
                await self._news.wait()
        except TimeoutError:
            pass
        self._news.clear()

    def _read(self) -> None:
        try:
            events = os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return
        place = 0
        while place < len(events):
            _, mask, _, length = _EVENT.unpack_from(events, place)
            place += _EVENT.size + length
            if mask & _IN_Q_OVERFLOW or events[place - length : place].rstrip(b"\0") in self._names:
                self._news.set()


def _watched(folder: Path) -> int:
    """Return an inotify descriptor for writes in a folder; -1 if the system has no inotify or no free watch."""
    if sys.platform != "linux":
        return -1
    import ctypes  # of no use elsewhere, and not needed for the first picture

    libc = ctypes.CDLL(None, use_errno=True)
    fd: int = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if fd >= 0 and libc.inotify_add_watch(fd, os.fsencode(folder), _IN_MODIFY | _IN_MOVED_TO | _IN_CREATE) < 0:
        os.close(fd)
        return -1
    return fd
