"""Options and printing that ``questions``, ``violations`` and ``evaluations`` share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import click

from ppp_tui.cli.completion import complete_sessions
from ppp_tui.cli.invocation import Invocation
from ppp_tui.cli.options import Decorated, form_options, output_of
from ppp_tui.cli.report.output import At
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.project import labelled
from ppp_tui.cli.report.provisional import pending_fields
from ppp_tui.cli.report.report import Report, ReportField, emit, limit_note
from ppp_tui.cli.report.searched import bounded_title, empty_answer
from ppp_tui.cli.report.session import find_session
from ppp_tui.cli.report.time_options import bound_options
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.model.clock import to_text
from ppp_tui.query.quality.question_lists import AskedQuestion, BrokenPreference, ListFilter
from ppp_tui.query.query import Query, answer
from ppp_tui.query.scores.evaluation_lists import ListedEvaluation

_OPTIONS = (
    bound_options("since", "until", "agent", "project"),
    click.option(
        "--session",
        metavar="SESSION",
        shell_complete=complete_sessions,
        help="Only this session: its number, the agent's own id or its beginning, or -1 for the newest.",
    ),
    click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="Rows at most."),
    form_options,
)
ListedRow = AskedQuestion | BrokenPreference | ListedEvaluation
"""A row of a list."""

_BOUNDS = ("session", "agent", "project", "since_ms", "until_ms")


def list_options(command: Decorated) -> Decorated:
    """Give a command the options that narrow a list."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def only_option(name: str, values: Sequence[str], parameter: str) -> Callable[[Decorated], Decorated]:
    """Return an option that leaves out all but some values, which stand in a parameter of the command."""
    return click.option(
        f"--{name}",
        parameter,
        multiple=True,
        type=click.Choice(values),
        help=f"Only this {name}; may be given more than once.",
    )


def list_filter(
    invocation: Invocation, options: dict[str, Any], levels: Sequence[str], preferences: Sequence[str]
) -> ListFilter:
    """Return what the options mean. Raises click.ClickException for a session that is not there."""
    session = options["session"]
    return ListFilter(
        since=_time_text(options["since_ms"]),
        until=_time_text(options["until_ms"]),
        agent=options["agent"] or "",
        project=options["project"] or "",
        session=find_session(read_place(invocation), session).id if session else None,
        levels=tuple(levels),
        preferences=tuple(preferences),
        limit=options["limit"],
    )


def print_list(
    invocation: Invocation,
    schema: str,
    fields: Sequence[ReportField],
    query: Query[Sequence[ListedRow]],
    options: dict[str, Any],
) -> int:
    """Print a list of questions, violations or evaluations; returns 1 if it is empty."""
    output = output_of(invocation.zone, as_json=options["as_json"], as_csv=options["as_csv"])
    database = read_place(invocation)
    with closing(open_place(database)) as connection:
        rows = [_row(line) for line in answer(connection, query)]
        more = pending_fields(connection, output)
        bounds = {name: options[name] for name in _BOUNDS} | options.get("levels", {})
        empty = "" if rows else empty_answer(connection, database, output, schema, bounds)
        fields = labelled(connection, fields)
    notes = limit_note(len(rows), options["limit"])
    title = bounded_title(schema.capitalize(), bounds, output)
    return emit(Report(schema, fields, rows, more=more, title=title, notes=notes, empty=empty), output)


def _time_text(at_ms: int | None) -> str:
    """Return a bound as the database writes times, '' for none."""
    return "" if at_ms is None else to_text(max(0, at_ms))


def _row(line: ListedRow) -> dict[str, object]:
    row: dict[str, object] = line._asdict()
    for name in ("at", "answered_at"):
        value = row.get(name)
        if isinstance(value, int):
            row[name] = At(value)
    if isinstance(line, ListedEvaluation):
        row["evidence"] = [{"turn": piece.turn_number, "text": piece.text} for piece in line.evidence]
    return row
