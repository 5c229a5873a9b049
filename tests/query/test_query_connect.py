"""Opening the database for reading: what is missing or of another version is named, and nothing can be changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import DatabaseMissingError
from ppp_tui.query.query import Query, answer
from tests.query.database_fixture import Database


def test_a_missing_database_is_named_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    with pytest.raises(DatabaseMissingError, match=r"There is no database at .*none\.db yet: run ppp-tui ingest"):
        open_reader(path)
    assert not path.exists()


def test_a_database_of_another_program_is_named(tmp_path: Path) -> None:
    path = tmp_path / "foreign.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE trajectories (id INTEGER PRIMARY KEY)")
    connection.close()
    with pytest.raises(DatabaseMissingError, match=r"foreign\.db is not a ppp-tui database: choose another"):
        open_reader(path)


def test_damaged_database_is_named_as_such_and_not_what_it_keeps_from_being_attached(database: Database) -> None:
    database.session(1)
    database.writer.close()
    content = database.path.read_bytes()
    database.path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))
    with pytest.raises(DatabaseMissingError, match=r"is damaged: move it away, and ppp-tui ingest reads all sessions"):
        open_reader(database.path)


def test_folder_in_the_place_of_a_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseMissingError, match=r"is a folder: choose a file with --database or database\.path"):
        open_reader(tmp_path)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("INSERT INTO schema_steps (number, name) VALUES (99, 'later')", "written by a newer ppp-tui: update this one"),
        ("DELETE FROM schema_steps", "of an older version: run ppp-tui ingest to bring it up to date"),
    ],
)
def test_a_database_of_another_version_is_refused(database: Database, statement: str, message: str) -> None:
    database.writer.execute(statement)
    with pytest.raises(DatabaseMissingError, match=message):
        open_reader(database.path)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM trajectories",
        "CREATE TABLE more (a)",
        "PRAGMA user_version = 7",
        "UPDATE archive_facts SET value = '9'",
    ],
)
def test_a_reader_can_change_nothing(database: Database, statement: str) -> None:
    database.session(1)
    reader = open_reader(database.path)
    with pytest.raises(sqlite3.OperationalError, match="readonly database"):
        reader.execute(statement)
    reader.close()


def test_a_path_with_characters_of_addresses_is_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "a?mode=rwc#b%20c ü"
    folder.mkdir()
    database = Database(folder / "archive.db")
    database.session(1)
    database.writer.close()
    reader = open_reader(folder / "archive.db")
    assert reader.execute("SELECT id FROM trajectories").fetchall() == [(1,)]
    reader.close()


def test_a_query_binds_its_parameters_and_builds_its_answer(database: Database) -> None:
    query = Query("SELECT :name, 2", lambda rows: {rows[0][0]: rows[0][1]}, {"name": "x'); DROP TABLE steps; --"})
    reader = open_reader(database.path)
    assert answer(reader, query) == {"x'); DROP TABLE steps; --": 2}
    reader.close()


def test_database_on_a_read_only_medium_is_read_without_making_an_index_of_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "archive.db"
    made = Database(path)
    made.session(1)
    made.writer.close()
    monkeypatch.setattr("ppp_tui.query.connect.os.access", lambda _folder, _mode: False)
    with closing(open_reader(path)) as connection:
        assert connection.execute("SELECT count(*) FROM trajectories").fetchone() == (1,)
        assert {file.name for file in tmp_path.iterdir()} == {"archive.db"}
