"""What the user marked: how far sessions were read, pins and labels. The tables lie in a file beside the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ppp_tui.model.clock import to_text
from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import in_clause, to_ms
from ppp_tui.text.sanitize import plain

MAX_LABEL_CHARS = 24
"""Characters of a label: one word beside a title."""


class UserMark(NamedTuple):
    """What the user marked of a session."""

    read_turn: int = 0
    """The last turn that was read, 0 for none."""
    read_at: int = 0
    """When it was read last, in Unix milliseconds, 0 for never."""
    is_pinned: bool = False
    label: str = ""
    """One word, '' for none."""


class Visits(NamedTuple):
    """When the user looked at a dashboard, in Unix milliseconds, 0 for never."""

    first_at: int = 0
    last_at: int = 0


_CHECKED = "m.read_turn, m.read_at, m.is_pinned, CAST(m.label AS BLOB)"
"""Columns of a mark as they are; a label as bytes, since bytes that are no text would fail the whole list."""


def user_marks(trajectory_ids: Sequence[int]) -> Query[dict[int, UserMark]]:
    """Return the marks of some sessions, of those that have any."""
    marks, parameters = in_clause(trajectory_ids)
    return Query(
        f"SELECT t.id, {_CHECKED} FROM trajectories AS t "
        "JOIN marks.session_marks AS m ON m.source = t.source AND m.native_id = t.native_id "
        f"WHERE t.id IN ({marks}) AND t.native_id <> ''",
        lambda rows: {row[0]: _read_mark(*row[1:]) for row in rows},
        parameters,
    )


def has_pins() -> Query[bool]:
    """Return whether any session is pinned."""
    return Query("SELECT 1 FROM marks.session_marks WHERE is_pinned LIMIT 1", bool)


def visits() -> Query[Visits]:
    """Return when the user looked at a dashboard first and last."""
    return Query("SELECT name, value FROM marks.mark_facts", _read_visits)


def first_unread_turn(trajectory_id: int, mark: UserMark) -> Query[int | None]:
    """Return the number of the first turn of a session that was not read, or went on since; None if there is none."""
    low = trajectory_id << CHILD_BITS
    return Query(
        "SELECT turn_number FROM trajectory_turns WHERE id >= :first AND id < :beyond AND turn_number > 0 "
        "AND (turn_number > :read OR coalesce(ended_at, '9') > :read_at) ORDER BY id LIMIT 1",
        lambda rows: int(rows[0][0]) if rows else None,
        {
            "first": low + max(0, mark.read_turn),
            "beyond": low + (1 << CHILD_BITS),
            "read": mark.read_turn,
            "read_at": to_text(mark.read_at),
        },
    )


def _read_mark(read_turn: object, read_at: object, is_pinned: object, label: bytes | None) -> UserMark:
    """Return a mark as it can be shown: another program may have written anything into the file."""
    return UserMark(
        max(0, min(read_turn, MAX_CHILD)) if isinstance(read_turn, int) else 0,
        _mark_ms(read_at),
        bool(is_pinned),
        "-".join(plain((label or b"").decode("utf-8", "replace")[:MAX_LABEL_CHARS]).split()),
    )


def _mark_ms(value: object) -> int:
    return (to_ms(value) or 0) if isinstance(value, str) else 0


def _read_visits(rows: list[tuple[Any, ...]]) -> Visits:
    facts = {name: _mark_ms(value) for name, value in rows}
    return Visits(facts.get("first_visit", 0), facts.get("last_visit", 0))
