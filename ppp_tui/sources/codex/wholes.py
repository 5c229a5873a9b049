"""The whole of a step, read back from its line when somebody opens it."""

from __future__ import annotations

import json

import msgspec

from ppp_tui.sources.codex import tools
from ppp_tui.sources.codex.records import Payload, decode_bare, decode_line, loose
from ppp_tui.sources.source import Whole


def whole_input(record: bytes, key: str) -> Whole:
    """The whole input of a call; of a patch, the patch. Raises ValueError if the line does not hold it."""
    payload = _decode(record)
    if payload.type == "custom_tool_call":
        return Whole(payload.input or "", "diff" if payload.name == "apply_patch" else "text")
    if payload.item is not None or bytes(payload.message):
        told = loose(payload.message)
        return Whole(told if isinstance(told, str) else json.dumps(loose(payload.item.content) if payload.item else ""))
    called = tools.read_call(payload)
    if not called.values:
        raise ValueError(f"the line holds no call {key}")
    for name in ("cmd", "command"):
        if isinstance(called.values.get(name), str):
            return Whole(str(called.values[name]))
    return Whole(json.dumps(called.values, indent=2, ensure_ascii=False), "json")


def whole_output(record: bytes, key: str) -> Whole:
    """The whole output of a call. Raises ValueError if the line does not hold it."""
    payload = _decode(record)
    if not bytes(payload.output):
        raise ValueError(f"the line holds no output of {key}")
    text, _ = tools.output_text(payload)
    return Whole(text)


def _decode(record: bytes) -> Payload:
    try:
        line = decode_line(record)
        return line.payload if line.payload is not None else decode_bare(record)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"the line cannot be read: {error}") from error
