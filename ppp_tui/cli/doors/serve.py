"""``ppp-tui serve``: what the database holds, over HTTP on this machine."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from contextlib import closing
from types import FrameType
from typing import TYPE_CHECKING

import click

from ppp_tui.cli.doors.http_token import LOOPBACK, TOKEN_FILE, host_names, read_token
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.model.clock import SystemClock
from ppp_tui.model.thread import TRACEPARENT
from ppp_tui.store.door_status import doors_folder, open_door
from ppp_tui.text.format import bracketed
from ppp_tui.tui.thresholds import thresholds_from

if TYPE_CHECKING:
    from ppp_tui.api.http_app import HttpAnswer, HttpRoute
    from ppp_tui.logger.logger import TrajectoryLogger

PORT = 4319

STOP_S = 2
"""Seconds that requests at hand may take once it is to stop."""


@click.command("serve")
@click.option("--host", type=click.Choice(LOOPBACK), default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True, help="The port.")
@click.option("--no-token", is_flag=True, help="Let every program of this machine ask without a token.")
@common_options
@examples("serve", "serve --port 8080", '$ curl -H "Authorization: Bearer TOKEN" http://127.0.0.1:4319/v1/sessions')
@pass_invocation
def serve_command(invocation: Invocation, host: str, port: int, no_token: bool) -> int:
    """Serve what the database holds over HTTP, to programs on this machine alone.

    Reports are those of the commands, as JSON: /openapi.json lists them; /v1/live streams changes of states as
    server-sent events; POST /v1/runs logs a run. A token is asked for: it is made once, kept in a private file beside
    the database, and told at the start. Pages of other origins are refused. Needs the extra: pip install
    'ppp-tui[serve]'.
    """
    try:
        import uvicorn

        from ppp_tui.api.http_app import build_app
        from ppp_tui.cli.doors.http_routes import http_routes
        from ppp_tui.cli.doors.live_stream import LiveStream
    except ImportError as error:
        sentence = f"ppp-tui serve needs packages that are not there ({error}): pip install 'ppp-tui[serve]'"
        raise click.ClickException(sentence) from error
    from ppp_tui import __version__
    from ppp_tui.logger.logger import TrajectoryLogger
    from ppp_tui.query.kept_readers import KeptReaders

    token = "" if no_token else read_token(invocation.database_path.with_name(TOKEN_FILE))
    url, database = f"http://{bracketed(host)}:{port}", invocation.database_path
    with (
        # Who starts the server has no part in the runs that it is sent.
        TrajectoryLogger.open(
            database, environment={name: value for name, value in os.environ.items() if name != TRACEPARENT}
        ) as log,
        open_door(doors_folder(database), "serve", [url], SystemClock()) as status,
        closing(KeptReaders()) as readers,
    ):
        routes = [*http_routes(lambda: report_invocation(invocation), readers), run_route(log)]
        stream = LiveStream(database, thresholds_from(invocation.settings.live))
        app = build_app(
            routes,
            stream.events,
            token=token,
            hosts=host_names(host, port),
            version=__version__,
            tally=status,
        )
        click.echo(f"Listening at {url}", err=True)
        if token:
            click.echo(f"Token: {token}", err=True)
        # uvicorn raises the signal that stopped it once more: what is open here is to be shut then, too.
        signal.signal(signal.SIGTERM, _leave)
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_S,
        )
        server = uvicorn.Server(config)
        stream.is_ending = lambda: server.should_exit
        server.run()
    return 0


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def report_invocation(invocation: Invocation) -> Invocation:
    """Return the invocation of one report: with the same settings, and without reading files first."""
    return Invocation(
        config=invocation.config, database=invocation.database_path, sources=invocation.sources, is_syncing=False
    )


def run_route(log: TrajectoryLogger) -> HttpRoute:
    """Return the route by which programs log runs; what it accepts is in the journal when it answers."""
    from ppp_tui.api.http_app import HttpRoute

    return HttpRoute(
        method="POST",
        path="/v1/runs",
        summary="Log a run with its turns, decisions and quality signals",
        parameters=(),
        answer=lambda _given, body: accept_run(log, body),
        takes_body=True,
    )


def accept_run(log: TrajectoryLogger, body: bytes) -> HttpAnswer:
    """Return what became of a run that a program sent."""
    from pydantic import ValidationError

    from ppp_tui.api.http_app import HttpAnswer, error_answer
    from ppp_tui.logger.runs import log_run

    try:
        run = json.loads(body)
    except (ValueError, RecursionError):
        return error_answer(400, "The body is no JSON.")
    if not isinstance(run, Mapping):
        return error_answer(400, "The body is no JSON object.")
    try:
        trajectory, wrong = log_run(log, run)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        return error_answer(400, f"{place}: {first['msg']}.")
    return HttpAnswer(202, json.dumps({"trajectory": trajectory, "left_out": wrong}))
