"""The whole of a step's input or output, read back from its line."""

from __future__ import annotations

import msgspec

from ppp_tui.sources.json_records import compact_json, decode_object
from ppp_tui.sources.plain import records
from ppp_tui.sources.source import Whole


def whole_input(record: bytes, key: str) -> Whole:
    """Return the whole input of a step. Raises ValueError if the line does not hold it.

    Without a key it is what the line says.
    """
    line = _line(record)
    if isinstance(line, records.PlainQuestion):
        return Whole(line.text)
    if isinstance(line, records.PlainStep):
        return Whole(line.input)
    if key:
        raise ValueError(f"the line holds nothing of {key}")
    text = getattr(line, "text", "") or getattr(line, "response", "") or getattr(line, "message", "")
    return Whole(text, "markdown") if text else Whole(compact_json(decode_object(record)), "json")


def whole_output(record: bytes, key: str) -> Whole:
    """Return the whole output of a step. Raises ValueError if the line does not hold it."""
    line = _line(record)
    if isinstance(line, records.PlainAnswer):
        return Whole(line.answer)
    if isinstance(line, records.PlainStep):
        return Whole(line.output)
    raise ValueError(f"the line holds nothing of {key}")


def _line(record: bytes) -> records.PlainRecord:
    try:
        return records.convert_record(decode_object(record))
    except (msgspec.ValidationError, RecursionError) as error:
        raise ValueError("no plain line") from error
