"""Questions in an answer that is JSON as a whole: some people want to be asked so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

MAX_JSON_CHARS = 64_000
"""A longer text is not taken for a wrapped question."""

_MARKS = ("?", "？", "؟")


def wrapped_strings(text: str) -> list[tuple[int, int]] | None:
    """Return start and end of the strings of a JSON text that end in a question mark; None if it is not JSON."""
    if len(text) > MAX_JSON_CHARS:
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    places: list[tuple[int, int]] = []
    begin = 0
    for string in _strings(value):
        if not string.rstrip().endswith(_MARKS):
            continue
        for is_ascii in (False, True):
            written = json.dumps(string, ensure_ascii=is_ascii)
            place = text.find(written, begin)
            if place >= 0:
                begin = place + len(written)
                places.append((place + 1, begin - 1))
                break
    return places


def _strings(value: Any) -> Iterator[str]:
    """Return the string values, in the order in which they are written."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)
