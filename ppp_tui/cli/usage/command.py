"""``ppp-tui usage``: what was spent, out of sums that are kept anyway: history is never added up."""

from __future__ import annotations

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, form_options, output_of
from ppp_tui.cli.report.time_options import bounded
from ppp_tui.cli.usage.show import UsageRequest, show_usage, usual_span
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.usage.rows import UsageFilter

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
    invocation: Invocation,
    what: str | None,
    by: str | None,
    since_ms: int | None,
    until_ms: int | None,
    project: str,
    agent: str,
    model: str,
    as_json: bool,
    as_csv: bool,
) -> int:
    """Tell what was spent, by day, hour, model, reasoning effort, project, session or block.

    Without --since, that of the last 30 days, with --by hour of the last 24 hours. Days and hours are those of your
    time zone (or UTC, by the setting screen.time); a block is five hours, as the plans of agents count. With
    efficiency, tell by model how well cache and output stand to what was sent, against [targets].

    Ends with status 1 if nothing was spent.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    now_ms = SystemClock().now_ms()
    way = by or ("model" if what else "day")
    if what and way in ("hour", "block"):
        raise click.UsageError("efficiency is told by day, model, reasoning effort, project or session.")
    try:
        span = usual_span(since_ms, until_ms, now_ms, output.zone, is_by_hour=way == "hour")
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    question = UsageRequest(span, way, UsageFilter(project, agent, model), is_about_efficiency=bool(what))
    return show_usage(question, invocation.glance, now_ms, output)
