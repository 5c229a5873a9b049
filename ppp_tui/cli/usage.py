"""``ppp-tui usage``: what was spent, out of sums that are kept anyway: history is never added up."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options
from ppp_tui.cli.report import Report, emit, form_options
from ppp_tui.cli.span import WRITTEN, chosen_span
from ppp_tui.cli.usage_ask import Asked
from ppp_tui.cli.usage_rows import efficiency_report, usage_report
from ppp_tui.cli.zone import LOCAL
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.connect import open_reader
from ppp_tui.query.usage_rows import UsageFilter

DAYS = 30
"""Days that are shown where nothing else is said."""

WAYS = ("day", "hour", "model", "project", "session", "block")
"""What ``--by`` takes."""


@click.command("usage")
@click.argument("what", required=False, type=click.Choice(["efficiency"]), metavar="[efficiency]")
@click.option("--by", type=click.Choice(WAYS), default=None, help="What a row stands for; a day, if nothing is said.")
@click.option("--since", metavar="TIME", help=f"From then on: {WRITTEN}. Without it, the last {DAYS} days.")
@click.option("--until", metavar="TIME", help="Up to then; a day counts as a whole. Without it, up to now.")
@click.option("--project", default="", metavar="TEXT", help="Projects whose folder holds this.")
@click.option("--agent", default="", metavar="NAME", help="One agent, such as claude.")
@click.option("--model", default="", metavar="TEXT", help="Models whose name holds this.")
@form_options
@common_options
@pass_invocation
def usage_command(
    invocation: Invocation, what: str | None, by: str | None, since: str | None, until: str | None, project: str,
    agent: str, model: str, as_json: bool, as_csv: bool,
) -> int:  # fmt: skip
    """Tell what was spent, by day, hour, model, project, session or block.

    Days and hours are those of your time zone (or UTC, by the setting screen.time); a block is five hours, as the plans
    of agents count. With efficiency, tell by model how well cache and output stand to what was sent, against [targets].

    Ends with status 1 if nothing was spent.
    """
    settings = invocation.glance
    zone = LOCAL if settings.screen.time == "local" else UTC
    now_ms = SystemClock().now_ms()
    way = by or ("model" if what else "day")
    if what and way in ("hour", "block"):
        raise click.UsageError("efficiency is told by day, model, project or session.")
    span = chosen_span(since, until, now_ms, zone, days=DAYS, is_by_hour=way == "hour")
    with closing(open_reader(settings.archive.path)) as connection:
        asked = Asked(connection, span, way, UsageFilter(project, agent, model), now_ms, zone)
        made: Report = efficiency_report(asked, settings.targets) if what else usage_report(asked, settings.budget)
    return emit(made, as_json=as_json, as_csv=as_csv)
