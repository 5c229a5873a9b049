"""Commands that report: they read new files first, and take ``-1`` for the newest session."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import click

from ppp_tui.cli.invocation import Invocation
from ppp_tui.cli.sync import sync

FROM_NEWEST = re.compile(r"-([0-9]{1,9})(?:#[0-9]+)?\Z")
"""Names that count from the newest session; the first group is the place."""


def _refuse_sync(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(Invocation).is_syncing = False


class ReportCommand(click.Command):
    """A command that reads new session files before it reports, unless ``--no-sync`` is given."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """Add ``--no-sync`` to the options."""
        super().__init__(*arguments, **options)
        self.params.append(
            click.Option(
                ["--no-sync"],
                is_flag=True,
                expose_value=False,
                callback=_refuse_sync,
                help="Report what the database holds, without reading new session files first.",
            )
        )

    def invoke(self, ctx: click.Context) -> Any:
        """Read what is new, then report."""
        sync(ctx.ensure_object(Invocation))
        return super().invoke(ctx)


class SessionCommand(ReportCommand):
    """A report of a session, which may be named ``-1``; click would read that as an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Mark names such as ``-1`` as arguments, unless they are the value of the option before them."""
        valued = {
            name
            for parameter in self.params
            if isinstance(parameter, click.Option) and not parameter.is_flag
            for name in parameter.opts
        }
        before = ["", *args]
        marked = [
            f"@{word}" if FROM_NEWEST.match(word) and before[place] not in valued else word
            for place, word in enumerate(args)
        ]
        return super().parse_args(ctx, marked)


NEGATED = "@"
"""Marks a predicate that begins with a minus sign."""

_NEGATED = re.compile(r"-(?:meta\.)?[A-Za-z_]+[:=<>]")


class SessionsCommand(ReportCommand):
    """A list of sessions, whose predicates may begin with a minus sign, which click would read as options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Mark predicates such as ``-project:docs`` as arguments."""
        return super().parse_args(ctx, [f"{NEGATED}{word}" if _NEGATED.match(word) else word for word in args])


def predicates_text(predicates: Sequence[str]) -> str:
    """Return the predicates of a `SessionsCommand` as one line, as they were written."""
    return " ".join(word.removeprefix(NEGATED) if word.startswith(f"{NEGATED}-") else word for word in predicates)
