"""A full disk, a damaged database, a log that readers hold: clear errors, nothing half-written, and bounds kept."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.query.connect import open_reader
from ppp_tui.store import write
from ppp_tui.store.connect import WAL_LIMIT_BYTES, DatabaseError, explain, open_writer, wal_bytes
from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from tests.store.row_builders import batch, delta, turn

MB = 1024 * 1024

SMALLER = 8
"""How much smaller the log, what may stay in it and what is written are than a user's."""


def filled(number: int, size: int) -> Callable[[Writer], object]:
    """A commit of one session with so much text."""
    rows = delta(turns=[turn(1, f"k{number}", prompt="x" * size)])
    return lambda writer: writer.write([batch(f"/s/{number}.jsonl", rows)])


def test_a_full_disk_is_told_and_leaves_whole_commits_only(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    filled(1, 1000)(writer)
    before = list(dump(writer._connection))
    [(pages,)] = writer._connection.execute("PRAGMA page_count").fetchall()
    writer._connection.execute(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(DatabaseError, match=r"The disk that holds the database .*a\.db is full: free some space"):
        filled(2, 100_000)(writer)
    assert list(dump(writer._connection)) == before
    writer._connection.execute("PRAGMA max_page_count = 1000000")
    filled(2, 100_000)(writer)
    writer.close()
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM trajectory_turns").fetchone() == (2,)


def test_a_full_disk_at_the_index_keeps_the_turns_queued(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db")
    text = " ".join(f"word{number}" for number in range(20_000))
    writer.write([batch("/s/1.jsonl", delta(turns=[turn(1, prompt=text)]))])
    [(pages,)] = writer._connection.execute("PRAGMA page_count").fetchall()
    writer._connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DatabaseError, match="is full"):
        writer.index_some(10)
    writer._connection.execute("PRAGMA max_page_count = 1000000")
    assert writer.index_some(10) == 0
    found = writer._connection.execute("SELECT count(*) FROM search_index WHERE search_index MATCH 'word777'")
    assert found.fetchone() == (1,)
    writer.close()


@pytest.mark.usefixtures("step_by_step")
def test_a_full_disk_at_the_first_start_leaves_a_database_that_can_still_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"

    def small(path: Path, *, busy_ms: int) -> sqlite3.Connection:
        connection = open_writer(path, busy_ms=busy_ms)
        connection.execute("PRAGMA max_page_count = 9")
        return connection

    with monkeypatch.context() as full:
        full.setattr(write, "open_writer", small)
        with pytest.raises(DatabaseError, match="is full: free some space, nothing was half-written"):
            Writer(path)
    writer = Writer(path)
    filled(1, 10)(writer)
    writer.close()


def test_a_failed_disk_is_named() -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_WRITE"
    assert explain(error, Path("/d/a.db")).startswith("The disk that holds the database /d/a.db failed, or a limit")


def test_a_damaged_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    writer = Writer(path)
    filled(1, 100_000)(writer)
    writer.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 40_000)
    with pytest.raises(DatabaseError, match=r"a\.db is damaged: move it away, and the next start reads all"):
        Writer(path)


def test_the_log_stays_small_while_three_dashboards_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "WAL_LIMIT_BYTES", WAL_LIMIT_BYTES // SMALLER)
    path = tmp_path / "a.db"
    writer = Writer(path)
    is_over = threading.Event()

    def read() -> None:
        with closing(open_reader(path)) as connection:
            while not is_over.is_set():
                connection.execute("SELECT count(*), max(length(prompt)) FROM trajectory_turns").fetchall()

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    greatest = 0
    try:
        for number in range(30):
            filled(number, 4 * MB // SMALLER)(writer)
            greatest = max(greatest, wal_bytes(path))
            writer.checkpoint(is_idle=False)
    finally:
        is_over.set()
        for reader in readers:
            reader.join()
        writer.close()
    assert WAL_LIMIT_BYTES / 2 < greatest * SMALLER < 64 * 1000 * 1000
    assert path.stat().st_size * SMALLER > 100 * MB
