"""The whole of a step's input or output, read back from its record."""

from __future__ import annotations

from ppp_tui.sources.genai_parts import function_responses, joined_text, parts_of, read_shell_output
from ppp_tui.sources.genai_tools import input_payload, step_kind
from ppp_tui.sources.json_records import JsonObject, compact_json, decode_object, object_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS
from ppp_tui.sources.source import Payload


def load_input(record: bytes, key: str) -> Payload:
    """Return the whole input of a call. Raises ValueError if the record does not hold it.

    Without a key it is what the record says: a message's text, else the record itself.
    """
    decoded = decode_object(record)
    parts = parts_of(object_of(decoded, "message").get("parts"))
    if not key:
        text = joined_text(parts) or joined_text(parts, is_thought=True)
        return Payload(text, "markdown") if text else Payload(compact_json(decoded), "json")
    for call in (object_of(part, "functionCall") for part in parts):
        if text_of(call, "id")[:MAX_KEY_CHARS] == key:
            return input_payload(text_of(call, "name"), object_of(call, "args"))
    event = _child_call(decoded, key)
    return input_payload(text_of(event, "function_name"), object_of(event, "function_args"))


def load_output(record: bytes, key: str) -> Payload:
    """Return the whole result of a call; of an edit, the difference that it made. Raises ValueError likewise."""
    decoded = decode_object(record)
    for response in function_responses(parts_of(object_of(decoded, "message").get("parts"))):
        if response.id[:MAX_KEY_CHARS] == key:
            difference = text_of(object_of(object_of(decoded, "toolCallResult"), "resultDisplay"), "fileDiff")
            if difference:
                return Payload(difference, "diff")
            is_shell = step_kind(response.name) == "shell"
            return Payload(read_shell_output(response.text).text if is_shell else response.text)
    return Payload(text_of(_child_call(decoded, key), "error"))


def _child_call(record: JsonObject, key: str) -> JsonObject:
    event = object_of(object_of(record, "systemPayload"), "uiEvent")
    if not event or text_of(record, "uuid")[:MAX_KEY_CHARS] != key:
        raise ValueError(f"the record holds nothing of {key}")
    return event
