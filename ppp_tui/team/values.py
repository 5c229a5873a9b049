"""Values and numbers on their way into the shared store: what both databases can hold, and how rows are numbered there.

A row's number begins with that of its trajectory (`model.ids`). The shared store numbers trajectories itself, so that
those of many local databases fit beside each other; what follows in the number stays.
"""

from __future__ import annotations

import math
from typing import Literal

from ppp_tui.model.ids import CHILD_BITS

Kind = Literal["INTEGER", "REAL", "TEXT", "BLOB"]
"""The types of columns of the local database."""

MAX_LOCAL_NUMBER = (1 << (2 * CHILD_BITS)) - 1
"""The greatest number of an event, an alert or a count of a folder that the shared store has room for."""


def renumbered(number: int, trajectory_id: int, bits: int) -> int:
    """Return a row's number with another trajectory's before its last bits."""
    return (trajectory_id << bits) | (number & ((1 << bits) - 1))


def replica_number(replica_id: int, number: int) -> int:
    """Return the number of a row that belongs to no trajectory: the replica's and its own. Raises ValueError."""
    if not 0 <= number <= MAX_LOCAL_NUMBER:
        raise ValueError(f"no room for row {number} of replica {replica_id}")
    return (replica_id << (2 * CHILD_BITS)) | number


def normalised(value: object, kind: Kind) -> int | float | str | bytes | None:
    """Return a value as both databases can hold it in a column of that type, None where there is no such value.

    A local column takes any type; the shared one takes its own. NUL becomes its picture, a half of a surrogate pair the
    sign for what cannot be read, an integer of more than 63 bits and a number that is none NULL.
    """
    if value is None:
        return None
    if kind == "TEXT":
        return clean_text(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))
    if kind == "BLOB":
        return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
    number = value if isinstance(value, int | float) else _number(value)
    if number is None or (isinstance(number, float) and not math.isfinite(number)):
        return None
    if kind == "REAL":
        return float(number) if abs(number) < 1e308 else None
    return int(number) if -(1 << 63) <= number < 1 << 63 else None


def clean_text(text: str) -> str:
    """Return text without NUL and halves of surrogate pairs, which PostgreSQL refuses."""
    if "\0" in text:
        text = text.replace("\0", "\N{SYMBOL FOR NULL}")
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except ValueError:
        return None
