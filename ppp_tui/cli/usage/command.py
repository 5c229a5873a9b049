"""``ppp-tui usage`` and its short names: what was spent."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from typing import Any

import click

from ppp_tui.cli.completion import complete_agents, complete_models, complete_projects
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.time_options import bound_options
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.cli.usage.fields import NAMES
from ppp_tui.cli.usage.show import UsageRequest, show_usage, usual_span
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.periods import data_span
from ppp_tui.query.query import answer
from ppp_tui.query.usage.rows import UsageFilter
from ppp_tui.query.usage.spans import midnight

WAYS = tuple(NAMES)
"""What ``--by`` takes."""

_NOT_EFFICIENCY = ("hour", "block")


@click.command("usage", cls=ReportCommand)
@click.argument("topic", required=False, type=click.Choice(["efficiency"]), metavar="[efficiency]")
@click.option("--by", type=click.Choice(WAYS), default=None, help="What a row stands for; a day by default.")
@click.option("--all", "is_all", is_flag=True, help="From the first day that is recorded.")
@bound_options("since", "until")
@click.option(
    "--project",
    default="",
    metavar="TEXT",
    shell_complete=complete_projects,
    help="Projects whose name or folder contains this.",
)
@click.option("--agent", default="", metavar="NAME", shell_complete=complete_agents, help="One agent, such as claude.")
@click.option(
    "--model", default="", metavar="TEXT", shell_complete=complete_models, help="Models whose name contains this."
)
@form_options
@common_options
@examples(
    "usage",
    "usage --all --by month",
    "usage --by agent --since 7d",
    "usage --by session --project shop --json",
    "usage efficiency --by model",
)
@pass_invocation
def usage_command(invocation: Invocation, /, topic: str | None, by: str | None, *, is_all: bool, **options: Any) -> int:
    """Show what was spent, by hour, day, week, month, model, reasoning effort, agent, project, session or block.

    Without --since or --all, that of the last 30 days, with --by hour of the last 24 hours. Hours, days, weeks (from
    Monday) and months are those of your time zone (or UTC, by the setting screen.time); a block is five hours, as the
    plans of agents count. With efficiency, tell by model how well cache and output stand to what was sent, against
    [targets].

    Ends with status 1 if nothing was spent.
    """
    output = output_of(invocation.zone, as_json=options["as_json"], as_csv=options["as_csv"])
    now_ms = SystemClock().now_ms()
    way = by or ("model" if topic else "day")
    if topic and way in _NOT_EFFICIENCY:
        raise click.UsageError(f"efficiency is not told by {way}.")
    since_ms = options["since_ms"]
    if is_all:
        if since_ms is not None:
            raise click.UsageError("--all and --since exclude each other.")
        with closing(open_place(read_place(invocation))) as connection:
            recorded = answer(connection, data_span("usage"))
        since_ms = midnight(now_ms if recorded is None else recorded.low_ms, output.zone)
    try:
        span = usual_span(since_ms, options["until_ms"], now_ms, output.zone, is_by_hour=way == "hour")
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    kept = UsageFilter(options["project"], options["agent"], options["model"])
    request = UsageRequest(span, way, kept, is_about_efficiency=bool(topic), is_current=invocation.is_current)
    return show_usage(request, invocation.glance, read_place(invocation), now_ms, output=output)


def _short_name(name: str, way: str) -> click.Command:
    """Return a command that is ``usage --by`` something, under a name that users of other programs know."""
    if usage_command.callback is None:
        raise AssertionError("the command is made of a function")
    return ReportCommand(
        name,
        callback=partial(usage_command.callback, topic=None, by=way),
        params=[parameter for parameter in usage_command.params if parameter.name not in ("topic", "by", "no_sync")],
        help=f"Show what was spent by {way}: the same as ppp-tui usage --by {way}.",
    )


daily_command = _short_name("daily", "day")
weekly_command = _short_name("weekly", "week")
monthly_command = _short_name("monthly", "month")
blocks_command = _short_name("blocks", "block")
