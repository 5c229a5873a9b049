"""``ppp-tui search``: the database's full text, from a shell."""

from __future__ import annotations

from contextlib import closing
from typing import Unpack

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, examples, form_options, output_of
from ppp_tui.cli.report.command import ReportCommand
from ppp_tui.cli.report.output import At, Output
from ppp_tui.cli.report.place import open_place
from ppp_tui.cli.report.project import scope_of
from ppp_tui.cli.report.report import Report, ReportField, emit, fields_help, limit_note
from ppp_tui.cli.report.searched import empty_answer
from ppp_tui.cli.report.terminal import paint
from ppp_tui.cli.report.time_options import ModelBounds, bound_options
from ppp_tui.cli.team.addresses import read_place
from ppp_tui.query.query import answer
from ppp_tui.query.rows import HIT_END, HIT_START, SearchHit
from ppp_tui.query.sessions.search import search
from ppp_tui.text.cells import cut, wrap
from ppp_tui.text.sanitize import plain

INDENT = "    "
"""Before the words of a hit."""

_HIT = tuple(ReportField(name, name) for name in ("session", "turn", "agent", "project", "title", "at", "snippet"))


@click.command("search", cls=ReportCommand, epilog=fields_help(_HIT))
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Hits at most.")
@bound_options("since", "until", "project", "agent", "model")
@form_options
@common_options
@examples(
    "search login",
    "search timeout --agent codex --since 30d",
    "search '\"race condition\"' cache",
    "search telem --limit 5 --json",
)
@pass_invocation
def search_command(
    invocation: Invocation,
    /,
    words: tuple[str, ...],
    limit: int,
    as_json: bool,
    as_csv: bool,
    **bounds: Unpack[ModelBounds],
) -> int:
    """Find turns by their text. Ends with status 1 if there are none.

    All WORDS must be in the turn; the last may be the beginning of one; put a phrase in double quotes. Each hit begins
    with SESSION#TURN, which ppp-tui open takes.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    database = read_place(invocation)
    text = " ".join(words)
    with closing(open_place(database)) as connection:
        hits = answer(connection, search(text, limit, scope=scope_of(connection, bounds)))
        empty = "" if hits else empty_answer(connection, database, output, f"turns with {text}", bounds)
    if hits and output.form == "table":
        for hit in hits:
            click.echo("\n".join(_hit_lines(hit, output)), color=output.is_coloured)
        for note in limit_note(len(hits), limit):
            click.echo(note)
        return 0
    rows = [
        {
            "session": hit.trajectory_id,
            "turn": hit.turn_number,
            "agent": hit.agent_name,
            "project": hit.project,
            "title": hit.title,
            "at": At(hit.at),
            "snippet": _snippet(hit),
        }
        for hit in hits
    ]
    return emit(Report("search", _HIT, rows, empty=empty), output)


def _snippet(hit: SearchHit) -> str:
    """Return the words around a hit in one line, the hit in brackets; not sanitized."""
    return " ".join(hit.snippet.replace(HIT_START, "[").replace(HIT_END, "]").split())


def _hit_lines(hit: SearchHit, output: Output) -> list[str]:
    """Return a hit as lines: its place, and below it its words within the width of the terminal."""
    place = f"{hit.trajectory_id}#{hit.turn_number}"
    head = f"{place}  {output.local(hit.at):16}  {plain(hit.agent_name)}  {plain(hit.title)}"
    lines = [plain(_snippet(hit))]
    if output.width is not None:
        head = cut(head, output.width)
        lines = wrap(lines[0], output.width - len(INDENT))
    return [paint(head, "bold" if output.is_coloured else None), *(f"{INDENT}{line}" for line in lines)]
