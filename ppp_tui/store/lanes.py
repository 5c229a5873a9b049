"""Writes what a read changed in one trajectory: turns, steps, usage, questions, violations, retries, limits."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from ppp_tui.model.clock import UNTIMED, to_text
from ppp_tui.model.ids import BITS, MOST
from ppp_tui.model.rows import FeatureRow, LaneRows, QuestionRow, RetryRow, StepRow, TurnRow, UsageRow, ViolationRow
from ppp_tui.store import answers, artifacts, limits, work
from ppp_tui.store.ledger import Ledger, chunks
from ppp_tui.store.rollups import USAGE_COLUMNS, Counted, counted
from ppp_tui.store.search import clear_search


def _insert(table: str, fields: Sequence[str]) -> str:
    """An upsert of rows whose first two fields are a turn's number and a number in the turn; :t is the trajectory."""
    columns = list(fields[2:])
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns)
    marks = ", ".join("?" * len(columns))
    return (
        f"INSERT INTO {table} (id, {', '.join(columns)}) VALUES (?, {marks}) ON CONFLICT (id) DO UPDATE SET {updates}"
    )


_TURN_FIELDS = TurnRow._fields[1:]
_TURN_SQL = (
    f"INSERT INTO trajectory_turns (id, trajectory_id, turn_number, {', '.join(_TURN_FIELDS)}) "
    f"VALUES (?, ?, ?, {', '.join('?' * len(_TURN_FIELDS))}) ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _TURN_FIELDS)
)
_STEP_SQL = _insert("steps", StepRow._fields)
_USAGE_SQL = _insert("token_usage", UsageRow._fields) + ", is_counted = 1"
_RETRY_SQL = _insert("retries", RetryRow._fields)
_FEATURE_SQL = _insert("features", FeatureRow._fields)
_QUESTION_SQL = _insert("trajectory_questions", ("turn_number", "question_number", "turn_id", *QuestionRow._fields[2:]))
_VIOLATION_SQL = _insert(
    "trajectory_violations", ("turn_number", "violation_number", "turn_id", *ViolationRow._fields[2:])
)
_SCORED_SQL = """
UPDATE trajectory_summaries SET scored_by = iif(:is_new OR scored_by = :scored_by, :scored_by, '')
WHERE trajectory_id = :trajectory
"""
_TURN_TABLES = ("steps", "token_usage", "retries", "trajectory_questions", "trajectory_violations", "features")
_TIMES_SQL = "INSERT OR REPLACE INTO turn_times (id, tool_ms, waiting_ms, retry_ms) VALUES (?, ?, ?, ?)"
_RAISE_SQL = (
    """
    UPDATE trajectory_turns SET context_window = :window
    WHERE id BETWEEN :low AND :high AND is_window_inferred = 1 AND context_window = :before
    """,
    """
    UPDATE context_use SET window_tokens = :window
    WHERE id BETWEEN :low AND :high AND is_window_inferred = 1 AND window_tokens = :before
    """,
)
_LIMIT_SQL = (
    "INSERT OR REPLACE INTO rate_limits (trajectory_id, name, at, used_percent, window_minutes, resets_at, plan) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)


def write(
    connection: sqlite3.Connection, trajectory_id: int, agent_name: str, rows: LaneRows, ledger: Ledger, *, is_new: bool
) -> None:
    """Write one lane within the caller's transaction."""
    base = trajectory_id << BITS
    ledger.open_turns([base | number for number in _turn_numbers(rows)], are_new=is_new)
    for number in rows.rewritten:
        _clear_turn(connection, base | number)
    connection.executemany(
        _TURN_SQL, [(base | row.turn_number, trajectory_id, row.turn_number, *row[1:]) for row in rows.turns]
    )
    connection.executemany(_STEP_SQL, _numbered(base, rows.steps))
    _write_usage(connection, trajectory_id, rows.usage, ledger, is_new=is_new)
    connection.executemany(
        _QUESTION_SQL, [(_id(base, row), base | row.turn_number, *row[2:]) for row in rows.questions]
    )
    connection.executemany(
        _VIOLATION_SQL, [(_id(base, row), base | row.turn_number, *row[2:]) for row in rows.violations]
    )
    connection.executemany(_RETRY_SQL, _numbered(base, rows.retries))
    connection.executemany(_LIMIT_SQL, [(trajectory_id, *row) for row in rows.limits])
    limits.put(connection, agent_name, rows.limits, "recorded")
    connection.executemany(_TIMES_SQL, [(base | row.turn_number, *row[1:]) for row in rows.times])
    connection.executemany(_FEATURE_SQL, _numbered(base, rows.features))
    connection.executemany(
        "UPDATE trajectory_turns SET is_rolled_back = ? WHERE id = ?",
        [(1, base | number) for number in rows.rolled_back] + [(0, base | number) for number in rows.restored],
    )
    moved = [*rows.prompted, *rows.rolled_back, *rows.restored, *rows.rewritten]
    moved += [row.turn_number for row in rows.questions]
    if moved:
        answers.settle_replies(connection, trajectory_id, min(moved))
    connection.executemany(
        "INSERT OR IGNORE INTO search_queue (turn_id) VALUES (?)",
        [(base | row.turn_number,) for row in rows.turns if row.prompt or row.response],
    )
    work.write(connection, trajectory_id, agent_name, rows.work)
    for before, window in rows.raised_windows:
        for raise_sql in _RAISE_SQL:
            connection.execute(raise_sql, {"low": base, "high": base | MOST, "before": before, "window": window})
    _write_live(connection, trajectory_id, rows)
    connection.execute(_SCORED_SQL, {"is_new": is_new, "scored_by": rows.scored_by, "trajectory": trajectory_id})


def clear_file(connection: sqlite3.Connection, file_id: int, ledger: Ledger) -> None:
    """Take all turns of a file's trajectories out of the archive and of every sum."""
    for (trajectory_id,) in connection.execute("SELECT id FROM trajectories WHERE file_id = ?", (file_id,)).fetchall():
        clear_trajectory(connection, trajectory_id, ledger)
        connection.execute("UPDATE trajectories SET created_at = ? WHERE id = ?", (UNTIMED, trajectory_id))
    artifacts.clear_file(connection, file_id)
    for table in ("source_news", "unknown_records"):
        connection.execute(f"DELETE FROM {table} WHERE file_id = ?", (file_id,))
    connection.execute(
        "UPDATE source_files SET offset = 0, parser_state = x'', fold_state = x'', anchor_hash = '', "
        "silent_records = 0, silent_from = 0 WHERE id = ?",
        (file_id,),
    )


def clear_trajectory(connection: sqlite3.Connection, trajectory_id: int, ledger: Ledger) -> None:
    """Take all turns of a trajectory out of the archive and of every sum."""
    low, high = trajectory_id << BITS, (trajectory_id << BITS) | MOST
    turns = [
        row[0] for row in connection.execute("SELECT id FROM trajectory_turns WHERE id BETWEEN ? AND ?", (low, high))
    ]
    ledger.open_turns(turns)
    for usage in counted(connection, trajectory_id):
        ledger.count_usage(trajectory_id, usage, -1)
    for turn in turns:
        _clear_turn(connection, turn)
    connection.execute("DELETE FROM trajectory_turns WHERE id BETWEEN ? AND ?", (low, high))
    for table in ("rate_limits", "preference_verdicts"):
        connection.execute(f"DELETE FROM {table} WHERE trajectory_id = ?", (trajectory_id,))
    connection.execute(
        "UPDATE trajectory_summaries SET last_turn_number = 0, live = '', scored_by = '' WHERE trajectory_id = ?",
        (trajectory_id,),
    )


def _turn_numbers(rows: LaneRows) -> set[int]:
    numbers = {row.turn_number for row in rows.turns} | {row.turn_number for row in rows.steps}
    numbers |= {row.turn_number for row in rows.usage} | {row.turn_number for row in rows.questions}
    numbers |= {row.turn_number for row in rows.violations} | {row.turn_number for row in rows.retries}
    numbers |= set(rows.rolled_back) | set(rows.restored)
    if numbers and max(numbers) > MOST:
        raise OverflowError(f"a trajectory holds at most {MOST} turns")
    return numbers


def _id(base: int, row: Sequence[Any]) -> int:
    made: int = ((base | row[0]) << BITS) | row[1]
    return made


def _numbered(base: int, rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
    return [(((base | row[0]) << BITS) | row[1], *row[2:]) for row in rows]


def _write_usage(
    connection: sqlite3.Connection, trajectory_id: int, rows: list[UsageRow], ledger: Ledger, *, is_new: bool
) -> None:
    numbered = _numbered(trajectory_id << BITS, rows)
    if not is_new:
        for piece in chunks([row[0] for row in numbered]):
            marks = ", ".join("?" * len(piece))
            for usage in connection.execute(
                f"SELECT {USAGE_COLUMNS} FROM token_usage WHERE id IN ({marks}) AND is_counted = 1",
                piece,
            ).fetchall():
                ledger.count_usage(trajectory_id, Counted(*usage), -1)
    connection.executemany(_USAGE_SQL, numbered)
    for row in rows:
        ledger.count_usage(
            trajectory_id,
            Counted(
                row.at, row.model, row.input_tokens, row.output_tokens, row.reasoning_tokens, row.cache_read_tokens,
                row.cache_write_5m_tokens, row.cache_write_1h_tokens, row.cost_micros, row.saved_micros,
                row.reported_micros, row.is_lower_bound, row.reasoning_effort,
            ),
            1,
        )  # fmt: skip


def _write_live(connection: sqlite3.Connection, trajectory_id: int, rows: LaneRows) -> None:
    live = rows.live
    if live is None or (
        live.last_kind in ("", "LaneEntered") and not rows.turns and _has_live(connection, trajectory_id)
    ):
        return
    newest = max(rows.turns, key=lambda row: row.turn_number, default=None)
    # A turn that has just begun does not know its context yet: the one before it still tells how full the window is.
    filled = max(
        (row for row in rows.turns if row.context_tokens is not None), key=lambda row: row.turn_number, default=None
    )
    connection.execute(
        "UPDATE trajectory_summaries SET last_at = ?, live = ?, pid = ?, "
        "last_turn_number = max(last_turn_number, ?), context_tokens = coalesce(?, context_tokens), "
        "context_window = coalesce(?, context_window), is_window_inferred = coalesce(?, is_window_inferred) "
        "WHERE trajectory_id = ?",
        (
            to_text(live.last_at) if live.last_at else None, json.dumps(live, ensure_ascii=False), live.pid,
            newest.turn_number if newest else 0, filled.context_tokens if filled else None,
            filled.context_window if filled else None, filled.is_window_inferred if filled else None, trajectory_id,
        ),
    )  # fmt: skip


def _has_live(connection: sqlite3.Connection, trajectory_id: int) -> bool:
    """Whether more is known already than that a trajectory began: its state may be forgotten in the file's."""
    row = connection.execute(
        "SELECT live <> '' FROM trajectory_summaries WHERE trajectory_id = ?", (trajectory_id,)
    ).fetchone()
    return bool(row and row[0])


def _clear_turn(connection: sqlite3.Connection, turn_id: int) -> None:
    """Take a turn's rows away, and its text out of the search index while the text is still there to name it by."""
    low, high = turn_id << BITS, (turn_id << BITS) | MOST
    clear_search(connection, turn_id)
    connection.execute("DELETE FROM turn_verdicts WHERE turn_id = ?", (turn_id,))
    connection.execute("DELETE FROM turn_times WHERE id = ?", (turn_id,))
    for table in _TURN_TABLES:
        connection.execute(f"DELETE FROM {table} WHERE id BETWEEN ? AND ?", (low, high))
    work.clear_turn(connection, turn_id)
