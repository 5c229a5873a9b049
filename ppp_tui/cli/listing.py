"""What a report prints: a table for people, JSON or CSV for programs, with the same rows and field names.

JSON is one object: `rows`, a list of objects, and what else the report tells. Times are UTC text with milliseconds,
durations milliseconds, percentages 0 to 100; what nobody knows is null, an empty cell in CSV and – in the table.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import click

from ppp_tui.cli.plain import plain

Form = Literal["table", "json", "csv"]
"""How rows are printed."""

WIDEST = 60
"""Columns of a terminal that a cell of text takes at most."""


class Field(NamedTuple):
    """A field of a report."""

    name: str
    """In JSON and CSV; never changed."""
    title: str
    """Over its column in the table; '' for a field that the table has no room for."""
    show: Callable[[Any], str] = str
    """A known value in words; text is made harmless."""
    is_path: bool = False
    """What tells a long value from others is its end."""


def tell(form: Form, fields: Sequence[Field], rows: Sequence[Mapping[str, Any]], **more: object) -> int:
    """Print the rows; returns the exit status: 0, or 1 where there are none. `more` goes into the JSON object."""
    if form == "json":
        told = [{field.name: row[field.name] for field in fields} for row in rows]
        click.echo(json.dumps({"rows": told, **more}))
    elif form == "csv":
        click.echo(_csv(fields, rows), nl=False)
    elif rows:
        click.echo(_table([field for field in fields if field.title], rows))
    else:
        click.echo("Nothing found.", err=True)
    return 0 if rows else 1


def described(fields: Sequence[Field]) -> str:
    """The names of a report's fields, for its help."""
    return f"Fields of --json and --csv: {', '.join(field.name for field in fields)}."


def _csv(fields: Sequence[Field], rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([field.name for field in fields])
    for row in rows:
        writer.writerow([_csv_cell(row[field.name]) for field in fields])
    return text.getvalue()


def _csv_cell(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, list):
        return json.dumps(value)
    return plain(value) if isinstance(value, str) else value


def _table(fields: Sequence[Field], rows: Sequence[Mapping[str, Any]]) -> str:
    cells = [[_cell(field, row[field.name]) for field in fields] for row in rows]
    numeric = [all(isinstance(row[field.name], int | float | None) for row in rows) for field in fields]
    widths = [
        max(len(field.title), *(len(line[place]) for line in cells)) for place, field in enumerate(fields)
    ]  # fmt: skip
    lines = [[field.title for field in fields], *cells]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if is_number else cell.ljust(width)
            for cell, width, is_number in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in lines
    )


def _cell(field: Field, value: Any) -> str:
    if value is None:
        return "–"
    text = plain(field.show(value)) or "–"
    if len(text) <= WIDEST:
        return text
    return f"…{text[1 - WIDEST :]}" if field.is_path else f"{text[: WIDEST - 1]}…"
