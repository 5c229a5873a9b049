"""Options that every command takes, before its name or after it.

They are read before all others, whose meaning may depend on the settings.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path
from typing import Any, TypeVar

import click

from ppp_tui.cli.invocation import Invocation
from ppp_tui.cli.report.output import Output, make_output
from ppp_tui.settings.remote_address import is_remote, parse_remote_address

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
"""A command's function, or the command itself."""

_FILE = click.Path(path_type=Path)


def _remember(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def remember(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
        if value:
            setattr(context.ensure_object(Invocation), name, value)

    return remember


def _remember_sources(context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> None:
    """Split each value at its first equals sign; the settings check the kind."""
    for value in values:
        kind, equals, path = value.partition("=")
        if not equals or not kind or not path:
            raise click.BadParameter(f"{value} is not of the form KIND=PATH, such as codex=/backup/sessions.")
        try:
            # A shell does not expand a tilde after an equals sign.
            place = parse_remote_address(path) if is_remote(path) else Path(path).expanduser()
        except ValueError as error:
            raise click.BadParameter(f"{path} {error}.") from error
        context.ensure_object(Invocation).sources.append((kind, place))


def _remember_archive(context: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    """Accept the option's former name, with a hint."""
    if value is not None:
        click.echo("ppp-tui: --archive is read as --database.", err=True)
        _remember("database")(context, parameter, value)


_FIRST: Any = {"expose_value": False, "is_eager": True}
_OPTIONS = (
    click.option(
        "--config",
        type=_FILE,
        **_FIRST,
        callback=_remember("config"),
        metavar="FILE",
        help="Settings file to use instead of your own.",
    ),
    click.option(
        "--database", type=_FILE, **_FIRST, callback=_remember("database"), metavar="FILE", help="Database to use."
    ),
    click.option("--archive", type=_FILE, **_FIRST, callback=_remember_archive, hidden=True),
    click.option(
        "--source",
        multiple=True,
        **_FIRST,
        callback=_remember_sources,
        metavar="KIND=PATH",
        help="Also read sessions from here, on another machine as ssh://[user@]host/path; may be given more than once.",
    ),
    click.option(
        "--theme",
        **_FIRST,
        callback=_remember("theme"),
        metavar="NAME",
        help="Colours: auto, ppp-dark, nord-light, user:NAME …; the dashboard's key T shows all.",
    ),
    click.option(
        "--team",
        is_flag=True,
        **_FIRST,
        callback=_remember("is_team"),
        help="Read the store that your team shares, not your own database.",
    ),
    click.option(
        "--debug",
        is_flag=True,
        **_FIRST,
        callback=_remember("is_debugging"),
        help="Show where in the program an error arose.",
    ),
)


def common_options(command: Decorated) -> Decorated:
    """Give a command the options that every command takes."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def form_options(command: Decorated) -> Decorated:
    """Give a command ``--json`` and ``--csv``."""
    command = click.option("--csv", "as_csv", is_flag=True, help="As comma-separated values.")(command)
    return click.option("--json", "as_json", is_flag=True, help="As a JSON object.")(command)


def output_of(zone: tzinfo, *, as_json: bool, as_csv: bool = False) -> Output:
    """Return the output for a form. Raises click.UsageError for two forms at once."""
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other.")
    return make_output("json" if as_json else "csv" if as_csv else "table", zone)


def examples(*lines: str) -> Callable[[Decorated], Decorated]:
    """Give a command examples at the end of its help: each without the name of the program.

    A line that begins with ``$`` is a pipe, or calls another program, and is shown as it is.
    """

    def decorate(command: Decorated) -> Decorated:
        # A paragraph that begins with this sign keeps its lines.
        shown = "\n".join(f"  {line[2:]}" if line.startswith("$ ") else f"  ppp-tui {line}" for line in lines)
        command.__doc__ = f"{inspect.cleandoc(command.__doc__ or '')}\n\n\b\nExamples:\n{shown}"
        return command

    return decorate
