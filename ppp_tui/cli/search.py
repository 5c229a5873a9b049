"""``ppp-tui search``: the archive's full text, from a shell."""

from __future__ import annotations

import json
from contextlib import closing

import click

from ppp_tui.cli.invocation import Invocation, pass_invocation
from ppp_tui.cli.options import common_options
from ppp_tui.cli.plain import plain
from ppp_tui.model.clock import to_text
from ppp_tui.query.connect import open_reader
from ppp_tui.query.query import answer
from ppp_tui.query.rows import HIT_END, HIT_START
from ppp_tui.query.search import search


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Hits at most.")
@click.option("--json", "as_json", is_flag=True, help="As JSON lines.")
@common_options
@pass_invocation
def search_command(invocation: Invocation, words: tuple[str, ...], limit: int, as_json: bool) -> int:
    """Find turns by their text. Ends with status 1 if nothing is found.

    All WORDS must be in the turn; the last may be the beginning of one; put a phrase in double quotes.
    """
    with closing(open_reader(invocation.archive_path)) as connection:
        hits = answer(connection, search(" ".join(words), limit))
    for hit in hits:
        snippet = " ".join(hit.snippet.replace(HIT_START, "[").replace(HIT_END, "]").split())
        if as_json:
            fields = {
                "session": hit.trajectory_id, "turn": hit.turn_number, "agent": hit.agent_name,
                "project": hit.project, "title": hit.title, "at": to_text(hit.at), "snippet": snippet,
            }  # fmt: skip
            click.echo(json.dumps(fields))
            continue
        place = f"{hit.trajectory_id}#{hit.turn_number}"
        click.echo(f"{place}  {to_text(hit.at)[:16]}  {plain(hit.agent_name)}  {plain(hit.title)}")
        click.echo(f"    {plain(snippet)}")
    return 0 if hits else 1
