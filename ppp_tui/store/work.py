"""Writes how work went: a turn's rows are taken away and put anew, so that the sums follow by what comes and goes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from ppp_tui.model.ids import BITS
from ppp_tui.model.work import AccessRow, ChainRow, ContextRow, RunRow, WorkRows
from ppp_tui.store.ledger import chunks

TABLES = ("test_runs", "project_changes", "retry_chains", "file_accesses")
"""Tables whose rows lie in a turn by their id, and count unless the turn is a copy."""

_COPY = "coalesce((SELECT is_copy FROM trajectory_turns WHERE id = ?), 0)"
_NOT_WRITTEN = ("drop_points", "pass_rate", "is_red", "is_copy")
"""Columns that follow from others, or are written apart."""

_FAILURES = RunRow._fields.index("failures")


def _without_failures(row: Sequence[Any]) -> tuple[Any, ...]:
    """The columns of a run's own table."""
    return (*row[2:_FAILURES], *row[_FAILURES + 1 :])


def _insert(table: str, columns: Sequence[str]) -> str:
    marks = ", ".join("?" * len(columns))
    return f"INSERT INTO {table} (id, agent_name, is_copy, {', '.join(columns)}) VALUES (?, ?, {_COPY}, {marks})"


_RUN_SQL = _insert("test_runs", _without_failures(RunRow._fields))
_CHANGE_SQL = f"INSERT OR REPLACE INTO project_changes (id, is_copy, project, at) VALUES (?, {_COPY}, ?, ?)"
_ROW_SQL = {
    "retry_chains": _insert("retry_chains", ChainRow._fields[2:]),
    "file_accesses": _insert("file_accesses", AccessRow._fields[2:]),
}
_CONTEXT_SQL = (
    f"INSERT OR REPLACE INTO context_use (id, {', '.join(ContextRow._fields[1:])}) "
    f"VALUES (?, {', '.join('?' * len(ContextRow._fields[1:]))})"
)


def write(connection: sqlite3.Connection, trajectory_id: int, agent_name: str, rows: WorkRows) -> None:
    """Write what one read changed in a trajectory within the caller's transaction, after its turns."""
    base = trajectory_id << BITS
    _delete(connection, "test_runs", [_id(base, row) for row in rows.runs])
    connection.executemany(_RUN_SQL, [_values(base, agent_name, row, _without_failures(row)) for row in rows.runs])
    connection.executemany(
        "INSERT INTO test_failures (test_run_id, number, name, reason) VALUES (?, ?, ?, ?)",
        [
            (_id(base, row), number, *failure)
            for row in rows.runs
            for number, failure in enumerate(row.failures, 1)
        ],
    )  # fmt: skip
    numbered: tuple[tuple[str, Iterable[Sequence[Any]]], ...] = (
        ("retry_chains", rows.chains), ("file_accesses", rows.accesses),
    )  # fmt: skip
    for table, changed in numbered:
        given = list(changed)
        _delete(connection, table, [_id(base, row) for row in given])
        connection.executemany(_ROW_SQL[table], [_values(base, agent_name, row, row[2:]) for row in given])
    connection.executemany(_CHANGE_SQL, [(_id(base, row), base | row.turn_number, *row[2:]) for row in rows.changes])
    connection.executemany(_CONTEXT_SQL, [(base | row.turn_number, *row[1:]) for row in rows.contexts])


def clear_turn(connection: sqlite3.Connection, turn_id: int) -> None:
    """Take the rows of a turn away, and out of every sum."""
    low = turn_id << BITS
    for table in TABLES:
        connection.execute(f"DELETE FROM {table} WHERE id BETWEEN ? AND ?", (low, low | ((1 << BITS) - 1)))
    connection.execute("DELETE FROM context_use WHERE id = ?", (turn_id,))


def settle_copy(connection: sqlite3.Connection, turn_id: int) -> None:
    """A turn became a copy, or the original: count its rows, or no longer."""
    low = turn_id << BITS
    span = (low, low | ((1 << BITS) - 1))
    for table in TABLES:
        cursor = connection.execute(f"SELECT * FROM {table} WHERE id BETWEEN ? AND ?", span)
        columns = [entry[0] for entry in cursor.description]
        rows = cursor.fetchall()
        if not rows:
            continue
        failures = _failures(connection, span) if table == "test_runs" else []
        connection.execute(f"DELETE FROM {table} WHERE id BETWEEN ? AND ?", span)
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


def _delete(connection: sqlite3.Connection, table: str, ids: Sequence[int]) -> None:
    for piece in chunks(ids):
        connection.execute(f"DELETE FROM {table} WHERE id IN ({', '.join('?' * len(piece))})", piece)


def _id(base: int, row: Sequence[Any]) -> int:
    made: int = ((base | row[0]) << BITS) | row[1]
    return made


def _values(base: int, agent_name: str, row: Sequence[Any], rest: Sequence[Any]) -> tuple[Any, ...]:
    return (_id(base, row), agent_name, base | row[0], *rest)
