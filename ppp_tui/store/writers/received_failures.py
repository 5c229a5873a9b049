"""Adds failures that an agent sent to the session that its own file tells of, each once."""

from __future__ import annotations

import sqlite3
from typing import Any

from ppp_tui.model.clock import from_text, to_text
from ppp_tui.model.ids import CHILD_BITS, FIRST_JUDGED, MAX_CHILD, row_id, turn_of
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas

SAME_FAILURE_MS = 5_000
"""Milliseconds that the times of a failure may be apart: nothing but its time identifies it."""

FAILURE_COLUMNS = (
    "file_id, turn_number, retry_number, at, reason, attempt, max_attempts, wait_ms, status_code, message, is_final"
)
"""Columns of `received_failures` that hold what was sent."""


def add_failures(connection: sqlite3.Connection, trajectory: int, file_id: int, summaries: SummaryDeltas) -> None:
    """Add failures that were sent to the turns in which they happened, unless their file records them too."""
    _drop_recorded_since(connection, file_id, summaries)
    rows = connection.execute(
        f"SELECT {FAILURE_COLUMNS} FROM received_failures AS r WHERE file_id = ? AND (retry_id IS NULL OR NOT EXISTS "
        "(SELECT 1 FROM retries AS t WHERE t.id = r.retry_id))",
        (file_id,),
    ).fetchall()
    for row in rows:
        turn = _turn_at(connection, trajectory, row[3])
        if turn is None:
            continue
        retry_id = _recorded_failure(connection, turn, file_id, row[3]) or _insert_failure(
            connection, turn, row, summaries
        )
        connection.execute(
            "UPDATE received_failures SET retry_id = ? WHERE file_id = ? AND turn_number = ? AND retry_number = ?",
            (retry_id, *row[:3]),
        )


def _drop_recorded_since(connection: sqlite3.Connection, file_id: int, summaries: SummaryDeltas) -> None:
    """Remove failures that were added and that the session's own file records since."""
    added = connection.execute(
        f"SELECT turn_number, retry_number, at, retry_id FROM received_failures WHERE file_id = ? "
        f"AND retry_id & {MAX_CHILD} >= {FIRST_JUDGED} AND retry_id IN (SELECT id FROM retries)",
        (file_id,),
    ).fetchall()
    for turn_number, number, at, retry_id in added:
        recorded = _recorded_failure(connection, turn_of(retry_id), file_id, at, most=FIRST_JUDGED - 1)
        if recorded is not None:
            summaries.track_turns([turn_of(retry_id)])
            connection.execute("DELETE FROM retries WHERE id = ?", (retry_id,))
            connection.execute(
                "UPDATE received_failures SET retry_id = ? WHERE file_id = ? AND turn_number = ? AND retry_number = ?",
                (recorded, file_id, turn_number, number),
            )


def _turn_at(connection: sqlite3.Connection, trajectory: int, at: str) -> int | None:
    """Return the turn of a trajectory that was at work at a time."""
    low = trajectory << CHILD_BITS
    row = connection.execute(
        "SELECT id FROM trajectory_turns WHERE id BETWEEN ? AND ? AND timestamp <= ? ORDER BY id DESC LIMIT 1",
        (low, low | MAX_CHILD, at),
    ).fetchone()
    return None if row is None else int(row[0])


def _recorded_failure(
    connection: sqlite3.Connection, turn: int, file_id: int, at: str, *, most: int = MAX_CHILD
) -> int | None:
    """Return a failure of a turn at about that time which no other one that was sent stands for."""
    moment = from_text(at)
    row = connection.execute(
        "SELECT id FROM retries WHERE id BETWEEN ? AND ? AND at BETWEEN ? AND ? AND id NOT IN (SELECT retry_id FROM "
        "received_failures WHERE file_id = ? AND retry_id IS NOT NULL) ORDER BY id LIMIT 1",
        (
            *(row_id(turn, 0), row_id(turn, most)),
            *(to_text(max(0, moment - SAME_FAILURE_MS)), to_text(moment + SAME_FAILURE_MS)),
            file_id,
        ),
    ).fetchone()
    return None if row is None else int(row[0])


def _insert_failure(connection: sqlite3.Connection, turn: int, row: tuple[Any, ...], summaries: SummaryDeltas) -> int:
    last = connection.execute(
        "SELECT max(id) FROM retries WHERE id BETWEEN ? AND ?", (row_id(turn, FIRST_JUDGED), row_id(turn, MAX_CHILD))
    ).fetchone()[0]
    retry_id = row_id(turn, FIRST_JUDGED) if last is None else int(last) + 1
    summaries.track_turns([turn])
    connection.execute(
        "INSERT INTO retries (id, at, reason, attempt, max_attempts, wait_ms, status_code, message, is_final) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (retry_id, *row[3:]),
    )
    return retry_id
