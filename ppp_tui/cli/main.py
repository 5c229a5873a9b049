"""``ppp-tui``: opens the dashboard, or runs a command.

Exit status: 0 all went well, 1 it did not, 2 the command line or a setting is wrong, 75 another ingest is at work on
the database, 130 or 143 stopped by Ctrl+C or a signal before it was done.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from ppp_tui import __version__
from ppp_tui.cli import errors
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options
from ppp_tui.cli.registry import LazyGroup


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="ppp-tui", message="%(prog)s %(version)s")
@common_options
@pass_invocation
@click.pass_context
def root(context: click.Context, invocation: Invocation) -> int:
    """Watch coding agents live: what they do, what they cost, how well they treat you.

    Without a command, open the dashboard. It reads the session files that agents write anyway, and changes none. The
    --help of each command has examples.
    """
    if context.invoked_subcommand is not None:
        return 0
    from ppp_tui.cli.dashboard import open_dashboard

    return open_dashboard(invocation)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command line, by default that of the process; return the exit status."""
    invocation = Invocation()
    try:
        status = root.main(arguments, prog_name="ppp-tui", standalone_mode=False, obj=invocation)
        sys.stdout.flush()
    except click.ClickException as error:
        return errors.print_usage_error(error)
    except click.Abort:
        return errors.INTERRUPTED
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - outermost: shown to the user, kept in the log
        return errors.print_error(error, is_debugging=invocation.is_debugging)
    return status if isinstance(status, int) else 0


def main() -> None:
    """Entry point of the installed command."""
    sys.exit(run())
