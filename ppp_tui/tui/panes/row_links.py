"""The keys of lines that lead to a turn: one form, made here and read here. Pure."""

from __future__ import annotations


def key_to(trajectory_id: int, turn_number: int | None, row: int | str) -> str:
    """The key of a line about a turn, or about a whole trajectory; `row` tells it from others about the same."""
    return f"{trajectory_id} {turn_number or 0} {row}"


def place_of(key: int | str) -> tuple[int, int | None] | None:
    """The trajectory and the turn, None for the whole, that a line leads to; None for one that leads nowhere."""
    words = str(key).split(" ")
    if len(words) != 3 or not all(word.isdecimal() for word in words[:2]):
        return None
    return int(words[0]), int(words[1]) or None
