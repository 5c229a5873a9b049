"""``ppp-tui completion``: what makes a shell complete commands, options, sessions, projects, models and agents."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from ppp_tui.cli.options import common_options, examples

PROGRAM = "ppp-tui"

VARIABLE = "_PPP_TUI_COMPLETE"
"""By which a shell asks the program for completions."""


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL")
@common_options
@examples(
    "completion bash > ~/.local/share/bash-completion/completions/ppp-tui",
    "completion zsh > ~/.zfunc/_ppp-tui",
    "completion fish > ~/.config/fish/completions/ppp-tui.fish",
)
def completion_command(shell: str) -> None:
    """Print what makes a shell complete ppp-tui: SHELL is bash, zsh or fish.

    Commands, options and their values are completed, and the sessions, projects, models and agents of your database.
    Zsh needs ~/.zfunc in its fpath, and compinit after that.
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise AssertionError("click completes these shells")
    source = kind(click.Command(PROGRAM), {}, PROGRAM, VARIABLE)
    click.echo(kind.source_template % source.source_vars(), nl=False)
