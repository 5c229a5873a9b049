"""The whole of a step's input or output, read back from its message."""

from __future__ import annotations

from ppp_tui.sources.gemini_cli.messages import output_of
from ppp_tui.sources.genai_parts import function_responses, joined_text, parts_of, read_shell_output
from ppp_tui.sources.genai_tools import input_payload, step_kind
from ppp_tui.sources.json_records import JsonObject, compact_json, decode_object, object_of, objects_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS
from ppp_tui.sources.source import Payload


def load_input(record: bytes, key: str) -> Payload:
    """Return the whole input of a call. Raises ValueError if the record does not hold it.

    Without a key it is what the record says: a message's text or its thoughts, else the record itself.
    """
    message = decode_object(record)
    if not key:
        return _message_payload(message)
    for call in _messages_calls(message):
        if _key(call) == key:
            return input_payload(text_of(call, "name"), object_of(call, "args"))
    raise ValueError(f"the record holds no call {key}")


def load_output(record: bytes, key: str) -> Payload:
    """Return the whole result of a call; of an edit, the difference that it made. Raises ValueError likewise."""
    message = decode_object(record)
    for call in _messages_calls(message):
        if _key(call) == key:
            difference = text_of(object_of(call, "resultDisplay"), "fileDiff")
            if difference:
                return Payload(difference, "diff")
            return Payload(_shown(text_of(call, "name"), output_of(call)))
    for response in function_responses(parts_of(message.get("content"))):
        if response.id[:MAX_KEY_CHARS] == key:
            return Payload(_shown(response.name, response.text))
    raise ValueError(f"the record holds no result of {key}")


def _messages_calls(record: JsonObject) -> list[JsonObject]:
    messages = objects_of(record, "messages")
    return [call for message in [record, *messages] for call in objects_of(message, "toolCalls")]


def _key(call: JsonObject) -> str:
    return text_of(call, "id")[:MAX_KEY_CHARS]


def _shown(name: str, output: str) -> str:
    return read_shell_output(output).text if step_kind(name) == "shell" else output


def _message_payload(message: JsonObject) -> Payload:
    parts = parts_of(message.get("displayContent")) or parts_of(message.get("content"))
    text = joined_text(parts)
    thoughts = (f"{text_of(it, 'subject')}\n{text_of(it, 'description')}" for it in objects_of(message, "thoughts"))
    text = text or "\n\n".join(thoughts)
    return Payload(text, "markdown") if text else Payload(compact_json(message), "json")
