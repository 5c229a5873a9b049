"""Finds the session that a person names on the command line."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from ppp_tui.model.clock import to_text
from ppp_tui.query.connect import open_reader
from ppp_tui.query.query import answer
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions.session_lists import sessions_named
from ppp_tui.text.format import UNKNOWN
from ppp_tui.text.sanitize import plain


def find_place(database: Path, text: str) -> tuple[int, int | None]:
    """Trajectory and turn number that ``SESSION[#TURN]`` means. Raises click.ClickException unless that is one."""
    name, mark, turn = text.partition("#")
    if mark and not (turn.isascii() and turn.isdigit()):
        raise click.UsageError(f"{text}: what follows # is the number of a turn, such as {name}#3.")
    return find_session(database, name).id, int(turn) if mark else None


def find_session(database: Path, name: str) -> SessionRow:
    """Return the one session that a number, a native id or the beginning of one means. Raises click.ClickException.

    A number outranks a native id: programs that number their sessions themselves have ids that look the same.
    """
    with closing(open_reader(database)) as connection:
        rows = answer(connection, sessions_named(name))
    numbered = [row for row in rows if name == str(row.id)]
    rows = numbered or [row for row in rows if name == row.native_id] or rows
    if not rows:
        raise click.ClickException(f"There is no session {name} in {database}: ppp-tui search finds one by its text.")
    if len(rows) > 1:
        began = {row.id: to_text(row.started_at)[:16] if row.started_at else UNKNOWN for row in rows}
        listed = "\n".join(f"  {row.id}  {began[row.id]:16}  {row.agent_name}  {plain(row.title)}" for row in rows)
        raise click.ClickException(f"{name} may be one of these sessions; name it by its number:\n{listed}")
    return rows[0]
