"""Raw parts of a line as plain Python, and texts and durations in them; None for what cannot be decoded."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from ppp_tui.model.clock import MAX_TIME_MS
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.lines import mend

Raw = msgspec.Raw
EMPTY = Raw(b"")
"""Value of a field that the line does not have."""

_decode_any = msgspec.json.Decoder().decode

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""Exceptions that decoding raises."""


def loose(raw: Raw) -> Any:
    """Return a raw part as plain Python, None if there is none or it cannot be decoded."""
    return None if raw is EMPTY else _decode(raw)


def parse(text: str) -> Any:
    """Return JSON in a text as plain Python, None if it is invalid."""
    try:
        return _decode_any(text)
    except UNREADABLE:
        return _decode(text.encode("utf-8", "replace"))


def _decode(content: Raw | bytes) -> Any:
    try:
        return _decode_any(content)
    except UNREADABLE:
        mended = mend(bytes(content))
        return None if mended is None else json.loads(mended)


def indented(value: object) -> str:
    """Return plain Python as indented JSON."""
    try:
        return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    except (OverflowError, msgspec.MsgspecError):
        # Numbers beyond 64 bits.
        return json.dumps(value, indent=2, ensure_ascii=False)


def texts(raw: Raw) -> str:
    """Return the texts of a message's parts, one below the other; a picture is only named."""
    parts = loose(raw)
    if isinstance(parts, str):
        return parts
    if not isinstance(parts, list):
        return ""
    return "\n".join(text for text in map(part_text, parts) if text)


def part_text(part: object) -> str:
    """Return the text of a part, its type in brackets if it has none."""
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        return ""
    text = part.get("text")
    return text if isinstance(text, str) else f"[{str(part.get('type', '')).removeprefix('input_')}]"


def milliseconds(raw: Raw) -> int | None:
    """Return a duration in the form of Rust, ``{"secs": 1, "nanos": 500000000}``; None for other values."""
    duration = loose(raw)
    if not isinstance(duration, dict):
        return None
    seconds, nanos = duration.get("secs"), duration.get("nanos")
    if not isinstance(seconds, int) or not isinstance(nanos, int):
        return None
    return bounded(seconds * 1000 + nanos // 1_000_000)


def whole_number(value: float | None) -> int | None:
    """Return a number of milliseconds without its fraction."""
    return None if value is None else bounded(value)


def moment(value: float | None) -> int | None:
    """Return a number as a time in Unix milliseconds; None for None, and for times out of range."""
    return int(value) if value is not None and 0 < value < MAX_TIME_MS + 1 else None


def bounded(number: float) -> int:
    """Return a number in a text as a whole number between -`MAX_COUNT` and `MAX_COUNT`."""
    return int(max(-MAX_COUNT, min(number, MAX_COUNT)))
