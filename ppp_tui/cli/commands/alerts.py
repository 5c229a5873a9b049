"""``ppp-tui alerts``: the rules of the user's settings that hold now, or held."""

from __future__ import annotations

import asyncio
from contextlib import closing

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.output import At, Output
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.project import labelled
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help
from ppp_tui.cli.report.searched import empty_answer
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.query.quality.alert_list import MAX_LISTED, alert_list
from ppp_tui.query.query import answer
from ppp_tui.text.alert_value import alert_value
from ppp_tui.text.format import count

_ALERT = (
    ReportField("since", "since", rank=1),
    ReportField("until", "until", rank=2),
    ReportField("rule", "rule"),
    ReportField("value", "value", cell=lambda row: alert_value(row["rule"], row["value"]), side="right"),
    ReportField("session", "session"),
    ReportField("agent", "agent", rank=3),
    ReportField("project", "project", rank=4, trim="end"),
    ReportField("title", "title", rank=5, trim="end"),
)


@click.command("alerts", cls=ReportCommand, epilog=fields_help(_ALERT))
@click.option("--all", "has_closed", is_flag=True, help="Also those that have closed.")
@click.option("--follow", is_flag=True, help="Go on, and print each alert as it opens and closes, as lines.")
@form_options
@common_options
@examples(
    "alerts",
    "alerts --all --json",
    "alerts --csv || notify-send 'ppp-tui: alerts are open'",
    "alerts --follow --json",
)
@pass_invocation
def alerts_command(invocation: Invocation, has_closed: bool, follow: bool, as_json: bool, as_csv: bool) -> int:
    """List the open alerts of your rules; the exit status is 1 while there are any.

    Rules are sentences in `alerts.rules` of your settings, such as "pass_rate < 90 for 3 runs", "cost_per_hour > 5" or
    "tests older than edits"; without them there are no alerts. Each is judged for every session and sub-agent by
    itself. An alert opens when its rule begins to hold for one with a sign of life within the hour, and closes when it
    holds no longer, or after a day without one. `value` is the one it opened with: percent, dollars, a count, or
    milliseconds of silence.

    With --follow an ingest is kept at work unless one is, and being stopped (Ctrl+C, SIGTERM) ends with status 0; a
    database that --database names, and with --no-sync any, is left to another ingest. With --team it tells of the
    alerts that the team's machines push, every two seconds.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    if follow:
        return _follow(invocation, output, has_closed=has_closed)
    database = read_place(invocation)
    with closing(open_place(database)) as connection:
        lines = answer(connection, alert_list(has_closed=has_closed))
        fields = labelled(connection, _ALERT)
        empty = "" if lines else empty_answer(connection, database, output, "alerts" if has_closed else "open alerts")
    if not lines and not invocation.is_team and not invocation.settings.alerts.rules:
        empty += " Your settings have no rules: see alerts.rules."
    rows = [
        {
            **line._asdict(),
            "since": At(line.since),
            "until": None if line.until is None else At(line.until),
        }
        for line in lines
    ]
    notes = (f"The newest {count(MAX_LISTED)}.",) if len(rows) == MAX_LISTED else ()
    emit(Report("alerts", fields, rows, notes=notes, empty=empty), output)
    return 1 if any(line.until is None for line in lines) else 0


def _follow(invocation: Invocation, output: Output, *, has_closed: bool) -> int:
    from ppp_tui.cli.alert_stream import AlertBook, read_news
    from ppp_tui.cli.follow import follow, supervisor_of

    if has_closed or output.form == "csv":
        raise click.UsageError(
            "--follow prints lines as alerts open and close, or JSON lines: leave --all and --csv out."
        )
    if not invocation.is_team and not invocation.settings.alerts.rules:
        click.echo("ppp-tui: your settings have no rules, so no alert will open: see alerts.rules.", err=True)
    news = read_news(AlertBook(), output)
    if invocation.is_team:
        # Others judge their own sessions, and push what opens and closes.
        asyncio.run(follow(read_place(invocation), news, None))
    else:
        asyncio.run(follow(invocation.database_path, news, supervisor_of(invocation)))
    return 0
