"""``ppp-tui search``: the database's full text, from a shell."""

from __future__ import annotations

from contextlib import closing

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options, form_options, output_of
from ppp_tui.cli.report.listing import ListField, described, tell
from ppp_tui.cli.report.output import At, Output
from ppp_tui.query.connect import open_reader
from ppp_tui.query.query import answer
from ppp_tui.query.rows import HIT_END, HIT_START, SearchHit
from ppp_tui.query.sessions.search import search
from ppp_tui.text.sanitize import plain

_HIT = tuple(ListField(name, name) for name in ("session", "turn", "agent", "project", "title", "at", "snippet"))


@click.command("search", epilog=described(_HIT))
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Hits at most.")
@form_options
@common_options
@pass_invocation
def search_command(invocation: Invocation, words: tuple[str, ...], limit: int, as_json: bool, as_csv: bool) -> int:
    """Find turns by their text. Ends with status 1 if nothing is found.

    All WORDS must be in the turn; the last may be the beginning of one; put a phrase in double quotes.
    """
    output = output_of(invocation.zone, as_json=as_json, as_csv=as_csv)
    with closing(open_reader(invocation.database_path)) as connection:
        hits = answer(connection, search(" ".join(words), limit))
    if hits and output.form == "table":
        for hit in hits:
            click.echo("\n".join(_lines(hit, output)))
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
    return tell(output, "search", _HIT, rows)


def _snippet(hit: SearchHit) -> str:
    return " ".join(hit.snippet.replace(HIT_START, "[").replace(HIT_END, "]").split())


def _lines(hit: SearchHit, output: Output) -> list[str]:
    """Return a hit for people: its place, and below it the words."""
    place = f"{hit.trajectory_id}#{hit.turn_number}"
    when = output.local(hit.at)[:16]
    return [f"{place}  {when:16}  {plain(hit.agent_name)}  {plain(hit.title)}", f"    {plain(_snippet(hit))}"]
