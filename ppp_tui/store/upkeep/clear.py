"""Takes rows of a turn, a trajectory or a file out of the database and every sum, and decides what copies count."""

from __future__ import annotations

import sqlite3
from typing import Any

from ppp_tui.model.clock import UNTIMED
from ppp_tui.model.ids import CHILD_BITS, MAX_CHILD, child_span
from ppp_tui.store.tables import COUNTED, tables_of
from ppp_tui.store.upkeep.rollups import counted
from ppp_tui.store.upkeep.search_index import clear_search
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.writers import artifacts

_OF_TURNS = tuple(table for table in tables_of("turn") if table.name != "trajectory_turns")
_OF_ROWS = tables_of("row")
_NOT_WRITTEN = ("drop_points", "pass_rate", "is_red", "is_copy", "run_id", "step_id", "created_at")
"""Columns of counted tables that follow from others, or are written apart."""


def clear_file(connection: sqlite3.Connection, file_id: int, summaries: SummaryDeltas) -> None:
    """Take all turns of a file's trajectories out of the database and of every sum."""
    for (trajectory_id,) in connection.execute("SELECT id FROM trajectories WHERE file_id = ?", (file_id,)).fetchall():
        clear_trajectory(connection, trajectory_id, summaries)
        connection.execute("UPDATE trajectories SET created_at = ? WHERE id = ?", (UNTIMED, trajectory_id))
    artifacts.clear_file(connection, file_id)
    for table in ("source_news", "unknown_records"):
        connection.execute(f"DELETE FROM {table} WHERE file_id = ?", (file_id,))
    connection.execute(
        "UPDATE source_files SET offset = 0, parser_state = x'', fold_state = x'', anchor_hash = '', "
        "silent_records = 0, silent_from = 0 WHERE id = ?",
        (file_id,),
    )


def clear_trajectory(connection: sqlite3.Connection, trajectory_id: int, summaries: SummaryDeltas) -> None:
    """Take all turns of a trajectory out of the database and of every sum."""
    low, high = child_span(trajectory_id)
    turns = [
        row[0] for row in connection.execute("SELECT id FROM trajectory_turns WHERE id BETWEEN ? AND ?", (low, high))
    ]
    summaries.track_turns(turns)
    for usage in counted(connection, trajectory_id):
        summaries.count_usage(trajectory_id, usage, -1)
    for turn in turns:
        clear_turn(connection, turn)
    connection.execute("DELETE FROM trajectory_turns WHERE id BETWEEN ? AND ?", (low, high))
    for table in ("rate_limits", "preference_verdicts"):
        connection.execute(f"DELETE FROM {table} WHERE trajectory_id = ?", (trajectory_id,))
    connection.execute(
        "UPDATE trajectory_summaries SET last_turn_number = 0, live = '', scored_by = '' WHERE trajectory_id = ?",
        (trajectory_id,),
    )


def clear_turn(connection: sqlite3.Connection, turn_id: int) -> None:
    """Take a turn's rows away, and its text out of the search index while the text is still there to name it by."""
    low, high = child_span(turn_id)
    clear_search(connection, turn_id)
    for table in _OF_TURNS:
        connection.execute(f"DELETE FROM {table.name} WHERE {table.key} = ?", (turn_id,))
    for table in _OF_ROWS:
        connection.execute(f"DELETE FROM {table.name} WHERE {table.key} BETWEEN ? AND ?", (low, high))


def flip_copy(connection: sqlite3.Connection, turn_id: int) -> None:
    """Flip `is_copy` on a turn's rows: triggers then count them, or stop counting them."""
    low = turn_id << CHILD_BITS
    span = (low, low | MAX_CHILD)
    for table in COUNTED:
        cursor = connection.execute(f"SELECT * FROM {table} WHERE rowid BETWEEN ? AND ?", span)
        columns = [entry[0] for entry in cursor.description]
        rows = cursor.fetchall()
        if not rows:
            continue
        failures = _failures(connection, span) if table == "test_runs" else []
        connection.execute(f"DELETE FROM {table} WHERE rowid BETWEEN ? AND ?", span)
        place = columns.index("is_copy")
        kept = [index for index, name in enumerate(columns) if name not in _NOT_WRITTEN]
        names = ", ".join(columns[index] for index in kept)
        marks = ", ".join("?" * len(kept))
        connection.executemany(
            f"INSERT INTO {table} ({names}, is_copy) VALUES ({marks}, ?)",
            [(*(row[index] for index in kept), 1 - row[place]) for row in rows],
        )
        connection.executemany(
            "INSERT INTO test_failures (test_run_id, number, name, reason) VALUES (?, ?, ?, ?)", failures
        )


def _failures(connection: sqlite3.Connection, span: tuple[int, int]) -> list[tuple[Any, ...]]:
    return connection.execute(
        "SELECT test_run_id, number, name, reason FROM test_failures WHERE test_run_id BETWEEN ? AND ?", span
    ).fetchall()
