"""Opens the database for commands that write to it, while no other process does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ppp_tui.ingest.lock import BUSY_EXIT, IngestBusyError, acquire_lock
from ppp_tui.store.write import Writer
from ppp_tui.text.sanitize import plain

__all__ = ["IngestBusyError", "only_writer", "print_busy"]


@contextmanager
def only_writer(database: Path) -> Iterator[Writer]:
    """Hold the only writer of a database for a block. Raises IngestBusyError and DatabaseError."""
    lock = acquire_lock(database)
    try:
        writer = Writer(database)
        try:
            yield writer
        finally:
            writer.close()
    finally:
        lock.release()


def print_busy(error: IngestBusyError) -> int:
    """Print that another writer is at work; return the exit status."""
    click.echo(f"ppp-tui: {plain(str(error))}", err=True)
    return BUSY_EXIT
