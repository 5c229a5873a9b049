"""Reads lines of JSON objects as plain dictionaries, whatever their fields hold, for formats without fixed shapes.

Damaged lines are searched for whole records (`sources.lines`). Accessors give a value of the wanted type or its empty
value, so that a field of another type costs that field only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from pathlib import Path
from typing import Any

import msgspec

from ppp_tui.model.clock import MAX_TIME_MS
from ppp_tui.model.event import Ref
from ppp_tui.model.limits import MAX_COUNT, MAX_LINE_BYTES
from ppp_tui.sources.lines import lines, mend, salvage
from ppp_tui.sources.source import Damage

JsonObject = dict[str, Any]

_decode = msgspec.json.Decoder().decode
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


def read_records(
    chunk: bytes, offset: int, damage: list[Damage], is_record: Callable[[object], bool]
) -> Iterator[tuple[JsonObject, Ref]]:
    """Yield the objects of whole lines with their places; bytes of no record are added to `damage`.

    `is_record` tells an object that stands by itself from a part of another one, where a line is damaged.
    """
    for start, line in lines(chunk, offset):
        if len(line) >= MAX_LINE_BYTES:
            damage.append(Damage(start, len(line), "too long"))
            continue
        try:
            record = _decode(line)
        except _UNREADABLE:
            yield from _recover(line, start, damage, is_record)
            continue
        if isinstance(record, dict):
            yield record, Ref(start, len(line))
        else:
            damage.append(Damage(start, len(line), "not a record"))


def _recover(
    line: bytes, start: int, damage: list[Damage], is_record: Callable[[object], bool]
) -> Iterator[tuple[JsonObject, Ref]]:
    mended = mended_object(line)
    if mended is not None:
        damage.append(Damage(start, len(line), "not utf-8"))
        yield mended, Ref(start, len(line))
        return
    salvaged, lost = salvage(line, start, is_record)
    damage += lost
    for entry in salvaged:
        record = mended_object(entry.record)
        if record is not None:
            yield record, Ref(entry.offset, len(entry.record))


def mended_object(content: bytes) -> JsonObject | None:
    """Return an object whose characters may be broken, None for anything else."""
    try:
        record = _decode(content)
    except _UNREADABLE:
        mended = mend(content)
        try:
            record = None if mended is None else _decode(mended)
        except _UNREADABLE:
            record = None
    return record if isinstance(record, dict) else None


def read_object(path: Path, limit: int) -> JsonObject | None:
    """Return the object in a file of at most `limit` bytes; None for any other, or one that cannot be read."""
    try:
        with path.open("rb") as file:
            return mended_object(file.read(limit))
    except OSError:
        return None


def decode_object(content: bytes) -> JsonObject:
    """Return the object in a record's bytes. Raises ValueError for anything else."""
    record = mended_object(content)
    if record is None:
        raise ValueError("the record cannot be read")
    return record


def has_fields(decoded: object, names: Set[str]) -> bool:
    """Return whether a decoded value is an object with all of these fields."""
    return isinstance(decoded, dict) and decoded.keys() >= names


def text_of(record: JsonObject, name: str) -> str:
    """Return a field's text, '' for anything else."""
    value = record.get(name)
    return value if isinstance(value, str) else ""


def object_of(record: JsonObject, name: str) -> JsonObject:
    """Return a field's object, an empty one for anything else."""
    value = record.get(name)
    return value if isinstance(value, dict) else {}


def objects_of(record: JsonObject, name: str) -> list[JsonObject]:
    """Return the objects in a field's list; other entries are left out."""
    value = record.get(name)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def blocks_of(content: object) -> list[JsonObject]:
    """Return the blocks of a message's content, which may be a text instead: that is one block."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [entry for entry in content if isinstance(entry, dict)] if isinstance(content, list) else []


def content_text(content: object) -> str:
    """Return the texts of a message's content, which may be a text or a list of blocks."""
    return "\n".join(text_of(block, "text") for block in blocks_of(content) if block.get("type") == "text")


def count_of(record: JsonObject, name: str) -> int | None:
    """Return a field's count from 0 to `MAX_COUNT`, None for anything else."""
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(min(max(value, 0), MAX_COUNT))


def number_of(value: object) -> int | float | None:
    """Return a number, None for anything else, booleans included."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def millis_from(seconds: object) -> int | None:
    """Return a duration of seconds as milliseconds up to `MAX_COUNT`, None for anything else."""
    number = number_of(seconds)
    return round(number * 1000) if number is not None and 0 <= number < MAX_COUNT / 1000 else None


def exit_code_of(record: JsonObject, name: str) -> int | None:
    """Return a field's exit code, None for anything else."""
    code = record.get(name)
    return code if isinstance(code, int) and not isinstance(code, bool) and abs(code) < 2**31 else None


def millis_of(record: JsonObject, name: str) -> int:
    """Return a field's time in Unix milliseconds, 0 for anything else."""
    value = record.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    return int(value) if 0 < value <= MAX_TIME_MS else 0


def compact_json(value: object) -> str:
    """Return a decoded value as JSON text."""
    return msgspec.json.encode(value).decode()
