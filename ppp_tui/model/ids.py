"""How rows are numbered, so that a turn's rows lie together and need no look-up.

A turn's id is its trajectory's id shifted left by 20 bits plus its number; the id of a step, question, violation, usage
row or retry is its turn's id shifted left by 20 bits plus its own number. All rows of a turn (of a trajectory) are then
one range of the primary key, and a row that is written twice replaces itself.
"""

from __future__ import annotations

from hashlib import blake2b

CHILD_BITS = 20
"""Bits for a number within its parent."""

MAX_CHILD = (1 << CHILD_BITS) - 1
"""The greatest turn number in a trajectory, and the greatest number of any row in a turn."""

FIRST_STATED = 1 << (CHILD_BITS - 2)
"""Decisions and quality signals that a program states are numbered from here on, those that rules derive below."""

FIRST_JUDGED = 1 << (CHILD_BITS - 1)
"""Rows of a turn that a judge adds later are numbered from here on, those that came with the turn below."""

QUESTION_START = 1 << (2 * CHILD_BITS)
"""Added to the number of a question that a tool put, this is where its segment of the search index begins."""

MAX_TRAJECTORY_ID = (1 << (63 - 2 * CHILD_BITS)) - 1
"""The greatest trajectory id whose children fit into SQLite's (and PostgreSQL's) 64-bit integer."""


def turn_id(trajectory_id: int, turn_number: int) -> int:
    """Return the id of a trajectory's turn. Raises ValueError outside 1 to `MAX_TRAJECTORY_ID` or 0 to `MAX_CHILD`."""
    if not 0 < trajectory_id <= MAX_TRAJECTORY_ID or not 0 <= turn_number <= MAX_CHILD:
        raise ValueError(f"no room for turn {turn_number} of trajectory {trajectory_id}")
    return (trajectory_id << CHILD_BITS) | turn_number


def row_id(turn: int, number: int) -> int:
    """Return the id of a turn's step, question, violation, usage or retry. ValueError outside 0 to `MAX_CHILD`."""
    if not 0 <= number <= MAX_CHILD:
        raise ValueError(f"no room for row {number} of turn {turn}")
    return (turn << CHILD_BITS) | number


def child_span(parent: int) -> tuple[int, int]:
    """Return the least and the greatest id that rows of a turn, or turns of a trajectory, can have."""
    return parent << CHILD_BITS, (parent << CHILD_BITS) | MAX_CHILD


def turn_of(row: int) -> int:
    """Return the id of the turn that a row belongs to."""
    return row >> CHILD_BITS


def trajectory_of(turn: int) -> int:
    """Return the id of the trajectory that a turn belongs to."""
    return turn >> CHILD_BITS


def place_of_row(row: int) -> tuple[int, int, int]:
    """Return a row's id, its trajectory's, and the number of its turn."""
    turn = turn_of(row)
    return row, trajectory_of(turn), number_of(turn)


def number_of(child: int) -> int:
    """Return a turn's number in its trajectory, or a row's number in its turn."""
    return child & MAX_CHILD


def hash64(text: str) -> int:
    """Return a signed 64-bit BLAKE2b hash: the same on every machine and run, small enough for an integer index."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big", signed=True)
