"""Finds the session that a user names on the command line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import click

from ppp_tui.cli.completion import complete_sessions
from ppp_tui.cli.options import Decorated
from ppp_tui.cli.report.command import FROM_NEWEST
from ppp_tui.cli.report.place import ReadPlace, open_place
from ppp_tui.model.clock import to_text
from ppp_tui.query.query import answer
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions.filters import EMPTY
from ppp_tui.query.sessions.session_lists import Sort, session_count, session_page, sessions_named
from ppp_tui.text.format import UNKNOWN, counted
from ppp_tui.text.sanitize import plain

SESSION_HELP = (
    "SESSION is the number that ppp-tui sessions and the dashboard show, the agent's own id or its beginning, or -1 "
    "for the newest session, -2 for the one before."
)
"""How a session is named, for the help of commands."""


def session_argument(*, metavar: str = "[SESSION]") -> Callable[[Decorated], Decorated]:
    """Return the argument of a command of class `SessionCommand`; without it the newest session is meant."""

    def decorate(command: Decorated) -> Decorated:
        return click.argument("session", metavar=metavar, default="@-1", shell_complete=complete_sessions)(command)

    return decorate


def find_place(database: ReadPlace, text: str) -> tuple[int, int | None]:
    """Return trajectory and turn number that ``SESSION[#TURN]`` means. Raises click.ClickException."""
    name, mark, turn = text.partition("#")
    if mark and not (turn.isascii() and turn.isdigit()):
        raise click.UsageError(f"{text}: what follows # is the number of a turn, such as {name}#3.")
    session = find_session(database, name)
    if mark and int(turn) > session.last_turn_number:
        last = session.last_turn_number
        raise click.ClickException(f"There is no turn {turn} in session {session_title(session)}: the last is {last}.")
    return session.id, int(turn) if mark else None


def session_title(session: SessionRow) -> str:
    """Return a session's number, agent and title, as reports about it begin: ``#12 claude  Add a login``."""
    return f"#{session.id} {session.agent_name}  {session.title}".rstrip()


def is_from_newest(name: str) -> bool:
    """Return whether a name counts from the newest session, as ``-1`` does."""
    return FROM_NEWEST.match(name.removeprefix("@")) is not None


def find_session(database: ReadPlace, name: str) -> SessionRow:
    """Return the one session that a name means. Raises click.ClickException.

    A name is a number, a native id, the beginning of one, or ``-1`` for the newest session. A number outranks a native
    id: programs that number their sessions themselves have ids that look the same.
    """
    counted_back = FROM_NEWEST.match(name.removeprefix("@"))
    if counted_back is not None:
        return _from_newest(database, int(counted_back[1]))
    with closing(open_place(database)) as connection:
        rows = answer(connection, sessions_named(name))
    numbered = [row for row in rows if name == str(row.id)]
    rows = numbered or [row for row in rows if name == row.native_id] or rows
    if not rows:
        raise click.ClickException(
            f"There is no session {name} in {database}: ppp-tui sessions lists them, ppp-tui search finds one by text."
        )
    if len(rows) > 1:
        began = {row.id: to_text(row.started_at)[:16] if row.started_at else UNKNOWN for row in rows}
        listed = "\n".join(f"  {row.id}  {began[row.id]:16}  {row.agent_name}  {plain(row.title)}" for row in rows)
        raise click.ClickException(f"{name} may be one of these sessions; name it by its number:\n{listed}")
    return rows[0]


def _from_newest(database: ReadPlace, place: int) -> SessionRow:
    """Return the newest session, or one before it. Raises click.ClickException."""
    with closing(open_place(database)) as connection:
        rows = answer(connection, session_page(EMPTY, Sort(), place - 1, 1)) if place else []
        if rows:
            return rows[0]
        total = counted(answer(connection, session_count()), "session")
    raise click.ClickException(f"There is no session -{place} in {database}, which holds {total}: -1 is the newest.")
