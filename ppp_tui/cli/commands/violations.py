"""``ppp-tui violations``: which preferences agents did not keep, and where."""

from __future__ import annotations

from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options
from ppp_tui.cli.report.listing import ListField, described, minute
from ppp_tui.cli.report.question_options import chosen, list_options, middle_cut, tell
from ppp_tui.query.quality import question_lists as judged

_VIOLATION = (
    ListField("session", "session"),
    ListField("turn", "turn"),
    ListField("agent", "agent"),
    ListField("project", "project"),
    ListField("title", "title", middle_cut),
    ListField("at", "at", minute),
    ListField("preference", "preference", middle_cut),
    ListField("severity", "severity"),
    ListField("expected", "expected", middle_cut),
    ListField("source", "source"),
    ListField("method", "method"),
    ListField("text_start", "text_start"),
    ListField("text_end", "text_end"),
    ListField("actual", "actual", is_whole=True),
)


@click.command("violations", epilog=described(_VIOLATION))
@click.option(
    "--preference",
    "preferences",
    multiple=True,
    metavar="NAME",
    help="Of this preference alone; may be given more than once.",
)
@click.option(
    "--severity",
    "severities",
    multiple=True,
    type=click.Choice(["minor", "major", "critical"]),
    help="Of this severity alone; may be given more than once.",
)
@list_options
@common_options
@pass_invocation
def violations_command(
    invocation: Invocation, /, preferences: tuple[str, ...], severities: tuple[str, ...], **options: Any
) -> int:
    """List the preferences that agents did not keep, and where. Ends with status 1 if nothing is found.

    A violation is stated by the program that logged it, or judged by the preferences in your settings.
    """
    query = judged.violations(chosen(invocation, options, severities, preferences))
    return tell(invocation, "violations", _VIOLATION, query, options)
