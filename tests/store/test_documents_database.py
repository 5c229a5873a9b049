"""A database of the trajectory documents that is named as ours: taken over whole, or refused untouched."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest

from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import DatabaseMissingError
from ppp_tui.store import documents
from ppp_tui.store.connect import DatabaseError
from ppp_tui.store.write import Writer
from tests.ingest.test_ingest_trajectory_db_artifacts import AGENTS, DELIVERED, OLD
from tests.sources.trajectory_tables import SCHEMA, write

SYNTHESIS = """
CREATE TABLE consensus_synthesis (id INTEGER PRIMARY KEY, status TEXT);
INSERT INTO consensus_synthesis VALUES (1, 'ok');
"""


def take_over(path: Path) -> Writer:
    writer = Writer(path)
    while writer.count_plain_inserts():
        pass
    return writer


def test_a_database_of_version_1_is_taken_over_with_its_artifacts(tmp_path: Path) -> None:
    path = write(tmp_path / "consensus.db", OLD, DELIVERED, SYNTHESIS)
    with closing(take_over(path)) as writer:
        assert writer._connection.execute(
            "SELECT id, spec_id, stage, agent_name, run_id, created_at FROM consensus_artifacts"
        ).fetchall() == [
            (1, "SPEC-A", "spec-plan", "ada", "r1", "2026-11-20 19:25:00.000"),
            (2, "SPEC-A", "spec-plan", "bob", "r1", "2026-11-20 19:25:00.000"),
            (3, "SPEC-A", "spec-plan", "cid", "r1", "2026-11-20 19:25:00.000"),
        ]
        assert writer._connection.execute("SELECT status FROM consensus_synthesis").fetchall() == [("ok",)]
        assert writer._connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert (
            writer._connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'documents_%'").fetchall() == []
        )
        assert writer._connection.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("is_cut_short", [False, True])
def test_a_database_of_version_2_is_taken_over_with_its_trajectories(tmp_path: Path, *, is_cut_short: bool) -> None:
    path = write(
        tmp_path / "consensus.db",
        SCHEMA,
        OLD,
        AGENTS,
        DELIVERED,
        "INSERT INTO trajectory_violations VALUES (9, 2, 'no_ask', 'none', 'one', 'Critical')",
        "INSERT INTO trajectory_questions VALUES (70, 1, 'And?', 'EffortLevel::Low'), (71, 99, 'Whose?', 'low')",
        "PRAGMA user_version = 2",
    )
    if is_cut_short:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            documents.rename_foreign_tables(connection)
    with closing(take_over(path)) as writer:
        ask = writer._connection.execute
        assert ask(
            "SELECT t.id, t.agent_name, t.run_id, t.stage, t.source, s.turns, s.low_questions, s.high_questions, "
            "s.critical_violations FROM trajectories AS t JOIN trajectory_summaries AS s ON s.trajectory_id = t.id"
        ).fetchall() == [
            (1, "ada", "r1", "spec-plan", "logger", 1, 1, 1, 0),
            (2, "bob", "r1", "spec-plan", "logger", 1, 1, 0, 1),
        ]
        assert ask("SELECT id, prompt, response, latency_ms, timestamp FROM trajectory_turns").fetchall() == [
            (1 << 20, "Plan it", "Hm.", 5, "2026-11-20 19:24:05.000"),
            (2 << 20, "Plan it", "Hm.", 5, "2026-11-20 19:24:05.000"),
        ]
        assert ask("SELECT trajectory_id FROM consensus_artifacts ORDER BY id").fetchall() == [(1,), (2,), (None,)]
    with closing(Writer(path)) as writer:
        assert writer._connection.execute("SELECT count(*) FROM trajectory_turns").fetchone() == (2,)


def test_failed_takeover_moves_no_row_and_the_next_start_moves_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "consensus.db", OLD, DELIVERED)

    def fail(connection: sqlite3.Connection) -> NoReturn:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as full:
        full.setattr(documents, "_move_artifacts", fail)
        with pytest.raises(DatabaseError, match="disk I/O error"):
            Writer(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM documents_consensus_artifacts").fetchone() == (3,)
        assert connection.execute("SELECT count(*) FROM consensus_artifacts").fetchone() == (0,)
    with closing(take_over(path)) as writer:
        assert writer._connection.execute("SELECT count(*) FROM consensus_artifacts").fetchone() == (3,)


def test_another_programs_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "other.db", "CREATE TABLE bookmarks (id INTEGER PRIMARY KEY); PRAGMA user_version = 2")
    before = path.read_bytes()
    with pytest.raises(DatabaseError, match=r"other\.db is a database of another program: choose another"):
        Writer(path)
    assert (path.read_bytes(), [entry.name for entry in tmp_path.iterdir()]) == (before, ["other.db"])


def test_dropped_tables_are_named_with_a_way_out(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    Writer(path).close()
    write(
        path,
        "DROP TABLE trajectory_violations",
        "DROP TABLE trajectory_questions",
        "DROP TABLE trajectory_turns",
        "DROP TABLE trajectories",
    )
    with pytest.raises(DatabaseError, match=r"a\.db has lost tables \(trajectories, .*move it away"):
        Writer(path)
    with pytest.raises(DatabaseMissingError, match=r"a\.db has lost tables \(trajectories, .*move it away"):
        open_reader(path)


def test_reading_a_file_that_is_not_ours_says_what_to_do(tmp_path: Path) -> None:
    path = write(tmp_path / "other.db", SCHEMA)
    with pytest.raises(DatabaseMissingError, match=r"not a ppp-tui database: .*--source trajectory_db=PATH"):
        open_reader(path)
