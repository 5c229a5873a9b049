"""Reads plain lines that another source made of its own records, and values that such records hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ppp_tui.model.clock import MAX_TIME_MS
from ppp_tui.model.event import NOWHERE, Event
from ppp_tui.sources.json_records import JsonObject, compact_json, number_of, objects_of, text_of
from ppp_tui.sources.plain.parser import PlainParser
from ppp_tui.sources.source import ParsedChunk

PlainLine = dict[str, Any]
MAX_COST_USD = 1_000_000


def parse_made_lines(path: Path, lines: list[PlainLine], state: bytes, offset: int) -> tuple[ParsedChunk, bytes, int]:
    """Return the events of lines, the parser's state behind them, and the offset behind them.

    The lines stand in no file, so no event refers to a place.
    """
    parser = PlainParser(path, state, origin="sdk")
    content = "".join(f"{compact_json(line)}\n" for line in lines).encode()
    reading = parser.feed(content, offset)
    reading.events[:] = map(without_place, reading.events)
    reading.damage.clear()
    return reading, parser.state(keeps_text=False), offset + len(content)


def without_place(event: Event) -> Event:
    """Return an event without the place of a line that no file holds."""
    return event._replace(ref=NOWHERE) if "ref" in event._fields else event  # type: ignore[call-arg]  # the field was looked for


def texts_of(content: object) -> str:
    """Return the text of a message in OpenAI's form: a string, or parts of which some are text."""
    if isinstance(content, str):
        return content
    record: JsonObject = {"parts": content}
    return "\n".join(filter(None, (text_of(part, "text") for part in objects_of(record, "parts"))))


def unix_ms(seconds: object) -> int:
    """Return Unix seconds as milliseconds, 0 for what is no time."""
    number = number_of(seconds)
    return int(number * 1000) if number is not None and 0 < number < MAX_TIME_MS // 1000 else 0


def cost_of(value: object) -> float | None:
    """Return an amount of dollars, None for other values."""
    number = number_of(value)
    return float(number) if number is not None and 0 <= number < MAX_COST_USD else None
