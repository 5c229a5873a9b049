"""Readers that a server keeps: they are used again, and never where another file or schema lies."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from ppp_tui.paths import marks_file
from ppp_tui.query.errors import DatabaseMissingError
from ppp_tui.query.kept_readers import KeptReaders
from ppp_tui.store.user_marks import TABLES
from tests.query.database_fixture import Database


def titles(readers: KeptReaders, path: Path) -> list[str]:
    with closing(readers.borrow(path)) as reader:
        return [row[0] for row in reader.execute("SELECT title FROM trajectories ORDER BY id").fetchall()]


def test_reader_is_used_again_by_another_thread_and_sees_what_was_committed(database: Database) -> None:
    database.session(1)
    with closing(KeptReaders()) as readers:
        assert titles(readers, database.path) == ["Title 1"]
        with closing(readers.borrow(database.path)) as first:
            kept = first._connection
        database.session(2)
        answers: list[list[str]] = []
        thread = Thread(target=lambda: answers.append(titles(readers, database.path)))
        thread.start()
        thread.join()
        assert answers == [["Title 1", "Title 2"]]
        with closing(readers.borrow(database.path)) as again:
            assert again._connection is kept


def test_another_file_at_the_path_is_opened_anew(database: Database, tmp_path: Path) -> None:
    database.session(1)
    other = Database(tmp_path / "other.db")
    other.session(1, title="Other")
    other.writer.close()
    with closing(KeptReaders()) as readers:
        assert titles(readers, database.path) == ["Title 1"]
        database.writer.close()
        # Whoever puts a backup in place takes the log away, too: it belongs to the former database.
        for suffix in ("-wal", "-shm"):
            Path(f"{database.path}{suffix}").unlink(missing_ok=True)
        other.path.rename(database.path)
        assert titles(readers, database.path) == ["Other"]
        database.path.unlink()
        with pytest.raises(DatabaseMissingError, match="There is no database"):
            readers.borrow(database.path)


def test_newer_schema_is_refused_although_a_reader_is_kept(database: Database) -> None:
    with closing(KeptReaders()) as readers:
        assert titles(readers, database.path) == []
        database.writer.execute("CREATE TABLE of_a_newer_step (id INTEGER)")
        database.writer.execute("INSERT INTO schema_steps (number, name) VALUES (9999, 'newer')")
        with pytest.raises(DatabaseMissingError, match="written by a newer ppp-tui"):
            readers.borrow(database.path)


def test_marks_that_come_later_are_read(database: Database) -> None:
    with closing(KeptReaders()) as readers:
        assert titles(readers, database.path) == []
        with closing(sqlite3.connect(marks_file(database.path))) as marks:
            for table in TABLES:
                marks.execute(table.format(schema=""))
            marks.execute("INSERT INTO mark_facts (name, value) VALUES ('looked_at', '7')")
            marks.commit()
        with closing(readers.borrow(database.path)) as reader:
            assert reader.execute("SELECT value FROM marks.mark_facts").fetchall() == [("7",)]


def test_reader_that_failed_or_was_given_back_is_not_used_again(database: Database) -> None:
    with closing(KeptReaders()) as readers:
        failing = readers.borrow(database.path)
        kept = failing._connection
        with pytest.raises(sqlite3.OperationalError):
            failing.execute("SELECT nothing_like_it FROM trajectories")
        failing.close()
        failing.close()
        with closing(readers.borrow(database.path)) as reader:
            assert reader._connection is not kept
        with pytest.raises(sqlite3.ProgrammingError):
            failing.execute("SELECT 1")
