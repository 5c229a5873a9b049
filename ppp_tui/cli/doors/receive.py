"""``ppp-tui receive``: takes OpenTelemetry from agents in, by HTTP on this machine."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ppp_tui.cli.errors import missing_extra
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.processes import when_parent_ends
from ppp_tui.ingest.lock import BUSY_EXIT
from ppp_tui.model.clock import SystemClock
from ppp_tui.paths import is_private, private_folder, receiver_folder
from ppp_tui.text.sanitize import plain

if TYPE_CHECKING:
    from ppp_tui.receive.receiver_status import StatusCounts
    from ppp_tui.receive.server import OtlpServer

MAX_TOKEN_CHARS = 4096


@click.command("receive")
@click.option("--port", type=click.IntRange(0, 65535), help="Port, 0 for any, instead of receive.port.")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="File with a token that requests must bring as Authorization: Bearer …",
)
@click.option("--child", "is_child", is_flag=True, hidden=True, help="Say nothing, and end when standard input closes.")
@common_options
@examples("receive", "receive --port 4400", "receive --token-file ~/.config/ppp-tui/otel-token")
@pass_invocation
def receive_command(invocation: Invocation, port: int | None, token_file: Path | None, is_child: bool) -> int:
    """Receive OpenTelemetry from agents, by HTTP on this machine alone.

    Logs, traces and metrics, in protobuf or JSON, at 127.0.0.1 and ::1, port 4318. What was acknowledged outlives a
    crash, and is read like session files. ppp-tui otel setup AGENT points an agent here, ppp-tui doctor tells what came
    in. Ends with Ctrl+C or SIGTERM. Needs the extra: pip install 'ppp-tui[otel]'; with 'ppp-tui[otel-grpc]', gRPC is
    taken at port 4317, too.
    """
    try:
        from ppp_tui.receive.received_journal import ReceivedJournal
        from ppp_tui.receive.receiver import Receiver
        from ppp_tui.receive.receiver_status import StatusCounts
        from ppp_tui.receive.server import OtlpServer
    except ImportError as error:
        raise missing_extra("receive", "otel", error) from error
    from filelock import FileLock, Timeout

    port = invocation.settings.receive.port if port is None else port
    token = _read_token(token_file) if token_file is not None else ""
    folder = private_folder(receiver_folder(invocation.environment, invocation.home_path))
    clock = SystemClock()
    journal = ReceivedJournal(folder, clock, keep_days=invocation.settings.receive.keep_days)
    counts = StatusCounts(folder, clock)
    receiver = Receiver(journal, counts, keeps_text=invocation.settings.database.text == "full")
    try:
        with FileLock(folder / "receiver.lock", mode=0o600, blocking=False):
            journal.recover()
            try:
                asyncio.run(_serve(OtlpServer(receiver, counts, token=token), counts, port, is_child=is_child))
            finally:
                journal.close()
    except Timeout:
        click.echo(f"ppp-tui: another ppp-tui receive is at work on {plain(str(folder))}.", err=True)
        return BUSY_EXIT
    except OSError as error:
        raise click.ClickException(f"nothing can be received: {plain(str(error))}") from error
    return 0


def _read_token(path: Path) -> str:
    """Return the token in a file. Raises click.ClickException if others can read it, or if it holds none."""
    if not is_private(path):
        raise click.ClickException(f"{plain(str(path))} can be read by others: chmod 600 {plain(str(path))}")
    token = path.read_text(encoding="utf-8", errors="replace")[:MAX_TOKEN_CHARS].strip()
    if not token or not token.isascii() or not token.isprintable():
        raise click.ClickException(f"{plain(str(path))} holds no token: one line of plain letters, digits and signs.")
    return token


async def _serve(server: OtlpServer, counts: StatusCounts, port: int, *, is_child: bool) -> None:
    """Listen until a signal asks to end, or a child's input ends. Raises OSError if the port cannot be opened."""
    from ppp_tui.receive.otlp import GRPC_PORT, PORT

    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    # A hint at the port of gRPC is for those who leave all ports as they are.
    notes = await server.start(port, GRPC_PORT if port == PORT else None)
    if is_child:
        when_parent_ends(partial(_stop_soon, loop, stopped))
    else:
        click.echo(f"receiving OpenTelemetry at {' and '.join(counts.addresses)}; Ctrl+C ends it")
        for note in notes:
            click.echo(f"ppp-tui: {plain(note)}", err=True)
    try:
        await stopped.wait()
    finally:
        await server.close()


def _stop_soon(loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    # It may have ended by itself.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(stopped.set)
