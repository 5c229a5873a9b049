"""Another program's database is read without a change to it, and without a lock that outlives a poll."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.model.event import TurnStarted
from ppp_tui.sources.trajectory_db import SOURCE
from ppp_tui.sources.trajectory_db import connect as opening

TURNS = """
CREATE TABLE trajectory_turns (id INTEGER PRIMARY KEY, trajectory_id INTEGER, turn_number INTEGER, prompt TEXT);
INSERT INTO trajectory_turns VALUES (1, 1, 1, 'first');
"""


def make(path: Path, *, is_logged: bool = False) -> Path:
    """A database with one turn, in WAL mode or not, closed by its owner."""
    with closing(sqlite3.connect(path)) as owner:
        if is_logged:
            owner.execute("PRAGMA journal_mode = WAL")
        owner.executescript(TURNS)
    return path


def prompts(path: Path, state: bytes = b"") -> list[str]:
    return [event.prompt for event in SOURCE.poll(path, state).reading.events if isinstance(event, TurnStarted)]


def content(folder: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in folder.iterdir()}


@pytest.mark.parametrize("is_logged", [False, True])
def test_a_closed_database_and_its_folder_stay_as_they_are(tmp_path: Path, is_logged: bool) -> None:
    path = make(tmp_path / "a.db", is_logged=is_logged)
    before = content(tmp_path)
    assert prompts(path) == ["first"]
    assert content(tmp_path) == before


def test_a_large_closed_database_in_wal_mode_keeps_its_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path / "a.db", is_logged=True)
    before = path.read_bytes()
    monkeypatch.setattr(opening, "SNAPSHOT_BYTES", 10)
    assert prompts(path) == ["first"]
    assert path.read_bytes() == before


def test_rows_that_are_only_in_the_log_are_read(tmp_path: Path) -> None:
    path = make(tmp_path / "a.db", is_logged=True)
    with closing(sqlite3.connect(path)) as owner:
        owner.execute("PRAGMA wal_autocheckpoint = 0")
        owner.execute("INSERT INTO trajectory_turns VALUES (2, 1, 2, 'second')")
        owner.commit()
        log = path.with_name("a.db-wal").read_bytes()
        assert prompts(path) == ["first", "second"]
        assert path.with_name("a.db-wal").read_bytes() == log


def test_uncommitted_rows_are_not_emitted(tmp_path: Path) -> None:
    path = make(tmp_path / "a.db", is_logged=True)
    with closing(sqlite3.connect(path)) as owner:
        owner.execute("INSERT INTO trajectory_turns VALUES (2, 1, 2, 'second')")
        assert prompts(path) == ["first"]
        owner.commit()
        assert prompts(path) == ["first", "second"]


def test_no_lock_outlives_a_poll(tmp_path: Path) -> None:
    path = make(tmp_path / "a.db")
    state = SOURCE.poll(path).state
    with closing(sqlite3.connect(path, timeout=0)) as owner:
        owner.execute("BEGIN EXCLUSIVE")
        owner.execute("INSERT INTO trajectory_turns VALUES (2, 1, 2, 'second')")
        owner.commit()
    assert prompts(path, state) == ["second"]


def test_a_locked_database_is_told_and_read_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make(tmp_path / "a.db")
    monkeypatch.setattr(opening, "BUSY_S", 0.0)
    with closing(sqlite3.connect(path)) as owner:
        owner.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OSError, match="the database is locked by another program"):
            SOURCE.poll(path)
    assert prompts(path) == ["first"]


@pytest.mark.parametrize("size", [100, 5000])
def test_file_that_is_no_database_raises(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"x" * size)
    with pytest.raises(OSError, match="the file is no SQLite database"):
        SOURCE.poll(path)
    assert path.read_bytes() == b"x" * size


@pytest.mark.parametrize("is_logged", [False, True])
def test_damaged_database_raises(tmp_path: Path, is_logged: bool) -> None:
    path = make(tmp_path / "a.db", is_logged=is_logged)
    whole = path.read_bytes()
    path.write_bytes(whole[:100] + b"\xff" * 4000 + whole[4100:])
    with pytest.raises(OSError, match="the database is damaged"):
        SOURCE.poll(path)


def test_an_empty_file_is_an_empty_database(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(b"")
    assert prompts(path) == []
    assert path.read_bytes() == b""


def test_a_missing_database_is_told_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"No such file|cannot be opened"):
        SOURCE.poll(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a b.db", "a?mode=rw&x=.db", "a#b.db", "100%41.db", "ü.db", "file:a.db"])
def test_file_with_an_odd_name_is_read(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / name)
    assert prompts(path) == ["first"]
    assert [entry.name for entry in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("is_logged", [False, True])
def test_the_connection_cannot_write(tmp_path: Path, is_logged: bool) -> None:
    path = make(tmp_path / "a.db", is_logged=is_logged)
    with closing(opening.connect(path)) as connection:
        for statement in ("DELETE FROM trajectory_turns", "CREATE TABLE x (y)", "PRAGMA user_version = 7"):
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                connection.execute(statement)
        assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)


@pytest.mark.parametrize("is_logged", [False, True])
def test_index_over_json_does_not_hide_a_database(tmp_path: Path, is_logged: bool) -> None:
    path = make(tmp_path / "a.db", is_logged=is_logged)
    with closing(sqlite3.connect(path)) as owner:
        owner.execute("CREATE INDEX i ON trajectory_turns (json_extract(prompt, '$.type')) WHERE json_valid(prompt)")
    assert prompts(path) == ["first"]
