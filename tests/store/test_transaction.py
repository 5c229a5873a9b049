"""A block is committed as a whole, or not at all; the error that ended it is the one that is heard."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.store.transaction import write_transaction


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as made:
        made.execute("CREATE TABLE words (word TEXT)")
        yield made


def test_block_is_committed(connection: sqlite3.Connection) -> None:
    with write_transaction(connection):
        connection.execute("INSERT INTO words VALUES ('kept')")
    assert not connection.in_transaction
    assert connection.execute("SELECT word FROM words").fetchall() == [("kept",)]


def _insert(connection: sqlite3.Connection, statement: str) -> None:
    """Add a word, then do what fails."""
    with write_transaction(connection):
        connection.execute("INSERT INTO words VALUES ('lost')")
        connection.execute(statement)


def test_block_that_fails_leaves_nothing_and_tells_its_own_error(connection: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        _insert(connection, "INSERT INTO missing VALUES (1)")
    assert not connection.in_transaction
    assert connection.execute("SELECT word FROM words").fetchall() == []


def test_rollback_that_sqlite_did_by_itself_does_not_hide_why(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE names (name TEXT PRIMARY KEY)")
    connection.execute("INSERT INTO names VALUES ('ann')")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        _insert(connection, "INSERT OR ROLLBACK INTO names VALUES ('ann')")
    assert connection.execute("SELECT word FROM words").fetchall() == []
