"""What lists are made of follows its rows by itself: whether a session has a parent, and what it was asked first."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ppp_tui.store.connect import open_writer
from ppp_tui.store.migrate import migrate, steps


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A database with two sessions; the second has a parent that is not there yet."""
    made = open_writer(tmp_path / "a.db")
    migrate(made, tmp_path / "a.db")
    for identity in (1, 2):
        add_session(made, identity)
    yield made
    made.close()


def add_session(connection: sqlite3.Connection, identity: int, parent: int | None = None) -> None:
    connection.execute(
        "INSERT INTO trajectories (id, spec_id, agent_name, source, parent_id) VALUES (?, '', 'claude', 'codex', ?)",
        (identity, parent),
    )
    connection.execute("INSERT INTO trajectory_summaries (trajectory_id) VALUES (?)", (identity,))


def add_turn(connection: sqlite3.Connection, number: int, prompt: str, origin: str = "typed") -> None:
    connection.execute(
        "INSERT INTO trajectory_turns (id, trajectory_id, turn_number, prompt, response, prompt_length, origin) "
        "VALUES ((1 << 20) + ?, 1, ?, ?, '', ?, ?)",
        (number, number, prompt, len(prompt), origin),
    )


def children(connection: sqlite3.Connection) -> list[int]:
    rows = connection.execute("SELECT trajectory_id FROM trajectory_summaries WHERE is_child = 1 ORDER BY 1")
    return [row[0] for row in rows]


def first_prompt(connection: sqlite3.Connection) -> str:
    [prompt] = connection.execute("SELECT first_prompt FROM trajectories WHERE id = 1").fetchone()
    return str(prompt)


def test_a_session_is_a_child_while_it_has_a_parent(connection: sqlite3.Connection) -> None:
    assert children(connection) == []
    connection.execute("UPDATE trajectories SET parent_id = 1 WHERE id = 2")
    add_session(connection, 3, parent=1)
    assert children(connection) == [2, 3]
    connection.execute("UPDATE trajectories SET parent_id = NULL WHERE id = 3")
    assert children(connection) == [2]


def test_children_of_a_session_that_is_deleted_stand_in_lists(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE trajectories SET parent_id = 1 WHERE id = 2")
    connection.execute("DELETE FROM trajectories WHERE id = 1")
    assert connection.execute("SELECT id, parent_id FROM trajectories").fetchall() == [(2, None)]
    assert children(connection) == []


def test_the_first_prompt_is_that_of_the_first_turn_that_has_one(connection: sqlite3.Connection) -> None:
    add_turn(connection, 0, "What precedes the first turn", origin="system")
    assert first_prompt(connection) == ""
    add_turn(connection, 2, "Then test it")
    assert first_prompt(connection) == "Then test it"
    add_turn(connection, 1, "Fix " + "x" * 300)
    assert first_prompt(connection) == "Fix " + "x" * 196
    add_turn(connection, 4, "A fourth turn is none of the first")
    connection.execute("DELETE FROM trajectory_turns WHERE turn_number = 1")
    assert first_prompt(connection) == "Then test it"
    connection.execute("UPDATE trajectory_turns SET prompt = '' WHERE turn_number = 2")
    assert first_prompt(connection) == ""
    connection.execute("UPDATE trajectory_turns SET origin = 'logged' WHERE turn_number = 0")
    assert first_prompt(connection) == "What precedes the first turn"


def test_a_turn_that_another_program_inserts_with_an_id_of_its_own_is_the_first(connection: sqlite3.Connection) -> None:
    connection.execute(
        "INSERT INTO trajectory_turns (trajectory_id, turn_number, prompt, response) VALUES (1, 1, 'Plan it', 'Done.')"
    )
    assert first_prompt(connection) == "Plan it"


def test_sessions_of_an_older_database_are_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ppp_tui.store import migrate as module

    older = [step for step in steps() if step.number < 17]
    with monkeypatch.context() as patch:
        patch.setattr(module, "steps", lambda: older)
        connection = open_writer(tmp_path / "a.db")
        migrate(connection, tmp_path / "a.db")
    add_session(connection, 1)
    add_session(connection, 2, parent=1)
    add_turn(connection, 1, "Fix it")
    migrate(connection, tmp_path / "a.db")
    assert (children(connection), first_prompt(connection)) == ([2], "Fix it")
    connection.close()
