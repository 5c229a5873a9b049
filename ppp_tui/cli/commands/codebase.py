"""``ppp-tui codebase`` and ``ppp-tui index``: how large projects are, and counting them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, form_options, output_of
from ppp_tui.cli.report.listing import ListField, described, minute, tell
from ppp_tui.cli.report.output import At, Output
from ppp_tui.cli.report.project import find_project, labelled
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.connect import open_reader
from ppp_tui.query.quality.codebases import codebase, codebase_types, largest_codebases, largest_files
from ppp_tui.query.quality.rows import CodebaseLine
from ppp_tui.query.query import answer
from ppp_tui.text import format as shown
from ppp_tui.text.sanitize import plain

_LINES = (
    ListField("files", "files", shown.count),
    ListField("lines", "lines", shown.count),
    ListField("code", "code", shown.count),
    ListField("comments", "comments", shown.count),
    ListField("blanks", "blanks", shown.count),
    ListField("bytes", "size", shown.size),
    ListField("tokens", "tokens ~", shown.tokens),
)
_CODEBASE = (
    ListField("project", "project", is_path=True),
    *_LINES,
    ListField("indexed_at", "counted at", minute),
    ListField("build_ms", "took", shown.duration),
    ListField("counted_files", ""),
    ListField("is_whole", ""),
)
_TYPE = (ListField("type", "type", lambda name: name or "other"), *_LINES)
_FILE = (
    ListField("path", "largest files", is_path=True),
    ListField("type", "type", lambda name: name or "other"),
    ListField("bytes", "size", shown.size),
    ListField("code", "code", shown.count),
    ListField("comments", "comments", shown.count),
    ListField("blanks", "blanks", shown.count),
)


@click.command("codebase", epilog=described(_CODEBASE))
@click.argument("what", metavar="WHAT", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=10, show_default=True, help="Rows at most.")
@form_options
@common_options
@pass_invocation
def codebase_command(invocation: Invocation, what: tuple[str, ...], limit: int, as_json: bool, as_csv: bool) -> int:
    """Show how large a project is, or the largest projects, or count some anew.

    WHAT is a project that was counted: its lines by language and its largest files; or `largest`: the projects with the
    most code; or `reindex` with one project or more (with none, all that are known): every file is read again. JSON
    holds `types` and `largest_files` too; CSV of a project holds its types.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    if what[0] == "reindex":
        return _reindex(invocation, what[1:], output)
    if len(what) > 1:
        raise click.UsageError(f"{what[1]} is one word too many.")
    with closing(open_reader(invocation.database_path)) as connection:
        if what[0] == "largest":
            found = answer(connection, largest_codebases(limit))
            return _tell_codebases(found, output, labelled(connection, _CODEBASE))
        return _tell_project(connection, find_project(connection, "codebases", what[0]), limit, output)


@click.command("index", epilog=described(_CODEBASE))
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@form_options
@common_options
@pass_invocation
def index_command(invocation: Invocation, path: Path, as_json: bool, as_csv: bool) -> int:
    """Count the files and lines below a folder, by language and as git sees them.

    Nothing outside PATH is read but ignore files above it, links are not followed, and what git ignores is left out.
    Files whose size and time are as they were when they were counted last are not read again.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    folder = path.expanduser().resolve()
    if not folder.is_dir():
        raise click.UsageError(f"{plain(str(path))} is no folder.")
    return _tell_codebases(_count(invocation, [str(folder)], is_fresh=False), output)


def _reindex(invocation: Invocation, names: Sequence[str], output: Output) -> int:
    with closing(open_reader(invocation.database_path)) as connection:
        if names:
            found = [find_project(connection, "codebases", name) for name in names]
        else:
            found = [entry.project for entry in answer(connection, largest_codebases(10_000))]
    return _tell_codebases(_count(invocation, found, is_fresh=True), output)


def _count(invocation: Invocation, folders: Sequence[str], *, is_fresh: bool) -> list[CodebaseLine]:
    from ppp_tui.ingest.jobs.line_count import count
    from ppp_tui.store.connect import create_private
    from ppp_tui.store.write import Writer
    from ppp_tui.store.writers import codebases

    database = invocation.database_path
    keeps_text = invocation.settings.database.text == "full"
    create_private(database)
    told: list[str] = []
    with closing(Writer(database)) as writer:
        for folder in folders:
            known = writer.ask(codebases.known_files, folder)
            try:
                # Times that no file has: each is counted as if it had changed.
                counted = count(folder, dict.fromkeys(known, (-1, -1)) if is_fresh else known, keeps_text=keeps_text)
            except OSError as error:
                click.echo(f"ppp-tui: {plain(folder)} was not counted: {error.strerror or error}", err=True)
                continue
            for _ in codebases.write(writer, counted, SystemClock().now_ms()):
                pass
            told.append(folder)
    with closing(open_reader(database)) as connection:
        found = [answer(connection, codebase(folder)) for folder in told]
    return [entry for entry in found if entry is not None]


def _tell_codebases(found: Sequence[CodebaseLine], output: Output, fields: Sequence[ListField] = _CODEBASE) -> int:
    return tell(output, "codebase", fields, [_as_row(entry) for entry in found])


def _tell_project(connection: sqlite3.Connection, project: str, limit: int, output: Output) -> int:
    entry = answer(connection, codebase(project))
    if entry is None:
        return tell(output, "codebase", _CODEBASE, [])
    types = [_as_row(kind) for kind in answer(connection, codebase_types(entry.id))]
    files = [file._asdict() for file in answer(connection, largest_files(entry.id, limit))]
    if output.form == "json":
        return tell(output, "codebase", _CODEBASE, [_as_row(entry)], types=types, largest_files=files)
    if output.form == "csv":
        return tell(output, "codebase-types", _TYPE, types)
    tell(output, "codebase", labelled(connection, _CODEBASE), [_as_row(entry)])
    for schema, fields, rows in (("codebase-types", _TYPE, types), ("codebase-files", _FILE, files)):
        if rows:
            click.echo()
            tell(output, schema, fields, rows)
    return 0


def _as_row(entry: Any) -> dict[str, Any]:
    row: dict[str, Any] = {**entry._asdict(), "lines": entry.code + entry.comments + entry.blanks}
    if "indexed_at" in row:
        row["indexed_at"] = At(row["indexed_at"])
    return row
