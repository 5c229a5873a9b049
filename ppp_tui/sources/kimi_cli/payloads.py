"""The whole of a step's input or output, read back from its record."""

from __future__ import annotations

from ppp_tui.sources.json_records import JsonObject, compact_json, content_text, decode_object, object_of, text_of
from ppp_tui.sources.kimi_cli.tools import TOOLS, arguments_of, read_result
from ppp_tui.sources.parser_state import MAX_KEY_CHARS
from ppp_tui.sources.source import Payload


def load_input(record: bytes, key: str) -> Payload:
    """Return the whole input of a call. Raises ValueError if the record does not hold it.

    Without a key it is what the record says: a message's text or its thoughts, else the record itself.
    """
    decoded = decode_object(record)
    kind, payload = _message(decoded)
    if not key:
        text = next(filter(None, (text_of(payload, name) for name in ("text", "think"))), "")
        text = text or content_text(payload.get("user_input"))
        return Payload(text, "markdown") if text else Payload(compact_json(decoded), "json")
    if kind != "ToolCall" or text_of(payload, "id")[:MAX_KEY_CHARS] != key:
        raise ValueError(f"the record holds no call {key}")
    return TOOLS.input_payload(text_of(object_of(payload, "function"), "name"), arguments_of(payload))


def load_output(record: bytes, key: str) -> Payload:
    """Return the whole result of a call. Raises ValueError likewise."""
    kind, payload = _message(decode_object(record))
    if kind != "ToolResult" or not key or text_of(payload, "tool_call_id")[:MAX_KEY_CHARS] != key:
        raise ValueError(f"the record holds no result of {key}")
    return Payload(read_result("", payload).output)


def _message(record: JsonObject) -> tuple[str, JsonObject]:
    """Return the kind and the payload of a record's message, of the innermost one where a sub-agent's is wrapped."""
    message = object_of(record, "message")
    if text_of(message, "type") == "SubagentEvent":
        message = object_of(object_of(message, "payload"), "event")
    return text_of(message, "type"), object_of(message, "payload")
