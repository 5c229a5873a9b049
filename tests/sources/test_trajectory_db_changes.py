"""Rows of a trajectory database that are changed in place: what is told again, and how far back it is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.trajectory_db.changes import WATCHED_ROWS
from tests.sources.trajectory_tables import FIRST, SCHEMA, events, read, write


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return write(tmp_path / "trajectories.db", SCHEMA, FIRST)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE trajectory_turns SET response = 'Whose provider?'", e.AssistantMessage),
        ("UPDATE trajectory_turns SET latency_ms = 900", e.TurnEnded),
        ("UPDATE trajectory_questions SET effort_level = 'high'", e.QuestionAsked),
        ("UPDATE trajectory_violations SET severity = 'minor'", e.ViolationStated),
        ("DELETE FROM trajectory_questions", e.TurnStarted),
        ("UPDATE trajectories SET run_id = 'run-2'", e.MetadataLearned),
    ],
)
def test_a_row_that_is_changed_in_place_is_told_again(database: Path, change: str, told: type[e.Event]) -> None:
    before = read(database)
    write(database, change)
    after = read(database, before.state)
    assert any(isinstance(event, told) for event in after.reading.events)
    assert [event for event in after.reading.events if isinstance(event, told)] != [
        event for event in before.reading.events if isinstance(event, told)
    ] or told is e.TurnStarted
    assert (after.reading.unknown, events(database, after.state)) == ({}, [])


def test_a_deleted_question_is_not_told_with_its_turn(database: Path) -> None:
    state = read(database).state
    write(database, "DELETE FROM trajectory_questions")
    assert not any(isinstance(event, e.QuestionAsked) for event in events(database, state))


def test_changes_are_noticed_in_the_newest_rows_only(tmp_path: Path) -> None:
    turns = ", ".join(
        f"({number}, 1, {number}, 'p', 'r', 1, 1, '2026-11-20 19:24:05')" for number in range(WATCHED_ROWS + 5)
    )
    path = write(tmp_path / "a.db", SCHEMA, f"INSERT INTO trajectory_turns VALUES {turns}")
    state = read(path).state
    write(path, "UPDATE trajectory_turns SET response = 'x' WHERE id = 4")
    assert events(path, state) == []
    write(path, "UPDATE trajectory_turns SET response = 'x' WHERE id = 5")
    told = [event.number for event in events(path, state) if isinstance(event, e.TurnStarted)]
    assert told == [5, WATCHED_ROWS + 4]
