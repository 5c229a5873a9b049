"""The process's entry: a status line goes straight to its work, everything else through the command line as a whole.

The command line's library alone takes longer to import than a status line may take to be drawn.
"""

from __future__ import annotations

import sys

_PATHS = ("--archive", "--config")


def main() -> None:
    """Entry point of the installed command."""
    paths = _plain_statusline(sys.argv[1:])
    if paths is not None:
        from ppp_tui.cli.status import draw

        status = draw(paths)
        if status is not None:
            sys.exit(status)
    from ppp_tui.cli.main import main as whole

    whole()


def _plain_statusline(arguments: list[str]) -> dict[str, str] | None:
    """The paths given to a ``statusline``; None for another command, or where anything else is said."""
    if arguments[:1] != ["statusline"] or len(arguments) % 2 == 0:
        return None
    given = dict(zip(arguments[1::2], arguments[2::2], strict=True))
    return given if all(name in _PATHS and path and path[0] != "-" for name, path in given.items()) else None
