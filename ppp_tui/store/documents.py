"""Takes over a database that a program keeps by the trajectory documents, when the user names it as ours.

Its tables have the names of ours and fewer columns. They are set aside under other names, ours are made by the usual
steps, and the rows move; a crash between leaves rows under one name or the other, and the next start goes on.
Tables that are not ours stay as they are.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from ppp_tui.model.clock import UNTIMED, restored_time
from ppp_tui.model.ids import MAX_CHILD, MAX_TRAJECTORY_ID, turn_id
from ppp_tui.store.transaction import write_transaction

USER_VERSIONS = (1, 2)
"""What such programs write into `PRAGMA user_version`: without and with trajectories."""

_PREFIX = "documents_"
_REQUIRED = {
    "consensus_artifacts": {"id", "spec_id", "agent_name", "content_json"},
    "trajectories": {"id", "spec_id", "agent_name"},
    "trajectory_turns": {"id", "trajectory_id", "turn_number", "prompt", "response"},
    "trajectory_questions": {"id", "turn_id", "question_text"},
    "trajectory_violations": {"id", "turn_id", "preference_name"},
}
"""The tables, each after those that it refers to, with their required columns."""

_SEVERITIES = ("minor", "major", "critical")


def holds_documents(connection: sqlite3.Connection) -> bool:
    """Return whether a database that has none of our steps is one of the documents'."""
    if _renamed_tables(connection):
        return True
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    present = [name for name in _REQUIRED if _columns(connection, name)]
    return (
        bool(present)
        and version in USER_VERSIONS
        and all(_REQUIRED[name] <= _columns(connection, name) for name in present)
    )


def rename_foreign_tables(connection: sqlite3.Connection) -> None:
    """Rename the documents' tables, so that ours can be made."""
    with write_transaction(connection):
        for name in _REQUIRED:
            if _columns(connection, name) and not _columns(connection, _PREFIX + name):
                connection.execute(f"ALTER TABLE {name} RENAME TO {_PREFIX}{name}")


def import_documents(connection: sqlite3.Connection) -> None:
    """Move the rows of tables that were set aside into ours. Rows that belong to nothing are left out."""
    renamed = _renamed_tables(connection)
    if not renamed:
        return
    with write_transaction(connection):
        _move_trajectories(connection)
        turns = _move_turns(connection)
        _move_questions(connection, turns)
        _move_violations(connection, turns)
        _move_artifacts(connection)
        for name in reversed(renamed):
            connection.execute(f"DROP TABLE {_PREFIX}{name}")
        connection.execute(f"PRAGMA user_version = {USER_VERSIONS[-1]}")


def _renamed_tables(connection: sqlite3.Connection) -> list[str]:
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return [name for name in _REQUIRED if _PREFIX + name in names]


def _columns(connection: sqlite3.Connection, name: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}


def _rows(connection: sqlite3.Connection, name: str, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Return all rows of a table that was set aside, NULL for columns that it lacks."""
    columns = _columns(connection, _PREFIX + name)
    if not columns:
        return []
    select = ", ".join(column if column in columns else "NULL" for column in names)
    return connection.execute(f"SELECT {select} FROM {_PREFIX}{name} ORDER BY id").fetchall()


def _move_trajectories(connection: sqlite3.Connection) -> None:
    rows = _rows(connection, "trajectories", ("id", "spec_id", "agent_name", "run_id", "created_at"))
    connection.executemany(
        "INSERT INTO trajectories (id, spec_id, agent_name, run_id, created_at) VALUES (?, ?, ?, ?, ?)",
        [(*row[:4], restored_time(row[4])) for row in rows if 0 < row[0] <= MAX_TRAJECTORY_ID],
    )


def _move_turns(connection: sqlite3.Connection) -> dict[int, int]:
    """Move the turns. Return their new ids by the old ones."""
    trajectories = {row[0] for row in connection.execute("SELECT id FROM trajectories")}
    turns: dict[int, int] = {}
    for old, trajectory, number, prompt, response, tokens, latency, at in _rows(
        connection,
        "trajectory_turns",
        ("id", "trajectory_id", "turn_number", "prompt", "response", "token_count", "latency_ms", "timestamp"),
    ):
        if trajectory not in trajectories or not isinstance(number, int) or not 0 <= number <= MAX_CHILD:
            continue
        turns[old] = turn_id(trajectory, number)
        stored = restored_time(at)
        connection.execute(
            "INSERT OR IGNORE INTO trajectory_turns (id, trajectory_id, turn_number, origin, prompt, response, "
            "token_count, latency_ms, timestamp, ended_at) VALUES (?, ?, ?, 'logged', ?, ?, ?, ?, ?, ?)",
            (
                turns[old],
                trajectory,
                number,
                prompt or "",
                response or "",
                tokens,
                latency,
                stored,
                None if stored == UNTIMED else stored,
            ),
        )
    return turns


def _move_questions(connection: sqlite3.Connection, turns: dict[int, int]) -> None:
    connection.executemany(
        "INSERT INTO trajectory_questions (turn_id, question_text, effort_level) VALUES (?, ?, ?)",
        [
            (turns[turn], text or "", None if effort is None else _enum_name(effort))
            for turn, text, effort in _rows(
                connection, "trajectory_questions", ("turn_id", "question_text", "effort_level")
            )
            if turn in turns
        ],
    )


def _move_violations(connection: sqlite3.Connection, turns: dict[int, int]) -> None:
    connection.executemany(
        "INSERT INTO trajectory_violations (turn_id, preference_name, expected, actual, severity) "
        "VALUES (?, ?, ?, ?, ?)",
        [
            (turns[turn], name, expected or "", actual or "", severity if severity in _SEVERITIES else "minor")
            for turn, name, expected, actual, severity in (
                (*row[:4], _enum_name(row[4]))
                for row in _rows(
                    connection,
                    "trajectory_violations",
                    ("turn_id", "preference_name", "expected", "actual", "severity"),
                )
            )
            if turn in turns
        ],
    )


def _move_artifacts(connection: sqlite3.Connection) -> None:
    rows = _rows(
        connection,
        "consensus_artifacts",
        ("id", "spec_id", "stage", "agent_name", "run_id", "content_json", "response_text", "created_at"),
    )
    connection.executemany(
        "INSERT INTO consensus_artifacts (id, spec_id, stage, agent_name, run_id, content_json, response_text, "
        "created_at) VALUES (?, ?, coalesce(?, ''), ?, ?, coalesce(?, '{}'), ?, ?)",
        [(*row[:7], restored_time(row[7])) for row in rows],
    )


def _enum_name(value: object) -> str:
    """Return the bare lower-case name of an enumeration's value: Rust programs may write its type before it."""
    return str(value or "").strip().rpartition("::")[2].lower()
