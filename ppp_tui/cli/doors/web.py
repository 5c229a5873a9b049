"""``ppp-tui web``: the dashboard in a browser on this machine."""

from __future__ import annotations

import os
import sys

import click

from ppp_tui.cli.dashboard import VIEWER_VARIABLE
from ppp_tui.cli.doors.http_token import LOOPBACK, TOKEN_FILE, host_names, read_token
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.model.clock import SystemClock
from ppp_tui.store.door_status import doors_folder, open_door
from ppp_tui.text.format import bracketed

PORT = 4320


@click.command("web")
@click.option("--host", type=click.Choice(LOOPBACK), default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True, help="The port.")
@click.option(
    "--viewers",
    "most_viewers",
    type=click.IntRange(1, 50),
    default=4,
    show_default=True,
    help="Viewers at once; each is a process of its own.",
)
@click.option("--no-token", is_flag=True, help="Let every program of this machine look on without a token.")
@common_options
@examples("web", "web --port 8080 --viewers 2")
@pass_invocation
def web_command(invocation: Invocation, host: str, port: int, most_viewers: int, no_token: bool) -> int:
    """Show the dashboard in browsers on this machine.

    Open the address that is printed: it holds a token, which is made once and kept in a private file beside the
    database. A viewer sees all screens and changes nothing: marks are forgotten, and nothing is exported or opened.
    To look on from another machine, forward the port by ssh. Needs the extra: pip install 'ppp-tui[web]'.
    """
    try:
        from ppp_tui.cli.doors.viewer_server import ViewerOptions, ViewerServer
    except ImportError as error:
        sentence = f"ppp-tui web needs packages that are not there ({error}): pip install 'ppp-tui[web]'"
        raise click.ClickException(sentence) from error

    token = "" if no_token else read_token(invocation.database_path.with_name(TOKEN_FILE))
    # The page's terminal has all colours, whatever the one has that this command was started in.
    os.environ |= {VIEWER_VARIABLE: "1", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    os.environ.pop("NO_COLOR", None)
    words = [sys.executable, "-m", "ppp_tui", *invocation.arguments()]
    url = f"http://{bracketed(host)}:{port}"
    with open_door(doors_folder(invocation.database_path), "web", [url], SystemClock()) as status:
        options = ViewerOptions(token, host_names(host, port), most_viewers, status)
        server = ViewerServer(words, host, port, options)
        click.echo(f"{server.public_url}/{f'?token={token}' if token else ''}", err=True)
        server.serve()
    return 0
