"""The forms of an export, and how all of them read: a page at a time, so that memory stays small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from ppp_tui.query.errors import Connection
from ppp_tui.query.query import answer
from ppp_tui.query.rows import SessionRow, StepLine, TurnSummary
from ppp_tui.query.sessions.session_lists import session
from ppp_tui.query.sessions.steps import step_lines
from ppp_tui.query.sessions.turns import turn_bounds, turn_window

Form = Literal["md", "html", "jsonl"]
"""Markdown or a page of HTML for people, JSON lines for programs."""

TURNS = 100
"""Turn numbers read at a time."""

STEPS = 500
"""Steps read at a time."""


def find_session(connection: Connection, trajectory_id: int) -> SessionRow:
    """Return the trajectory. Raises LookupError."""
    row = answer(connection, session(trajectory_id))
    if row is None:
        raise LookupError(f"There is no session {trajectory_id} in the database.")
    return row


def turns(connection: Connection, trajectory_id: int) -> Iterator[TurnSummary]:
    """Yield all turns in order, up to the one that was the last when the first was read."""
    first, last = answer(connection, turn_bounds(trajectory_id))
    for start in range(first, last + 1, TURNS):
        yield from answer(connection, turn_window(trajectory_id, start, TURNS))


def steps(connection: Connection, turn_id: int) -> Iterator[StepLine]:
    """Yield all steps of a turn in order."""
    after = 0
    while page := answer(connection, step_lines(turn_id, after, STEPS)):
        yield from page
        after = page[-1].number
