"""Local databases put into a shared store as they are, for tests of what reads there.

What leaves the machine is not chosen here, and nothing is left out: `as_shared` first makes a local database look as a
shared store tells it, so that both give the same answers.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast
from uuid import NAMESPACE_URL, uuid5

import psycopg
from psycopg.abc import Query as Statement

from ppp_tui.model.ids import CHILD_BITS
from ppp_tui.store.connect import open_writer
from ppp_tui.store.tables import TABLES
from ppp_tui.team.words import COLUMNS, word_rows
from tests.waiting import until

PERSON, MACHINE = "ann", "box"

TRAJECTORY_COLUMNS = {"trajectory_id", "root_id", "parent_id"}
OWN_NUMBERS = {"codebases", "performance_events", "alerts", "consensus_artifacts"}
"""Tables whose rows are numbered by the local database."""

BY_TRIGGER = {table.name for table in TABLES if table.is_sum and table.owner == ""}
"""Sums that the shared store keeps by itself."""

LOADED = [
    *(table.name for table in TABLES if table.owner != "file" and table.name not in BY_TRIGGER),
    "evaluations",
    "alerts",
]


def as_shared(path: Path, to: Path) -> Path:
    """Copy a local database to what a shared store tells of it: one file that stands for the replica, no folders."""
    shutil.copy(path, to)
    with closing(open_writer(to)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        # PostgreSQL keeps no NUL.
        connection.create_function("without_nul", 1, lambda text: text.replace("\0", "\u2400"), deterministic=True)
        connection.execute("BEGIN")
        connection.execute("UPDATE trajectories SET file_id = 1, lane = id")
        for table in ("source_files", "source_news", "unknown_records", "raw_chunks", "received_sessions"):
            connection.execute(f"DELETE FROM {table}")
        for table in ("received_requests", "received_failures", "ingest_status", "limit_readings", "project_folders"):
            connection.execute(f"DELETE FROM {table}")
        connection.execute(
            "INSERT INTO source_files (id, source, path, health, host, person) VALUES (1, '', '', 'ok', ?, ?)",
            (MACHINE, PERSON),
        )
        connection.execute(
            "INSERT INTO project_folders (folder, repository, name, label, is_seen, is_settled) "
            "SELECT project, project, project, project, 1, 1 FROM folder_months WHERE project <> '' GROUP BY 1"
        )
        connection.execute("DELETE FROM archive_facts WHERE name <> 'revision'")
        for table in LOADED:
            for _, name, kind, *_, hidden in connection.execute(f"PRAGMA table_xinfo({table})").fetchall():
                if kind == "TEXT" and not hidden:
                    connection.execute(
                        f"UPDATE {table} SET {name} = without_nul({name}) WHERE instr(CAST({name} AS BLOB), x'00')"
                    )
        connection.execute("COMMIT")
    return to


def add_replica(connection: psycopg.Connection[Any], person: str = PERSON, machine: str = MACHINE) -> int:
    """Make a replica of a member of the first tenant, be in that tenant from then on; return the replica's number."""
    connection.execute("SELECT set_config('ppp.tenant', '1', false)")
    row = connection.execute(
        "INSERT INTO replicas (tenant_id, replica_id, person_id, machine, database_id) "
        "SELECT m.tenant_id, m.person_id, m.person_id, %s, %s FROM members AS m WHERE m.tenant_id = 1 AND m.name = %s "
        "RETURNING replica_id",
        (machine, uuid5(NAMESPACE_URL, person), person),
    ).fetchone()
    assert row is not None
    return int(row[0])


def take_revisions(connection: psycopg.Connection[Any], local: sqlite3.Connection) -> None:
    """Give a local database the revisions that the shared store gave its trajectories."""
    revisions = connection.execute("SELECT revision, trajectory_id FROM trajectory_summaries").fetchall()
    told = "SELECT value::bigint = (SELECT max(revision) FROM trajectory_summaries) FROM archive_facts"
    # Transactions of other tests on the server hold the newest one back for a moment.
    until(lambda: connection.execute(told).fetchone() == (True,), "all revisions to be told")
    [newest] = connection.execute("SELECT value FROM archive_facts WHERE name = 'revision'").fetchall()
    local.executemany("UPDATE trajectory_summaries SET revision = ? WHERE trajectory_id = ?", revisions)
    local.execute("UPDATE archive_facts SET value = ? WHERE name = 'revision'", newest)
    local.commit()


def load(
    connection: psycopg.Connection[Any], local: sqlite3.Connection, replica: int = 1, first_trajectory: int = 0
) -> None:
    """Load all rows of a local database as those of a replica; its trajectories are numbered from a number on."""
    with connection.transaction():
        for table in LOADED:
            columns = [row[1] for row in local.execute(f"PRAGMA table_xinfo({table})") if not row[6]]
            moves = [_move(table, column, replica, first_trajectory) for column in columns]
            target = f"{table}_by_replica" if table in ("codebases", "agents") else table
            into = ", ".join(f'"{column}"' for column in ("tenant_id", "replica_id", *columns))
            rows = local.execute(f"SELECT {', '.join(columns)} FROM {table}")
            _copy(connection, f"COPY {target} ({into}) FROM STDIN", replica, moves, rows)
        _load_words(connection, local, replica, first_trajectory)


def _load_words(connection: psycopg.Connection[Any], local: sqlite3.Connection, replica: int, offset: int) -> None:
    turn_columns, question_columns = ("id", "timestamp", "prompt", "response"), ("id", "source", "question_text")
    turns = local.execute(f"SELECT {', '.join(turn_columns)} FROM trajectory_turns ORDER BY id").fetchall()
    questions = local.execute(f"SELECT {', '.join(question_columns)} FROM trajectory_questions ORDER BY id").fetchall()
    rows = word_rows(turns, turn_columns, questions, question_columns)
    moves = [_move("", column, replica, offset) for column in COLUMNS]
    into = ", ".join(("tenant_id", "replica_id", *COLUMNS))
    _copy(connection, f"COPY turn_words ({into}) FROM STDIN", replica, moves, rows)


def _copy(
    connection: psycopg.Connection[Any],
    sql: str,
    replica: int,
    moves: Sequence[Callable[[Any], Any]],
    rows: Iterable[Sequence[Any]],
) -> None:
    with connection.cursor() as cursor, cursor.copy(cast("Statement", sql.encode())) as copy:
        for row in rows:
            copy.write_row((1, replica, *(move(value) for move, value in zip(moves, row, strict=True))))


def _move(table: str, column: str, replica: int, offset: int) -> Callable[[Any], Any]:
    """What a value of a column becomes in the shared store."""
    kinds = {known.name: known for known in TABLES}
    known = kinds.get(table)
    if column == "file_id":
        return lambda _: replica
    if (table, column) == ("trajectories", "id") or column in TRAJECTORY_COLUMNS:
        return lambda value: None if value is None else value + offset
    if column == "turn_id" or (known and known.owner == "turn" and column == known.key):
        return lambda value: value + (offset << CHILD_BITS)
    if column == "test_run_id" or (known and known.owner == "row" and column == known.key):
        return lambda value: value + (offset << 2 * CHILD_BITS)
    if column == "codebase_id" or (table in OWN_NUMBERS and column == "id"):
        return lambda value: value + ((replica - 1) << 40)
    return lambda value: value
