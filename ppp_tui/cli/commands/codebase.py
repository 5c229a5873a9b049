"""``ppp-tui codebase`` and ``ppp-tui index``: how large projects are, and counting them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from ppp_tui.cli.completion import complete_projects
from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.output import At, Output
from ppp_tui.cli.report.project import find_project, labelled
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help, limit_note
from ppp_tui.cli.report.searched import searched
from ppp_tui.model.clock import SystemClock
from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import Connection
from ppp_tui.query.quality.codebases import codebase, codebase_types, largest_codebases, largest_files
from ppp_tui.query.quality.rows import CodebaseLine
from ppp_tui.query.query import answer
from ppp_tui.text import format as shown
from ppp_tui.text.sanitize import plain

_LINES = (
    ReportField("files", "files", shown.count, rank=1),
    ReportField("lines", "lines", shown.count),
    ReportField("code", "code", shown.count),
    ReportField("comments", "comments", shown.count, rank=3),
    ReportField("blanks", "blanks", shown.count, rank=4),
    ReportField("bytes", "size", shown.size),
    ReportField("tokens", "tokens ~", shown.tokens),
)
_CODEBASE = (
    ReportField("project", "project", trim="start"),
    *_LINES,
    ReportField("indexed_at", "counted at", rank=2),
    ReportField("build_ms", "took", shown.duration, rank=5),
    ReportField("counted_files"),
    ReportField("is_whole"),
)
_TYPE = (ReportField("type", "type", lambda name: name or "other"), *_LINES)
_FILE = (
    ReportField("path", "largest files", trim="start"),
    ReportField("type", "type", lambda name: name or "other"),
    ReportField("bytes", "size", shown.size),
    ReportField("code", "code", shown.count),
    ReportField("comments", "comments", shown.count, rank=3),
    ReportField("blanks", "blanks", shown.count, rank=4),
)


@click.command("codebase", epilog=fields_help(_CODEBASE))
@click.argument("words", metavar="[WHAT]", nargs=-1, shell_complete=complete_projects)
@click.option("--limit", type=click.IntRange(1, 10_000), default=10, show_default=True, help="Rows at most.")
@form_options
@common_options
@examples("codebase shop", "codebase largest --limit 5", "codebase reindex shop")
@pass_invocation
def codebase_command(invocation: Invocation, words: tuple[str, ...], limit: int, as_json: bool, as_csv: bool) -> int:
    """Show how large a project is, or the largest projects, or count some anew.

    WHAT is a project that was counted, that of this folder without it: its lines by language and its largest files; or
    `largest`: the projects with the most code; or `reindex` with one project or more (with none, all that were
    counted): every file is read again. JSON holds `types` and `largest_files` too; CSV of a project holds its types.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    subject, *names = words or (str(Path.cwd()),)
    if subject == "reindex":
        return _reindex(invocation, names, output)
    if names:
        raise click.UsageError(f"{names[0]} is one word too many.")
    database = invocation.database_path
    with closing(open_reader(database)) as connection:
        if subject != "largest":
            return _print_project(connection, find_project(connection, "codebases", subject), limit, output)
        entries = answer(connection, largest_codebases(limit))
        fields = labelled(connection, _CODEBASE)
        empty = f"No project was counted yet: ppp-tui index FOLDER does. {searched(connection, database, output)}"
    notes = limit_note(len(entries), limit)
    return emit(Report("codebase", fields, list(map(_as_row, entries)), notes=notes, empty=empty), output)


@click.command("index", epilog=fields_help(_CODEBASE))
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@form_options
@common_options
@examples("index .", "index ~/src/shop --json")
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
    return _print_counted(_count_folders(invocation, [str(folder)], is_fresh=False), output)


def _reindex(invocation: Invocation, names: Sequence[str], output: Output) -> int:
    with closing(open_reader(invocation.database_path)) as connection:
        if names:
            folders = [find_project(connection, "codebases", name) for name in names]
        else:
            folders = [entry.project for entry in answer(connection, largest_codebases(10_000))]
    return _print_counted(_count_folders(invocation, folders, is_fresh=True), output)


def _count_folders(invocation: Invocation, folders: Sequence[str], *, is_fresh: bool) -> list[CodebaseLine]:
    """Count folders into the database; returns what each of them holds. With `is_fresh` every file is read again."""
    from ppp_tui.ingest.jobs.line_count import count
    from ppp_tui.store.connect import create_private
    from ppp_tui.store.write import Writer
    from ppp_tui.store.writers import codebases

    database = invocation.database_path
    keeps_text = invocation.settings.database.text == "full"
    create_private(database)
    written: list[str] = []
    with closing(Writer(database)) as writer:
        for folder in folders:
            stamps = writer.ask(codebases.known_files, folder)
            try:
                # Times that no file has: each is counted as if it had changed.
                counted = count(folder, dict.fromkeys(stamps, (-1, -1)) if is_fresh else stamps, keeps_text=keeps_text)
            except OSError as error:
                click.echo(f"ppp-tui: {plain(folder)} was not counted: {error.strerror or error}", err=True)
                continue
            for _ in codebases.write_count(writer, counted, SystemClock().now_ms()):
                pass
            written.append(folder)
    with closing(open_reader(database)) as connection:
        entries = [answer(connection, codebase(folder)) for folder in written]
    return [entry for entry in entries if entry is not None]


def _print_counted(entries: Sequence[CodebaseLine], output: Output) -> int:
    return emit(Report("codebase", _CODEBASE, list(map(_as_row, entries)), empty="Nothing was counted."), output)


def _print_project(connection: Connection, project: str, limit: int, output: Output) -> int:
    entry = answer(connection, codebase(project))
    rows = [] if entry is None else [_as_row(entry)]
    types = [] if entry is None else list(map(_as_row, answer(connection, codebase_types(entry.id))))
    files = [] if entry is None else [file._asdict() for file in answer(connection, largest_files(entry.id, limit))]
    if output.form == "csv":
        return emit(Report("codebase-types", _TYPE, types), output)
    more = {"types": types, "largest_files": files}
    status = emit(Report("codebase", labelled(connection, _CODEBASE), rows, more=more), output)
    if output.form == "table":
        for part in (Report("codebase-types", _TYPE, types), Report("codebase-files", _FILE, files)):
            if part.rows:
                click.echo()
                emit(part, output)
    return status


def _as_row(entry: Any) -> dict[str, Any]:
    row: dict[str, Any] = {**entry._asdict(), "lines": entry.code + entry.comments + entry.blanks}
    if "indexed_at" in row:
        row["indexed_at"] = At(row["indexed_at"])
    return row
