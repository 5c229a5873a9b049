"""The whole of a step's input or output, read back from its line."""

from __future__ import annotations

import msgspec

from ppp_tui.sources.json_records import compact_json, decode_object
from ppp_tui.sources.plain import records
from ppp_tui.sources.source import Payload


def load_input(record: bytes, key: str) -> Payload:
    """Return the whole input of a step. Raises ValueError if the line does not hold it.

    Without a key it is what the line says.
    """
    line = _line(record)
    if isinstance(line, records.PlainQuestion):
        return Payload(line.text)
    if isinstance(line, records.PlainStep):
        return Payload(line.input)
    if key:
        raise ValueError(f"the line holds nothing of {key}")
    text = getattr(line, "text", "") or getattr(line, "response", "") or getattr(line, "message", "")
    return Payload(text, "markdown") if text else Payload(compact_json(decode_object(record)), "json")


def load_output(record: bytes, key: str) -> Payload:
    """Return the whole output of a step. Raises ValueError if the line does not hold it."""
    line = _line(record)
    if isinstance(line, records.PlainAnswer):
        return Payload(line.answer)
    if isinstance(line, records.PlainStep):
        return Payload(line.output)
    raise ValueError(f"the line holds nothing of {key}")


def _line(record: bytes) -> records.PlainRecord:
    try:
        return records.convert_record(decode_object(record))
    except (msgspec.ValidationError, RecursionError) as error:
        raise ValueError("no plain line") from error
