"""``ppp-tui usage``: what was spent, out of sums that are kept anyway: history is never added up."""

from __future__ import annotations

from contextlib import closing
from datetime import tzinfo

import click

from ppp_tui.cli.bounds import bounded
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options
from ppp_tui.cli.output import form_options, output_of
from ppp_tui.cli.provisional import tell_provisional
from ppp_tui.cli.report import Report, emit
from ppp_tui.cli.usage_ask import Asked
from ppp_tui.cli.usage_rows import efficiency_report, usage_report
from ppp_tui.model.clock import HOUR_MS, MINUTE_MS, SystemClock
from ppp_tui.query.connect import open_reader
from ppp_tui.query.spans import Span, hour_begin, midnight
from ppp_tui.query.usage_rows import UsageFilter

DAYS = 30
"""Days that are shown where nothing else is said."""

WAYS = ("day", "hour", "model", "reasoning-effort", "project", "session", "block")
"""What ``--by`` takes."""


@click.command("usage")
@click.argument("what", required=False, type=click.Choice(["efficiency"]), metavar="[efficiency]")
@click.option("--by", type=click.Choice(WAYS), default=None, help="What a row stands for; a day, if nothing is said.")
@bounded("since", "until")
@click.option("--project", default="", metavar="TEXT", help="Projects whose name or folder holds this.")
@click.option("--agent", default="", metavar="NAME", help="One agent, such as claude.")
@click.option("--model", default="", metavar="TEXT", help="Models whose name holds this.")
@form_options
@common_options
@pass_invocation
def usage_command(
    invocation: Invocation, what: str | None, by: str | None, since_ms: int | None, until_ms: int | None, project: str,
    agent: str, model: str, as_json: bool, as_csv: bool,
) -> int:  # fmt: skip
    """Tell what was spent, by day, hour, model, reasoning effort, project, session or block.

    Without --since, that of the last 30 days, with --by hour of the last 24 hours. Days and hours are those of your
    time zone (or UTC, by the setting screen.time); a block is five hours, as the plans of agents count. With
    efficiency, tell by model how well cache and output stand to what was sent, against [targets].

    Ends with status 1 if nothing was spent.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    settings = invocation.glance
    now_ms = SystemClock().now_ms()
    way = by or ("model" if what else "day")
    if what and way in ("hour", "block"):
        raise click.UsageError("efficiency is told by day, model, reasoning effort, project or session.")
    span = chosen_span(since_ms, until_ms, now_ms, output.zone, is_by_hour=way == "hour")
    with closing(open_reader(settings.archive.path)) as connection:
        asked = Asked(connection, span, way, UsageFilter(project, agent, model), now_ms, output.zone)
        made: Report = efficiency_report(asked, settings.targets) if what else usage_report(asked, settings.budget)
        more = tell_provisional(connection, output, is_about_cost=True)
    return emit(made._replace(more={**made.more, **more}), output)


def chosen_span(since_ms: int | None, until_ms: int | None, now_ms: int, zone: tzinfo, *, is_by_hour: bool) -> Span:
    """Return the span that a report covers, of whole minutes. Raises click.UsageError if there is none.

    Without a beginning, `DAYS` days up to today, or with `is_by_hour` the last 24 hours; without an end, up to the end
    of today.
    """
    end = midnight(now_ms, zone, 1) if until_ms is None else -(-until_ms // MINUTE_MS) * MINUTE_MS
    last = end - 1
    if since_ms is not None:
        begin = since_ms // MINUTE_MS * MINUTE_MS
    elif is_by_hour:
        begin = hour_begin(min(now_ms, last), zone) - 23 * HOUR_MS
    else:
        begin = midnight(min(last, midnight(now_ms, zone, 1) - 1), zone, 1 - DAYS)
    if begin >= end:
        raise click.UsageError("--since lies after --until: there is no time between them.")
    return Span(begin, end)
