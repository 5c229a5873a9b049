"""How a command prints, and the convention for what it prints for programs: JSON and CSV.

JSON is one object with `schema` (`ppp-tui/usage/1`), `generated_at`, what else a report says, and `rows`, each row on
a line of its own. CSV is a header, also without rows, and a line for each row. Times are UTC with milliseconds and
``Z``, durations milliseconds, ratios 0 to 1, truth true or false, and what is unknown null, or an empty cell.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any, Literal, NamedTuple

from ppp_tui.cli.report.terminal import output_width, takes_colours
from ppp_tui.model.clock import SystemClock, to_iso
from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.text.format import UNKNOWN, date_time
from ppp_tui.text.sanitize import CONTROL, INVISIBLE, SURROGATE, plain

Form = Literal["table", "json", "csv"]
"""How a command prints."""

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""Characters with which a spreadsheet lets a formula begin."""

_UNSAFE = lazy_pattern(f"[{CONTROL}{INVISIBLE}{SURROGATE}]")

_AS_THEY_ARE = frozenset({str, int, bool, type(None)})
"""Types whose values are written into JSON and CSV as they are."""


class At(int):
    """A moment in Unix milliseconds: UTC text for programs, the user's zone in tables. 0 is an unknown one."""

    __slots__ = ()


class Output(NamedTuple):
    """In which form, zone and width a command prints."""

    form: Form
    zone: tzinfo = UTC
    """Of times in tables."""
    width: int | None = None
    """Columns that a table may take; None: as many as it needs."""
    is_coloured: bool = False
    """The output is a terminal that takes colours."""

    def local(self, at_ms: int, *, seconds: bool = False) -> str:
        """Return a moment as `YYYY-MM-DD HH:MM` in the user's zone, a dash for an unknown one."""
        return date_time(at_ms, self.zone, seconds=seconds) if at_ms else UNKNOWN


def make_output(form: Form, zone: tzinfo) -> Output:
    """Return an output that fits the terminal, where there is one."""
    return Output(form, zone, output_width(), takes_colours())


def as_ratio(percentage: float | None) -> float | None:
    """Return a percentage as a ratio: 34.2 is 0.342."""
    return None if percentage is None else round(percentage / 100, 6)


def json_header(schema: str) -> dict[str, str]:
    """Return the fields that every JSON object begins with."""
    return {"schema": f"ppp-tui/{schema}/1", "generated_at": to_iso(SystemClock().now_ms())}


def json_lines(
    schema: str, rows: Sequence[Mapping[str, Any]], more: Mapping[str, Any], totals: Mapping[str, Any] | None
) -> Iterator[str]:
    """Yield the lines of a JSON object with rows."""
    head = json_text({**json_header(schema), **_json_value(more)})
    yield f'{head[:-1]}, "rows": ['
    for number, row in enumerate(rows, 1):
        yield json_text(_json_value(row)) + ("," if number < len(rows) else "")
    yield "]}" if totals is None else f'], "totals": {json_text(_json_value(totals))}}}'


def json_object(schema: str, fields: Mapping[str, Any]) -> str:
    """Return a JSON object without rows."""
    return json_text({**json_header(schema), **_json_value(fields)})


def json_text(value: Any) -> str:
    """Return a value as JSON, letters of every script as they are; what a terminal obeys or hides is escaped.

    So is all but ASCII where the output has another encoding than UTF-8.
    """
    import json  # a quick command that prints a table does without it

    is_utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return _UNSAFE.sub(
        lambda matched: "\\u007f" if matched[0] == "\x7f" else json.dumps(matched[0])[1:-1],
        json.dumps(value, ensure_ascii=not is_utf8),
    )


def csv_lines(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield rows as CSV below a header, each with its line ending."""
    import csv
    import io

    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        yield written.getvalue()
        written.seek(0)
        written.truncate()
        writer.writerow([csv_cell(row[name]) for name in names])
    yield written.getvalue()


def csv_cell(value: Any) -> str:
    """Return a value as harmless text that no spreadsheet takes for a formula."""
    value = _json_value(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | dict):
        return json_text(value)
    if not isinstance(value, str):
        return str(value)
    text = plain(value)
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def _json_value(value: Any) -> Any:
    """Return a value as the convention has it, whatever it is nested in."""
    # Nearly all values are of these types: a look at the abstract class of mappings costs more than all else.
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, At):
        return to_iso(value) if value else None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict | Mapping):
        return {name: _json_value(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_json_value(part) for part in value]
    return value


def rounded(value: float | None) -> float | None:
    """Return a share as reports give it, to six decimals; None for one that is not known."""
    return None if value is None else round(value, 6)
