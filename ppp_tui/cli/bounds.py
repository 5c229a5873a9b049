"""Options that say what a report covers and how it is printed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import click

from ppp_tui.cli.listing import Form
from ppp_tui.cli.options import Decorated
from ppp_tui.cli.zone import LOCAL
from ppp_tui.model.clock import DAY_MS, SystemClock

_AGO = re.compile(r"(\d{1,6})([mhdw])\Z")
_UNITS_MS = {"m": 60_000, "h": 3_600_000, "d": DAY_MS, "w": 7 * DAY_MS}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


class Moment(click.ParamType[int]):
    """A day, a time, or how long ago: 2026-11-20, 2026-11-20T14:30, 90m, 12h, 7d, 2w. Gives Unix milliseconds."""

    name = "WHEN"

    def __init__(self, *, is_end: bool = False) -> None:
        """A day as an end is meant with all its hours."""
        self._is_end = is_end

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read what was typed; days and times are those of this machine's zone."""
        if isinstance(value, int):
            return value
        ago = _AGO.match(value)
        if ago:
            return SystemClock().now_ms() - int(ago[1]) * _UNITS_MS[ago[2]]
        try:
            moment = datetime.fromisoformat(value)
            if self._is_end and _DAY.match(value):
                moment += timedelta(days=1)
            return int((moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).timestamp() * 1000)
        except (ValueError, OverflowError, OSError):
            self.fail(f"{value} is no time: write a day such as 2026-11-20, or how long ago, such as 7d.", param, ctx)


_PRINTED = (
    click.option("--json", "as_json", is_flag=True, help="As a JSON object."),
    click.option("--csv", "as_csv", is_flag=True, help="As comma-separated values."),
)
_BOUNDS = {
    "since": click.option(
        "--since", "since_ms", type=Moment(), help="Only what began then or later: a day, or 12h, 7d, 4w ago."
    ),
    "until": click.option(
        "--until", "until_ms", type=Moment(is_end=True), help="Only what is older; a day counts whole."
    ),
    "project": click.option("--project", metavar="PROJECT", help="Only this project."),
    "agent": click.option("--agent", metavar="NAME", help="Only this agent, such as claude or codex."),
    "model": click.option("--model", metavar="NAME", help="Only this model."),
}


def printed(command: Decorated) -> Decorated:
    """Give a command `--json` and `--csv`."""
    for option in reversed(_PRINTED):
        command = option(command)
    return command


def bounded(*names: str) -> Callable[[Decorated], Decorated]:
    """Give a command some of the options that say what it covers."""

    def decorate(command: Decorated) -> Decorated:
        for name in reversed(names):
            command = _BOUNDS[name](command)
        return command

    return decorate


def form_of(*, as_json: bool, as_csv: bool) -> Form:
    """How to print. Raises click.UsageError for both at once."""
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other.")
    return "json" if as_json else "csv" if as_csv else "table"
