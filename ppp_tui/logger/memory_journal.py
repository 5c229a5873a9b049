"""The journal of loggers whose entries need not survive the program: they are in memory until they are committed."""

from __future__ import annotations

from collections import deque
from itertools import islice

from ppp_tui.store.logged.journal import JournalPiece

MAX_READ_ENTRIES = 1000
"""Entries that are read at a time."""


class MemoryJournal:
    """Entries by number, from 0; those before the one that is read are forgotten."""

    name = ""

    def __init__(self) -> None:
        """Begin empty."""
        self.ends = 0
        """Number behind the last entry."""
        self._first = 0
        self._contents: deque[bytes] = deque()

    def append(self, content: bytes) -> None:
        """Keep an entry."""
        self._contents.append(content)
        self.ends += 1

    def read(self, offset: int, ends: int) -> JournalPiece:
        """Return entries from `offset` on, up to `ends`."""
        while self._first < offset:
            self._contents.popleft()
            self._first += 1
        contents = list(islice(self._contents, min(MAX_READ_ENTRIES, ends - offset)))
        return JournalPiece(contents, offset + len(contents), 0)

    def close(self) -> None:
        """Do nothing."""
