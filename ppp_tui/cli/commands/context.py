"""``ppp-tui context``: what fills a session's window, which files are hot, and what to keep of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

import click

from ppp_tui.cli.completion import complete_sessions
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import SessionCommand
from ppp_tui.cli.report.output import At, Output, as_ratio
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.project import find_project
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help, limit_note
from ppp_tui.cli.report.searched import bounded_title, empty_answer
from ppp_tui.cli.report.session import find_session, session_title
from ppp_tui.cli.report.time_options import bound_options
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.errors import Connection
from ppp_tui.query.quality.context_use import context_turns, newest_prompts, suggestions
from ppp_tui.query.quality.file_use import hot_files, hot_files_within, session_files
from ppp_tui.query.quality.rows import HotFile
from ppp_tui.query.query import answer
from ppp_tui.query.scope import Scope
from ppp_tui.text import format as shown

MAX_FILES = 200
"""Files that suggestions are made for: the most used ones."""

_TURN = (
    ReportField("turn", "turn"),
    ReportField("used_tokens", "used", shown.tokens),
    ReportField("window_tokens", "window", shown.tokens),
    ReportField("is_window_inferred"),
    ReportField("utilization", "full", shown.percent),
    ReportField("peak_tokens", "peak", shown.tokens, rank=1),
    ReportField("system_tokens", "system ~", shown.tokens),
    ReportField("file_tokens", "files ~", shown.tokens),
    ReportField("tool_tokens", "tools ~", shown.tokens),
    ReportField("conversation_tokens", "talk ~", shown.tokens),
    ReportField("compactions", "compactions", rank=2),
    ReportField("overflows", "overflows", rank=3),
)
_BY_WINDOW = ("window_tokens", "utilization")
_FILE = (
    ReportField("path", "path", trim="start"),
    ReportField("reads", "reads"),
    ReportField("edits", "edits"),
    ReportField("tokens", "tokens ~", shown.tokens),
    ReportField("last_at", "last used", rank=1),
    ReportField("last_action", "by", rank=2),
)
_ADVICE = (
    ReportField("path", "path", trim="start"),
    ReportField("action", "do", tones={"keep": "green", "drop": "yellow"}),
    ReportField("score", "score", lambda score: f"{score:.2f}", rank=2),
    ReportField("tokens", "tokens ~", shown.tokens, rank=1),
    ReportField("reasons", "because", "; ".join, trim="wrap"),
)
_EPILOG = (
    f"{fields_help(_TURN)} context hot-files: {', '.join(field.name for field in _FILE)}. "
    f"context optimize: {', '.join(field.name for field in _ADVICE)}."
)


@click.command("context", cls=SessionCommand, epilog=_EPILOG)
@click.argument("words", metavar="[WHAT]", nargs=-1, shell_complete=complete_sessions)
@click.option("--limit", type=click.IntRange(1, 100_000), help="Rows at most: 1000 turns, 50 files, 50 suggestions.")
@bound_options("since", "until", "agent")
@form_options
@common_options
@examples("context -1", "context hot-files shop --since 7d", "context optimize shop")
@pass_invocation
def context_command(
    invocation: Invocation,
    words: tuple[str, ...],
    limit: int | None,
    since_ms: int | None,
    until_ms: int | None,
    agent: str | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    """Show what fills a session's context, a project's hot files, or what to keep of them.

    WHAT is a session, the newest one without it: how full its window was at the end of each turn and about what of (the
    sum is recorded, the parts are estimates; JSON holds the session's `files` too); or `hot-files PROJECT`: the files
    that agents read and change most; or `optimize PROJECT`: which of them to keep in the context and which to drop,
    each with its reasons.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    is_bounded = any(bound is not None for bound in (since_ms, until_ms, agent))
    subject, *names = words or ("@-1",)
    if subject not in ("hot-files", "optimize"):
        if names or is_bounded:
            raise click.UsageError("a session is one word, and shown whole.")
        return _print_session(invocation, subject, limit or 1000, output)
    if len(names) != 1:
        raise click.UsageError(f"write context {subject} PROJECT.")
    database = read_place(invocation)
    with closing(open_place(database)) as connection:
        scope = Scope(since_ms, until_ms, find_project(connection, "file_sums", names[0]), agent)
        bounds = {"project": names[0], "agent": agent, "since_ms": since_ms, "until_ms": until_ms}
        empty = empty_answer(connection, database, output, "files", bounds)
        report = (_advice if subject == "optimize" else _hot_files)(
            connection, scope, limit or 50, is_bounded=is_bounded
        )
    title = bounded_title(f"{report.title} in {names[0]}", {**bounds, "project": None}, output)
    return emit(report._replace(title=title, empty=empty), output)


def _used_files(connection: Connection, scope: Scope, limit: int, *, is_bounded: bool) -> list[HotFile]:
    if is_bounded:
        return answer(connection, hot_files_within(scope, limit=limit))
    return answer(connection, hot_files(scope.project or "", limit=limit))


def _hot_files(connection: Connection, scope: Scope, limit: int, *, is_bounded: bool) -> Report:
    """Return a report of the files that agents read and change most."""
    files = _used_files(connection, scope, limit, is_bounded=is_bounded)
    notes = limit_note(len(files), limit)
    return Report("context-hot-files", _FILE, _file_rows(files), title="Hot files", notes=notes)


def _advice(connection: Connection, scope: Scope, limit: int, *, is_bounded: bool) -> Report:
    """Return a report that says which files to keep in the context."""
    files = _used_files(connection, scope, MAX_FILES, is_bounded=is_bounded)
    prompts = answer(connection, newest_prompts(scope.project or ""))
    advice = suggestions(files, prompts, SystemClock().now_ms())[:limit]
    rows = [{**entry._asdict(), "reasons": list(entry.reasons)} for entry in advice]
    return Report("context-optimize", _ADVICE, rows, title="What to keep in the context")


def _print_session(invocation: Invocation, name: str, limit: int, output: Output) -> int:
    session = find_session(read_place(invocation), name)
    with closing(open_place(read_place(invocation))) as connection:
        turns = answer(connection, context_turns(session.id, limit=limit))
        files = answer(connection, session_files(session.id)) if output.form == "json" else []
    is_inferred = any(turn.is_window_inferred for turn in turns)
    fields = [
        field._replace(title=f"{field.title} ~") if is_inferred and field.name in _BY_WINDOW else field
        for field in _TURN
    ]
    rows = [{**turn._asdict(), "turn": turn.turn_number, "utilization": as_ratio(turn.utilization)} for turn in turns]
    title = session_title(session)
    empty = f"Nothing is recorded of the context of session {title}."
    more = {"files": _file_rows(files)}
    notes = ("~: estimated.", *limit_note(len(rows), limit))
    return emit(Report("context", fields, rows, more=more, title=title, notes=notes, empty=empty), output)


def _file_rows(files: Sequence[HotFile]) -> list[dict[str, Any]]:
    return [{**file._asdict(), "tokens": file.tokens, "last_at": At(file.last_at)} for file in files]
