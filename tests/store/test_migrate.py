"""Schema steps: each with its record, newer databases refused, foreign databases left alone."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from ppp_tui.store import migrate as migrate_module
from ppp_tui.store.connect import DatabaseError, explain, has_wal_reset_bug, open_writer
from ppp_tui.store.migrate import apply_steps, migrate, schema_version
from ppp_tui.store.schema_script import schema_script
from ppp_tui.store.write import Writer


def test_a_new_database_has_the_documents_tables(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    columns = {
        table: {row[1] for row in writer._connection.execute(f"PRAGMA table_info({table})")}
        for table in ("trajectories", "trajectory_turns", "trajectory_questions", "trajectory_violations")
    }
    writer.close()
    assert columns["trajectories"] >= {"id", "spec_id", "agent_name", "run_id", "created_at"}
    assert columns["trajectory_turns"] >= {
        "id",
        "trajectory_id",
        "turn_number",
        "prompt",
        "response",
        "token_count",
        "latency_ms",
        "timestamp",
    }
    assert columns["trajectory_questions"] >= {"id", "turn_id", "question_text", "effort_level"}
    assert columns["trajectory_violations"] >= {"id", "turn_id", "preference_name", "expected", "actual", "severity"}


def test_migrating_twice_changes_nothing(tmp_path: Path) -> None:
    connection = open_writer(tmp_path / "a.db")
    migrate(connection, tmp_path / "a.db")
    migrate(connection, tmp_path / "a.db")
    applied = connection.execute("SELECT number, name FROM schema_steps").fetchall()
    assert applied == [
        (1, "0001_archive"),
        (2, "0002_ppp"),
        (3, "0003_usage"),
        (4, "0004_work"),
        (5, "0005_requests"),
        (6, "0006_answers"),
        (7, "0007_spans"),
        (8, "0008_suites"),
        (9, "0009_foreign"),
        (10, "0010_evidence"),
        (11, "0011_silence"),
        (12, "0012_efforts"),
        (13, "0013_windows"),
        (14, "0014_search"),
        (15, "0015_projects"),
        (16, "0016_untimed"),
        (17, "0017_lists"),
        (18, "0018_logged_states"),
        (19, "0019_alerts"),
        (20, "0020_deliveries"),
        (21, "0021_performance"),
        (22, "0022_decisions"),
        (23, "0023_evaluations"),
        (24, "0024_hosts"),
        (25, "0025_received"),
        (26, "0026_people"),
        (27, "0027_traces"),
        (28, "0028_alert_commands"),
        (29, "0029_run_sums"),
        (30, "0030_finished_specs"),
        (31, "0031_conduct_sums"),
    ]
    connection.close()


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "schema.sql"
    path.write_text(schema_script())
    monkeypatch.setattr(migrate_module, "SCHEMA", path)
    return path


def test_an_empty_database_gets_by_one_script_what_the_steps_make(script: Path, tmp_path: Path) -> None:
    stepwise, whole = open_writer(tmp_path / "steps.db"), open_writer(tmp_path / "whole.db")
    apply_steps(stepwise)
    statements: list[str] = []
    whole.set_trace_callback(statements.append)
    migrate(whole, tmp_path / "whole.db")
    assert not [statement for statement in statements if statement.startswith("ALTER")]
    for question in (
        "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name",
        "SELECT number, name FROM schema_steps",
        "SELECT * FROM archive_facts",
        "SELECT * FROM sqlite_sequence",
    ):
        assert whole.execute(question).fetchall() == stepwise.execute(question).fetchall()
    for (table,) in stepwise.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        if table != "schema_steps":
            rows = f"SELECT * FROM {table}"
            assert whole.execute(rows).fetchall() == stepwise.execute(rows).fetchall(), table
    stepwise.close()
    whole.close()


@pytest.mark.parametrize(
    "content", ["", "-- 25 of other steps\nCREATE TABLE wrong (a);\n", "-- 99 x\n", "-- none\n", None]
)
def test_a_script_of_other_steps_or_none_leaves_it_to_the_steps(
    content: str | None, script: Path, tmp_path: Path
) -> None:
    if content is None:
        script.unlink()
    else:
        script.write_text(content)
    connection = open_writer(tmp_path / "a.db")
    migrate(connection, tmp_path / "a.db")
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    assert ("trajectory_turns" in names, "wrong" in names) == (True, False)
    connection.close()


def test_a_database_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    writer._connection.execute("INSERT INTO schema_steps (number, name) VALUES (99, '0099_later')")
    writer.close()
    with pytest.raises(DatabaseError, match=r"newer ppp-tui \(schema 99, this one has \d+\): update ppp-tui"):
        Writer(tmp_path / "a.db")


def test_a_foreign_database_is_refused_and_not_changed(tmp_path: Path) -> None:
    path = tmp_path / "foreign.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE trajectories (id INTEGER PRIMARY KEY)")
    connection.close()
    with pytest.raises(DatabaseError, match="database of another program"):
        Writer(path)
    connection = sqlite3.connect(path)
    tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    assert tables == [("trajectories",)]


def test_a_failing_step_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ppp_tui.store import migrate as module

    broken = tmp_path / "0001_broken.sql"
    broken.write_text("CREATE TABLE one (a);\nCREATE TABLE one (a);\n")
    monkeypatch.setattr(module, "steps", lambda: [module.Step(1, broken)])
    connection = open_writer(tmp_path / "a.db")
    with pytest.raises(DatabaseError):
        migrate(connection, tmp_path / "a.db")
    assert schema_version(connection) == 0
    assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    connection.close()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be looked at by SQLite as one" * 20)
    with pytest.raises(DatabaseError, match=r"notes\.txt is not a ppp-tui database"):
        Writer(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    with pytest.raises(DatabaseError, match=r"cannot be written \(Permission denied\): choose another place"):
        Writer(folder / "a.db")


def test_a_full_disk_is_named() -> None:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorname = "SQLITE_FULL"
    assert explain(error, Path("/d/a.db")) == (
        "The disk that holds the database /d/a.db is full: free some space, nothing was half-written."
    )


@pytest.mark.parametrize(
    ("version_info", "expected"),
    [
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 54, 1), False),
    ],
)
def test_which_sqlite_has_the_wal_reset_bug(version_info: tuple[int, int, int], expected: bool) -> None:
    assert has_wal_reset_bug(version_info) is expected


def test_constraints_stay_where_sqlite_forbids_to_loosen_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ppp_tui.store import migrate as module

    # As where SQLite is defensive, `PRAGMA writable_schema = ON` has no effect here.
    steps = [step._replace(path=tmp_path / step.path.name) for step in module.steps()]
    for step, forbidden in zip(module.steps(), steps, strict=True):
        forbidden.path.write_text(step.sql.replace("PRAGMA writable_schema = ON;", ""))
    monkeypatch.setattr(module, "steps", lambda: steps)
    connection = open_writer(tmp_path / "a.db")
    apply_steps(connection)
    assert schema_version(connection) == steps[-1].number
    [(sql,)] = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'trajectory_questions'").fetchall()
    assert "effort_level TEXT NOT NULL CHECK" in sql
    connection.close()
