"""``ppp-tui correlate``: how often runs with a decision or a signal failed, beside runs without it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Any, get_args

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.output import rounded
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.project import scope_of
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help
from ppp_tui.cli.report.searched import bounded_title, empty_answer
from ppp_tui.cli.report.time_options import bound_options
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.query.query import answer
from ppp_tui.query.signals.correlations import MIN_RUNS, Correlation, Failure, Subject, correlations
from ppp_tui.text.format import percent, signed

_FIELDS = (
    ReportField("type", "type"),
    ReportField("code", "code"),
    ReportField("failure_rate_with", "failed with", percent),
    ReportField("failure_rate_without", "without", percent),
    ReportField("difference", "difference", lambda value: signed(100 * value, 1)),
    ReportField("low", "from", lambda value: signed(100 * value, 1), rank=2),
    ReportField("high", "to", lambda value: signed(100 * value, 1), rank=2),
    ReportField("runs_with", "runs with", rank=1),
    ReportField("runs_without", "runs without", rank=1),
    ReportField("failure_codes", "tools failed by", rank=4, trim="end"),
)


@click.command("correlate", cls=ReportCommand, epilog=fields_help(_FIELDS))
@click.argument("subject", metavar="[WHAT]", type=click.Choice(get_args(Subject)), default="decisions")
@click.option(
    "--failure",
    type=click.Choice(get_args(Failure)),
    default="outcome",
    help="What counts as failed: the end of a run (unless given), a step, a model request, or an empty search.",
)
@bound_options("since", "until", "project", "agent")
@form_options
@common_options
@examples(
    "correlate signals --since 90d", "correlate decisions --failure tool --json", "correlate signals --agent codex"
)
@pass_invocation
def correlate_command(
    invocation: Invocation, /, subject: Subject, failure: Failure, as_json: bool, as_csv: bool, **bounds: Any
) -> int:
    """Show how often runs with a decision or a quality signal failed, beside runs without it.

    WHAT is decisions (unless given) or signals. A run is a session or a sub-agent. How it ended is what a program
    stated, else whether its last test run failed, else how its last turn ended; runs of which none of these is known
    are left out. The difference is in points, with the interval in which it lies with a probability of 95 %. It says
    that two things went together, not that one came of the other, and is told from 20 runs on each side on.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    with closing(open_place(read_place(invocation))) as connection:
        entries = answer(connection, correlations(subject, scope_of(connection, bounds), failure))
        empty = "" if entries else empty_answer(connection, read_place(invocation), output, subject, bounds)
    few = sum(not entry.is_enough for entry in entries)
    notes = [f"Fewer than {MIN_RUNS} runs on a side: {few} of {len(entries)}."] if few else []
    rows = [_row(entry) for entry in entries]
    more = {"failure": failure, "min_runs": MIN_RUNS}
    title = bounded_title(f"Failed runs with and without {subject}", bounds, output)
    return emit(Report(f"correlate-{subject}", _FIELDS, rows, more=more, title=title, notes=notes, empty=empty), output)


def _row(entry: Correlation) -> Mapping[str, Any]:
    low, high = entry.difference.interval or (None, None)
    return {
        "type": entry.type,
        "code": entry.code,
        "failure_rate_with": rounded(entry.with_entry.rate),
        "failure_rate_without": rounded(entry.without_entry.rate),
        "difference": rounded(entry.difference.difference),
        "low": rounded(low),
        "high": rounded(high),
        "runs_with": entry.with_entry.total,
        "runs_without": entry.without_entry.total,
        "failure_codes": [f"{code} {runs}" for code, runs in entry.failure_codes],
    }
