"""``ppp-tui status``: one line for status bars."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from contextlib import closing
from typing import Literal

import click

from ppp_tui.cli.doors.states import GroupCounts, StateWatch, change_line, count_states, counts_text
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.report.output import json_object
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import DatabaseMissingError
from ppp_tui.query.sessions.filters import EMPTY
from ppp_tui.tui.thresholds import thresholds_from

Form = Literal["text", "tmux", "waybar", "json"]

_TMUX_COLOURS = {"needs you": "yellow", "stuck": "red", "working": "green", "": "default"}


@click.command("status")
@click.option("--tmux", "form", flag_value="tmux", help="With tmux's colours, for #(ppp-tui status --tmux).")
@click.option("--waybar", "form", flag_value="waybar", help="As the JSON object that Waybar's custom modules take.")
@click.option("--json", "form", flag_value="json", help="As a JSON object.")
@common_options
@examples("status", "status --tmux", "status --waybar")
@pass_invocation
def status_command(invocation: Invocation, form: Form | None) -> int:
    """Print one line for a status bar: how many sessions need you, work or are stuck, and today's cost.

    It reads the database as it is and changes nothing: a dashboard or `ppp-tui ingest --follow` keeps it up to date.
    """
    now_ms, zone = SystemClock().now_ms(), invocation.zone
    try:
        connection = open_reader(invocation.database_path)
    except DatabaseMissingError as error:
        # A status bar shows what stands on standard output, and who asks in a terminal reads why it is empty.
        click.echo(f"ppp-tui: {error}", err=True)
        print("" if form != "json" else json_object("status", {"groups": {}, "cost_usd": None, "open_alerts": None}))
        return 0
    with closing(connection):
        rows = StateWatch(thresholds_from(invocation.settings.live), EMPTY).rows(connection, now_ms)
        counts = count_states(connection, rows, now_ms, zone)
    if form == "json":
        groups = {group.replace(" ", "_"): number for group, number in counts.by_group.items()}
        cost_usd = counts.cost_micros / 1_000_000
        print(json_object("status", {"groups": groups, "cost_usd": cost_usd, "open_alerts": counts.open_alerts}))
    elif form == "waybar":
        waiting = [change_line(row, now_ms, zone) for row in rows if row.state.group == "needs you"]
        print(json.dumps(waybar_fields(counts_text(counts), waiting, _worst(counts))))
    elif form == "tmux":
        # A # begins a format of tmux: ours are the only ones.
        print(f"#[fg={_TMUX_COLOURS[_worst(counts)]}]{counts_text(counts)}#[default]")
    else:
        print(counts_text(counts))
    return 0


def waybar_fields(text: str, waiting: Sequence[str], worst: str) -> dict[str, str]:
    """Return what Waybar shows, in Pango's markup: a cost below a cent, or words of an agent, would be taken for it."""
    tooltip = html.escape("\n".join(waiting), quote=False)
    return {"text": html.escape(text, quote=False), "tooltip": tooltip, "class": worst.replace(" ", "-")}


def _worst(counts: GroupCounts) -> str:
    """Return the group that a user should look at first, '' where no agent does anything."""
    return next((group for group in ("needs you", "stuck", "working") if counts.by_group[group]), "")
