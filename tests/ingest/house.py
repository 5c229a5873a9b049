"""A house with one made-up source, and a pipeline over it that a test can run as often as it likes."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.store.write import Writer

LATER_MS = 1_795_200_000_000
"""A clock that every file of a test is old by."""


class House:
    """A home with sessions, and a database of it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.notes = self.home / "notes"
        self.notes.mkdir(parents=True)
        self.database = folder / "data" / "archive.db"

    def options(self, **changes: Any) -> IngestOptions:
        return replace(IngestOptions(self.database, ("notes",)), **changes)

    def ingest(self, *, now_ms: int = LATER_MS, **changes: Any) -> None:
        """Read everything once, as one run of the program does."""
        writer = Writer(self.database)
        try:
            Pipeline(writer, self.options(**changes), FrozenClock(now_ms), {}, self.home).run(follow=False)
        finally:
            writer.close()

    def ask(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        writer = Writer(self.database)
        try:
            return writer._connection.execute(sql, values).fetchall()
        finally:
            writer.close()

    def write(self, name: str, *records: dict[str, Any], end: str = "\n") -> Path:
        path = self.notes / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(json.dumps(record) for record in records) + end)
        age(path)
        return path

    def append(self, name: str, *records: dict[str, Any]) -> None:
        path = self.notes / name
        with path.open("a") as file:
            file.write("".join(json.dumps(record) + "\n" for record in records))
        age(path)


def age(path: Path) -> None:
    """Make a file look as if it had been written a while before `LATER_MS`, a little later each time."""
    seconds = LATER_MS / 1000 - 1000 + path.stat().st_size / 1_000_000
    os.utime(path, (seconds, seconds))
