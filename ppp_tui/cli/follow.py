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
from ppp_tui.query.errors import Connection, DatabaseMissingError, QueryFailedError
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
    """Print lines whenever something was committed; with `is_clocked`, each second too. Ends at a signal.

    What keeps it from reading or the ingest from writing is printed once, and it goes on.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    stamp, polls, troubles = None, 0, {"ingest": "", "database": ""}
    if supervisor is not None:
        supervisor.start()
    try:
        while not stopped.is_set():
            newest_stamp, polls = commit_stamp(database), polls + 1
            if newest_stamp is None or newest_stamp != stamp or (is_clocked and polls >= CLOCK_POLLS):
                stamp, polls = newest_stamp, 0
                sentence = await asyncio.to_thread(_print_lines, database, read_lines, supervisor is not None)
                _tell_once(troubles, "database", sentence)
            _tell_once(troubles, "ingest", supervisor.status.sentence if supervisor is not None else "")
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), POLL_S)
    finally:
        if supervisor is not None:
            await supervisor.stop()


def _tell_once(troubles: dict[str, str], door: str, sentence: str) -> None:
    """Print a sentence about what does not work, unless it is the one that was printed last."""
    if sentence not in ("", troubles[door]):
        click.echo(f"ppp-tui: {plain(sentence)}", err=True)
    troubles[door] = sentence


def _print_lines(database: Path, read_lines: ReadLines, has_ingest: bool) -> str:
    """Print what is new. Return why nothing can be read, '' where all is well."""
    try:
        connection = open_reader(database)
        with closing(connection):
            lines = read_lines(connection)
    except DatabaseMissingError as error:
        # An ingest of its own makes it, or brings it up to date.
        return "" if has_ingest else str(error)
    except QueryFailedError as error:
        return f"The database {database} cannot be read: {error}."
    for line in lines:
        print(line, flush=True)
    return ""
