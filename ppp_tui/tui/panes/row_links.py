"""Keys of table lines that lead to a turn: made and parsed in one place. Pure."""

from __future__ import annotations


def key_to(trajectory_id: int, turn_number: int | None, row: int | str) -> str:
    """Return the key of a line that leads to a turn, or to a whole trajectory; `row` makes it unique."""
    return f"{trajectory_id} {turn_number or 0} {row}"


def place_of(key: int | str) -> tuple[int, int | None] | None:
    """Return the trajectory and turn (None: all of it) that a line's key leads to; None if it leads nowhere."""
    words = str(key).split(" ")
    if len(words) != 3 or not all(word.isdecimal() for word in words[:2]):
        return None
    return int(words[0]), int(words[1]) or None
