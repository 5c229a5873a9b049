"""``ppp-tui stats``: how tasks went, by agent, task or version, of recorded executions and of sessions."""

from __future__ import annotations

from contextlib import closing
from typing import Any, Unpack, get_args

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.output import At, rounded
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.project import scope_of
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help
from ppp_tui.cli.report.searched import bounded_title, empty_answer
from ppp_tui.cli.report.time_options import Bounds, bound_options
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.cli.usage.fields import NOT_YOUR_BILL, cost_cell, usd, usd_text
from ppp_tui.query.performance.events import event_sums
from ppp_tui.query.performance.stats import (
    MAX_SESSIONS,
    StatsBy,
    TaskStats,
    execution_stats,
    execution_sums,
    session_stats,
)
from ppp_tui.query.query import answer
from ppp_tui.query.scores.score_settings import score_settings
from ppp_tui.text import format as shown

_STATS = (
    ReportField("name", "", trim="end"),
    ReportField("source", "from", rank=1),
    ReportField("tasks", "tasks"),
    ReportField("judged", "judged", rank=3),
    ReportField("succeeded"),
    ReportField("success_rate", "success", lambda rate: shown.percent(rate, decimals=1)),
    ReportField("mean_ms", "mean time", lambda ms: shown.duration(round(ms))),
    ReportField("p95_ms", "P95", shown.duration, rank=2),
    ReportField("cost_usd", "cost", cell=cost_cell, side="right", rank=2),
    ReportField("cost_usd_per_task", "per task", usd_text),
    ReportField("is_lower_bound"),
    ReportField("quality", "quality", lambda score: f"{score:.2f}"),
    ReportField("last_at", "last", rank=4),
)
_TASKS = (
    "A task is an execution that a program recorded, or a session. A session succeeded as its program said or, where "
    "none did, if its last test run passed; others are not judged and do not count in the rate of success."
)


@click.command("stats", cls=ReportCommand, epilog=fields_help(_STATS))
@click.option(
    "--by", type=click.Choice(get_args(StatsBy)), default="agent", show_default=True, help="What to group tasks by."
)
@bound_options("since", "until", "project", "agent")
@form_options
@common_options
@examples("stats", "stats --by version --since 30d", "stats --by task --agent planner --json")
@pass_invocation
def stats_command(invocation: Invocation, /, by: StatsBy, as_json: bool, as_csv: bool, **bounds: Unpack[Bounds]) -> int:
    """Show how tasks went: success, mean and P95 time, cost and quality.

    Rows from `events` are task executions that programs recorded with `log.performance`; rows from `sessions` are
    sessions with their sub-agents, the newest thousands within the bounds. Quality is from 0 to 1: what the program
    stated of an execution or, without that, its task's evaluations and judgments; the technical score of a session.
    With `--project` only sessions are told: events name none.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    database = read_place(invocation)
    with closing(open_place(database)) as connection:
        scope = scope_of(connection, bounds)
        executions = [] if scope.project is not None else execution_stats(answer(connection, execution_sums(by, scope)))
        sessions = answer(connection, session_stats(by, scope, score_settings(invocation.settings).technical))
        events = {sums.type: sums.events for sums in answer(connection, event_sums())}
        is_empty = not executions and not sessions
        empty = empty_answer(connection, database, output, "tasks", bounds) if is_empty else ""
    rows = [
        _row(source, stats) for source, group in (("events", executions), ("sessions", sessions)) for stats in group
    ]
    is_cut = sum(stats.tasks for stats in sessions) >= MAX_SESSIONS
    notes = (_TASKS, NOT_YOUR_BILL, *((f"Of sessions, the newest {shown.count(MAX_SESSIONS)}.",) if is_cut else ()))
    fields = [field._replace(title=by) if field.name == "name" else field for field in _STATS]
    report = Report(
        schema="stats",
        fields=fields,
        rows=rows,
        more={"by": by, "events": events},
        title=bounded_title(f"Tasks by {by}", bounds, output),
        notes=notes,
        empty=empty,
    )
    return emit(report, output)


def _row(source: str, stats: TaskStats) -> dict[str, Any]:
    return {
        "name": stats.name or None,
        "source": source,
        "tasks": stats.tasks,
        "judged": stats.judged,
        "succeeded": stats.succeeded if stats.judged else None,
        "success_rate": rounded(stats.success_rate),
        "mean_ms": None if stats.mean_ms is None else round(stats.mean_ms, 1),
        "p95_ms": stats.p95_ms,
        "cost_usd": usd(stats.cost_micros),
        "cost_usd_per_task": usd(stats.cost_per_task),
        "is_lower_bound": stats.is_cost_lower_bound,
        "quality": None if stats.quality is None else round(stats.quality, 4),
        "last_at": None if stats.last_at is None else At(stats.last_at),
        "requests": 0,
    }
