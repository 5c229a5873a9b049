"""What ``ppp-tui questions`` and ``ppp-tui violations`` share: which sessions, and how rows are told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import click

from ppp_tui.cli.session import find_session
from ppp_tui.cli.table import table
from ppp_tui.query.consensus import newest_with
from ppp_tui.query.errors import Connection
from ppp_tui.query.query import answer
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions import sessions

MOST_SESSIONS = 200
"""The newest sessions that are looked through where none is named."""


def chosen_sessions(
    connection: Connection, archive: Path, name: str | None, what: Literal["questions", "violations"]
) -> Iterator[SessionRow]:
    """The session of that name, or the newest ones that have any. Raises click.ClickException for a wrong name."""
    if name is not None:
        yield find_session(archive, name)
        return
    ids = answer(connection, newest_with(what, MOST_SESSIONS))
    by_id = {row.id: row for row in answer(connection, sessions(ids))}
    yield from (by_id[identity] for identity in ids if identity in by_id)


def tell(rows: Sequence[Mapping[str, object]], left: Sequence[str], *, as_json: bool) -> int:
    """Print the rows; returns the exit status, 1 for none."""
    if as_json:
        for row in rows:
            click.echo(json.dumps(row))
    else:
        for line in table(rows, left):
            click.echo(line)
    return 0 if rows else 1
