"""The whole of a step's input, read back from its line; results are not recorded."""

from __future__ import annotations

from ppp_tui.sources.cursor_cli.parser import TOOLS, call_key
from ppp_tui.sources.json_records import compact_json, content_text, decode_object, object_of, objects_of, text_of
from ppp_tui.sources.source import Payload


def load_input(record: bytes, key: str) -> Payload:
    """Return the whole input of a call. Raises ValueError if the record does not hold it.

    Without a key it is what the record says: a message's text, else the record itself.
    """
    decoded = decode_object(record)
    message = object_of(decoded, "message")
    if not key:
        text = content_text(message.get("content"))
        return Payload(text, "markdown") if text else Payload(compact_json(decoded), "json")
    for number, block in enumerate(objects_of(message, "content")):
        # The offset in the key is that of the record, which is not known here.
        if block.get("type") == "tool_use" and key.endswith(call_key("", number)):
            return TOOLS.input_payload(text_of(block, "name"), object_of(block, "input"))
    raise ValueError(f"the record holds no call {key}")


def load_output(record: bytes, key: str) -> Payload:
    """Raise ValueError: no record holds a result."""
    raise ValueError(f"no record of {len(record)} bytes holds a result of {key}")
