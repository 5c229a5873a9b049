"""Options that say what a report covers: a span of time, a project, an agent, a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

import click

from ppp_tui.cli.completion import complete_agents, complete_models, complete_projects
from ppp_tui.cli.invocation import Invocation
from ppp_tui.cli.options import Decorated
from ppp_tui.model.clock import DAY_MS, SystemClock
from ppp_tui.query.time_grammar import TIME_FORMS, read_time
from ppp_tui.query.usage.rows import UsageFilter
from ppp_tui.query.usage.spans import TimeSpan


class TimeOption(click.ParamType[int]):
    """A time in the grammar of `query.time_grammar`, in the user's zone. Gives Unix milliseconds."""

    name = "TIME"

    def __init__(self, *, is_end: bool = False) -> None:
        """Take the end of a day or month in place of its beginning with `is_end`."""
        self._is_end = is_end

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return a written time in Unix milliseconds."""
        if isinstance(value, int):
            return value
        if ctx is None:
            raise AssertionError("options are read with their context")
        try:
            span = read_time(value, SystemClock().now_ms(), ctx.ensure_object(Invocation).zone)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)
        return span.high_ms if self._is_end else span.low_ms


def _check_order(context: click.Context, parameter: click.Parameter, value: int | None) -> int | None:
    """Raise click.UsageError if there is no time between the bounds."""
    bounds = {**context.params, parameter.name: value}
    since_ms, until_ms = bounds.get("since_ms"), bounds.get("until_ms")
    if since_ms is not None and until_ms is not None and since_ms >= until_ms:
        raise click.UsageError("--since lies after --until: there is no time between them.")
    return value


_BOUNDS = {
    "since": click.option(
        "--since", "since_ms", type=TimeOption(), callback=_check_order, help=f"From then on: {TIME_FORMS}."
    ),
    "until": click.option(
        "--until",
        "until_ms",
        type=TimeOption(is_end=True),
        callback=_check_order,
        help="Up to then; a month, day or minute counts as a whole.",
    ),
    "project": click.option(
        "--project",
        metavar="PROJECT",
        shell_complete=complete_projects,
        help="Only this project: a repository with its worktrees and folders.",
    ),
    "agent": click.option(
        "--agent",
        metavar="NAME",
        shell_complete=complete_agents,
        help="Only this agent, such as claude or codex.",
    ),
    "model": click.option("--model", metavar="NAME", shell_complete=complete_models, help="Only this model."),
}


class Bounds(TypedDict):
    """What these options say; None for what is not bounded."""

    since_ms: int | None
    until_ms: int | None
    project: str | None
    agent: str | None


class ModelBounds(Bounds):
    """The same with a model."""

    model: str | None


def narrowed(bounds: Bounds, days: int, now_ms: int) -> tuple[TimeSpan, UsageFilter]:
    """Return the span that options cover, the last `days` unless they say since when, and what they leave in."""
    high_ms = bounds["until_ms"] or now_ms
    low_ms = high_ms - days * DAY_MS if bounds["since_ms"] is None else bounds["since_ms"]
    return TimeSpan(low_ms, high_ms), UsageFilter(agent=bounds["agent"] or "", project=bounds["project"] or "")


def bound_options(*names: str) -> Callable[[Decorated], Decorated]:
    """Give a command some of the options that say what it covers."""

    def decorate(command: Decorated) -> Decorated:
        for name in reversed(names):
            command = _BOUNDS[name](command)
        return command

    return decorate
