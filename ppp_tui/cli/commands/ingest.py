"""``ppp-tui ingest``: reads session files into the database and shows its progress."""

from __future__ import annotations

import signal
import sqlite3
import sys
import time
from collections.abc import Callable

import click

from ppp_tui.cli.exclusive_writer import only_writer
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.memory import keep_heap_small, return_free_heap
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.processes import when_parent_ends
from ppp_tui.cli.report.output import json_object
from ppp_tui.cli.senders import continuous_senders
from ppp_tui.ingest.lock import BUSY_EXIT, FIRST_WAIT_S, MAX_WAIT_S, IngestBusyError
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.ingest.progress import IngestProgress
from ppp_tui.ingest.remote.follower import Followers
from ppp_tui.model.clock import SystemClock
from ppp_tui.store.connect import DatabaseError, DatabaseGoneError, create_private, may_pass
from ppp_tui.text.format import counted, size
from ppp_tui.text.sanitize import plain

BAR = 30
"""Cells of the progress bar."""

SIGNAL_EXIT = 128
"""Added to a signal's number, this is the exit status of who was stopped by it."""

LOOK_S = 0.1
"""How often it is looked, while a database that failed is waited for, whether to end, in seconds."""


@click.command("ingest")
@click.option("--follow", is_flag=True, help="Go on and read what is written from now on.")
@click.option("--json", "as_json", is_flag=True, help="Tell progress as JSON lines.")
@click.option("--child", "is_child", is_flag=True, hidden=True, help="Say nothing, and end when standard input closes.")
@common_options
@examples("ingest", "ingest --follow", "ingest --source codex=/backup/sessions")
@pass_invocation
def ingest_command(invocation: Invocation, follow: bool, as_json: bool, is_child: bool) -> int:
    """Read session files into the database, without a dashboard.

    Ends with status 0 when everything is read, or with --follow when it is told to stop (Ctrl+C, SIGTERM); with 1 if
    what was read could not be judged or priced as your settings ask, such as by a model that fails, or
    if another machine could not be read; with 75 if another
    ingest is at work on the database. What was read before an interruption stays read. A database that is deleted or
    replaced meanwhile is begun anew; with --follow a full disk and a locked database are waited for.
    """
    stop = _Stop()
    try:
        last = _run(invocation, stop, _reporter(as_json=as_json, is_silent=is_child), follow=follow, is_child=is_child)
    except IngestBusyError as error:
        click.echo(f"ppp-tui: {plain(str(error))}", err=True)
        return BUSY_EXIT
    if stop.signals and not follow:
        return SIGNAL_EXIT + stop.signals[0]
    if not is_child and not as_json:
        # While it follows, a file counts each time that it grew.
        files = "" if follow else f"{counted(last.files_done, 'file')}, "
        database = plain(str(invocation.settings.database.path))
        click.echo(f"{files}{size(last.bytes_done)} read into {database}")
    if last.trouble and not is_child:
        click.echo(f"ppp-tui: {plain(last.trouble)}", err=True)
    return 1 if last.trouble and not follow else 0


class _Stop:
    """Ends what is at work, and all that would follow it."""

    def __init__(self) -> None:
        self.is_asked = False
        self.signals: list[int] = []
        """Signals that asked for it."""
        self._asked: tuple[Callable[[], None], ...] = ()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hear)

    def attach(self, *stops: Callable[[], None]) -> None:
        """Set what `ask` calls, so that all that is at work ends."""
        self._asked = stops
        if self.is_asked:
            self.ask()

    def ask(self) -> None:
        """Ask all that is at work to stop; safe from a signal handler or another thread."""
        self.is_asked = True
        for stop in self._asked:
            stop()

    def wait(self, seconds: float) -> None:
        """Wait so many seconds, or until `ask` is called."""
        until = time.monotonic() + seconds
        while not self.is_asked and time.monotonic() < until:
            # An event cannot be waited for where a signal handler may set it.
            time.sleep(LOOK_S)

    def _hear(self, number: int, _frame: object) -> None:
        self.signals.append(number)
        self.ask()


def _run(
    invocation: Invocation, stop: _Stop, report: Callable[[IngestProgress], None], *, follow: bool, is_child: bool
) -> IngestProgress:
    """Run ingest, again if the database is gone or, with `follow`, a failure may pass. Raises IngestBusyError.

    A dashboard's child ends instead: the dashboard tells why, and starts it again.
    """
    if is_child:
        when_parent_ends(stop.ask)
    tell = _print_trouble if follow and not is_child else _keep_quiet
    wait_s = FIRST_WAIT_S
    while True:
        try:
            return _run_once(invocation, stop, report, tell, follow=follow)
        except (DatabaseError, sqlite3.Error) as error:
            is_gone = isinstance(error, DatabaseGoneError)
            if is_child or stop.is_asked or not (is_gone or (follow and may_pass(error))):
                raise
            click.echo(f"ppp-tui: {plain(str(error))}", err=True)
            if not is_gone:
                stop.wait(wait_s)
                wait_s = min(wait_s * 2, MAX_WAIT_S)


def _run_once(
    invocation: Invocation,
    stop: _Stop,
    report: Callable[[IngestProgress], None],
    tell: Callable[[str], None],
    *,
    follow: bool,
) -> IngestProgress:
    keep_heap_small()
    options = invocation.ingest_options()
    create_private(options.database)
    with only_writer(options.database) as writer:
        pipeline = Pipeline(
            writer,
            options,
            SystemClock(),
            invocation.environment,
            invocation.home_path,
            return_free_heap=return_free_heap,
        )
        followers = Followers(options.remotes, SystemClock(), options.log, is_only=not follow, tell=tell)
        stop.attach(pipeline.stop, followers.stop)
        with followers, continuous_senders(invocation, follow=follow):
            progress = pipeline.run(follow=follow, report=report)
        return progress if follow else progress._replace(trouble=_with_remotes(progress.trouble, followers))


def _print_trouble(trouble: str) -> None:
    click.echo(f"ppp-tui: {plain(trouble)}", err=True)


def _keep_quiet(_trouble: str) -> None:
    """Leave it to doctor."""


def _with_remotes(trouble: str, followers: Followers) -> str:
    """Return what went wrong, machines that could not be read included."""
    return "; ".join(filter(None, (trouble, *followers.troubles())))


def _reporter(*, as_json: bool, is_silent: bool) -> Callable[[IngestProgress], None]:
    if is_silent:
        return lambda _: None
    if as_json:
        return lambda progress: click.echo(json_object("progress", progress_fields(progress)))
    return draw_progress if sys.stderr.isatty() else lambda _: None


def progress_fields(progress: IngestProgress) -> dict[str, object]:
    """Return progress as the fields of a JSON line."""
    return {
        "phase": progress.phase,
        "files_total": progress.files_total,
        "files_done": progress.files_done,
        "bytes_total": progress.bytes_total,
        "bytes_done": progress.bytes_done,
        "bytes_per_s": round(progress.bytes_per_s),
        "left_s": None if progress.left_s is None else round(progress.left_s, 1),
        "trouble": progress.trouble,
    }


def draw_progress(progress: IngestProgress) -> None:
    """Draw the progress bar in place of the last one; the one after the backlog stays."""
    share = progress.bytes_done / progress.bytes_total if progress.bytes_total else 1.0
    full = int(share * BAR)
    left = "" if progress.left_s is None else f"  {progress.left_s:.0f}s left"
    line = (
        f"\r{'█' * full}{'░' * (BAR - full)} {share:4.0%}  {progress.files_done} of "
        f"{counted(progress.files_total, 'file')}  {size(round(progress.bytes_per_s))}/s{left}"
    )
    click.echo(f"{line:<100}", nl=progress.phase != "backlog", err=True)
