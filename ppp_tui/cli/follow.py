"""Prints lines as the database changes, until a signal asks to stop; an ingest of its own or another one writes it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ppp_tui.query.connect import commit_stamp, open_reader
from ppp_tui.query.errors import Connection, DatabaseMissingError
from ppp_tui.text.sanitize import plain

if TYPE_CHECKING:
    from ppp_tui.cli.invocation import Invocation
    from ppp_tui.ingest.supervisor import Supervisor

POLL_S = 0.25
"""Seconds between two looks at the database's files."""

CLOCK_POLLS = 4
"""After so many looks what depends on the clock is read again, though nothing was written."""

ReadLines = Callable[[Connection], Sequence[str]]
"""Returns the lines that are to be printed next."""


def supervisor_of(invocation: Invocation) -> Supervisor | None:
    """Return what keeps an ingest at work, None for a database that the command line names or with --no-sync."""
    from ppp_tui.ingest.supervisor import Supervisor

    if not invocation.is_syncing or invocation.database is not None:
        return None
    return Supervisor([*invocation.arguments(), "ingest", "--follow", "--child"], invocation.environment)


async def follow(
    database: Path, read_lines: ReadLines, supervisor: Supervisor | None, *, is_clocked: bool = False
) -> None:
    """Print lines whenever something was committed; with `is_clocked`, each second too. Ends at a signal."""
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    stamp, trouble, polls = None, "", 0
    if supervisor is not None:
        supervisor.start()
    try:
        while not stopped.is_set():
            newest_stamp, polls = commit_stamp(database), polls + 1
            if newest_stamp is None or newest_stamp != stamp or (is_clocked and polls >= CLOCK_POLLS):
                stamp, polls = newest_stamp, 0
                await asyncio.to_thread(_print_lines, database, read_lines)
            sentence = supervisor.status.sentence if supervisor is not None else ""
            if sentence not in ("", trouble):
                click.echo(f"ppp-tui: {plain(sentence)}", err=True)
            trouble = sentence
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), POLL_S)
    finally:
        if supervisor is not None:
            await supervisor.stop()


def _print_lines(database: Path, read_lines: ReadLines) -> None:
    try:
        connection = open_reader(database)
    except DatabaseMissingError:
        # The ingest makes it, or brings it up to date.
        return
    with closing(connection):
        lines = read_lines(connection)
    for line in lines:
        print(line, flush=True)
