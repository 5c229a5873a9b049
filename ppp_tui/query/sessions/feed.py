"""The newest of a session as it happens: its last steps and the turns that they belong to, in one query."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, NamedTuple

from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD
from ppp_tui.query.query import Query
from ppp_tui.query.rows import StepLine, TurnSummary
from ppp_tui.query.sessions.steps import STEP_COLUMNS, read_steps
from ppp_tui.query.sessions.turns import TURN_COLUMNS, read_turns

_STEP_WIDTH, _TURN_WIDTH = 22, 30
"""Columns of a step and of a turn."""

_TAIL = f"""
SELECT 'turn', {TURN_COLUMNS} FROM trajectory_turns WHERE id BETWEEN :first_turn AND :last_turn
UNION ALL SELECT 'step', s.*{", NULL" * (_TURN_WIDTH - _STEP_WIDTH)} FROM (
    SELECT {STEP_COLUMNS} FROM steps AS x WHERE x.id BETWEEN :first AND :last ORDER BY x.id DESC LIMIT :limit) AS s
"""


_ID = attrgetter("id")


class Tail(NamedTuple):
    """What a session did last."""

    steps: list[StepLine]
    turns: list[TurnSummary]


def tail(trajectory_id: int, first_turn: int, limit: int) -> Query[Tail]:
    """Query the last `limit` steps of a trajectory, and its turns with numbers from `first_turn` on, in order."""
    base = trajectory_id << CHILD_BITS

    def read(rows: list[tuple[Any, ...]]) -> Tail:
        steps = read_steps([row[1:] for row in rows if row[0] == "step"])
        turns = read_turns([row[1:] for row in rows if row[0] == "turn"])
        return Tail(sorted(steps, key=_ID), sorted(turns, key=_ID))

    return Query(
        _TAIL,
        read,
        {
            "first_turn": base + first_turn,
            "last_turn": base | MAX_CHILD,
            "first": base << CHILD_BITS,
            "last": ((base | MAX_CHILD) << CHILD_BITS) | MAX_CHILD,
            "limit": limit,
        },
    )
