"""The decisions and quality signals of one run, each with the turn and step that it lies in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD, number_of, turn_of
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import to_ms

MAX_LISTED = 5000
"""Rows of one kind that a list holds, the newest ones."""

_DECISIONS = (
    "SELECT d.decision_id, 'decision', d.step_number, p.tool, d.recorded_at, d.decision_type, d.reason_code, "
    "d.selected, NULL, d.confidence, d.source, d.metadata FROM agent_decisions AS d "
    "LEFT JOIN steps AS p ON p.id = d.step_id "
    "WHERE d.decision_id BETWEEN :low AND :high ORDER BY d.decision_id DESC LIMIT :limit"
)
_SIGNALS = (
    "SELECT q.signal_id, 'signal', q.step_number, p.tool, q.recorded_at, q.signal_type, q.signal_code, "
    "'', q.value, q.weight, q.source, q.metadata FROM agent_quality_signals AS q "
    "LEFT JOIN steps AS p ON p.id = q.step_id "
    "WHERE q.signal_id BETWEEN :low AND :high ORDER BY q.signal_id DESC LIMIT :limit"
)


class RunEntry(NamedTuple):
    """A decision or a quality signal."""

    id: int
    kind: Literal["decision", "signal"]
    turn_number: int
    step_number: int | None
    """None where it belongs to no single step."""
    tool: str
    """The step's tool, '' for none."""
    at: int
    """Unix milliseconds."""
    type: str
    code: str
    """The reason of a decision."""
    selected: str
    """What a decision chose, '' for a signal."""
    value: bool | None
    """Whether what a signal's code says is so; None for a decision."""
    share: float | None
    """A decision's confidence, a signal's weight; None where none is stated."""
    source: str
    """`stated` by the program, or `derived` from what was recorded."""
    metadata: Mapping[str, Any]
    """Numbers, booleans, short texts and None by name."""


class TurnSpan(NamedTuple):
    """Turns of a run from one number to another."""

    first: int
    last: int


ALL_TURNS = TurnSpan(0, MAX_CHILD)


def run_decisions(trajectory_id: int, turns: TurnSpan = ALL_TURNS, limit: int = MAX_LISTED) -> Query[list[RunEntry]]:
    """Query the newest decisions of a run's turns, in order."""
    return _entries(_DECISIONS, trajectory_id, turns, limit)


def run_signals(trajectory_id: int, turns: TurnSpan = ALL_TURNS, limit: int = MAX_LISTED) -> Query[list[RunEntry]]:
    """Query the newest quality signals of a run's turns, in order."""
    return _entries(_SIGNALS, trajectory_id, turns, limit)


def turn_entries(turn_id: int) -> Query[list[RunEntry]]:
    """Query the decisions and quality signals of a turn, in order."""
    low = turn_id << CHILD_BITS
    return Query(
        f"SELECT * FROM ({_DECISIONS}) UNION ALL SELECT * FROM ({_SIGNALS})",
        _read,
        {"low": low, "high": low | MAX_CHILD, "limit": MAX_LISTED},
    )


def _metadata(text: str) -> Mapping[str, Any]:
    # The database lets in nothing but an object, unless its triggers were taken away.
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _entries(sql: str, trajectory_id: int, turns: TurnSpan, limit: int) -> Query[list[RunEntry]]:
    low, high = (((trajectory_id << CHILD_BITS) + number) << CHILD_BITS for number in turns)
    return Query(sql, _read, {"low": low, "high": high | MAX_CHILD, "limit": limit})


def _read(rows: list[tuple[Any, ...]]) -> list[RunEntry]:
    entries = [
        RunEntry(
            id=row[0],
            kind=row[1],
            turn_number=number_of(turn_of(row[0])),
            step_number=row[2],
            tool=row[3] or "",
            at=to_ms(row[4]) or 0,
            type=row[5],
            code=row[6],
            selected=row[7],
            value=None if row[8] is None else bool(row[8]),
            share=row[9],
            source=row[10],
            metadata=_metadata(row[11]),
        )
        for row in rows
    ]
    # A row's number says what it is about, not when it was: within a turn the time orders, then the step.
    return sorted(entries, key=lambda entry: (entry.turn_number, entry.at, entry.step_number or 0, entry.id))
