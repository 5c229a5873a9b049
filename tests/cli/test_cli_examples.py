"""Examples at the end of a command's help can be copied: they begin with a program that is there."""

from __future__ import annotations

import re

import click
import pytest

from ppp_tui.cli.options import examples
from ppp_tui.cli.registry import COMMANDS, load_command


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("usage --by day", "  ppp-tui usage --by day"),
        ("usage --json | jq .rows", "  ppp-tui usage --json | jq .rows"),
        ("$ claude -p 'Fix it' | ppp-tui attach", "  claude -p 'Fix it' | ppp-tui attach"),
        ("$ curl http://127.0.0.1:4319/v1/live", "  curl http://127.0.0.1:4319/v1/live"),
    ],
)
def test_example_that_pipes_another_program_into_ours_does_not_call_it_our_command(line: str, shown: str) -> None:
    @examples(line)
    def command() -> None:
        """Do something."""

    assert (command.__doc__ or "").splitlines()[-1] == shown
    assert click.Command("c", help=command.__doc__).get_short_help_str() == "Do something."


def test_the_examples_of_every_command_call_commands_that_there_are() -> None:
    called = {
        name
        for command in COMMANDS
        for name in re.findall(r"^  ppp-tui ([\w-]+)", load_command(command).help or "", re.MULTILINE)
    }
    assert called - COMMANDS.keys() == set()
    assert len(called) > 30
