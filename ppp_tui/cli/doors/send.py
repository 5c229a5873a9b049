"""``ppp-tui send``: sessions as OpenTelemetry traces, into a file or to a receiver."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click
from click.core import ParameterSource

from ppp_tui.cli.doors.sent_revisions import keep_revision, sent_revisions
from ppp_tui.cli.follow import follow, supervisor_of
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples
from ppp_tui.cli.processes import when_parent_ends
from ppp_tui.cli.report.command import SessionCommand
from ppp_tui.cli.report.session import find_session, session_argument
from ppp_tui.cli.report.time_options import bound_options
from ppp_tui.export.spans import session_spans
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.changes import changed_sessions
from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import Connection
from ppp_tui.query.query import answer
from ppp_tui.query.scores.score_settings import ScoreSettings, score_settings
from ppp_tui.query.sessions.session_lists import session as session_row
from ppp_tui.settings.trace_formats import TraceFormat
from ppp_tui.store.door_status import DoorStatus, doors_folder, open_door
from ppp_tui.text.format import counted
from ppp_tui.text.secrets import Redactor

if TYPE_CHECKING:
    from ppp_tui.cli.follow import ReadLines

AT_ONCE = 500
"""Changes that are looked at before those of them are sent."""

FOLLOW_PAUSE_S = 15.0
"""Seconds between two sendings while following: a session that is at work is not sent at each of its steps."""

HEADERS = "OTEL_EXPORTER_OTLP_HEADERS"

Send = Callable[[Connection, int], str]
"""Sends a session by its number, and returns what was sent. Raises click.ClickException."""


@click.command("send", cls=SessionCommand)
@session_argument()
@click.option("--to", "url", metavar="URL", help="A receiver of OTLP over HTTP, such as http://127.0.0.1:6006.")
@click.option(
    "--format",
    "dialect",
    type=click.Choice(get_args(TraceFormat)),
    default="otlp",
    show_default=True,
    help="The words of the receiver: openinference for Phoenix, langfuse, or GenAI's alone.",
)
@bound_options("since")
@click.option("--follow", "is_following", is_flag=True, help="Go on and send what changes, until it is stopped.")
@click.option("--with-secrets", is_flag=True, help="Leave keys, tokens and passwords in; else they are taken out.")
@click.option("--child", "is_child", is_flag=True, hidden=True, help="Say nothing, and end when standard input closes.")
@common_options
@examples(
    "send -1 > session.otlp.jsonl",
    "send --to http://127.0.0.1:6006 --format openinference --since 7d",
    "send --to http://127.0.0.1:6006 --format openinference --follow",
)
@pass_invocation
def send_command(
    invocation: Invocation,
    session: str,
    url: str | None,
    dialect: TraceFormat,
    since_ms: int | None,
    is_following: bool,
    with_secrets: bool,
    is_child: bool,
) -> int:
    """Send sessions as OpenTelemetry traces to a receiver, or write one as OTLP's JSON.

    A trace is a session with its turns, model requests, tool calls and sub-agents; evaluations are events of it. With
    --to and without a session, all that changed since the last time is sent, or what was alive --since; how far a
    receiver was sent to is kept beside the database, and ids stay the same, so that nothing is doubled where ids count.
    Headers, such as one with a key, come from OTEL_EXPORTER_OTLP_HEADERS. Secrets of known shapes are taken out. Needs
    the extra: pip install 'ppp-tui[otel]'.
    """
    is_named = click.get_current_context().get_parameter_source("session") is not ParameterSource.DEFAULT
    if url is None and (is_following or since_ms is not None):
        raise click.UsageError("--follow and --since are for sending: name a receiver with --to.")
    if is_named and (is_following or since_ms is not None):
        raise click.UsageError("a session is sent whole: leave --follow and --since out.")
    redactor = Redactor()
    redact = (lambda text: text) if with_secrets else redactor.redact
    database = invocation.database_path
    if url is None:
        sys.stdout.writelines(trace_lines(invocation, find_session(database, session).id, dialect, redact))
    elif is_named:
        click.echo(send_session(invocation, find_session(database, session).id, url, dialect, redact), err=True)
    else:
        send = _sender(url, dialect, score_settings(invocation.settings), redact)
        lines = changes_sender(database, f"{url} {dialect}", since_ms, send)
        if is_following:
            if is_child:
                when_parent_ends(partial(os.kill, os.getpid(), signal.SIGTERM))
            with open_door(doors_folder(database), "send", [f"{url} {dialect}"], SystemClock()) as status:
                paced = _paced(lines, status, is_silent=is_child)
                asyncio.run(follow(database, paced, supervisor_of(invocation), is_clocked=True))
        else:
            with closing(open_reader(database)) as connection:
                sent = list(lines(connection))
            click.echo("\n".join(sent) or "Nothing changed since the last time.", err=True)
    if redactor.counts and not is_child:
        click.echo(f"ppp-tui: {counted(redactor.counts.total(), 'secret')} taken out; others may be left.", err=True)
    return 0


def changes_sender(database: Path, receiver: str, since_ms: int | None, send_session: Send) -> ReadLines:
    """Return what sends all that changed since it was called last, in this process or an earlier one.

    With `since_ms`, what was alive since then is sent the first time, whatever was sent before.
    """
    state = {"since": since_ms}

    def send_changes(connection: Connection) -> list[str]:
        sent: list[str] = []
        since, state["since"] = state["since"], None
        revision = 0 if since is not None else sent_revisions(database).get(receiver, 0)
        while changed := answer(connection, changed_sessions(revision, since or 0, AT_ONCE)):
            for entry in changed:
                sent.append(send_session(connection, entry.id))
                revision = entry.revision
                keep_revision(database, receiver, revision)
        return sent

    return send_changes


def _paced(send_changes: ReadLines, status: DoorStatus, *, is_silent: bool) -> ReadLines:
    """Return the same, at most once in `FOLLOW_PAUSE_S`; a receiver that is away is told of and tried again.

    With `is_silent`, only the door's status tells of it.
    """
    last = [-FOLLOW_PAUSE_S]

    def read(connection: Connection) -> list[str]:
        if time.monotonic() - last[0] < FOLLOW_PAUSE_S:
            return []
        last[0] = time.monotonic()
        try:
            sent = list(send_changes(connection))
        except click.ClickException as error:
            status.note_trouble(error.format_message())
            return [] if is_silent else [error.format_message()]
        if sent:
            status.count("sessions", "sent", len(sent))
        return [] if is_silent else sent

    return read


def _sender(url: str, dialect: TraceFormat, scoring: ScoreSettings, redact: Callable[[str], str]) -> Send:
    """Return what sends a session to a receiver. Raises click.ClickException."""
    try:
        from ppp_tui.export.otlp import SendError, TraceReceiver, header_pairs
    except ImportError as error:
        sentence = f"ppp-tui send needs packages that are not there ({error}): pip install 'ppp-tui[otel]'"
        raise click.ClickException(sentence) from error
    try:
        receiver = TraceReceiver(url, header_pairs(os.environ.get(HEADERS, "")), time.sleep)
    except ValueError as error:
        raise click.UsageError(f"{error}.") from error

    def send(connection: Connection, number: int) -> str:
        row = answer(connection, session_row(number))
        spans = list(session_spans(connection, number, dialect, scoring))
        agent, version = (row.agent_name, row.agent_version) if row is not None else ("", "")
        try:
            receiver.send(agent, version, spans, redact)
        except SendError as error:
            raise click.ClickException(f"{error}.") from error
        return f"session {number}: {counted(len(spans), 'span')} sent"

    return send


def send_session(
    invocation: Invocation, number: int, url: str, dialect: TraceFormat, redact: Callable[[str], str]
) -> str:
    """Send one session, and return what was sent. Raises click.ClickException."""
    send = _sender(url, dialect, score_settings(invocation.settings), redact)
    with closing(open_reader(invocation.database_path)) as connection:
        return send(connection, number)


def trace_lines(
    invocation: Invocation, number: int, dialect: TraceFormat, redact: Callable[[str], str]
) -> Iterator[str]:
    """Return a session as one line of OTLP's JSON."""
    from ppp_tui.export.otlp import json_line, otlp_request

    with closing(open_reader(invocation.database_path)) as connection:
        row = answer(connection, session_row(number))
        agent, version = (row.agent_name, row.agent_version) if row is not None else ("", "")
        spans = list(session_spans(connection, number, dialect, score_settings(invocation.settings)))
        yield json_line(otlp_request(agent, version, spans, redact))
