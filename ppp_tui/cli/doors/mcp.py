"""``ppp-tui mcp``: a server of the Model Context Protocol for agents, over standard input and output."""

from __future__ import annotations

from pathlib import Path

import click

from ppp_tui.cli.errors import missing_extra
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.model.clock import SystemClock
from ppp_tui.store.door_status import doors_folder, open_door


@click.command("mcp")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the agent works; by default the folder that the server is started in.",
)
@common_options
@examples("mcp", "mcp --folder ~/work/shop", "mcp --database other.db")
@pass_invocation
def mcp_command(invocation: Invocation, folder: Path | None) -> int:
    """Serve agents that ask about their own past, by the Model Context Protocol.

    An agent starts it itself: `claude mcp add ppp-tui -- ppp-tui mcp`, or the same command in the settings of any other
    agent. Its tools are read-only: earlier work by words, commands that failed and what fixed them, files that are used
    most, what a session cost and how full its context is, questions that you answered. Needs the extra:
    pip install 'ppp-tui[mcp]'.
    """
    try:
        from ppp_tui.api.mcp_server import build_server
    except ImportError as error:
        raise missing_extra("mcp", "mcp", error) from error
    from ppp_tui import __version__
    from ppp_tui.api.recall import Recall

    database, place, clock = invocation.database_path, str((folder or Path.cwd()).absolute()), SystemClock()
    with open_door(doors_folder(database), "mcp", [place], clock) as status:
        build_server(Recall(database, place, clock), __version__, lambda tool: status.count(tool, "calls")).run()
    return 0
