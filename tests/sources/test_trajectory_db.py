"""Trajectory databases of other programs: what their rows become, whatever order and shape they come in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model.event import (
    NOWHERE,
    AssistantMessage,
    Event,
    MetadataLearned,
    QuestionAsked,
    TrajectorySwitched,
    TurnEnded,
    TurnStarted,
    ViolationStated,
)
from ppp_tui.sources.source import TableSource
from ppp_tui.sources.trajectory_db import SOURCE
from tests.sources.trajectory_tables import FIRST, SCHEMA, T0, events, read, write

KEY = "SPEC-1:claude:run-1::2026-11-20 19:24:00:1"
"""What comes before the turn's number in its key."""

SWITCH = [
    TrajectorySwitched("1", at=T0),
    MetadataLearned(T0, "spec_id", "SPEC-1"),
    MetadataLearned(T0, "agent_name", "claude"),
    MetadataLearned(T0, "run_id", "run-1"),
]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return write(tmp_path / "trajectories.db", SCHEMA, FIRST)


def turn(
    number: int, prompt: str, response: str, *stated: Event, at: int, took: int | None = None, tokens: int | None = None
) -> list[Event]:
    """The events of a turn."""
    return [
        TurnStarted(at, NOWHERE, f"{KEY}:{number}", prompt, "logged", number),
        AssistantMessage(at, NOWHERE, response, is_final=True),
        *stated,
        TurnEnded(at, "unknown", took, token_count=tokens),
    ]


FIRST_TURN = turn(
    1,
    "Add OAuth",
    "Which provider?",
    QuestionAsked(T0 + 5000, NOWHERE, "Which provider?", effort="low"),
    ViolationStated(T0 + 5000, "no_ask", "no questions", "asked", "major"),
    at=T0 + 5000,
    took=200,
    tokens=50,
)


def test_it_is_a_source_of_tables() -> None:
    assert isinstance(SOURCE, TableSource)
    assert (SOURCE.name, SOURCE.agent_name) == ("trajectory_db", "logged")
    assert SOURCE.resume_command("x", "/p") is None


def test_a_database_has_no_usual_place() -> None:
    assert SOURCE.roots({}, Path("/home/dev")) == []


def test_find_takes_a_named_file_as_it_is_and_databases_of_a_folder(tmp_path: Path) -> None:
    for name in ("b.sqlite3", "a.db", "c.SQLITE", "notes.txt", "a.db-wal"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "folder.db").mkdir()
    assert [path.name for path in SOURCE.find(tmp_path)] == ["a.db", "b.sqlite3", "c.SQLITE"]
    assert list(SOURCE.find(tmp_path / "notes.txt")) == [tmp_path / "notes.txt"]
    assert list(SOURCE.find(tmp_path / "missing")) == []
    assert list(SOURCE.companions(tmp_path / "a.db")) == [tmp_path / "a.db-wal"]
    assert SOURCE.identify(tmp_path / "a.db").native_id == "a"


def test_a_trajectory_with_its_turn_question_and_violation(database: Path) -> None:
    result = read(database)
    assert result.reading.events == [*SWITCH, *FIRST_TURN]
    assert (result.reading.unknown, result.reading.damage, result.is_more) == ({}, [], False)


def test_unchanged_database_emits_nothing(database: Path) -> None:
    first = read(database)
    again = read(database, first.state)
    assert (again.reading.events, again.state, again.is_more) == ([], first.state, False)


def test_new_turn_is_emitted_alone(database: Path) -> None:
    state = read(database).state
    write(
        database, "INSERT INTO trajectory_turns VALUES (2, 1, 2, 'GitHub', 'Done.', NULL, NULL, '2026-11-20 19:25:00')"
    )
    assert events(database, state) == [*SWITCH, *turn(2, "GitHub", "Done.", at=T0 + 60_000)]


def test_a_late_question_or_violation_tells_its_turn_again_and_the_newest_after_it(database: Path) -> None:
    write(
        database, "INSERT INTO trajectory_turns VALUES (2, 1, 2, 'GitHub', 'Done.', NULL, NULL, '2026-11-20 19:25:00')"
    )
    state = read(database).state
    write(
        database,
        "INSERT INTO trajectory_questions VALUES (2, 1, 'Why?', 'high')",
        "INSERT INTO trajectory_violations VALUES (2, 1, 'lang', 'Italian', 'English', 'minor')",
    )
    again = turn(
        1,
        "Add OAuth",
        "Which provider?",
        QuestionAsked(T0 + 5000, NOWHERE, "Which provider?", effort="low"),
        QuestionAsked(T0 + 5000, NOWHERE, "Why?", effort="high"),
        ViolationStated(T0 + 5000, "no_ask", "no questions", "asked", "major"),
        ViolationStated(T0 + 5000, "lang", "Italian", "English", "minor"),
        at=T0 + 5000,
        took=200,
        tokens=50,
    )
    assert events(database, state) == [*SWITCH, *again, *turn(2, "GitHub", "Done.", at=T0 + 60_000)]


def test_rows_before_their_owner_are_emitted_with_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.db", SCHEMA, "INSERT INTO trajectory_questions VALUES (1, 1, 'Which provider?', 'low')")
    first = read(path)
    assert first.reading.events == []
    write(path, "INSERT INTO trajectory_turns VALUES (1, 1, 1, 'a', 'b', NULL, 7, '2026-11-20 19:24:05')")
    second = read(path, first.state)
    assert [type(event).__name__ for event in second.reading.events] == [
        "TrajectorySwitched",
        "TurnStarted",
        "AssistantMessage",
        "QuestionAsked",
        "TurnEnded",
    ]
    write(path, "INSERT INTO trajectories VALUES (1, 'SPEC-1', 'claude', 'run-1', '2026-11-20 19:24:00')")
    assert events(path, second.state) == SWITCH


def test_turns_are_told_in_their_order_and_by_trajectory(database: Path) -> None:
    write(
        database,
        "INSERT INTO trajectories VALUES (2, 'SPEC-2', 'gemini', NULL, '2026-11-20 19:24:00')",
        "INSERT INTO trajectory_turns VALUES (2, 2, 1, 'c', 'd', NULL, NULL, '2026-11-20 19:24:00')",
        "INSERT INTO trajectory_turns VALUES (3, 1, 3, 'e', 'f', NULL, NULL, '2026-11-20 19:24:00')",
        "INSERT INTO trajectory_turns VALUES (4, 1, 2, 'g', 'h', NULL, NULL, '2026-11-20 19:24:00')",
    )
    told = [event for event in events(database) if isinstance(event, (TrajectorySwitched, TurnStarted))]
    assert [event.name if isinstance(event, TrajectorySwitched) else event.number for event in told] == [
        "1",
        1,
        2,
        3,
        "2",
        1,
    ]


def test_equal_numbers_in_other_databases_are_other_turns(database: Path, tmp_path: Path) -> None:
    other = write(
        tmp_path / "other.db",
        SCHEMA,
        "INSERT INTO trajectories VALUES (1, 'SPEC-9', 'claude', 'run-1', '2026-11-20 19:24:00')",
        "INSERT INTO trajectory_turns VALUES (1, 1, 1, 'a', 'b', NULL, NULL, '2026-11-20 19:24:05')",
    )
    keys = [[event.key for event in events(path) if isinstance(event, TurnStarted)] for path in (database, other)]
    assert keys[0] != keys[1]


def test_many_rows_come_in_parts_that_together_are_the_whole(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.db", SCHEMA, "INSERT INTO trajectories VALUES (1, 's', 'a', NULL, '2026-11-20 19:24:00')"
    )
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25) "
    write(
        path,
        f"INSERT INTO trajectory_turns {numbers}SELECT i, 1, i, 'p', 'r', NULL, NULL, '2026-11-20 19:24:00' FROM n",
        f"INSERT INTO trajectory_questions {numbers}SELECT i, i, 'q', 'low' FROM n",
    )
    state, seen, asked, polls, is_more = b"", list[int](), 0, 0, True
    while is_more:
        result = read(path, state, limit=10)
        state, is_more, polls = result.state, result.is_more, polls + 1
        seen += [event.number or 0 for event in result.reading.events if isinstance(event, TurnStarted)]
        asked += sum(isinstance(event, QuestionAsked) for event in result.reading.events)
    assert (seen, asked, polls) == (list(range(1, 26)), 25, 3)


def test_missing_columns_are_not_known(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.db",
        "CREATE TABLE trajectories (id INTEGER PRIMARY KEY, agent_name TEXT)",
        "CREATE TABLE trajectory_turns (id INTEGER PRIMARY KEY, trajectory_id INTEGER, turn_number INTEGER, "
        "response TEXT)",
        "CREATE TABLE trajectory_violations (turn_id INTEGER, preference_name TEXT)",
        "INSERT INTO trajectories VALUES (1, 'claude')",
        "INSERT INTO trajectory_turns VALUES (1, 1, 0, 'Done.')",
        "INSERT INTO trajectory_violations VALUES (1, 'no_ask')",
    )
    assert events(path) == [
        TrajectorySwitched("1"),
        MetadataLearned(0, "agent_name", "claude"),
        TurnStarted(0, NOWHERE, ":claude::::1:0", "", "logged", 0),
        AssistantMessage(0, NOWHERE, "Done.", is_final=True),
        ViolationStated(0, "no_ask", "", "", "minor"),
        TurnEnded(0, "unknown"),
    ]


def test_missing_tables_are_no_error_and_others_are_counted_once(tmp_path: Path) -> None:
    path = write(
        tmp_path / "consensus.db",
        "CREATE TABLE consensus_artifacts (id INTEGER PRIMARY KEY, spec_id TEXT)",
        "CREATE TABLE consensus_runs (id INTEGER PRIMARY KEY)",
        "CREATE TABLE something_else (id INTEGER PRIMARY KEY)",
        "INSERT INTO consensus_artifacts (spec_id) VALUES ('a'), ('b')",
    )
    first = read(path)
    assert (first.reading.events, first.reading.unknown) == (
        [],
        {"consensus_artifacts without agent_name": 1, "table something_else": 1},
    )
    write(path, "INSERT INTO consensus_artifacts (spec_id) VALUES ('c')", SCHEMA, FIRST)
    second = read(path, first.state)
    assert second.reading.events == [*SWITCH, *FIRST_TURN]
    assert second.reading.unknown == {}
    assert read(path, second.state).reading.unknown == {}


def test_a_table_that_cannot_be_read_is_counted_and_the_others_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.db",
        SCHEMA.replace("turn_id INTEGER NOT NULL,\n    question", "turn INTEGER,\n    question"),
        "DROP TABLE trajectory_violations",
        "CREATE TABLE trajectory_violations (turn_id INTEGER PRIMARY KEY, preference_name TEXT) WITHOUT ROWID",
        "INSERT INTO trajectories VALUES (1, 'SPEC-1', 'claude', 'run-1', '2026-11-20 19:24:00')",
        "INSERT INTO trajectory_turns VALUES (1, 1, 1, 'a', 'b', NULL, NULL, '2026-11-20 19:24:05')",
    )
    reading = read(path).reading
    assert reading.events == [*SWITCH, *turn(1, "a", "b", at=T0 + 5000)]
    assert reading.unknown == {
        "trajectory_questions without turn_id": 1,
        "trajectory_violations without row numbers": 1,
    }


def test_trajectories_with_text_ids_are_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.db",
        "CREATE TABLE trajectories (id TEXT PRIMARY KEY, spec_id TEXT)",
        "CREATE TABLE trajectory_turns (id TEXT PRIMARY KEY, trajectory_id TEXT, turn_number INTEGER, prompt TEXT)",
        "CREATE TABLE trajectory_questions (turn_id TEXT, question_text TEXT, effort_level TEXT)",
        "INSERT INTO trajectories VALUES ('t-1', 'S')",
        "INSERT INTO trajectory_turns VALUES ('u-1', 't-1', 4, 'Go')",
        "INSERT INTO trajectory_questions VALUES ('u-1', 'Why?', 'high')",
    )
    assert events(path) == [
        TrajectorySwitched("t-1"),
        MetadataLearned(0, "spec_id", "S"),
        TurnStarted(0, NOWHERE, "S:::::t-1:4", "Go", "logged", 4),
        QuestionAsked(0, NOWHERE, "Why?", effort="high"),
        TurnEnded(0, "unknown"),
    ]


def test_a_database_that_was_replaced_is_read_anew(database: Path) -> None:
    write(
        database, "INSERT INTO trajectory_turns VALUES (2, 1, 2, 'GitHub', 'Done.', NULL, NULL, '2026-11-20 19:25:00')"
    )
    state = read(database).state
    database.unlink()
    write(
        database,
        SCHEMA,
        "INSERT INTO trajectories VALUES (1, 'SPEC-7', 'gemini', NULL, '2026-11-20 19:24:00')",
        "INSERT INTO trajectory_turns VALUES (1, 1, 1, 'new', 'text', NULL, NULL, '2026-11-20 19:24:05')",
    )
    told = events(database, state)
    assert [event.prompt for event in told if isinstance(event, TurnStarted)] == ["new"]
    assert MetadataLearned(T0, "spec_id", "SPEC-7") in told


def test_rows_that_were_cleaned_away_do_not_hide_later_ones(database: Path) -> None:
    state = read(database).state
    write(database, "DELETE FROM trajectory_turns; DELETE FROM trajectories;")
    state = read(database, state).state
    write(
        database,
        "INSERT INTO trajectories VALUES (2, 'SPEC-2', 'claude', NULL, '2026-11-20 19:24:00')",
        "INSERT INTO trajectory_turns VALUES (2, 2, 1, 'next', 'x', NULL, NULL, '2026-11-20 19:24:05')",
    )
    assert [event.prompt for event in events(database, state) if isinstance(event, TurnStarted)] == ["next"]


def test_a_state_of_another_version_begins_anew(database: Path) -> None:
    for state in (b"\xc1", b"garbage", b"\x91\x01"):
        assert events(database, state) == [*SWITCH, *FIRST_TURN]


def test_names_are_bound_and_never_part_of_sql(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.db",
        SCHEMA,
        "INSERT INTO trajectories VALUES (1, '''); DROP TABLE trajectories; --', 'x', NULL, '')",
        'CREATE TABLE "trajectory_turns; DROP TABLE trajectories" (id INTEGER)',
    )
    values: list[Any] = [event.value for event in events(path) if isinstance(event, MetadataLearned)]
    assert values == ["'); DROP TABLE trajectories; --", "x"]
    assert events(path) != []


def test_an_answer_column_of_another_program_is_read(database: Path) -> None:
    write(
        database,
        "ALTER TABLE trajectory_questions ADD COLUMN answer TEXT",
        "INSERT INTO trajectory_questions VALUES (2, 1, 'Why?', 'high', 'So that it works')",
    )
    asked = [event for event in events(database) if isinstance(event, QuestionAsked)]
    assert [(event.text, event.answer) for event in asked] == [
        ("Which provider?", None),
        ("Why?", "So that it works"),
    ]
