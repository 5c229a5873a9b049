"""Reads a session's JSON document by the rules of its lines: the header first, then each message."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.model.limits import MAX_LINE_BYTES
from ppp_tui.sources.gemini_cli.parser import GeminiParser
from ppp_tui.sources.json_records import compact_json, mended_object, objects_of
from ppp_tui.sources.plain.made_lines import without_place
from ppp_tui.sources.source import ParsedChunk, TablesRead


def read_document(path: Path, state: bytes) -> TablesRead:
    """Return the events that a document gained since `state`; nothing while it is being written.

    Raises OSError for a file that cannot be read or is larger than any session.
    """
    with path.open("rb") as file:
        content = file.read(MAX_LINE_BYTES)
    if len(content) >= MAX_LINE_BYTES:
        raise OSError(f"the document has {MAX_LINE_BYTES // 1024**2} MiB or more")
    document = mended_object(content)
    if document is None or "projectHash" not in document:
        return TablesRead(ParsedChunk(), state, False)
    parser = _parser(path, state)
    header = {name: value for name, value in document.items() if name != "messages"}
    lines = [header, *objects_of(document, "messages")]
    reading = parser.feed("".join(f"{compact_json(line)}\n" for line in lines).encode(), 0)
    reading.events[:] = map(without_place, reading.events)
    # The state holds no text, so a title is emitted again.
    return TablesRead(reading, parser.state(keeps_text=False), False)


def _parser(path: Path, state: bytes) -> GeminiParser:
    try:
        return GeminiParser(path, state)
    except ValueError:
        # A state of an older version: its turns have the same keys and are written again.
        return GeminiParser(path)
