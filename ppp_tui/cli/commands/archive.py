"""``ppp-tui archive``: moves old trajectories from the database into a compressed file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from ppp_tui.cli.exclusive_writer import IngestBusyError, only_writer, print_busy
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.model.clock import DAY_MS, SystemClock
from ppp_tui.query.connect import open_reader
from ppp_tui.query.time_grammar import read_age
from ppp_tui.store.archive_file.writer import ArchiveUnit, archivable_units, new_archive_path
from ppp_tui.text.format import counted
from ppp_tui.text.sanitize import plain

MAX_UNITS = 1_000_000_000
"""More units than a database can hold."""


def _age(_context: click.Context, _parameter: click.Parameter, text: str | None) -> int | None:
    """Return an age such as 30d in milliseconds. Raises click.BadParameter."""
    if text is None:
        return None
    age_ms = read_age(text)
    if age_ms is None:
        raise click.BadParameter(f"{text} is not a time such as 12h, 30d or 8w.")
    return age_ms


@click.command("archive")
@click.option(
    "--older-than",
    callback=_age,
    metavar="AGE",
    help="Time since the last sign of life, such as 30d; else your ppp.archival.retention_days.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be moved, and move nothing.")
@click.option("--to", type=click.Path(path_type=Path), metavar="FILE", help="A new file, such as old.jsonl.zst.")
@common_options
@examples("archive --older-than 90d --dry-run", "archive --older-than 30d --to old.jsonl.zst")
@pass_invocation
def archive_command(invocation: Invocation, older_than: int | None, dry_run: bool, to: Path | None) -> int:
    """Move old trajectories out of the database into a compressed file.

    A session goes with its sub-agents, once all of them are old enough; agents' own session files stay as they are, and
    are not read again unless they grow. The file is readable by you alone; without --to it is made in the folder
    archives beside the database. Ends with status 0 also if nothing was old enough, with 1 if the file could not be
    written (then nothing is moved), and with 75 if an ingest is at work on the database, which a dashboard has too.
    """
    age_ms = older_than
    if age_ms is None:
        archival = invocation.settings.ppp.archival
        if not archival.enabled:
            raise click.UsageError("Say how old, such as --older-than 30d, or set ppp.archival.enabled to true.")
        age_ms = archival.retention_days * DAY_MS
    now_ms = SystemClock().now_ms()
    path = invocation.database_path
    if dry_run:
        with closing(open_reader(path)) as connection:
            click.echo(f"{_count_text(archivable_units(connection, now_ms - age_ms, MAX_UNITS))} would be archived")
        return 0
    target = to.absolute() if to is not None else new_archive_path(path, now_ms)
    open_reader(path).close()
    try:
        with only_writer(path) as writer:
            units = writer.archivable_units(now_ms - age_ms, MAX_UNITS)
            archived = writer.archive(units, target) if units else 0
    except IngestBusyError as error:
        return print_busy(error)
    if not units:
        click.echo("Nothing is that old")
        return 0
    click.echo(f"{counted(archived, 'trajectory', 'trajectories')} archived in {plain(str(target))}")
    return 0


def _count_text(units: list[ArchiveUnit]) -> str:
    number = sum(len(unit.trajectories) for unit in units)
    return counted(number, "trajectory", "trajectories")
