"""The defects of the schema that the trajectory documents print: each has a test that would have caught it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from ppp_tui.store.logged.entries import encode
from ppp_tui.store.logged.journal_replay import write_entries
from ppp_tui.store.write import Writer
from tests.document_queries import DOCUMENTS_PERS, DOCUMENTS_PROACT

TABLES = {"trajectories", "trajectory_turns", "trajectory_questions", "trajectory_violations"}


def start(writer: Writer, name: str, stage: str = "", attempt: int = 1) -> None:
    begun = encode(("started", name, 1_795_176_000_000, 0, "SPEC", "me", "r", stage, attempt, "", "", "", "", "", 1))
    assert write_entries(writer, "", [begun], 0) == 0


def turn(writer: Writer, name: str, *efforts: str) -> None:
    questions = [("Q?", effort, ()) for effort in efforts]
    values = ("p", "r", None, None, "completed", questions, [("no_ask", "none", "asked", "major")])
    assert write_entries(writer, "", [encode(("turned", name, 1_795_176_000_000, 1, *values))], 0) == 0


def test_the_four_tables_and_their_indexes_are_there_by_name(writer: Writer) -> None:
    names = {name for (name,) in writer._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert names >= TABLES
    plans = {
        column: str(
            writer._connection.execute(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {column} = 1").fetchall()
        )
        for table, column in [
            ("trajectories", "spec_id"),
            ("trajectories", "run_id"),
            ("trajectory_turns", "trajectory_id"),
            ("trajectory_questions", "turn_id"),
            ("trajectory_violations", "turn_id"),
            ("trajectory_violations", "preference_name"),
        ]
    }
    assert {column for column, plan in plans.items() if "SEARCH" not in plan} == set()


@pytest.mark.usefixtures("step_by_step")
def test_another_programs_user_version_skips_nothing(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "used.db")
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    writer = Writer(tmp_path / "used.db")
    assert writer._connection.execute("SELECT count(*) FROM trajectory_turns").fetchone() == (0,)
    assert writer._connection.execute("PRAGMA user_version").fetchone() == (2,)
    writer.close()


def test_a_trajectory_without_turns_has_sums_of_nothing(writer: Writer) -> None:
    start(writer, "t")
    assert writer._connection.execute(
        "SELECT turns, low_questions, medium_questions, high_questions, violations FROM trajectory_summaries"
    ).fetchall() == [(0, 0, 0, 0, 0)]


@pytest.mark.parametrize(
    ("effort", "stored"),
    [
        (None, ("medium", "")),
        ("", ("medium", "")),
        ("very high", ("medium", "")),
        ("Low", ("low", "stated")),
        (" HIGH ", ("high", "stated")),
        ("medium", ("medium", "stated")),
    ],
)
def test_a_question_has_one_of_three_efforts(writer: Writer, effort: str | None, stored: tuple[str, str]) -> None:
    start(writer, "t")
    turn(writer, "t")
    writer._connection.execute(
        "INSERT INTO trajectory_questions (turn_id, question_text, effort_level) "
        "SELECT id, 'Q?', ? FROM trajectory_turns",
        (effort,),
    )
    assert writer._connection.execute("SELECT effort_level, method FROM trajectory_questions").fetchall() == [stored]


def test_what_belongs_to_a_trajectory_goes_with_it(writer: Writer) -> None:
    start(writer, "t")
    turn(writer, "t", "low", "high")
    writer._connection.execute("DELETE FROM trajectories")
    assert {
        table: writer._connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES
    } == dict.fromkeys(TABLES, 0)


def test_a_row_of_no_turn_is_refused(writer: Writer) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        writer._connection.execute(
            "INSERT INTO trajectory_questions (turn_id, question_text, effort_level) VALUES (7, 'Q?', 'low')"
        )


def test_stages_and_attempts_of_one_agent_are_told_apart(writer: Writer) -> None:
    start(writer, "a", "plan")
    start(writer, "b", "tasks")
    start(writer, "c", "plan", 2)
    assert writer._connection.execute(
        "SELECT stage, attempt FROM trajectories WHERE spec_id = 'SPEC' AND agent_name = 'me' ORDER BY id"
    ).fetchall() == [("plan", 1), ("tasks", 1), ("plan", 2)]


def test_the_documents_queries_run_unchanged(writer: Writer) -> None:
    start(writer, "t")
    turn(writer, "t", "low", "high", "medium")
    questions, violations = DOCUMENTS_PROACT, DOCUMENTS_PERS
    assert writer._connection.execute(questions, (1,)).fetchone() == (3, 1, 1, 1)
    assert writer._connection.execute(violations, (1,)).fetchone() == (1, 0, 1, 0)
