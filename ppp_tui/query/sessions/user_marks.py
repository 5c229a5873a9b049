"""What the user marked: how far sessions were read, pins and labels. The tables lie in a file beside the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ppp_tui.model.clock import to_text
from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import in_clause, to_ms


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


def user_marks(trajectory_ids: Sequence[int]) -> Query[dict[int, UserMark]]:
    """Return the marks of some sessions, of those that have any."""
    marks, parameters = in_clause(trajectory_ids)
    return Query(
        "SELECT t.id, m.read_turn, m.read_at, m.is_pinned, m.label FROM trajectories AS t "
        "JOIN marks.session_marks AS m ON m.source = t.source AND m.native_id = t.native_id "
        f"WHERE t.id IN ({marks}) AND t.native_id <> ''",
        lambda rows: {row[0]: UserMark(row[1], to_ms(row[2]) or 0, bool(row[3]), row[4]) for row in rows},
        parameters,
    )


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


def _read_visits(rows: list[tuple[Any, ...]]) -> Visits:
    facts = {name: to_ms(value) or 0 for name, value in rows}
    return Visits(facts.get("first_visit", 0), facts.get("last_visit", 0))
