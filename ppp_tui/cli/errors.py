"""Shows every error as a sentence, and keeps the trace of a fault of the program in a log.

Messages may contain hostile names, so they are sanitized as on the screens.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

INTERRUPTED = 130
"""Exit status after Ctrl+C, as shells count it: 128 and the signal's number."""


def print_message(text: str) -> None:
    """Print a message on standard error."""
    from ppp_tui.text.sanitize import show

    print(f"ppp-tui: {show(text, keep_newlines=True)}", file=sys.stderr)


def print_usage_error(error: click.ClickException) -> int:
    """Print what is wrong with the command line or the settings; return the exit status."""
    import click

    print_message(error.format_message())
    if isinstance(error, click.UsageError) and error.ctx is not None:
        print(error.ctx.get_usage(), file=sys.stderr)
    return error.exit_code


def missing_extra(command: str, extra: str, error: ImportError) -> click.ClickException:
    """Return the error of a command that needs an extra which is not installed."""
    import click

    return click.ClickException(
        f"ppp-tui {command} needs a package that is not there: pip install 'ppp-tui[{extra}]' ({error})."
    )


def print_error(error: Exception | KeyboardInterrupt, *, is_debugging: bool = False) -> int:
    """Print any other error that ended the command; return the exit status."""
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return _give_up_output()
    if is_debugging:
        import traceback

        traceback.print_exception(error)
    if _is_expected(error):
        print_message(_sentence(error))
    else:
        print_message(f"{type(error).__name__}: {error}\nThis is a fault of ppp-tui. {_keep_trace(error)}")
    return 1


def _give_up_output() -> int:
    """Drop output that is no longer read, so that the interpreter's last flush does not fail; return the status."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _is_expected(error: Exception) -> bool:
    """Return whether an error is meant to be shown: one of our own, of the system or of the database."""
    room = type(error).__module__.partition(".")[0]
    return isinstance(error, OSError) or room in ("ppp_tui", "sqlite3")


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror}."
    if type(error).__module__ == "sqlite3":
        from ppp_tui.query.errors import unread

        return unread(error, "The database")
    text = str(error) or type(error).__name__
    return text if text.endswith((".", "?", "!")) else f"{text}."


def _keep_trace(error: Exception) -> str:
    """Append the trace to the log; return a sentence on where it is, or how to see it if it could not be kept."""
    from ppp_tui.faults import append_trace
    from ppp_tui.paths import user_paths

    log = user_paths().log
    return f"Where it arose is in {log}." if append_trace(log, error) else "Run it again with --debug to see where."
