"""Reports: fields, rows, totals and notes, printed as a table that fits the terminal, as JSON or as CSV.

What is None is unknown: ``–`` in a table, null in JSON, nothing in CSV.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from ppp_tui.cli.report.output import At, Output, csv_lines, json_lines
from ppp_tui.cli.report.table import TableColumn, Trim, make_column, table_lines
from ppp_tui.cli.report.terminal import Tone, paint
from ppp_tui.text.cells import wrap
from ppp_tui.text.format import UNKNOWN, count
from ppp_tui.text.sanitize import plain

Row = Mapping[str, Any]
"""Field names to plain values; times are `output.At`."""

NO_ROWS = "No rows."
"""Printed in place of a table without rows by reports that search nothing."""


def as_text(value: Any) -> str:
    """Return a value as text; parts of a list stand beside each other."""
    return " | ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


class ReportField(NamedTuple):
    """A field of a report's rows, and the column that shows it."""

    name: str
    """In JSON and CSV; never changed. '' for a column that only the table has."""
    title: str = ""
    """Over its column in the table; '' for a field that the table leaves out."""
    show: Callable[[Any], str] = as_text
    """Return a value that is not None as text, which is sanitized afterwards. Not called for times."""
    cell: Callable[[Row], str] | None = None
    """Return the text of a cell that depends on more than one field; used in place of `show`."""
    trim: Trim = "none"
    """What happens to text that does not fit the terminal."""
    least: int = 0
    """Terminal cells that trimmed text keeps before other columns go; 0 for the usual number."""
    rank: int = 0
    """Columns of the highest rank leave a narrow table first; those of rank 0 stay."""
    has_seconds: bool = False
    """Times are shown to the second, else to the minute."""
    side: Literal["", "left", "right"] = ""
    """Where a cell stands; '': text left, figures right."""
    tones: Mapping[str, Tone] = MappingProxyType({})
    """Cells of these words stand out."""
    is_for_terminals: bool = False
    """Left out where the output is no terminal."""
    old_name: str = ""
    """A name that JSON and CSV had for it before, and go on to have after all others."""


class Report(NamedTuple):
    """What a command prints."""

    schema: str
    """Names the shape of the rows, as in `usage-efficiency`."""
    fields: Sequence[ReportField]
    """All fields of a row, in order."""
    rows: Sequence[Row]
    totals: Row | None = None
    """Under the table, and beside the rows in JSON; CSV leaves it out."""
    more: Mapping[str, Any] = MappingProxyType({})
    """Further fields of the JSON object."""
    title: str = ""
    """Over the table: what it covers."""
    notes: Sequence[str] = ()
    """Sentences under the table; without rows there is no table."""
    standing_notes: Sequence[str] = ()
    """Sentences that hold without rows too."""
    empty: str = NO_ROWS
    """Printed on standard error where there are no rows: what was searched, and where data lies."""


_captured: ContextVar[list[Report] | None] = ContextVar("captured", default=None)


@contextmanager
def captured_reports() -> Iterator[list[Report]]:
    """Collect reports in a list, in this thread, in place of printing them."""
    reports: list[Report] = []
    token = _captured.set(reports)
    try:
        yield reports
    finally:
        _captured.reset(token)


def _named_rows(report: Report) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the names of a report's fields, older ones last, and its rows with these alone."""
    fields = {field.name: field.name for field in report.fields if field.name}
    fields |= {field.old_name: field.name for field in report.fields if field.old_name}
    return list(fields), [{name: row[field] for name, field in fields.items()} for row in report.rows]


def report_json(report: Report) -> str:
    """Return a report as the JSON object that --json prints."""
    _, rows = _named_rows(report)
    return "\n".join(json_lines(report.schema, rows, report.more, report.totals))


def emit(report: Report, output: Output) -> int:
    """Print a report; returns the exit status: 1 if it has no rows."""
    captured = _captured.get()
    if captured is not None:
        captured.append(report)
        return 0 if report.rows else 1
    names, rows = _named_rows(report)
    if output.form == "json":
        print(report_json(report))
    elif output.form == "csv":
        for line in csv_lines(names, rows):
            print(line, end="")
    else:
        for line in report_lines(report, output):
            print(line)
    if not rows:
        sys.stdout.flush()
        print(plain(report.empty), file=sys.stderr)
    return 0 if rows else 1


def report_lines(report: Report, output: Output) -> list[str]:
    """Return a report as lines for people: its title, the table with its totals, and its notes."""
    lines: list[str] = []
    notes = [*(report.notes if report.rows else ()), *report.standing_notes]
    if report.rows:
        if report.title:
            lines.append(paint(plain(report.title), "bold" if output.is_coloured else None))
        fields = [field for field in report.fields if field.title or (field.cell and not field.name)]
        if output.width is None:
            fields = [field for field in fields if not field.is_for_terminals]
        columns = [_column(field, report, output) for field in fields]
        lines += table_lines(
            columns, has_totals=report.totals is not None, width=output.width, is_coloured=output.is_coloured
        )
    tone: Tone | None = "dim" if output.is_coloured else None
    return [*lines, *(paint(line, tone) for note in notes for line in _note_lines(plain(note), output.width))]


def _note_lines(note: str, width: int | None) -> list[str]:
    return [note] if width is None or len(note) <= width else wrap(note, width)


def limit_note(rows: int, limit: int) -> tuple[str, ...]:
    """Return a note that there may be more rows, if as many are shown as were asked for."""
    return (f"The first {count(rows)}; --limit takes more.",) if rows >= limit else ()


def fields_help(fields: Sequence[ReportField]) -> str:
    """Return the names of a report's fields, for its help."""
    return f"Fields of --json and --csv: {', '.join(field_names(fields))}."


def field_names(fields: Sequence[ReportField]) -> list[str]:
    """Return the names of fields, each with the older one that it still has beside it."""
    return [f"{field.name} (also {field.old_name})" if field.old_name else field.name for field in fields if field.name]


def _column(field: ReportField, report: Report, output: Output) -> TableColumn:
    rows = report.rows if report.totals is None else [*report.rows, report.totals]
    values = [row.get(field.name) for row in report.rows]
    is_figure = field.cell is None and all(
        isinstance(value, int | float | None) and not isinstance(value, At) for value in values
    )
    cells = [_cell(field, row, output) for row in rows]
    if report.totals is not None and not is_figure and cells[-1] == UNKNOWN:
        cells[-1] = ""
    return make_column(
        field.title,
        cells,
        is_right=field.side == "right" if field.side else is_figure,
        trim=field.trim,
        least=field.least,
        rank=field.rank,
        tones=field.tones,
    )


def _cell(field: ReportField, row: Row, output: Output) -> str:
    if field.cell is not None:
        return plain(field.cell(row))
    value = row.get(field.name)
    if value is None:
        return UNKNOWN
    if isinstance(value, At):
        return output.local(value, seconds=field.has_seconds)
    return plain(" ".join(field.show(value).split())) or UNKNOWN
