"""The whole of a step's input or output, read back from its entry."""

from __future__ import annotations

from ppp_tui.sources.json_records import (
    JsonObject,
    compact_json,
    content_text,
    decode_object,
    object_of,
    objects_of,
    text_of,
)
from ppp_tui.sources.parser_state import MAX_KEY_CHARS
from ppp_tui.sources.pi.messages import USER_COMMAND, turn_key
from ppp_tui.sources.pi.tools import TOOLS, read_result
from ppp_tui.sources.source import Payload


def load_input(record: bytes, key: str) -> Payload:
    """Return the whole input of a call. Raises ValueError if the record does not hold it.

    Without a key it is what the record says: a message's text or its thoughts, else the record itself.
    """
    decoded = decode_object(record)
    message = object_of(decoded, "message")
    if not key:
        return _message_payload(decoded, message)
    if text_of(message, "role") == USER_COMMAND and turn_key(message) == key:
        return Payload(text_of(message, "command"))
    for block in objects_of(message, "content"):
        if block.get("type") == "toolCall" and text_of(block, "id")[:MAX_KEY_CHARS] == key:
            return TOOLS.input_payload(text_of(block, "name"), object_of(block, "arguments"))
    raise ValueError(f"the record holds no call {key}")


def load_output(record: bytes, key: str) -> Payload:
    """Return the whole result of a call; of an edit, the difference that it made. Raises ValueError likewise."""
    message = object_of(decode_object(record), "message")
    if text_of(message, "role") == USER_COMMAND and turn_key(message) == key:
        return Payload(text_of(message, "output"))
    if text_of(message, "role") != "toolResult" or text_of(message, "toolCallId")[:MAX_KEY_CHARS] != key:
        raise ValueError(f"the record holds no result of {key}")
    difference = text_of(object_of(message, "details"), "diff")
    if difference:
        return Payload(difference, "diff")
    return Payload(read_result(text_of(message, "toolName"), message).output)


def _message_payload(record: JsonObject, message: JsonObject) -> Payload:
    thoughts = (text_of(block, "thinking") for block in objects_of(message, "content"))
    text = content_text(message.get("content")) or "\n\n".join(filter(None, thoughts))
    text = text or text_of(record, "summary") or content_text(record.get("content"))
    return Payload(text, "markdown") if text else Payload(compact_json(record), "json")
