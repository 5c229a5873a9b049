"""``ppp-tui violations``: which preferences agents did not keep, and where."""

from __future__ import annotations

from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.judged import chosen, list_options, tell
from ppp_tui.cli.options import common_options
from ppp_tui.query import judged


@click.command("violations")
@click.option(
    "--preference",
    "preferences",
    multiple=True,
    metavar="NAME",
    help="Of this preference alone; may be given more than once.",
)
@click.option("--severity", "severities", multiple=True, type=click.Choice(["minor", "major", "critical"]),
              help="Of this severity alone; may be given more than once.")  # fmt: skip
@list_options
@common_options
@pass_invocation
def violations_command(
    invocation: Invocation, /, preferences: tuple[str, ...], severities: tuple[str, ...], as_json: bool, **options: Any
) -> int:
    """List the preferences that agents did not keep, and where. Ends with status 1 if nothing is found.

    A violation is stated by the program that logged it, or judged by the preferences in your settings.
    """
    return tell(invocation, judged.violations(chosen(invocation, options, severities, preferences)), as_json=as_json)
