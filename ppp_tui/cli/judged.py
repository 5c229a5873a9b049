"""What ``questions`` and ``violations`` share: how lists are narrowed, and how they are printed."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC
from typing import Any, TypeVar

import click

from ppp_tui.cli.invocation import Invocation
from ppp_tui.cli.plain import plain
from ppp_tui.cli.session import find_session
from ppp_tui.cli.zone import LOCAL
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.connect import open_reader
from ppp_tui.query.judged import AskedQuestion, BrokenPreference, Choice, told
from ppp_tui.query.predicates import Moment, edge
from ppp_tui.query.query import Query, answer

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
"""A command's function."""

WIDEST = 40
"""Cells of a column that is not the last one; the middle of longer text is left out."""

_OPTIONS = (
    click.option("--since", metavar="TIME", help="From then on: 7d, 2h, 2026-11-20 or 2026-11-20T14:30."),
    click.option("--until", metavar="TIME", help="Up to then, a whole day or month included."),
    click.option("--agent", metavar="NAME", default="", help="Of one agent, such as claude."),
    click.option("--project", metavar="TEXT", default="", help="In folders that contain this."),
    click.option("--session", metavar="SESSION", help="Of one session: its number, its own id or the beginning of it."),
    click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="Rows at most."),
    click.option("--json", "as_json", is_flag=True, help="As JSON lines."),
)


def list_options(command: Decorated) -> Decorated:
    """Give a command the options that narrow a list."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def chosen(
    invocation: Invocation, options: dict[str, Any], levels: Sequence[str], preferences: Sequence[str]
) -> Choice:
    """What the options mean. Raises click.ClickException for a time or a session that is none."""
    zone = LOCAL if invocation.settings.screen.time == "local" else UTC
    moment = Moment(SystemClock().now_ms(), zone)
    edges = {}
    for name in ("since", "until"):
        text = options[name]
        try:
            edges[name] = edge(text, moment, is_end=name == "until") if text else ""
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint=f"--{name}") from error
    session = options["session"]
    return Choice(
        edges["since"], edges["until"], options["agent"], options["project"],
        find_session(invocation.archive_path, session).id if session else None, tuple(levels), tuple(preferences),
        options["limit"],
    )  # fmt: skip


def tell(invocation: Invocation, query: Query[Sequence[AskedQuestion | BrokenPreference]], *, as_json: bool) -> int:
    """Print what is found; returns 1 if nothing is."""
    with closing(open_reader(invocation.archive_path)) as connection:
        rows = [told(row) for row in answer(connection, query)]
    if as_json:
        for row in rows:
            click.echo(json.dumps(row))
    elif rows:
        for line in table(rows):
            click.echo(line)
    return 0 if rows else 1


def table(rows: Sequence[dict[str, object]]) -> list[str]:
    """Rows of the same fields as lines under their names; the field that names what was said stands last and whole."""
    last = "question" if "question" in rows[0] else "actual"
    names = [name for name in rows[0] if name != last] + [last]
    cells = [[_cell(row[name], is_last=name == last) for name in names] for row in rows]
    lines = (names, *cells)
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]


def _cell(value: object, *, is_last: bool) -> str:
    if value is None:
        return "-"
    if isinstance(value, tuple):
        value = " | ".join(map(str, value))
    text = plain(" ".join(str(value).split())) or "-"
    if is_last or len(text) <= WIDEST:
        return text
    half = (WIDEST - 1) // 2
    return f"{text[:half]}…{text[-half:]}"
