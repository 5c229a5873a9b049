"""``ppp-tui otel setup``: points an agent at the receiver."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.paths import private_file
from ppp_tui.sources.otel.agent_settings import (
    AGENTS,
    SettingsConflictError,
    added,
    agent_settings,
    removed,
    settings_file,
    shown,
)
from ppp_tui.text.sanitize import plain


@click.command("otel")
@click.argument("action", metavar="setup", type=click.Choice(["setup"]))
@click.argument("agent", metavar="AGENT", type=click.Choice(AGENTS))
@click.option("--write", is_flag=True, help="Add it to the agent's settings file.")
@click.option("--undo", is_flag=True, help="Take it out of the agent's settings file again.")
@common_options
@examples("otel setup claude", "otel setup codex --write", "otel setup codex --undo")
@pass_invocation
def otel_command(invocation: Invocation, action: str, agent: str, write: bool, undo: bool) -> int:
    """Print the settings that make an agent send to ppp-tui receive, write them, or undo that.

    AGENT is claude, codex, gemini, qwen, copilot or opencode. What your file holds besides stays as it is; keys that
    are set to something else are left to you.
    """
    del action
    if write and undo:
        raise click.UsageError("--write and --undo exclude each other.")
    settings = agent_settings(agent, f"http://127.0.0.1:{invocation.settings.receive.port}")
    path = settings_file(settings, invocation.environment, invocation.home_path)
    if not write and not undo:
        click.echo(f"# {'in your shell' if path is None else f'in {plain(str(path))}'}")
        click.echo(shown(settings), nl=False)
    elif path is None:
        raise click.ClickException(f"{agent} has no settings file for this: put the lines into your shell's profile.")
    else:
        change = added if write else removed
        try:
            before = path.read_text(encoding="utf-8") if path.exists() else ""
            after = change(settings, before)
            if undo and not before:
                after = ""
            if after != before:
                _replace(path.resolve(), after)
        except (SettingsConflictError, UnicodeDecodeError, OSError) as error:
            raise click.ClickException(f"{plain(str(path))} stays as it is: {plain(str(error))}.") from error
        click.echo(f"{plain(str(path))} {'sends to ppp-tui receive' if write else 'is without it'}.")
    if settings.note and not undo:
        click.echo(f"# {settings.note}")
    return 0


def _replace(path: Path, content: str) -> None:
    """Replace a file's content at once, with the rights that it has; a new one is private. Raises OSError."""
    made = path.with_name(f"{path.name}.ppp-tui-{os.getpid()}")
    try:
        with private_file(made) as file:
            file.write(content.encode())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            made.chmod(path.stat().st_mode & 0o777)
        made.replace(path)
    finally:
        made.unlink(missing_ok=True)
