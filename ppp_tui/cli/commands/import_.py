"""``ppp-tui import``: restores what ``ppp-tui archive`` moved into a file."""

from __future__ import annotations

from pathlib import Path

import click

from ppp_tui.cli.exclusive_writer import IngestBusyError, only_writer, print_busy
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.store.connect import create_private
from ppp_tui.text.format import counted


@click.command("import")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@common_options
@examples("import old.jsonl.zst")
@pass_invocation
def import_command(invocation: Invocation, file: Path) -> int:
    """Take archived trajectories back into the database.

    FILE is one that ppp-tui archive wrote. What is in the database already stays as it is, so that importing twice
    changes nothing. Ends with status 0 if the whole file was read, with 1 if it is damaged (what stood before is then
    imported), and with 75 if an ingest is at work on the database. Where ppp.archival archives old trajectories by
    itself, it does so again within the hour.
    """
    create_private(invocation.database_path)
    try:
        with only_writer(invocation.database_path) as writer:
            done = writer.restore_archive(file.absolute())
    except IngestBusyError as error:
        return print_busy(error)
    new = counted(done.trajectories, "trajectory", "trajectories")
    click.echo(f"{new} and {counted(done.turns, 'turn')} imported; {done.present} were known")
    return 0
