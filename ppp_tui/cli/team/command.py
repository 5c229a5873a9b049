"""``ppp-tui team``: a store that a team shares, what of this machine goes there, and who sees it."""

from __future__ import annotations

import click

from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.team.founding import add_command, init_command, join_command
from ppp_tui.cli.team.people import audit_command, roles_command
from ppp_tui.cli.team.retention import retention_command
from ppp_tui.cli.team.sharing import forget_command, push_command, status_command


@click.group("team")
@common_options
@examples(
    "team init postgresql://postgres@db.example/team --tenant acme",
    "team add bob",
    "team join",
    "team push --dry-run",
    "team forget -1",
)
def team_command() -> None:
    """Share sessions with a team in a PostgreSQL database: set it up, join it, push, take back, keep its people.

    Nothing leaves this machine before ppp-tui team push, or before team.continuous is true; team.share and
    team.projects say how much does. Needs the extra: pip install 'ppp-tui[postgres]'.
    """


for _command in (
    init_command,
    add_command,
    join_command,
    push_command,
    status_command,
    forget_command,
    roles_command,
    audit_command,
    retention_command,
):
    team_command.add_command(_command)
