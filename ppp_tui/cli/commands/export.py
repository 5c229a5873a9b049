"""``ppp-tui export``: a session as a document or as lines, to a file or to the standard output."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.report.command import SessionCommand
from ppp_tui.cli.report.session import SESSION_HELP, find_session, session_argument
from ppp_tui.export import export_trajectory
from ppp_tui.export.forms import Form
from ppp_tui.paths import private_file


@click.command("export", cls=SessionCommand, epilog=SESSION_HELP)
@session_argument()
@click.option(
    "--format",
    "form",
    type=click.Choice(["md", "jsonl"]),
    default="md",
    show_default=True,
    help="Markdown for people, or JSON lines for programs.",
)
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="FILE", help="A new file; else the output.")
@common_options
@examples("export -1", "export 12 -o session.md", "export 12 --format jsonl > session.jsonl")
@pass_invocation
def export_command(invocation: Invocation, session: str, form: Form, output: Path | None) -> None:
    """Write a session as Markdown or JSON lines.

    A file is readable by you alone, and one that is there is never overwritten.
    """
    database = invocation.database_path
    pieces = export_trajectory(database, find_session(database, session).id, form)
    if output is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode("utf-8", "backslashreplace"))
        return
    with private_file(output.absolute()) as file:
        for piece in pieces:
            file.write(piece.encode("utf-8", "backslashreplace"))
