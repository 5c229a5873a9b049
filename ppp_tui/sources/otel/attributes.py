"""Reads attributes, whatever type they were sent with: numbers and truth values may be text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from ppp_tui.model.clock import MAX_TIME_MS
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.json_records import JsonObject, compact_json

Attributes = Mapping[str, Any]

MAX_NUMBER_CHARS = 32

_decode = msgspec.json.Decoder().decode


def text_in(attributes: Attributes, *names: str) -> str:
    """Return the first text under one of the names; a number as text, anything else as JSON; '' for none."""
    for name in names:
        value = attributes.get(name)
        if isinstance(value, str):
            if value:
                return value
        elif value is not None:
            return compact_json(value)
    return ""


def number_in(attributes: Attributes, *names: str) -> float | None:
    """Return the first number under one of the names, None for none; it is finite and not negative."""
    for name in names:
        value = attributes.get(name)
        if isinstance(value, str) and len(value) <= MAX_NUMBER_CHARS:
            try:
                value = float(value)
            except ValueError:
                continue
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_COUNT:
            return value
    return None


def count_in(attributes: Attributes, *names: str) -> int | None:
    """Return the first count under one of the names, None for none."""
    number = number_in(attributes, *names)
    return None if number is None else int(number)


def micros_in(attributes: Attributes, *names: str) -> int | None:
    """Return an amount of dollars in millionths, None for none."""
    number = number_in(attributes, *names)
    return None if number is None or number > 1e6 else round(number * 1_000_000)


def is_true(attributes: Attributes, name: str) -> bool | None:
    """Return a truth value, None for none."""
    value = attributes.get(name)
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None


def object_in(attributes: Attributes, *names: str) -> JsonObject:
    """Return the first object under one of the names, also from JSON text; an empty one for none."""
    for name in names:
        value = decoded(attributes.get(name))
        if isinstance(value, dict):
            return value
    return {}


def decoded(value: Any) -> Any:
    """Return what JSON text holds; the value itself for anything else."""
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return _decode(value)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return value
    return value


def ms_of(record: Mapping[str, Any], name: str = "at_ns") -> int:
    """Return a record's time in Unix milliseconds, 0 for none."""
    value = record.get(name)
    at = value // 1_000_000 if isinstance(value, int) and not isinstance(value, bool) else 0
    return at if 0 < at <= MAX_TIME_MS else 0
