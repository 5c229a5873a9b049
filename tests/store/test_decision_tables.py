"""The tables of decisions and signals: their shape, their sums, copies, and the way to them and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_tui.store import migrate
from ppp_tui.store.migrate import steps
from ppp_tui.store.upkeep.clear import clear_turn, flip_copy
from ppp_tui.store.write import Writer

WHEN = "2026-11-20 12:00:00.000"
TURN = 1 << 20 | 3


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    writer = Writer(tmp_path / "a.db")
    connection = writer._connection
    connection.execute(
        "INSERT INTO trajectories (id, spec_id, agent_name, created_at) VALUES (1, '', 'me', ?)", (WHEN,)
    )
    yield connection
    writer.close()


def add_decision(connection: sqlite3.Connection, number: int, confidence: float | None, *, is_copy: int = 0) -> None:
    connection.execute(
        "INSERT INTO agent_decisions (decision_id, step_number, decision_type, selected, reason_code, confidence, "
        "recorded_at, is_copy) VALUES (?, 2, 'tool_selection', 'web', 'fresh_data_required', ?, ?, ?)",
        (TURN << 20 | number, confidence, WHEN, is_copy),
    )


def add_signal(connection: sqlite3.Connection, number: int, value: int, *, is_copy: int = 0) -> None:
    connection.execute(
        "INSERT INTO agent_quality_signals (signal_id, signal_type, signal_code, value, recorded_at, is_copy) "
        "VALUES (?, 'tool_success', 'first_attempt', ?, ?, ?)",
        (TURN << 20 | number, value, WHEN, is_copy),
    )


def sums(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute(
        "SELECT reason_code, decisions, confident, confidence_micros FROM decision_counts UNION ALL "
        "SELECT signal_code, true_count, false_count, NULL FROM signal_counts"
    ).fetchall()


def test_the_tables_have_the_documents_columns(database: sqlite3.Connection) -> None:
    columns = {
        table: [row[1] for row in database.execute(f"PRAGMA table_xinfo({table})")]
        for table in ("agent_decisions", "agent_quality_signals")
    }
    common = {"run_id", "step_id", "metadata", "recorded_at", "created_at"}
    assert {"decision_id", "decision_type", "selected", "reason_code", "confidence", *common} <= {
        *columns["agent_decisions"]
    }
    assert {"signal_id", "signal_type", "signal_code", "value", "weight", *common} <= {
        *columns["agent_quality_signals"]
    }


def test_there_are_thirteen_indexes(database: sqlite3.Connection) -> None:
    made = database.execute(
        "SELECT tbl_name, count(*) FROM sqlite_master WHERE type = 'index' "
        "AND tbl_name IN ('agent_decisions', 'agent_quality_signals') GROUP BY 1 ORDER BY 1"
    ).fetchall()
    assert made == [("agent_decisions", 6), ("agent_quality_signals", 7)]


def test_run_and_step_follow_from_the_rows_id(database: sqlite3.Connection) -> None:
    add_decision(database, 9, 0.5)
    row = database.execute("SELECT run_id, step_id, created_at FROM agent_decisions").fetchone()
    assert row == (1, TURN << 20 | 2, WHEN)


def test_sums_follow_rows_that_come_change_and_go(database: sqlite3.Connection) -> None:
    add_decision(database, 1, 0.5)
    add_decision(database, 2, None)
    add_signal(database, 1, 1)
    add_signal(database, 2, 0)
    assert sums(database) == [("fresh_data_required", 2, 1, 500_000), ("first_attempt", 1, 1, None)]
    database.execute(
        "UPDATE agent_decisions SET confidence = 0.25, reason_code = 'cost_optimization' WHERE confidence = 0.5"
    )
    database.execute("UPDATE agent_quality_signals SET value = 1")
    assert sums(database) == [
        ("cost_optimization", 1, 1, 250_000),
        ("fresh_data_required", 1, 0, 0),
        ("first_attempt", 2, 0, None),
    ]
    clear_turn(database, TURN)
    assert sums(database) == []


def test_a_copied_turn_is_not_counted_until_it_is_the_original(database: sqlite3.Connection) -> None:
    add_decision(database, 1, 1, is_copy=1)
    add_signal(database, 1, 1, is_copy=1)
    assert sums(database) == []
    flip_copy(database, TURN)
    assert sums(database) == [("fresh_data_required", 1, 1, 1_000_000), ("first_attempt", 1, 0, None)]
    flip_copy(database, TURN)
    assert sums(database) == []


@pytest.mark.parametrize(
    "change",
    [
        "confidence = -0.1",
        "confidence = 1.01",
        "recorded_at = 'The user said that'",
        "source = 'guessed'",
        "rules = 3",
        "step_number = 0",
        "selected = 'a sentence'",
    ],
)
def test_a_decision_out_of_range_is_refused(database: sqlite3.Connection, change: str) -> None:
    add_decision(database, 1, 0.5)
    with pytest.raises(sqlite3.IntegrityError):
        database.execute(f"UPDATE agent_decisions SET {change}")


@pytest.fixture
def before(monkeypatch: pytest.MonkeyPatch) -> sqlite3.Connection:
    """Return a database on which the step was run and taken back by what the step itself says, newer ones left out."""
    [own] = [step for step in steps() if step.name.endswith("_decisions")]
    known = [step for step in steps() if step.number <= own.number]
    monkeypatch.setattr(migrate, "steps", lambda: known)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    migrate.apply_steps(connection)
    connection.execute("INSERT INTO trajectories (id, spec_id, agent_name) VALUES (1, 'S', 'me')")
    add_decision(connection, 1, 0.5)
    lines = [line.removeprefix("--").strip() for line in own.sql.splitlines() if line.startswith("--     ")]
    connection.executescript(" ".join(lines))
    assert migrate.schema_version(connection) == own.number - 1
    return connection


def test_the_rollback_of_the_step_leaves_what_was_there_before(before: sqlite3.Connection) -> None:
    left = before.execute(
        "SELECT name FROM sqlite_master WHERE name GLOB '*agent_[dq]*' OR name GLOB '*_counts'"
    ).fetchall()
    assert left == []
    assert before.execute("SELECT spec_id FROM trajectories").fetchall() == [("S",)]
    migrate.apply_steps(before)
    assert before.execute("SELECT count(*) FROM agent_decisions").fetchone() == (0,)


def test_the_step_changes_nothing_where_an_earlier_table_is_damaged(before: sqlite3.Connection) -> None:
    version = migrate.schema_version(before)
    before.execute("DROP TABLE retry_chains")
    with pytest.raises(sqlite3.OperationalError, match="retry_chains"):
        migrate.apply_steps(before)
    assert migrate.schema_version(before) == version
    assert before.execute("SELECT count(*) FROM sqlite_master WHERE name GLOB 'agent_[dq]*'").fetchone() == (0,)
