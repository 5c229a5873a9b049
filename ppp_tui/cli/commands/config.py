"""``ppp-tui config``: the settings in force and where each comes from, as a settings file could hold them."""

from __future__ import annotations

import json

import click

from ppp_tui.cli.invocation import Invocation, check_keys, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.settings import LoadedSettings
from ppp_tui.settings.layers import FREE_TABLES
from ppp_tui.text.sanitize import show


@click.group("config", invoke_without_command=True)
@common_options
@examples("config", "config path")
@pass_invocation
@click.pass_context
def config_command(context: click.Context, invocation: Invocation) -> None:
    """Show the settings in force, and where each comes from."""
    if context.invoked_subcommand is None:
        check_keys(invocation)
        click.echo(show(_written(invocation.loaded), keep_newlines=True))


@config_command.command("path")
@common_options
@pass_invocation
def path_command(invocation: Invocation) -> None:
    """Print where your settings file lies, whether it is there or not."""
    click.echo(show(str(invocation.loaded.config)))


def _written(loaded: LoadedSettings) -> str:
    absence = "" if loaded.config.exists() else " (not there: the shipped defaults hold)"
    lines = [f"# Your settings file: {loaded.config}{absence}", *(f"# {hint}" for hint in loaded.hints)]
    section: tuple[str, ...] = ()
    order = list(dict.fromkeys(key[:-1] for key in loaded.entries))
    for key, entry in sorted(loaded.entries.items(), key=lambda item: order.index(item[0][:-1])):
        if key[:-1] != section:
            section = key[:-1]
            lines += ["", f"[{'.'.join(section)}]"]
        # What an empty database.path stands for is what the user wants to know.
        value = str(loaded.settings.database.path) if key == ("database", "path") else entry.value
        origin = "default" if entry.origin.is_default else entry.origin
        lines.append(f"{json.dumps(key[-1]) if section in FREE_TABLES else key[-1]} = {_toml(value)}  # {origin}")
    return "\n".join(lines)


def _toml(value: object) -> str:
    """Return a value as TOML, which writes strings, numbers, booleans and lists as JSON does."""
    return json.dumps(value, ensure_ascii=False)
