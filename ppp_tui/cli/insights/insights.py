"""``ppp-tui insights``: what agents are used for, how that goes, which failures recur, and threads of sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, Literal, Unpack

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.output import At
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.report import Report, ReportField, Row, emit, field_names, fields_help, report_lines
from ppp_tui.cli.report.searched import empty_answer
from ppp_tui.cli.report.time_options import Bounds, bound_options, narrowed
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.model.clock import SystemClock
from ppp_tui.model.project import Labels
from ppp_tui.query.projects import project_labels
from ppp_tui.query.quality.insights import (
    MOST_SESSIONS,
    FailureGroup,
    TaskGroup,
    Thread,
    recurring_failures,
    task_kinds,
    threads,
)
from ppp_tui.query.query import answer
from ppp_tui.text import format as shown

Subject = Literal["tasks", "failures", "threads"]

SHOWN_DAYS = 7
"""Days that are covered unless the command line says more."""

MOST_FAILURES = 20
"""Failures in the table; all of them are in JSON and CSV."""

_TASK = (
    ReportField("task", "task"),
    ReportField("sessions", "sessions"),
    ReportField("completed", "completed", rank=2),
    ReportField("interrupted", "interrupted", rank=6),
    ReportField("failed", "failed", rank=5),
    ReportField("median_cost_usd", "cost", lambda dollars: shown.cost_micros(round(dollars * 1_000_000))),
    ReportField("median_worked_ms", "time", shown.duration, rank=1),
    ReportField("questions", "questions", rank=3),
    ReportField("failed_steps", "failed steps", rank=4),
    ReportField("pass_rate", "tests", shown.percent, rank=3),
    ReportField("objects", "about", trim="end", rank=2),
    ReportField("projects", "projects", trim="end", rank=4),
    ReportField("files", "files", trim="end", rank=6),
)
_FAILURE = (
    ReportField("program", "what failed"),
    ReportField("reason", "reason"),
    ReportField("failures", "failures"),
    ReportField("sessions", "sessions", rank=2),
    ReportField("session", "newest in", rank=3),
    ReportField("turn", "turn", rank=3),
    ReportField("suggestion", "what to try", trim="end", rank=1),
)


def _thread_cost(row: Row) -> str:
    dollars = row["cost_usd"]
    micros = None if dollars is None else round(dollars * 1_000_000)
    return shown.cost_micros(micros, "lower bound" if row["is_lower_bound"] else "exact")


_THREAD = (
    ReportField("last_at", "last"),
    ReportField("started_at", "began", rank=3, old_name="began_at"),
    ReportField("thread", "thread", trim="end", rank=2),
    ReportField("sessions", "sessions"),
    ReportField("turns", "turns", rank=1),
    ReportField("cost_usd"),
    ReportField("", "cost", cell=_thread_cost, side="right"),
    ReportField("title", "title", trim="end", rank=1),
    ReportField("is_lower_bound"),
)


@click.command(
    "insights",
    cls=ReportCommand,
    epilog=f"{fields_help(_TASK)} failures: {', '.join(field.name for field in _FAILURE)}. "
    f"threads: {', '.join(field_names(_THREAD))}.",
)
@click.argument("subject", metavar="[WHAT]", type=click.Choice(["tasks", "failures", "threads"]), default="tasks")
@bound_options("since", "until", "project", "agent")
@form_options
@common_options
@examples("insights --since 30d", "insights failures --project shop", "insights threads --json")
@pass_invocation
def insights_command(
    invocation: Invocation, /, subject: Subject, as_json: bool, as_csv: bool, **bounds: Unpack[Bounds]
) -> int:
    """Show what agents are used for, how each kind of task ends, costs and asks, and which failures recur.

    WHAT is tasks (with the failures below), failures or threads: several sessions of one conversation, joined by a
    thread id that a program logged or because one was forked from another. A task is known by the first verb of a
    session's first prompt, in English; costs and times are medians. The last 7 days unless --since says more.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    span, usage_filter = narrowed(bounds, SHOWN_DAYS, SystemClock().now_ms())
    reports: list[Report] = []
    with closing(open_place(read_place(invocation))) as connection:
        labels = answer(connection, project_labels())
        covered = f"from {output.local(span.low_ms)} to {output.local(span.high_ms)}"
        if subject == "tasks":
            groups = answer(connection, task_kinds(span, usage_filter))
            are_all = sum(len(group.sessions) for group in groups) < MOST_SESSIONS
            notes = () if are_all else (f"The newest {shown.count(MOST_SESSIONS)} sessions.",)
            rows = [_task_row(group, labels) for group in groups]
            reports.append(Report("insights-tasks", _TASK, rows, title=f"Tasks {covered}", notes=notes))
        if subject == "failures" or (subject == "tasks" and output.form == "table"):
            failures = answer(connection, recurring_failures(span, usage_filter))
            rows = [_failure_row(group) for group in failures[: MOST_FAILURES if output.form == "table" else None]]
            reports.append(Report("insights-failures", _FAILURE, rows, title=f"Failures {covered}"))
        if subject == "threads":
            rows = [_thread_row(thread) for thread in answer(connection, threads(span, usage_filter))]
            reports.append(Report("insights-threads", _THREAD, rows, title=f"Threads {covered}"))
        first, *others = reports
        bounds["since_ms"] = span.low_ms
        empty = "" if first.rows else empty_answer(connection, read_place(invocation), output, subject, bounds)
    status = emit(first._replace(empty=empty), output)
    for report in others:
        for line in ["", *report_lines(report, output)] if report.rows else []:
            print(line)
    return status


def _task_row(group: TaskGroup, labels: Labels) -> Mapping[str, Any]:
    return {
        **group._asdict(),
        "task": group.kind,
        "sessions": len(group.sessions),
        "median_cost_usd": None if group.median_cost_micros is None else group.median_cost_micros / 1_000_000,
        "objects": _listed(group.objects),
        "projects": _listed([labels.of(project) for project in group.projects]),
        "files": _listed(group.files),
    }


def _failure_row(group: FailureGroup) -> Mapping[str, Any]:
    session, turn = group.example
    return {
        **group._replace(newest=())._asdict(),
        "reason": group.reason.name,
        "suggestion": group.reason.suggestion,
        "session": session,
        "turn": turn,
    }


def _thread_row(thread: Thread) -> Mapping[str, Any]:
    return {
        **thread._asdict(),
        "thread": thread.name,
        "sessions": list(thread.sessions),
        "started_at": At(thread.began_at),
        "last_at": At(thread.last_at),
        "cost_usd": None if thread.cost_micros is None else thread.cost_micros / 1_000_000,
        "is_lower_bound": thread.is_cost_lower_bound,
    }


def _listed(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names))
