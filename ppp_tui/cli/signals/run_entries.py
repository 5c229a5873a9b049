"""What the commands about decisions and quality signals share: the list of one session's, and bounds of sums."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any

import click

from ppp_tui.cli.invocation import Invocation
from ppp_tui.cli.report.output import At, Output
from ppp_tui.cli.report.project import find_project
from ppp_tui.cli.report.report import Report, ReportField, emit
from ppp_tui.cli.report.session import find_session, session_title
from ppp_tui.query.connect import open_reader
from ppp_tui.query.query import Query, answer
from ppp_tui.query.scope import Scope
from ppp_tui.query.signals.run_details import MAX_LISTED, RunEntry
from ppp_tui.query.signals.sums import SumsBy
from ppp_tui.text.format import count

RUN_FIELDS = (
    ReportField("at", "at", has_seconds=True, rank=2),
    ReportField("turn", "turn"),
    ReportField("step", "step", rank=1),
    ReportField("tool", "tool", rank=3, trim="end"),
    ReportField("type", "type"),
    ReportField("code", "code"),
    ReportField("selected", "selected", trim="end", rank=1),
    ReportField("value", "is so", lambda value: "yes" if value else "no", tones={"no": "dim"}),
    ReportField("confidence", "confidence", lambda share: f"{share:.2f}", rank=4),
    ReportField("weight", "weight", lambda share: f"{share:.2f}", rank=4),
    ReportField("source", "source", rank=2, tones={"derived": "dim"}),
    ReportField("metadata", rank=6),
)
"""Fields of a decision or a signal of one session."""


def scope_of(connection: sqlite3.Connection, bounds: Mapping[str, Any]) -> Scope:
    """Return the scope that options name. Raises click.ClickException for a project that there is not."""
    project = bounds.get("project")
    folder = None if project is None else find_project(connection, "trajectories", project)
    return Scope(bounds.get("since_ms"), bounds.get("until_ms"), folder, bounds.get("agent"))


def sum_fields(fields: Sequence[ReportField], by: SumsBy) -> list[ReportField]:
    """Return the fields of sums, those titled that stand apart: types, codes, agents, versions."""
    absent = {
        "type": ("agent", "version", "reason_code", "signal_code"),
        "code": ("agent", "version"),
        "agent": ("version",),
        "version": (),
    }[by]
    return [field._replace(title="") if field.name in absent else field for field in fields]


def print_run(
    invocation: Invocation,
    name: str,
    output: Output,
    schema: str,
    fields: Sequence[ReportField],
    query: Callable[[int], Query[list[RunEntry]]],
    bounds: Mapping[str, Any],
) -> int:
    """Print what a query lists of one session; returns the exit status. Raises click.UsageError for bounds."""
    if any(bound is not None for bound in bounds.values()):
        raise click.UsageError("a session is shown whole: bounds and --by are for sums.")
    session = find_session(invocation.database_path, name)
    with closing(open_reader(invocation.database_path)) as connection:
        entries = answer(connection, query(session.id))
    rows = [_row(entry) for entry in entries]
    notes = (f"The newest {count(MAX_LISTED)}.",) if len(rows) == MAX_LISTED else ()
    title = session_title(session)
    empty = f"No {schema} in session {title}."
    more = {"session": session.id}
    return emit(Report(schema, fields, rows, more=more, title=title, notes=notes, empty=empty), output)


def _row(entry: RunEntry) -> Mapping[str, Any]:
    is_decision = entry.kind == "decision"
    return {
        **entry._asdict(),
        "at": At(entry.at),
        "turn": entry.turn_number,
        "step": entry.step_number,
        "tool": entry.tool or None,
        "selected": entry.selected or None,
        "confidence": entry.share if is_decision else None,
        "weight": None if is_decision else entry.share,
    }
