"""The agent's own description of a tool call, a short sentence that some formats record beside the input."""

from __future__ import annotations

import json
from collections.abc import Iterator

MAX_DEPTH = 8
"""Maximum nesting that is searched; calls are three deep."""

MAX_DESCRIPTION_CHARS = 200

_KEYS = ("id", "call_id", "callId", "tool_use_id")
_INPUTS = ("input", "arguments", "args", "parameters")


def call_description(record: bytes, key: str) -> str:
    """Return the description of the call `key` in a JSON record, in one line; '' where the record has none."""
    if not key or b'"description' not in record:
        return ""
    try:
        decoded = json.loads(record)
    except (ValueError, RecursionError):
        return ""
    for call in _dicts(decoded, MAX_DEPTH):
        if any(call.get(name) == key for name in _KEYS):
            for name in _INPUTS:
                if described := _description(call.get(name)):
                    return " ".join(described.split())[:MAX_DESCRIPTION_CHARS]
    return ""


def _description(values: object) -> str:
    if isinstance(values, str):
        # Some agents keep the input of a call as JSON within JSON.
        try:
            values = json.loads(values)
        except (ValueError, RecursionError):
            return ""
    described = values.get("description") if isinstance(values, dict) else None
    return described if isinstance(described, str) else ""


def _dicts(value: object, depth: int) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list) and depth:
        for entry in value:
            yield from _dicts(entry, depth - 1)
