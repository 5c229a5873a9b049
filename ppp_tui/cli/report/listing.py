"""Lists: reports whose columns are fields that show themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ppp_tui.cli.report.output import At, Output
from ppp_tui.cli.report.report import NOTHING_FOUND, Report, ReportColumn, Row, emit
from ppp_tui.text.format import UNKNOWN
from ppp_tui.text.sanitize import plain

WIDEST = 60
"""Columns of a terminal that a cell of text takes at most."""


def joined(value: Any) -> str:
    """Return a known value as text; parts of a list stand beside each other."""
    return " | ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def minute(text: str) -> str:
    """Return a time without its seconds."""
    return text[:16]


class ListField(NamedTuple):
    """A field of a list."""

    name: str
    """In JSON and CSV; never changed."""
    title: str
    """Over its column in the table; '' for a field that the table has no room for."""
    show: Callable[[Any], str] = joined
    """A known value in words; text is made harmless. A time comes as text in the user's zone."""
    is_path: bool = False
    """What tells a long value from others is its end."""
    is_whole: bool = False
    """Long text is not cut: for the last column."""


def tell(
    output: Output, schema: str, fields: Sequence[ListField], rows: Sequence[Mapping[str, Any]], **more: object
) -> int:
    """Print rows; returns the exit status: 0, or 1 where there are none. `more` goes into the JSON object."""
    return emit(report_of(output, schema, fields, rows, more=more), output)


def report_of(
    output: Output,
    schema: str,
    fields: Sequence[ListField],
    rows: Sequence[Mapping[str, Any]],
    *,
    more: Mapping[str, Any],
    notes: Sequence[str] = (),
    nothing: str = NOTHING_FOUND,
) -> Report:
    """Return rows as a report; of each row the fields alone are printed."""
    names = [field.name for field in fields]
    return Report(
        schema=schema,
        names=names,
        rows=[{name: row[name] for name in names} for row in rows],
        columns=[_column(field, rows, output) for field in fields if field.title],
        more=more,
        notes=notes,
        nothing=nothing,
    )


def described(fields: Sequence[ListField]) -> str:
    """Return the names of a list's fields, for its help."""
    return f"Fields of --json and --csv: {', '.join(field.name for field in fields)}."


def _column(field: ListField, rows: Sequence[Mapping[str, Any]], output: Output) -> ReportColumn:
    values = [row[field.name] for row in rows]
    is_figure = all(isinstance(value, int | float | None) and not isinstance(value, At) for value in values)

    def show(row: Row) -> str:
        return _cell(field, row[field.name], output)

    return ReportColumn(field.title, show, is_text=not is_figure)


def _cell(field: ListField, value: Any, output: Output) -> str:
    if value is None:
        return UNKNOWN
    shown = field.show(output.local(value)) if isinstance(value, At) else field.show(value)
    text = plain(" ".join(shown.split())) or UNKNOWN
    if len(text) <= WIDEST or field.is_whole:
        return text
    return f"…{text[1 - WIDEST :]}" if field.is_path else f"{text[: WIDEST - 1]}…"
