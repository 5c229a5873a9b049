"""What the commands about decisions and quality signals share: options, the list of one session's, and the sums."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from typing import Any, NamedTuple, get_args

import click

from ppp_tui.cli.completion import complete_sessions
from ppp_tui.cli.invocation import Invocation
from ppp_tui.cli.options import common_options, form_options, output_of
from ppp_tui.cli.report.command import SessionCommand
from ppp_tui.cli.report.output import At, Output
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help
from ppp_tui.cli.report.searched import bounded_title, empty_answer
from ppp_tui.cli.report.session import SESSION_HELP, find_session, session_title
from ppp_tui.cli.report.time_options import bound_options
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.model.ids import MAX_CHILD
from ppp_tui.query.errors import Connection
from ppp_tui.query.query import Query, answer
from ppp_tui.query.signals.run_details import ALL_TURNS, MAX_LISTED, RunEntry, TurnSpan
from ppp_tui.query.signals.sums import SumsBy
from ppp_tui.text.format import count

RUN_FIELDS = (
    ReportField("at", "at", has_seconds=True, rank=2),
    ReportField("turn", "turn"),
    ReportField("step", "step", rank=1),
    ReportField("tool", "tool", rank=3, trim="end"),
    ReportField("type", "type"),
    ReportField("code", "code"),
    ReportField("selected", "selected", trim="end", rank=1),
    ReportField("value", "is so", lambda value: "yes" if value else "no", tones={"no": "dim"}),
    ReportField("confidence", "confidence", lambda share: f"{share:.2f}", rank=4),
    ReportField("weight", "weight", lambda share: f"{share:.2f}", rank=4),
    ReportField("source", "source", rank=2, tones={"derived": "dim"}),
    ReportField("metadata", rank=6),
)
"""Fields of a decision or a signal of one session."""


class TurnSpanOption(click.ParamType[TurnSpan]):
    """Numbers of turns, from one to another, as in ``3-9``, or a single one."""

    name = "TURNS"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> TurnSpan:
        """Return the span that a text such as ``3-9`` means."""
        if isinstance(value, TurnSpan):
            return value
        numbers = re.fullmatch(r"([0-9]{1,7})(?:-([0-9]{1,7}))?", value)
        if numbers is None:
            self.fail(f"{value} is no span of turns such as 3-9.", param, ctx)
        first, last = (min(MAX_CHILD, int(number)) for number in (numbers[1], numbers[2] or numbers[1]))
        if last < first:
            self.fail(f"{value} ends before it begins: it is {last}-{first} the other way round.", param, ctx)
        return TurnSpan(first, last)


class RunReport(NamedTuple):
    """A command that prints entries of one session, or their sums."""

    name: str
    """Of the command, and of what is listed."""
    sum_fields: Sequence[ReportField]
    entry_fields: Sequence[ReportField]
    entries: Callable[[int, TurnSpan], Query[list[RunEntry]]]
    """Of turns of the session with a number."""
    sums: Callable[[Connection, Mapping[str, Any], SumsBy], list[Mapping[str, Any]]]
    """Rows of the sums within bounds."""

    def command(self) -> Callable[[Callable[..., int]], click.Command]:
        """Return a decorator that makes the command of a function which documents it."""
        epilog = f"{fields_help(self.sum_fields)} Of a session: {fields_help(self.entry_fields).split(': ')[1]}"
        by_help = "What to sum up: code (of each type) unless given."

        def decorate(function: Callable[..., int]) -> click.Command:
            function = bound_options("since", "until", "project", "agent")(form_options(common_options(function)))
            function = click.option("--by", type=click.Choice(get_args(SumsBy)), help=by_help)(function)
            function = click.option("--turns", type=TurnSpanOption(), help="Of a session: only these turns.")(function)
            session = click.argument("session", metavar="[SESSION]", default="", shell_complete=complete_sessions)
            command: click.Command = click.command(self.name, cls=SessionCommand, epilog=epilog)(session(function))
            command.help = f"{command.help}\n\n{SESSION_HELP}"
            return command

        return decorate

    def print(self, invocation: Invocation, session: str, by: SumsBy | None, options: dict[str, Any]) -> int:
        """Print what the options ask for; returns the exit status."""
        output = output_of(invocation.zone, as_json=options.pop("as_json"), as_csv=options.pop("as_csv"))
        turns: TurnSpan | None = options.pop("turns")
        if session:
            if any(bound is not None for bound in (by, *options.values())):
                raise click.UsageError("a session is shown whole or by --turns: bounds and --by are for sums.")
            return self._print_run(invocation, session, output, turns or ALL_TURNS)
        if turns is not None:
            raise click.UsageError("--turns are those of a session: name one.")
        by = by or "code"
        with closing(open_place(read_place(invocation))) as connection:
            rows = self.sums(connection, options, by)
            empty = "" if rows else empty_answer(connection, read_place(invocation), output, self.name, options)
        title = bounded_title(f"{self.name.capitalize()} by {by}", options, output)
        return emit(Report(f"{self.name}-sums", _by(self.sum_fields, by), rows, title=title, empty=empty), output)

    def _print_run(self, invocation: Invocation, name: str, output: Output, turns: TurnSpan) -> int:
        """Print the entries of one session."""
        session = find_session(read_place(invocation), name)
        with closing(open_place(read_place(invocation))) as connection:
            entries = answer(connection, self.entries(session.id, turns))
        rows = [_row(entry) for entry in entries]
        notes = (f"The newest {count(MAX_LISTED)}.",) if len(rows) == MAX_LISTED else ()
        title = session_title(session)
        empty = f"No {self.name} in session {title}."
        shown = Report(self.name, self.entry_fields, rows, more={"session": session.id}, title=title, notes=notes)
        return emit(shown._replace(empty=empty), output)


def _by(fields: Sequence[ReportField], by: SumsBy) -> list[ReportField]:
    """Return the fields of sums, those titled that stand apart: types, codes, agents, versions."""
    absent = {
        "type": ("agent", "version", "reason_code", "signal_code"),
        "code": ("agent", "version"),
        "agent": ("version",),
        "version": (),
    }[by]
    return [field._replace(title="") if field.name in absent else field for field in fields]


def _row(entry: RunEntry) -> Mapping[str, Any]:
    is_decision = entry.kind == "decision"
    return {
        **entry._asdict(),
        "at": At(entry.at),
        "turn": entry.turn_number,
        "step": entry.step_number,
        "tool": entry.tool or None,
        "selected": entry.selected or None,
        "confidence": entry.share if is_decision else None,
        "weight": None if is_decision else entry.share,
    }
