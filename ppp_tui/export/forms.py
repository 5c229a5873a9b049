"""The forms of an export, and what is common to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ppp_tui.query.errors import Connection
from ppp_tui.query.query import answer
from ppp_tui.query.rows import SessionRow, TurnSummary
from ppp_tui.query.sessions import session
from ppp_tui.query.turns import turn_window

Form = Literal["md", "jsonl"]
"""Markdown for people, JSON lines for programs."""

PAGE = 100
"""Turns read at a time."""


def find_session(connection: Connection, trajectory_id: int) -> SessionRow:
    """The trajectory. Raises LookupError."""
    found = answer(connection, session(trajectory_id))
    if found is None:
        raise LookupError(f"There is no session {trajectory_id} in the archive.")
    return found


def turns(connection: Connection, trajectory_id: int) -> Iterator[TurnSummary]:
    """All turns in order."""
    first = 0
    while page := answer(connection, turn_window(trajectory_id, first, PAGE)):
        yield from page
        first = page[-1].number + 1
