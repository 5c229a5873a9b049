"""``ppp-tui questions``: what agents asked, and how much of the person."""

from __future__ import annotations

from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.judged import chosen, list_options, tell
from ppp_tui.cli.options import common_options
from ppp_tui.query import judged


@click.command("questions")
@click.option("--effort", "efforts", multiple=True, type=click.Choice(["low", "medium", "high"]),
              help="Of this effort alone; may be given more than once.")  # fmt: skip
@list_options
@common_options
@pass_invocation
def questions_command(invocation: Invocation, /, efforts: tuple[str, ...], as_json: bool, **options: Any) -> int:
    """List what agents asked you, and how much each question asks. Ends with status 1 if nothing is found.

    The sessions with the newest news come first, and in each what was asked last.
    """
    return tell(invocation, judged.questions(chosen(invocation, options, efforts, ())), as_json=as_json)
