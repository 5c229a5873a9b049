"""Sessions that a source polls, and the events of one kind among what was read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from ppp_tui.sources.source import ParsedChunk, TableSource


class PolledSession:
    """A session's file, and what its source remembers of it."""

    source: ClassVar[TableSource]

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.state = b""

    def poll(self, limit: int = 5000) -> ParsedChunk:
        """Return what was read since the last poll."""
        read = self.source.poll(self.path, self.state, limit)
        self.state = read.state
        return read.reading


class PolledDatabase(PolledSession):
    """A database in WAL mode that its owner has open."""

    schema: ClassVar[str]

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.executescript(self.schema)


def of(kind: type[Any], read: ParsedChunk | Iterable[Any]) -> list[Any]:
    """Return the events of a kind."""
    events = read.events if isinstance(read, ParsedChunk) else read
    return [event for event in events if isinstance(event, kind)]
