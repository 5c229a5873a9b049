"""``ppp-tui sessions``: the list of sessions, by the predicates that the dashboard filters by."""

from __future__ import annotations

from contextlib import closing
from typing import Any, Unpack, get_args

import click

from ppp_tui.cli.completion import complete_predicates
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.processes import is_alive
from ppp_tui.cli.report.command import SessionsCommand, predicates_text
from ppp_tui.cli.report.output import At, as_ratio
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.project import scope_of
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help, limit_note
from ppp_tui.cli.report.searched import bounded_title, empty_answer
from ppp_tui.cli.report.time_options import ModelBounds, bound_options
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.cli.usage.fields import NOT_YOUR_BILL, cost_cell, usd
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.errors import Connection
from ppp_tui.query.query import answer
from ppp_tui.query.rows import LiveRow
from ppp_tui.query.sessions.filters import FIELDS, Filter, FilterError, narrow, parse
from ppp_tui.query.sessions.live import with_states
from ppp_tui.query.sessions.session_lists import Sort, SortName, session_page
from ppp_tui.text.format import tokens

PAGE = 200
"""Sessions that are read at a time where their state decides."""

MAX_JUDGED = 20_000
"""Sessions whose state is judged at most."""

_ASCENDING: tuple[SortName, ...] = ("agent", "project")
"""Sorts that begin with the least."""

_SESSION = (
    ReportField("session", "session"),
    ReportField("native_id"),
    ReportField("agent", "agent", rank=1),
    ReportField("host"),
    ReportField("person"),
    ReportField("project"),
    ReportField("project_label", "project", trim="end", rank=2),
    ReportField("branch"),
    ReportField("model", "model", trim="end", rank=7),
    ReportField("started_at", "started", rank=8),
    ReportField("last_at", "last"),
    ReportField("state", "state", rank=3, tones={"needs you": "yellow", "failed": "red", "working": "green"}),
    ReportField("turns", "turns", rank=4),
    ReportField("steps"),
    ReportField("failed_steps", "failed", rank=6),
    ReportField("questions", "asked", rank=6),
    ReportField("violations"),
    ReportField("tests_run"),
    ReportField("tests_passed"),
    ReportField("tests_failed"),
    ReportField("pass_rate"),
    ReportField("sub_agents"),
    ReportField("tokens", "tokens", tokens, rank=5),
    ReportField("cost_usd", "cost", cell=cost_cell, side="right"),
    ReportField("is_lower_bound"),
    ReportField("requests"),
    ReportField("title", "title", trim="end", least=28),
)

_PREDICATES = ", ".join(field.name for field in FIELDS)


@click.command("sessions", cls=SessionsCommand, epilog=f"Predicates: {_PREDICATES}. {fields_help(_SESSION)}")
@click.argument("predicates", nargs=-1, shell_complete=complete_predicates, metavar="[PREDICATES]")
@click.option(
    "--sort", type=click.Choice(get_args(SortName)), default="last", show_default=True, help="What comes first."
)
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=30, show_default=True, help="Rows at most.")
@click.option("--after", type=click.IntRange(0, 1_000_000), default=0, help="Leave out so many sessions at the top.")
@bound_options("since", "until", "project", "agent", "model")
@form_options
@common_options
@examples(
    "sessions",
    "sessions agent:codex 'cost>1'",
    "sessions --since 30d --project shop --sort cost",
    "sessions 'age<2d' -- -project:docs login",
    "sessions state:needs-you --json",
)
@pass_invocation
def sessions_command(
    invocation: Invocation,
    /,
    predicates: tuple[str, ...],
    sort: SortName,
    limit: int,
    after: int,
    as_json: bool,
    as_csv: bool,
    **bounds: Unpack[ModelBounds],
) -> int:
    """List sessions, the newest first, each with the number that every other command takes.

    PREDICATES are those of the dashboard's filter: a field, an operator and a value (agent:codex, cost>0.5, age<2d,
    started:2026-11), or a word of the title, project or first prompt; a `-` before a predicate turns it round (before
    a word, write `--` first). Put < and > in quotes. Costs and tokens contain those of sub-agents. In JSON, `next` is
    what --after takes for the sessions that follow, null where none do. With --since and --until those at work in
    between. Ends with status 1 if there are none.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    text = predicates_text(predicates)
    try:
        kept = parse(text, SystemClock().now_ms(), invocation.zone)
    except FilterError as error:
        raise click.UsageError(f"{error}, at character {error.column + 1} of {text}.") from error
    database = read_place(invocation)
    with closing(open_place(database)) as connection:
        kept = narrow(kept, scope_of(connection, bounds))
        order = Sort(sort, is_descending=sort not in _ASCENDING)
        listed, following = _sessions(invocation, connection, kept, order, after, limit)
        rows = [_row(row) for row in listed]
        about = f"sessions with {text}" if text else "sessions"
        empty = "" if rows else empty_answer(connection, database, output, about, bounds)
    more_notes = (f"--after {following} lists the next.",) if after else limit_note(len(rows), limit)
    notes = ("", *(() if following is None else more_notes), NOT_YOUR_BILL) if rows else ()
    title = bounded_title(f"S{about[1:]}, by {sort}", bounds, output)
    titled = {name for name in ("host", "person") if any(row[name] for row in rows)}
    fields = [_with_title(entry) if entry.name in titled else entry for entry in _SESSION]
    return emit(
        Report("sessions", fields, rows, more={"next": following}, title=title, notes=notes, empty=empty), output
    )


def _with_title(entry: ReportField) -> ReportField:
    """Return a field as it is shown where sessions of other machines or people are listed."""
    return entry._replace(title=entry.name, trim="end", rank=3)


def _sessions(
    invocation: Invocation, connection: Connection, kept: Filter, sort: Sort, after: int, limit: int
) -> tuple[list[LiveRow], int | None]:
    """Return sessions that a filter keeps, in order, each with its state now, and how many lie before the next one.

    That is None where none follows.
    """
    from ppp_tui.tui.thresholds import thresholds_from

    thresholds = thresholds_from(invocation.settings.live)
    now_ms = SystemClock().now_ms()
    rows: list[LiveRow] = []
    start, count = after, PAGE if kept.needs_states else limit + 1
    while start - after < MAX_JUDGED:
        page = answer(connection, session_page(kept, sort, start, count))
        states = {row.session.id: row for row in with_states(page, now_ms, thresholds, is_alive)}
        for place, session in enumerate(page, start):
            if kept.keeps(states[session.id]):
                if len(rows) == limit:
                    return rows, place
                rows.append(states[session.id])
        start += len(page)
        if len(page) < count:
            return rows, None
    return rows, start


def _row(row: LiveRow) -> dict[str, Any]:
    session, spend = row.session, row.session.tree
    is_known = spend.requests > 0
    return {
        "session": session.id,
        "native_id": session.native_id,
        "agent": session.agent_name,
        "host": session.host,
        "person": session.person or None,
        "project": session.project,
        "project_label": session.project_label,
        "branch": session.branch or None,
        "model": session.model or None,
        "started_at": At(session.started_at),
        "last_at": At(session.last_at),
        "state": row.state.group,
        "turns": session.turns,
        "steps": session.steps,
        "failed_steps": session.failed_steps,
        "questions": session.efforts.total,
        "violations": session.violations,
        "tests_run": session.tests.tests_run,
        "tests_passed": session.tests.tests_passed,
        "tests_failed": session.tests.tests_failed,
        "pass_rate": as_ratio(session.tests.pass_rate),
        "sub_agents": session.children,
        "tokens": spend.tokens.total if is_known else None,
        "cost_usd": usd(spend.known_cost_micros),
        "is_lower_bound": spend.is_lower_bound,
        "requests": spend.requests,
        "title": session.title,
    }
