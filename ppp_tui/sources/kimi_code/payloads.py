"""The whole of a step's input or output, read back from its record."""

from __future__ import annotations

from ppp_tui.sources.json_records import JsonObject, compact_json, content_text, decode_object, object_of, text_of
from ppp_tui.sources.kimi_code.tools import TOOLS, arguments_of, read_result
from ppp_tui.sources.parser_state import MAX_KEY_CHARS
from ppp_tui.sources.source import Payload


def load_input(record: bytes, key: str) -> Payload:
    """Return the whole input of a call. Raises ValueError if the record does not hold it.

    Without a key it is what the record says: a prompt, a text or thoughts, else the record itself.
    """
    decoded = decode_object(record)
    event = object_of(decoded, "event")
    if not key:
        part = object_of(event, "part")
        text = text_of(part, "text") or text_of(part, "think") or content_text(decoded.get("input"))
        return Payload(text, "markdown") if text else Payload(compact_json(decoded), "json")
    _require(event, "tool.call", key)
    return TOOLS.input_payload(text_of(event, "name"), arguments_of(event))


def load_output(record: bytes, key: str) -> Payload:
    """Return the whole result of a call. Raises ValueError likewise."""
    event = object_of(decode_object(record), "event")
    _require(event, "tool.result", key)
    return Payload(read_result("", object_of(event, "result")).output)


def _require(event: JsonObject, kind: str, key: str) -> None:
    if text_of(event, "type") != kind or not key or text_of(event, "toolCallId")[:MAX_KEY_CHARS] != key:
        raise ValueError(f"the record holds no {kind} of {key}")
