"""``ppp-tui violations``: which preferences agents did not keep, and where."""

from __future__ import annotations

from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.question_options import list_filter, list_options, only_option, print_list
from ppp_tui.cli.report.report import ReportField, fields_help
from ppp_tui.query.quality import question_lists

_VIOLATION = (
    ReportField("session", "session"),
    ReportField("turn", "turn"),
    ReportField("agent", "agent", rank=1),
    ReportField("project", "project", rank=4, trim="end"),
    ReportField("title", "title", rank=5, trim="end"),
    ReportField("at", "at", rank=2),
    ReportField("preference", "preference", trim="middle"),
    ReportField("severity", "severity", tones={"critical": "red", "major": "yellow"}),
    ReportField("expected", "expected", rank=3, trim="middle"),
    ReportField("source", "source", rank=7),
    ReportField("method", "judged by", rank=8),
    ReportField("text_start"),
    ReportField("text_end"),
    ReportField("actual", "actual", trim="wrap"),
)


@click.command("violations", cls=ReportCommand, epilog=fields_help(_VIOLATION))
@click.option(
    "--preference", "preferences", multiple=True, metavar="NAME", help="Only this one; may be given more than once."
)
@only_option("severity", ["minor", "major", "critical"], "severities")
@list_options
@common_options
@examples("violations --severity critical", "violations --preference commas --agent codex", "violations --json")
@pass_invocation
def violations_command(
    invocation: Invocation, /, preferences: tuple[str, ...], severities: tuple[str, ...], **options: Any
) -> int:
    """List the preferences that agents did not keep, and where. Ends with status 1 if there are none.

    A violation is stated by the program that logged it, or judged by the preferences in your settings.
    """
    query = question_lists.violations(list_filter(invocation, options, severities, preferences))
    levels = {"preference": preferences, "severity": severities}
    return print_list(invocation, "violations", _VIOLATION, query, {**options, "levels": levels})
