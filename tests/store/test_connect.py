"""What went wrong with a database (the sentence, and whether waiting or skipping a row helps), and its cache."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from ppp_tui.store.connect import (
    DatabaseError,
    DatabaseGoneError,
    create_private,
    explain,
    has_wal_reset_bug,
    is_database_fault,
    is_row_fault,
    may_pass,
    open_writer,
    release_cache,
    wal_bytes,
)


def fault(name: str) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("said so")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("SQLITE_FULL", "is full: free some space"),
        ("SQLITE_IOERR_WRITE", "failed, or a limit on the size of files was reached"),
        ("SQLITE_READONLY_DIRECTORY", "or its folder is read-only"),
        ("SQLITE_CANTOPEN", "or its folder is read-only"),
        ("SQLITE_NOTADB", "is not a ppp-tui database"),
        ("SQLITE_CORRUPT_INDEX", "is damaged: move it away"),
        ("SQLITE_BUSY_SNAPSHOT", "Another program holds the database"),
        ("SQLITE_LOCKED", "Another program holds the database"),
        ("SQLITE_ERROR", "failed: said so."),
    ],
)
def test_each_fault_is_one_sentence_with_the_path_and_a_way_out(name: str, words: str) -> None:
    sentence = explain(fault(name), Path("/data/a.db"))
    assert words in sentence
    assert "/data/a.db" in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("name", "passes"),
    [("SQLITE_FULL", True), ("SQLITE_IOERR_FSYNC", True), ("SQLITE_BUSY", True), ("SQLITE_CORRUPT", False)],
)
def test_only_full_failing_and_held_databases_are_worth_waiting_for(name: str, passes: bool) -> None:
    wrapped = DatabaseError("sentence")
    wrapped.__cause__ = fault(name)
    assert may_pass(wrapped) is passes
    assert may_pass(fault(name)) is passes


def test_value_that_cannot_be_stored_is_a_fault_of_its_row_and_not_of_the_database() -> None:
    of_row, of_database = DatabaseError("row"), DatabaseError("disk")
    of_row.__cause__ = sqlite3.IntegrityError("CHECK constraint failed")
    of_database.__cause__ = fault("SQLITE_FULL")
    assert [is_row_fault(error) for error in (of_row, of_database, OverflowError())] == [True, False, True]
    assert [is_database_fault(error) for error in (of_row, of_database, KeyError())] == [False, True, False]
    assert is_database_fault(DatabaseGoneError(Path("/a.db")))


def test_database_is_created_private_in_a_private_folder(tmp_path: Path) -> None:
    path = tmp_path / "data" / "a.db"
    create_private(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_database_is_not_created_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "a.db").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DatabaseError, match=r"cannot be written .*choose another place with --database"):
        create_private(tmp_path / "a.db")
    assert not os.path.lexists(tmp_path / "elsewhere")


def test_log_that_is_not_there_has_no_bytes(tmp_path: Path) -> None:
    assert wal_bytes(tmp_path / "a.db") == 0
    (tmp_path / "a.db-wal").write_bytes(b"123")
    assert wal_bytes(tmp_path / "a.db") == 3


@pytest.mark.parametrize(
    ("version", "is_affected"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
    ],
)
def test_versions_that_can_corrupt_a_log_are_known(version: tuple[int, int, int], is_affected: bool) -> None:
    assert has_wal_reset_bug(version) is is_affected


@pytest.mark.parametrize(
    ("megabytes", "kept_kib"), [(0, 4096), (64, 4096), (128, 8192), (256, 16384), (9000, 16384)], ids=str
)
def test_share_of_a_small_database_is_kept_in_memory(megabytes: int, kept_kib: int, tmp_path: Path) -> None:
    connection = open_writer(tmp_path / "archive.db")
    sized = tmp_path / "sized"
    with sized.open("wb") as file:
        file.truncate(megabytes << 20)
    try:
        assert connection.execute("PRAGMA cache_size").fetchone() == (-16384,)
        release_cache(connection, tmp_path / "gone")
        assert connection.execute("PRAGMA cache_size").fetchone() == (-16384,)
        release_cache(connection, sized)
        assert connection.execute("PRAGMA cache_size").fetchone() == (-kept_kib,)
    finally:
        connection.close()
