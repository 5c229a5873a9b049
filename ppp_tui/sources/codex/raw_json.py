"""Raw parts of a line as plain Python, and the texts and durations in them; what cannot be decoded is nothing."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from ppp_tui.model.clock import MAX_TIME_MS
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.lines import mend

Raw = msgspec.Raw
EMPTY = Raw(b"")
"""What a field holds that the line does not have."""

_decode_any = msgspec.json.Decoder().decode

UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What decoding raises."""


def loose(raw: Raw) -> Any:
    """A raw part as plain Python, None where there is none or it cannot be decoded."""
    return None if raw is EMPTY else _decode(raw)


def parse(text: str) -> Any:
    """JSON inside a text as plain Python, None where it is none."""
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
    """Plain Python as JSON text for people."""
    try:
        return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    except (OverflowError, msgspec.MsgspecError):
        # Numbers beyond 64 bits.
        return json.dumps(value, indent=2, ensure_ascii=False)


def texts(raw: Raw) -> str:
    """The text of a message's parts, one below the other; a picture is named, not shown."""
    parts = loose(raw)
    if isinstance(parts, str):
        return parts
    if not isinstance(parts, list):
        return ""
    return "\n".join(text for text in map(part_text, parts) if text)


def part_text(part: object) -> str:
    """The text of one part, its type in brackets where it has none."""
    if isinstance(part, str):
        return part
    if not isinstance(part, dict):
        return ""
    text = part.get("text")
    return text if isinstance(text, str) else f"[{str(part.get('type', '')).removeprefix('input_')}]"


def milliseconds(raw: Raw) -> int | None:
    """A duration as Rust writes it, ``{"secs": 1, "nanos": 500000000}``; None for anything else."""
    duration = loose(raw)
    if not isinstance(duration, dict):
        return None
    seconds, nanos = duration.get("secs"), duration.get("nanos")
    if not isinstance(seconds, int) or not isinstance(nanos, int):
        return None
    return bounded(seconds * 1000 + nanos // 1_000_000)


def whole_number(value: float | None) -> int | None:
    """A number of milliseconds without its fraction."""
    return None if value is None else bounded(value)


def moment(value: float | None) -> int | None:
    """A number as a moment in Unix milliseconds; None for none, and for what no calendar knows."""
    return int(value) if value is not None and 0 < value < MAX_TIME_MS + 1 else None


def bounded(number: float) -> int:
    """A number out of a text as a whole one between -`MAX_COUNT` and `MAX_COUNT`."""
    return int(max(-MAX_COUNT, min(number, MAX_COUNT)))
