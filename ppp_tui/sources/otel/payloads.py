"""Returns the whole input or output of a call from its record."""

from __future__ import annotations

from ppp_tui.sources.json_records import JsonObject, compact_json, decode_object, object_of, text_of
from ppp_tui.sources.otel import span_names
from ppp_tui.sources.otel.attributes import object_in, text_in
from ppp_tui.sources.otel.claude_events import claude_arguments
from ppp_tui.sources.otel.codex_events import codex_arguments
from ppp_tui.sources.otel.spans import span_arguments
from ppp_tui.sources.source import Payload


def load_input(record: bytes, key: str) -> Payload:
    """Return a call's input. Raises ValueError if the record has none."""
    del key
    decoded = decode_object(record)
    arguments = _arguments(decoded)
    command = arguments.get("command")
    if isinstance(command, str):
        return Payload(command)
    if not arguments:
        raise ValueError("the input was not sent")
    return Payload(compact_json(arguments), "json")


def load_output(record: bytes, key: str) -> Payload:
    """Return a call's output. Raises ValueError if the record has none."""
    del key
    decoded = decode_object(record)
    attributes = object_of(decoded, "attributes")
    text = text_in(attributes, *span_names.RESULT, "output", "error") or text_of(decoded, "message")
    if not text:
        raise ValueError("the output was not sent")
    return Payload(text)


def _arguments(record: JsonObject) -> JsonObject:
    attributes = object_of(record, "attributes")
    if text_of(record, "signal") == "span":
        return span_arguments(attributes)
    if "arguments" in attributes:
        return codex_arguments(attributes)
    return object_in(attributes, "function_args") or claude_arguments(attributes)
