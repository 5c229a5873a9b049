"""What a source makes of records that a test writes as lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ppp_tui.sources.source import LineSource, ParsedChunk

Line = dict[str, Any]


def content(*lines: Line) -> bytes:
    """The lines as a file's content."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


class ParsedLines:
    """Parses lines as if they were a whole file."""

    def __init__(self, source: LineSource, path: Path) -> None:
        self._source = source
        self._path = path

    def read(self, *lines: Line, path: Path | None = None) -> ParsedChunk:
        """What a fresh parser makes of the lines."""
        return self._source.parser(path or self._path).feed(content(*lines), 0)

    def events_of(self, kind: type[Any], *lines: Line, path: Path | None = None) -> list[Any]:
        """The events of one kind."""
        return [event for event in self.read(*lines, path=path).events if isinstance(event, kind)]
