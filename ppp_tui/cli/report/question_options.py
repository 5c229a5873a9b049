"""What ``questions`` and ``violations`` share: how lists are narrowed, and how they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import click

from ppp_tui.cli.invocation import Invocation
from ppp_tui.cli.options import Decorated, form_options, output_of
from ppp_tui.cli.report.listing import ListField, report_of
from ppp_tui.cli.report.output import At
from ppp_tui.cli.report.project import labelled
from ppp_tui.cli.report.provisional import tell_provisional
from ppp_tui.cli.report.report import emit
from ppp_tui.cli.report.session import find_session
from ppp_tui.cli.report.time_options import bounded
from ppp_tui.model.clock import to_text
from ppp_tui.query.connect import open_reader
from ppp_tui.query.quality.question_lists import AskedQuestion, BrokenPreference, ListFilter
from ppp_tui.query.query import Query, answer

WIDEST = 40
"""Cells of a column that is not the last one; the middle of longer text is left out."""

_OPTIONS = (
    bounded("since", "until"),
    click.option("--agent", metavar="NAME", default="", help="Of one agent, such as claude."),
    click.option("--project", metavar="TEXT", default="", help="Projects whose name or folder holds this."),
    click.option("--session", metavar="SESSION", help="Of one session: its number, its own id or the beginning of it."),
    click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="Rows at most."),
    form_options,
)


def list_options(command: Decorated) -> Decorated:
    """Give a command the options that narrow a list."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def chosen(
    invocation: Invocation, options: dict[str, Any], levels: Sequence[str], preferences: Sequence[str]
) -> ListFilter:
    """Return what the options mean. Raises click.ClickException for a session that is none."""
    session = options["session"]
    return ListFilter(
        since=_edge(options["since_ms"]),
        until=_edge(options["until_ms"]),
        agent=options["agent"],
        project=options["project"],
        session=find_session(invocation.database_path, session).id if session else None,
        levels=tuple(levels),
        preferences=tuple(preferences),
        limit=options["limit"],
    )


def tell(
    invocation: Invocation,
    schema: str,
    fields: Sequence[ListField],
    query: Query[Sequence[AskedQuestion | BrokenPreference]],
    options: dict[str, Any],
) -> int:
    """Print what is found; returns 1 if nothing is."""
    output = output_of(invocation.zone, as_json=options["as_json"], as_csv=options["as_csv"])
    with closing(open_reader(invocation.database_path)) as connection:
        rows = [_fields(row) for row in answer(connection, query)]
        more = tell_provisional(connection, output)
        fields = labelled(connection, fields)
    return emit(report_of(output, schema, fields, rows, more=more), output)


def middle_cut(value: Any) -> str:
    """Return text without its middle, if it is long."""
    text = " ".join(str(value).split())
    half = (WIDEST - 1) // 2
    return text if len(text) <= WIDEST else f"{text[:half]}…{text[-half:]}"


def _edge(at_ms: int | None) -> str:
    return "" if at_ms is None else to_text(max(0, at_ms))


def _fields(row: AskedQuestion | BrokenPreference) -> dict[str, object]:
    fields: dict[str, object] = row._asdict()
    for name in ("at", "answered_at"):
        value = fields.get(name)
        if isinstance(value, int):
            fields[name] = At(value)
    return fields
