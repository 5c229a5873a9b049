"""``ppp-tui statusline`` with options that the quick entry point does not read."""

from __future__ import annotations

import sys
from datetime import UTC

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.report.zone import LOCAL
from ppp_tui.cli.statusline.status_line import print_status_line
from ppp_tui.settings.fast_settings import BudgetGlance


@click.command("statusline")
@common_options
@examples("statusline < status.json")
@pass_invocation
def statusline_command(invocation: Invocation) -> int:
    """Print Claude Code's status line, and keep what it tells.

    It hands over the official usage limits, cost and context; one line is printed at once.

    Put {"statusLine": {"type": "command", "command": "ppp-tui statusline"}} into ~/.claude/settings.json.
    """
    if sys.stdin.isatty():
        raise click.UsageError("statusline reads what Claude Code hands it on standard input; a terminal says nothing.")
    settings = invocation.settings
    budget = settings.budget
    return print_status_line(
        settings.database.path,
        BudgetGlance(budget.daily_usd, budget.monthly_usd, budget.warn_percent),
        LOCAL if settings.screen.time == "local" else UTC,
    )
