"""``ppp-tui export``: a session as a document or as lines, or performance events, to a file or the standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Literal, get_args

import click
from click.core import ParameterSource

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.report.command import SessionCommand
from ppp_tui.cli.report.output import csv_lines
from ppp_tui.cli.report.session import SESSION_HELP, find_session, session_argument
from ppp_tui.cli.report.time_options import bound_options
from ppp_tui.export import export_trajectory
from ppp_tui.export.forms import Form
from ppp_tui.paths import name_key, private_file
from ppp_tui.query.connect import open_reader
from ppp_tui.settings.trace_formats import TraceFormat
from ppp_tui.text.secrets import Redactor

ExportForm = Literal["md", "html", "jsonl", "csv"] | TraceFormat


@click.command("export", cls=SessionCommand, epilog=SESSION_HELP)
@session_argument()
@click.option(
    "--format",
    "form",
    type=click.Choice(["md", "html", "jsonl", "csv", *get_args(TraceFormat)]),
    help="Markdown or one page of HTML for people, JSON lines for programs; events as JSON lines or CSV; a trace of "
    "OpenTelemetry in the words of ppp-tui send.",
)
@click.option("--to", "url", metavar="URL", help="Of a trace: send it to this receiver; ppp-tui send sends many.")
@click.option("--events", "is_of_events", is_flag=True, help="Performance events that programs recorded.")
@bound_options("since")
@click.option(
    "--anonymize", is_flag=True, help="Of events: keyed hashes for names of agents and tasks, and no free texts."
)
@click.option("--with-secrets", is_flag=True, help="Leave keys, tokens and passwords in; else they are taken out.")
@click.option("--output", "-o", type=click.Path(path_type=Path), metavar="FILE", help="A new file; else the output.")
@common_options
@examples(
    "export -1",
    "export 12 -o session.md",
    "export 12 --format html -o session.html",
    "export 12 --format jsonl > session.jsonl",
    "export 12 --format openinference --to http://127.0.0.1:6006",
    "export --events --since 30d --anonymize -o training.jsonl",
)
@pass_invocation
def export_command(
    invocation: Invocation,
    session: str,
    form: ExportForm | None,
    url: str | None,
    is_of_events: bool,
    since_ms: int | None,
    anonymize: bool,
    with_secrets: bool,
    output: Path | None,
) -> None:
    """Write a session as Markdown, HTML, JSON lines or a trace, or performance events.

    A file is readable by you alone, and one that is there is never overwritten. Secrets of known shapes are taken out
    of a session, which is told; that is a best effort. A page of HTML loads nothing from outside. A trace needs the
    extra: pip install 'ppp-tui[otel]'.

    A line of an event has `type`, `timestamp` and `data`; CSV has one type of value per column, and `data` as JSON.
    Events that were anonymized as they were recorded stay as they are; the key lies beside the database and is never
    written out.
    """
    trace_format: TraceFormat | None = next((name for name in get_args(TraceFormat) if name == form), None)
    if url is not None and (trace_format is None or output is not None):
        names = ", ".join(get_args(TraceFormat))
        raise click.UsageError(f"--to sends a trace: say in which --format ({names}), and leave --output out.")
    if not is_of_events:
        if since_ms is not None or anonymize or form == "csv":
            raise click.UsageError(
                "--since, --anonymize and --format csv are for --events: a session is written whole."
            )
        database = invocation.database_path
        trajectory = find_session(database, session).id
        redactor = None if with_secrets else Redactor()
        if trace_format is not None:
            _trace(invocation, trajectory, trace_format, redactor, url, output)
        else:
            document: Form = next((name for name in get_args(Form) if name == form), "md")
            _write(export_trajectory(database, trajectory, document, redactor), output)
        if redactor is not None and redactor.counts:
            names = ", ".join(f"{number} {name}" for name, number in sorted(redactor.counts.items()))
            click.echo(f"ppp-tui: secrets were taken out ({names}); others may be left.", err=True)
        return
    if click.get_current_context().get_parameter_source("session") is not ParameterSource.DEFAULT:
        raise click.UsageError(f"--events are of all programs: leave {session.removeprefix('@')} out.")
    if form not in (None, "jsonl", "csv") or with_secrets:
        raise click.UsageError("--events are written as jsonl or csv, and hold no texts of sessions.")
    _write(_events(invocation.database_path, since_ms or 0, is_csv=form == "csv", is_anonymized=anonymize), output)


def _trace(
    invocation: Invocation,
    number: int,
    form: TraceFormat,
    redactor: Redactor | None,
    url: str | None,
    output: Path | None,
) -> None:
    """Write a session as a line of OTLP's JSON, or send it. Raises click.ClickException."""
    from ppp_tui.cli.doors.send import send_session, trace_lines

    redact = redactor.redact if redactor is not None else str
    if url is None:
        _write(trace_lines(invocation, number, form, redact), output)
    else:
        click.echo(send_session(invocation, number, url, form, redact), err=True)


def _events(database: Path, since_ms: int, *, is_csv: bool, is_anonymized: bool) -> Iterator[str]:
    """Yield the lines of an export of events. Raises click.ClickException where there can be no key."""
    from ppp_tui.export.events import EVENT_COLUMNS, event_line, event_row, read_events

    with closing(open_reader(database)) as connection:
        try:
            key = name_key(database) if is_anonymized else b""
        except OSError as error:
            raise click.ClickException(
                f"Names cannot be hashed: no key beside {database} ({error.strerror})."
            ) from error
        events = read_events(connection, since_ms, key)
        if is_csv:
            yield from csv_lines(EVENT_COLUMNS, map(event_row, events))
        else:
            yield from map(event_line, events)


def _write(pieces: Iterable[str], output: Path | None) -> None:
    if output is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece.encode("utf-8", "backslashreplace"))
        return
    with private_file(output.absolute()) as file:
        for piece in pieces:
            file.write(piece.encode("utf-8", "backslashreplace"))
