"""The whole of a step's input or output, read back from its record."""

from __future__ import annotations

from ppp_tui.sources.copilot_cli.tools import TOOLS, read_result
from ppp_tui.sources.json_records import JsonObject, compact_json, decode_object, object_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS
from ppp_tui.sources.source import Payload

_DIFFERENCE = "diff --git "


def load_input(record: bytes, key: str) -> Payload:
    """Return the whole input of a call. Raises ValueError if the record does not hold it.

    Without a key it is what the record says: a message's text or its thoughts, else the record itself.
    """
    decoded = decode_object(record)
    data = object_of(decoded, "data")
    if not key:
        text = next(filter(None, (text_of(data, name) for name in ("content", "reasoningText", "message"))), "")
        return Payload(text, "markdown") if text else Payload(compact_json(decoded), "json")
    _check(data, key)
    return TOOLS.input_payload(text_of(data, "toolName"), object_of(data, "arguments"))


def load_output(record: bytes, key: str) -> Payload:
    """Return the whole result of a call; of an edit, the difference that it made. Raises ValueError likewise."""
    data = object_of(decode_object(record), "data")
    _check(data, key)
    shown = text_of(object_of(data, "result"), "detailedContent").lstrip("\n")
    if shown.startswith(_DIFFERENCE) and text_of(_properties(data), "command") in ("edit", "create", "str_replace"):
        return Payload(shown, "diff")
    return Payload(read_result(data).output)


def _properties(data: JsonObject) -> JsonObject:
    return object_of(object_of(data, "toolTelemetry"), "properties")


def _check(data: JsonObject, key: str) -> None:
    if text_of(data, "toolCallId")[:MAX_KEY_CHARS] != key or not key:
        raise ValueError(f"the record holds nothing of {key}")
