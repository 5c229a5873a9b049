"""The whole of a step's input or output, read back from its message."""

from __future__ import annotations

from ppp_tui.sources.gptme.tools import TOOLS, news_of, read_result, split_answer
from ppp_tui.sources.json_records import compact_json, decode_object, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS
from ppp_tui.sources.source import Payload


def load_input(record: bytes, key: str) -> Payload:
    """Return the whole input of a call. Raises ValueError if the record does not hold it.

    Without a key it is what the record says: a message's text, else the record itself.
    """
    decoded = decode_object(record)
    text = text_of(decoded, "content")
    if not key:
        return Payload(text, "markdown") if text else Payload(compact_json(decoded), "json")
    if text_of(decoded, "role") == "assistant":
        for call in split_answer(text)[2]:
            if call.key[:MAX_KEY_CHARS] == key:
                return TOOLS.input_payload(call.tool, call.arguments)
    elif text_of(decoded, "role") == "system" and key.startswith("@"):
        news = news_of(text)
        if news is not None:
            return TOOLS.input_payload(news.tool, news.arguments)
    raise ValueError(f"the record holds no call {key}")


def load_output(record: bytes, key: str) -> Payload:
    """Return the whole result of a call. Raises ValueError likewise."""
    decoded = decode_object(record)
    is_own = text_of(decoded, "call_id")[:MAX_KEY_CHARS] == key
    if text_of(decoded, "role") != "system" or not key or not (is_own or key.startswith("@")):
        raise ValueError(f"the record holds no result of {key}")
    return Payload(read_result(text_of(decoded, "content")).output)
