"""``ppp-tui context``: what fills a session's window, which files are hot, and what to keep of them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, form_options, output_of
from ppp_tui.cli.report.listing import ListField, described, minute, tell
from ppp_tui.cli.report.output import At, Output, ratio
from ppp_tui.cli.report.project import find_project
from ppp_tui.cli.report.session import find_session
from ppp_tui.cli.report.time_options import bounded
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.connect import open_reader
from ppp_tui.query.quality.context_use import context_turns, newest_prompts, suggestions
from ppp_tui.query.quality.file_use import hot_files, hot_files_within, session_files
from ppp_tui.query.quality.rows import HotFile
from ppp_tui.query.query import answer
from ppp_tui.query.scope import Scope
from ppp_tui.text import format as shown

MOST_FILES = 200
"""Files that suggestions are made for: the most used ones."""

_TURN = (
    ListField("turn", "turn"),
    ListField("used_tokens", "used", shown.tokens),
    ListField("window_tokens", "window", shown.tokens),
    ListField("is_window_inferred", ""),
    ListField("utilization", "full", shown.percent),
    ListField("peak_tokens", "peak", shown.tokens),
    ListField("system_tokens", "system ~", shown.tokens),
    ListField("file_tokens", "files ~", shown.tokens),
    ListField("tool_tokens", "tools ~", shown.tokens),
    ListField("conversation_tokens", "talk ~", shown.tokens),
    ListField("compactions", "compactions"),
    ListField("overflows", "overflows"),
)
_BY_WINDOW = ("window_tokens", "utilization")
_FILE = (
    ListField("path", "path", is_path=True),
    ListField("reads", "reads"),
    ListField("edits", "edits"),
    ListField("tokens", "tokens ~", shown.tokens),
    ListField("last_at", "last used", minute),
    ListField("last_action", "by"),
)
_ADVICE = (
    ListField("path", "path", is_path=True),
    ListField("action", "do"),
    ListField("score", "score", lambda score: f"{score:.2f}"),
    ListField("tokens", "tokens ~", shown.tokens),
    ListField("reasons", "because", "; ".join),
)
_EPILOG = (
    f"{described(_TURN)} context hot-files: {', '.join(field.name for field in _FILE)}. "
    f"context optimize: {', '.join(field.name for field in _ADVICE)}."
)


@click.command("context", epilog=_EPILOG)
@click.argument("what", metavar="WHAT", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 100_000), help="Rows at most: 1000 turns, 50 files, 50 suggestions.")
@bounded("since", "until", "agent")
@form_options
@common_options
@pass_invocation
def context_command(
    invocation: Invocation,
    what: tuple[str, ...],
    limit: int | None,
    since_ms: int | None,
    until_ms: int | None,
    agent: str | None,
    as_json: bool,
    as_csv: bool,
) -> int:
    """Show what fills a session's context, a project's hot files, or what to keep of them.

    WHAT is a session: how full its window was at the end of each turn and about what of (the sum is recorded, the parts
    are estimates; JSON holds the session's `files` too); or `hot-files PROJECT`: the files that agents read and change
    most; or `optimize PROJECT`: which of them to keep in the context and which to drop, each with its reasons.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    is_bounded = any(bound is not None for bound in (since_ms, until_ms, agent))
    if what[0] not in ("hot-files", "optimize"):
        if len(what) > 1 or is_bounded:
            raise click.UsageError("a session is one word, and shown whole.")
        return _tell_session(invocation, what[0], limit or 1000, output)
    if len(what) != 2:
        raise click.UsageError(f"write context {what[0]} PROJECT.")
    with closing(open_reader(invocation.database_path)) as connection:
        scope = Scope(since_ms, until_ms, find_project(connection, "file_sums", what[1]), agent)
        if what[0] == "optimize":
            return _tell_advice(connection, scope, limit or 50, output, is_bounded=is_bounded)
        files = _hot(connection, scope, limit or 50, is_bounded=is_bounded)
    return tell(output, "context-hot-files", _FILE, _file_rows(files))


def _hot(connection: sqlite3.Connection, scope: Scope, limit: int, *, is_bounded: bool) -> list[HotFile]:
    if is_bounded:
        return answer(connection, hot_files_within(scope, limit=limit))
    return answer(connection, hot_files(scope.project or "", limit=limit))


def _tell_session(invocation: Invocation, name: str, limit: int, output: Output) -> int:
    session = find_session(invocation.database_path, name)
    with closing(open_reader(invocation.database_path)) as connection:
        turns = answer(connection, context_turns(session.id, limit=limit))
        files = answer(connection, session_files(session.id)) if output.form == "json" else []
    is_inferred = any(turn.is_window_inferred for turn in turns)
    fields = [
        field._replace(title=f"{field.title} ~") if is_inferred and field.name in _BY_WINDOW else field
        for field in _TURN
    ]
    rows = [{**turn._asdict(), "turn": turn.turn_number, "utilization": ratio(turn.utilization)} for turn in turns]
    return tell(output, "context", fields, rows, files=_file_rows(files))


def _tell_advice(connection: sqlite3.Connection, scope: Scope, limit: int, output: Output, *, is_bounded: bool) -> int:
    files = _hot(connection, scope, MOST_FILES, is_bounded=is_bounded)
    prompts = answer(connection, newest_prompts(scope.project or ""))
    advice = suggestions(files, prompts, SystemClock().now_ms())[:limit]
    return tell(
        output, "context-optimize", _ADVICE, [{**one._asdict(), "reasons": list(one.reasons)} for one in advice]
    )


def _file_rows(files: Sequence[HotFile]) -> list[dict[str, Any]]:
    return [{**file._asdict(), "tokens": file.tokens, "last_at": At(file.last_at)} for file in files]
