"""A report as a table for people, as JSON or as CSV: the same rows under the same field names.

What is None is unknown: ``–`` in a table, null in JSON, nothing in CSV.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from ppp_tui.cli.report.output import Output, csv_text, json_lines
from ppp_tui.text.format import UNKNOWN
from ppp_tui.text.sanitize import plain

Row = Mapping[str, Any]
"""Field names to plain values; times are `output.At`."""

NOTHING_FOUND = "Nothing found."
"""What a table without rows says."""


class ReportColumn(NamedTuple):
    """A column of the table; the other forms show every field."""

    title: str
    show: Callable[[Row], str]
    is_text: bool = False
    """Text stands on the left, figures on the right."""


class Report(NamedTuple):
    """What a command prints."""

    schema: str
    """Names the shape of the rows, as in `usage-efficiency`."""
    names: Sequence[str]
    """All fields of a row, in order."""
    rows: Sequence[Row]
    columns: Sequence[ReportColumn]
    totals: Row | None = None
    """Under the table, and beside the rows in JSON; CSV leaves it out."""
    more: Mapping[str, Any] = MappingProxyType({})
    """Further fields of the JSON object."""
    notes: Sequence[str] = ()
    """Sentences under the table."""
    nothing: str = NOTHING_FOUND
    """What is said in place of a table without rows."""


def emit(report: Report, output: Output) -> int:
    """Print a report; returns the exit status: 1 if it has no rows."""
    if output.form == "json":
        for line in json_lines(report.schema, report.rows, report.more, report.totals):
            print(line)
    elif output.form == "csv":
        print(csv_text(report.names, report.rows), end="")
    else:
        if not report.rows:
            print(plain(report.nothing), file=sys.stderr)
        for line in table(report):
            print(line)
    return 0 if report.rows else 1


def table(report: Report) -> list[str]:
    """Return the lines of the table, with its totals and notes."""
    lines = []
    if report.rows:
        shown = [[plain(column.show(row)) for column in report.columns] for row in report.rows]
        if report.totals is not None:
            shown.append([plain(column.show(report.totals)) for column in report.columns])
        titles = [column.title for column in report.columns]
        widths = [max(map(len, cells)) for cells in zip(titles, *shown, strict=True)]
        rule = "─" * (sum(widths) + 2 * (len(widths) - 1))
        lines = [_line(titles, widths, report.columns), rule]
        lines += [_line(cells, widths, report.columns) for cells in shown]
        if report.totals is not None:
            lines.insert(-1, rule)
    return [*lines, *(plain(note) for note in report.notes)]


def text(name: str, most: int = 60) -> Callable[[Row], str]:
    """Return a function that shows a field as it is, cut at its end."""

    def show(row: Row) -> str:
        value = row.get(name)
        written = UNKNOWN if value is None or value == "" else str(value)
        return written if len(written) <= most else f"{written[: most - 1]}…"

    return show


def figure(name: str, form: Callable[[Any], str]) -> Callable[[Row], str]:
    """Return a function that shows a field as a figure; one that is None is unknown."""
    return lambda row: UNKNOWN if row.get(name) is None else form(row[name])


def _line(cells: Sequence[str], widths: Sequence[int], columns: Sequence[ReportColumn]) -> str:
    placed = [
        cell.ljust(width) if column.is_text else cell.rjust(width)
        for cell, width, column in zip(cells, widths, columns, strict=True)
    ]
    return "  ".join(placed).rstrip()
