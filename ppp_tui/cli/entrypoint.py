"""Entry point: quick commands run without the command line's library, all others through it.

The command line's library alone takes longer to import than a status line may take to be drawn.
"""

from __future__ import annotations

import gc
import sys

_QUICK = {"statusline": "ppp_tui.cli.statusline.status_line", "usage": "ppp_tui.cli.usage.show"}
"""Commands that need no library where nothing but paths is given, each with the module whose `run` does its work."""

_PATHS = ("--database", "--config")

GC_THRESHOLD = 50_000
"""New objects between two garbage collections: imported modules and stored rows are not garbage."""


def main() -> None:
    """Entry point of the installed command."""
    arguments = sys.argv[1:]
    gc.set_threshold(GC_THRESHOLD)
    if arguments == ["--version"]:
        from ppp_tui import __version__

        print(f"ppp-tui {__version__}")
        return
    status = _run_quick(arguments)
    if status is None:
        from ppp_tui.cli.main import run

        status = run()
    sys.exit(status)


def _run_quick(arguments: list[str]) -> int | None:
    """Run a quick command; return its exit status, None if the whole command line must run it."""
    paths = _only_paths(arguments[1:])
    module = _QUICK.get(arguments[0]) if arguments else None
    if module is None or paths is None:
        return None
    import os
    from importlib import import_module
    from pathlib import Path

    from ppp_tui.paths import user_paths
    from ppp_tui.settings.fast_settings import read_fast_settings
    from ppp_tui.settings.layers import Choices

    gc.disable()  # the process ends before a collection would pay off
    config, database = (Path(paths[name]) if name in paths else None for name in ("--config", "--database"))
    try:
        settings = read_fast_settings(os.environ, Path.home(), user_paths(), Choices(config, database))
        if settings is None:
            return None
        status: int | None = import_module(module).run(settings)
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - outermost: shown to the user, kept in the log
        from ppp_tui.cli.errors import print_error

        return print_error(error)
    return status


def _only_paths(arguments: list[str]) -> dict[str, str] | None:
    """Return the paths given to a command, by option; None if there are other arguments."""
    if len(arguments) % 2:
        return None
    given = dict(zip(arguments[::2], arguments[1::2], strict=True))
    return given if all(name in _PATHS and path and path[0] != "-" for name, path in given.items()) else None
