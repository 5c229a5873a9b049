"""``ppp-tui watch``: a line for each change of a session's state, for scripts."""

from __future__ import annotations

import asyncio

import click

from ppp_tui.cli.completion import complete_predicates
from ppp_tui.cli.doors.states import StateWatch, change_fields, change_line
from ppp_tui.cli.follow import follow, supervisor_of
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.report.command import SessionsCommand, predicates_text
from ppp_tui.cli.report.output import json_object
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.errors import Connection
from ppp_tui.query.sessions.filters import FilterError, parse
from ppp_tui.tui.thresholds import thresholds_from


@click.command("watch", cls=SessionsCommand)
@click.argument("predicates", nargs=-1, shell_complete=complete_predicates, metavar="[PREDICATES]")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object on each line.")
@common_options
@examples("watch", "watch state:needs-you --json", "watch project:shop | while read -r line; do …; done")
@pass_invocation
def watch_command(invocation: Invocation, predicates: tuple[str, ...], as_json: bool) -> int:
    """Print a line whenever a session comes into another state, until it is stopped.

    At first, every session of the last day that is not idle is printed. PREDICATES are those of `ppp-tui sessions`.
    An ingest is kept at work meanwhile unless one runs.
    """
    clock, zone = SystemClock(), invocation.zone
    text = predicates_text(predicates)
    try:
        states = StateWatch(thresholds_from(invocation.settings.live), parse(text, clock.now_ms(), zone))
    except FilterError as error:
        raise click.UsageError(f"{error}, at character {error.column + 1} of {text}.") from error

    def read_lines(connection: Connection) -> list[str]:
        now_ms = clock.now_ms()
        changes = states.changes(connection, now_ms)
        if as_json:
            return [json_object("state", change_fields(row, now_ms)) for row in changes]
        return [change_line(row, now_ms, zone) for row in changes]

    asyncio.run(follow(invocation.database_path, read_lines, supervisor_of(invocation), is_clocked=True))
    return 0
