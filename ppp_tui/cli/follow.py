"""Prints lines as a database or a shared store changes, until a signal."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ppp_tui.cli.report.place import ReadPlace, open_place
from ppp_tui.query.connect import commit_stamp
from ppp_tui.query.errors import Connection, DatabaseMissingError, QueryFailedError
from ppp_tui.text.sanitize import plain

if TYPE_CHECKING:
    from ppp_tui.cli.invocation import Invocation
    from ppp_tui.ingest.supervisor import Supervisor

POLL_S = 0.25
"""Seconds between two checks of the database's files."""

CLOCK_POLLS = 4
"""Checks after which lines that depend on the clock are read again, even if nothing was written."""

SHARED_POLLS = 8
"""Checks after which a shared store, which has no files, is read."""

ReadLines = Callable[[Connection], Sequence[str]]
"""Returns the lines that are to be printed next."""


def supervisor_of(invocation: Invocation) -> Supervisor | None:
    """Return the supervisor of an ingest, None for a database that the command line names or with --no-sync."""
    from ppp_tui.ingest.supervisor import Supervisor

    if not invocation.is_syncing or invocation.database is not None:
        return None
    return Supervisor([*invocation.arguments(), "ingest", "--follow", "--child"], invocation.environment)


class _PlaceReader:
    """Lends connections to a place: one to a shared store is kept until it fails."""

    def __init__(self, place: ReadPlace) -> None:
        self._place = place
        self._kept: Connection | None = None

    @contextmanager
    def lent(self) -> Iterator[Connection]:
        connection, self._kept = self._kept or open_place(self._place), None
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        if isinstance(self._place, Path):
            connection.close()
        else:
            self._kept = connection

    def close(self) -> None:
        if self._kept is not None:
            self._kept.close()


async def follow(
    place: ReadPlace, read_lines: ReadLines, supervisor: Supervisor | None, *, is_clocked: bool = False
) -> None:
    """Print lines whenever something was committed; with `is_clocked`, each second too. Ends at a signal.

    A trouble of reading or of ingest is printed once, and following goes on.
    """
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    reader, stamp, polls, troubles = _PlaceReader(place), None, SHARED_POLLS, {"ingest": "", "database": ""}
    if supervisor is not None:
        supervisor.start()
    try:
        while not stopped.is_set():
            polls += 1
            if isinstance(place, Path):
                newest_stamp = commit_stamp(place)
                is_due = newest_stamp is None or newest_stamp != stamp or (is_clocked and polls >= CLOCK_POLLS)
            else:
                newest_stamp, is_due = None, polls >= SHARED_POLLS
            if is_due:
                stamp, polls = newest_stamp, 0
                sentence = await asyncio.to_thread(_print_lines, reader, place, read_lines, supervisor is not None)
                _tell_once(troubles, "database", sentence)
            _tell_once(troubles, "ingest", supervisor.status.sentence if supervisor is not None else "")
            with suppress(TimeoutError):
                await asyncio.wait_for(stopped.wait(), POLL_S)
    finally:
        reader.close()
        if supervisor is not None:
            await supervisor.stop()


def _tell_once(troubles: dict[str, str], door: str, sentence: str) -> None:
    """Print a sentence of trouble, unless it is the one that was printed last."""
    if sentence not in ("", troubles[door]):
        click.echo(f"ppp-tui: {plain(sentence)}", err=True)
    troubles[door] = sentence


def _print_lines(reader: _PlaceReader, place: ReadPlace, read_lines: ReadLines, has_ingest: bool) -> str:
    """Print new lines. Return why nothing can be read, '' if that is not so."""
    try:
        with reader.lent() as connection:
            lines = read_lines(connection)
    except DatabaseMissingError as error:
        # The ingest that runs along makes the database, or brings it up to date.
        return "" if has_ingest else str(error)
    except QueryFailedError as error:
        return f"The database {place} cannot be read: {error}." if isinstance(place, Path) else str(error)
    for line in lines:
        print(line, flush=True)
    return ""
