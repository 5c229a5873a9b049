"""Writes decisions and quality signals that a program logged, each checked once more by the one validator."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from ppp_tui.model.clock import to_text
from ppp_tui.model.ids import CHILD_BITS, FIRST_JUDGED, FIRST_STATED, MAX_CHILD
from ppp_tui.store.logged.entries import DecisionLogged, SignalLogged
from ppp_tui.store.logged.entry_rules import check_decision, check_signal

_DECISION = """
INSERT INTO agent_decisions (decision_id, step_number, decision_type, selected, reason_code, confidence, metadata,
    candidates, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_SIGNAL = """
INSERT INTO agent_quality_signals (signal_id, step_number, signal_type, signal_code, value, weight, metadata,
    recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""


def check_entry(entry: DecisionLogged | SignalLogged) -> None:
    """Check an entry as a call does before it logs it. Raises EntryFaultError."""
    if isinstance(entry, DecisionLogged):
        check_decision(
            entry.decision_type,
            entry.selected,
            entry.reason_code,
            entry.confidence,
            metadata=entry.metadata_json,
            candidates=entry.candidates_json,
        )
    else:
        check_signal(entry.signal_type, entry.signal_code, entry.value, entry.weight, metadata=entry.metadata_json)


def write_decisions(connection: sqlite3.Connection, trajectory: int, decisions: Sequence[DecisionLogged]) -> None:
    """Write decisions after those of their turns; the steps that they name exist. Raises EntryFaultError."""
    for entry in decisions:
        place = _place(connection, trajectory, entry, "agent_decisions", "decision_id")
        content = (entry.decision_type, entry.selected, entry.reason_code, entry.confidence)
        notes = (entry.metadata_json, entry.candidates_json, to_text(entry.at))
        connection.execute(_DECISION, (*place, *content, *notes))


def write_signals(connection: sqlite3.Connection, trajectory: int, signals: Sequence[SignalLogged]) -> None:
    """Write quality signals after those of their turns; the steps that they name exist. Raises EntryFaultError."""
    for entry in signals:
        place = _place(connection, trajectory, entry, "agent_quality_signals", "signal_id")
        content = (entry.signal_type, entry.signal_code, entry.value, entry.weight)
        connection.execute(_SIGNAL, (*place, *content, entry.metadata_json, to_text(entry.at)))


def _place(
    connection: sqlite3.Connection, trajectory: int, entry: DecisionLogged | SignalLogged, table: str, column: str
) -> tuple[int, int | None]:
    """Check an entry, and return its row's id and the number of its step. Raises EntryFaultError."""
    check_entry(entry)
    turn_id = trajectory << CHILD_BITS | entry.number
    return _next_id(connection, table, column, turn_id), _step_number(connection, turn_id, entry.step)


def _next_id(connection: sqlite3.Connection, table: str, key: str, turn_id: int) -> int:
    """Return the first free id for what a program states of a turn. Raises OverflowError where there is none."""
    low = turn_id << CHILD_BITS
    (newest,) = connection.execute(
        f"SELECT max({key}) FROM {table} WHERE {key} BETWEEN ? AND ?", (low | FIRST_STATED, low | (FIRST_JUDGED - 1))
    ).fetchone()
    number = FIRST_STATED if newest is None else (int(newest) & MAX_CHILD) + 1
    if number >= FIRST_JUDGED:
        raise OverflowError(f"a turn holds at most {FIRST_JUDGED - FIRST_STATED} stated rows of {table}")
    return low | number


def _step_number(connection: sqlite3.Connection, turn_id: int, step: str | int | None) -> int | None:
    """Return the number of a step of the turn, None where there is no such step."""
    low = turn_id << CHILD_BITS
    if isinstance(step, int):
        if not 0 < step <= MAX_CHILD:
            return None
        row = connection.execute("SELECT id FROM steps WHERE id = ?", (low | step,)).fetchone()
    elif step:
        row = connection.execute(
            "SELECT id FROM steps WHERE id BETWEEN ? AND ? AND key = ?", (low, low | MAX_CHILD, step)
        ).fetchone()
    else:
        return None
    return None if row is None else int(row[0]) & MAX_CHILD
