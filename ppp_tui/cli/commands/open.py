"""``ppp-tui open``: the dashboard at a session."""

from __future__ import annotations

import click

from ppp_tui.cli.dashboard import open_dashboard
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.report.command import SessionCommand
from ppp_tui.cli.report.session import SESSION_HELP, find_place, session_argument


@click.command("open", cls=SessionCommand, epilog=SESSION_HELP)
@session_argument(metavar="[SESSION[#TURN]]")
@common_options
@examples("open -1", "open 12#3", "open 4f1c2a")
@pass_invocation
def open_command(invocation: Invocation, session: str) -> int:
    """Open the dashboard at a session, or at one of its turns."""
    return open_dashboard(invocation, start_at=find_place(invocation.database_path, session))
