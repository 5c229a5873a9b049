"""``ppp-tui delivered``: commits and pull requests, and what each cost."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any, Literal, Unpack

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.output import At
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.project import labelled
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help
from ppp_tui.cli.report.searched import empty_answer
from ppp_tui.cli.report.time_options import Bounds, bound_options, narrowed
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.errors import Connection
from ppp_tui.query.projects import project_labels
from ppp_tui.query.query import answer
from ppp_tui.query.usage.deliveries import (
    MAX_LISTED,
    CommitCost,
    PullRequestCost,
    branch_sessions,
    commit_costs,
    pull_request_costs,
    pull_request_marks,
)
from ppp_tui.query.usage.rows import UsageFilter
from ppp_tui.query.usage.spans import TimeSpan
from ppp_tui.sources.git_history import LineCounts, count_lines
from ppp_tui.text import format as shown

By = Literal["pull-request", "commit"]

SHOWN_DAYS = 30
"""Days that are covered unless the command line says more."""


def _cost(dollars: float) -> str:
    return shown.cost_micros(round(dollars * 1_000_000))


_PULL_REQUEST = (
    ReportField("opened_at", "opened"),
    ReportField("merged_at", "merged", rank=3),
    ReportField("name", "pull request"),
    ReportField("project", "project", rank=4, trim="end"),
    ReportField("branch", "branch", rank=5, trim="end"),
    ReportField("session_count", "sessions", rank=1),
    ReportField("requests", "requests", rank=6),
    ReportField("tokens", "tokens", shown.tokens, rank=2),
    ReportField("cost_usd", "cost", _cost),
    ReportField("url"),
    ReportField("sessions"),
)
_COMMIT = (
    ReportField("at", "at"),
    ReportField("commit_hash", "commit"),
    ReportField("agent", "agent", rank=3),
    ReportField("project", "project", rank=2, trim="end"),
    ReportField("session", "session"),
    ReportField("requests", "requests", rank=6),
    ReportField("tokens", "tokens", shown.tokens, rank=5),
    ReportField("cost_usd", "cost", _cost),
)
_LINES = (
    ReportField("lines_added", "lines", shown.count, rank=1),
    ReportField("lines_kept", "stayed a week", shown.count, rank=1),
)


@click.command(
    "delivered",
    cls=ReportCommand,
    epilog=f"{fields_help(_PULL_REQUEST)} With --by commit: {', '.join(field.name for field in (*_COMMIT, *_LINES))}.",
)
@click.option("--by", type=click.Choice(["pull-request", "commit"]), default="pull-request", show_default=True)
@click.option("--lines", "has_lines", is_flag=True, help="Ask git how many lines of each commit stayed a week.")
@bound_options("since", "until", "project", "agent")
@form_options
@common_options
@examples("delivered --since 90d", "delivered --by commit --lines --project shop", "delivered --json")
@pass_invocation
def delivered_command(
    invocation: Invocation, /, by: By, has_lines: bool, as_json: bool, as_csv: bool, **bounds: Unpack[Bounds]
) -> int:
    """List the pull requests or commits of agents, and what each cost.

    What a session and its sub-agents spent since its delivery before is the cost of a commit or a pull request; what
    came after its last pull request counts for that one. A session that names none counts for the one that was opened
    from its branch, unless that is a main branch. Commits are those that the agent's own commands made; pull requests
    those that gh, glab or a tool opened or merged, and those that Claude Code noted. --lines runs git, read-only, in
    the projects' folders: what it cannot tell, such as of a commit that was squashed, stays unknown. The last 30 days
    unless --since says more.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    if has_lines and by != "commit":
        raise click.UsageError("--lines are of commits: add --by commit.")
    now_ms = SystemClock().now_ms()
    span, usage_filter = narrowed(bounds, SHOWN_DAYS, now_ms)
    with closing(open_place(read_place(invocation))) as connection:
        rows: Sequence[dict[str, Any]]
        if by == "commit":
            commits = answer(connection, commit_costs(span, usage_filter))
            rows = [_commit_row(commit, _lines(commit, now_ms) if has_lines else None) for commit in commits]
            fields = [*labelled(connection, _COMMIT), *(_LINES if has_lines else ())]
        else:
            rows = [_pull_request_row(cost) for cost in _pull_requests(connection, span, usage_filter)]
            fields = labelled(connection, _PULL_REQUEST)
        sought = "commits" if by == "commit" else "pull requests"
        bounds["since_ms"] = span.low_ms
        empty = "" if rows else empty_answer(connection, read_place(invocation), output, sought, bounds)
    notes = (f"The newest {shown.count(MAX_LISTED)}.",) if len(rows) == MAX_LISTED else ()
    title = f"{sought.capitalize()} from {output.local(span.low_ms)} to {output.local(span.high_ms)}"
    return emit(Report(f"delivered-{by}", fields, rows, title=title, notes=notes, empty=empty), output)


def _pull_requests(connection: Connection, span: TimeSpan, usage_filter: UsageFilter) -> list[PullRequestCost]:
    marks = answer(connection, pull_request_marks(span, usage_filter))
    if not marks:
        return []
    sessions = answer(connection, branch_sessions(marks))
    return pull_request_costs(marks, sessions, answer(connection, project_labels()))


def _pull_request_row(cost: PullRequestCost) -> dict[str, Any]:
    return {
        **cost._asdict(),
        "opened_at": None if cost.opened_at is None else At(cost.opened_at),
        "merged_at": None if cost.merged_at is None else At(cost.merged_at),
        "session_count": len(cost.sessions),
        "sessions": list(cost.sessions),
        "cost_usd": _dollars(cost.cost_micros),
    }


def _commit_row(commit: CommitCost, lines: LineCounts | None) -> dict[str, Any]:
    row = {
        **commit._asdict(),
        "at": At(commit.at),
        "commit_hash": commit.commit_hash or None,
        "cost_usd": _dollars(commit.cost_micros),
    }
    return row if lines is None else {**row, "lines_added": lines.added, "lines_kept": lines.kept}


def _lines(commit: CommitCost, now_ms: int) -> LineCounts:
    return count_lines(commit.project, commit.commit_hash, commit.at, now_ms)


def _dollars(cost_micros: int | None) -> float | None:
    return None if cost_micros is None else cost_micros / 1_000_000
