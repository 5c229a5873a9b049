"""Copies of databases that are written meanwhile: each is one state that the database had, and never an older one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.ingest.remote import database_copy
from ppp_tui.ingest.remote.database_copy import DatabaseCopy
from ppp_tui.sources.trajectory_db.connect import connect
from tests.ingest.remote.sftp_machine import DiskMachine

ROW = "x" * 3000
"""More than two of them do not fit into a page."""


class _Seconds:
    """A clock that is set by hand, and moved by waiting."""

    now = 0.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds


class Owner:
    """The agent on the other machine; each row is written twice, in one transaction."""

    def __init__(self, path: Path, journal: str = "WAL") -> None:
        self.path = path
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute(f"PRAGMA journal_mode = {journal}")
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.execute("PRAGMA wal_autocheckpoint = 0")
        self.db.executescript("CREATE TABLE a (x); CREATE TABLE b (x)")
        self.rows = 0

    def write(self, count: int = 1) -> None:
        for _ in range(count):
            self.rows += 1
            self.db.execute("BEGIN")
            self.db.execute("INSERT INTO a VALUES (?)", (f"{self.rows} {ROW}",))
            self.db.execute("INSERT INTO b VALUES (?)", (f"{self.rows} {ROW}",))
            self.db.execute("COMMIT")

    def restart_log(self) -> None:
        """Carry all into the database, so that the log begins anew with the next transaction."""
        self.db.execute("PRAGMA wal_checkpoint(RESTART)")


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    (tmp_path / "there").mkdir()
    owner = Owner(tmp_path / "there" / "a.db")
    yield owner
    owner.db.close()


@pytest.fixture
def seconds() -> _Seconds:
    return _Seconds()


@pytest.fixture
def local(tmp_path: Path) -> Path:
    (tmp_path / "here").mkdir(mode=0o700)
    return tmp_path / "here" / "a.db"


@pytest.fixture
def copy(owner: Owner, local: Path, seconds: _Seconds) -> DatabaseCopy:
    return DatabaseCopy(str(owner.path), local, local.parent, seconds, seconds.wait)


@pytest.fixture
def machine(seconds: _Seconds) -> DiskMachine:
    return DiskMachine(seconds)


def rows_of(path: Path) -> int:
    """Return how many rows a copy has; both tables are in one state, and SQLite finds no damage."""
    with closing(connect(path)) as reader:
        assert reader.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        counts = {reader.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in "ab"}
    assert len(counts) == 1
    return int(counts.pop())


def test_rows_that_stand_in_the_log_alone_come_along(
    owner: Owner, copy: DatabaseCopy, machine: DiskMachine, local: Path
) -> None:
    owner.write(5)
    assert copy.update(machine) is None
    assert rows_of(local) == 5
    assert local.stat().st_mode & 0o777 == 0o600
    assert local.with_name("a.db-wal").stat().st_mode & 0o777 == 0o600


def test_later_commits_are_all_that_is_fetched(
    owner: Owner, copy: DatabaseCopy, machine: DiskMachine, local: Path, seconds: _Seconds
) -> None:
    owner.write(200)
    owner.restart_log()
    owner.write(1)
    assert copy.update(machine) is None
    inode = local.stat().st_ino
    for number in range(3):
        seconds.now += 10
        machine.reads.clear()
        owner.write(1)
        assert copy.update(machine) is None
        assert rows_of(local) == 202 + number
        assert local.stat().st_ino == inode
        fetched = sum(end - start for path, start, end in machine.reads if path.endswith("-wal"))
        assert fetched < 100_000
        assert all(path.endswith("-wal") for path, *_ in machine.reads)
    seconds.now += 10
    copy.update(machine)
    machine.reads.clear()
    assert copy.update(machine) is None
    assert machine.reads == [], "nothing is new"


def test_a_checkpoint_while_it_is_copied_does_no_harm(
    owner: Owner, copy: DatabaseCopy, machine: DiskMachine, local: Path
) -> None:
    owner.write(50)
    owner.db.execute("PRAGMA wal_checkpoint(PASSIVE)")
    owner.write(50)

    def disturb(path: str, start: int) -> None:
        if path == str(owner.path) and start == 40_960:
            owner.write(1)
            owner.db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    machine.before_read = disturb
    assert copy.update(machine) is None
    assert rows_of(local) >= 101


def test_a_log_that_begins_anew_while_it_is_copied_is_copied_again(
    owner: Owner, copy: DatabaseCopy, machine: DiskMachine, local: Path, seconds: _Seconds
) -> None:
    owner.write(50)
    owner.restart_log()
    owner.write(50)
    disturbances = 10

    def disturb(path: str, start: int) -> None:
        nonlocal disturbances
        if path == str(owner.path) and start == 40_960 and disturbances:
            disturbances -= 1
            seconds.now += 1
            owner.write(1)
            owner.restart_log()
            owner.write(1)

    machine.before_read = disturb
    assert copy.update(machine) == "changing"
    assert not local.exists()
    machine.reads.clear()
    assert copy.update(machine) == "changing"
    assert not [path for path, *_ in machine.reads if not path.endswith("-wal")], "it waits after a copy in vain"
    seconds.now += 60
    disturbances = 1
    assert copy.update(machine) is None
    assert rows_of(local) == owner.rows


def test_a_copy_in_use_is_replaced_when_nobody_reads_it(
    owner: Owner, copy: DatabaseCopy, machine: DiskMachine, local: Path, seconds: _Seconds
) -> None:
    owner.write(5)
    copy.update(machine)
    with closing(connect(local)) as reader:
        assert reader.execute("SELECT count(*) FROM a").fetchone() == (5,)
        owner.write(1)
        copy.update(machine)
        owner.restart_log()
        owner.write(1)
        seconds.now += 60
        assert copy.update(machine) == "changing"
        assert reader.execute("SELECT count(*) FROM a").fetchone() == (5,)
    assert rows_of(local) == 6
    seconds.now += 60
    assert copy.update(machine) is None
    assert rows_of(local) == 7


def test_no_reader_sees_an_older_state_or_a_torn_one(
    owner: Owner, copy: DatabaseCopy, machine: DiskMachine, local: Path, seconds: _Seconds
) -> None:
    seen = 0
    for number in range(40):
        owner.write(1 + number % 3)
        if number % 7 == 3:
            owner.restart_log()
        if number % 7 == 6:
            owner.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        seconds.now += 5
        copy.update(machine)
        if local.exists():
            now = rows_of(local)
            assert seen <= now <= owner.rows
            seen = now
    seconds.now += 60
    copy.update(machine)
    seconds.now += 60
    copy.update(machine)
    assert rows_of(local) == owner.rows


def test_another_process_goes_on_with_the_copy(
    owner: Owner, copy: DatabaseCopy, machine: DiskMachine, local: Path, seconds: _Seconds
) -> None:
    owner.write(5)
    copy.update(machine)
    owner.write(5)
    machine.reads.clear()
    again = DatabaseCopy(str(owner.path), local, local.parent, seconds, seconds.wait)
    assert again.update(machine) is None
    assert rows_of(local) == 10
    assert all(path.endswith("-wal") for path, *_ in machine.reads)


def test_a_closed_database_is_copied_once_it_was_still(
    owner: Owner, copy: DatabaseCopy, machine: DiskMachine, local: Path, seconds: _Seconds
) -> None:
    owner.write(5)
    owner.db.close()
    assert copy.update(machine) == "changing", "a change within this second would not show"
    seconds.now += 3
    assert copy.update(machine) is None
    assert rows_of(local) == 5
    machine.reads.clear()
    seconds.now += 3
    assert copy.update(machine) is None
    assert machine.reads == []
    again = sqlite3.connect(owner.path, isolation_level=None)
    seconds.now += 3
    copy.update(machine)
    seconds.now += 60
    assert copy.update(machine) is None
    machine.reads.clear()
    again.execute("INSERT INTO a VALUES (1)")
    again.execute("INSERT INTO b VALUES (1)")
    assert copy.update(machine) is None
    assert rows_of(local) == 6
    assert all(path.endswith("-wal") for path, *_ in machine.reads), "the log was begun on what is copied"
    again.close()


def test_reading_once_waits_until_it_was_still(
    owner: Owner, copy: DatabaseCopy, machine: DiskMachine, local: Path, seconds: _Seconds
) -> None:
    owner.write(5)
    owner.db.close()
    assert copy.update(machine, is_only=True) is None
    assert 2 < seconds.now < 3
    assert rows_of(local) == 5


def test_a_transaction_under_way_in_a_journal_is_waited_for(
    tmp_path: Path, machine: DiskMachine, local: Path, seconds: _Seconds
) -> None:
    owner = Owner(tmp_path / "journal.db", "DELETE")
    owner.write(3)
    owner.db.execute("PRAGMA cache_size = 1")
    owner.db.execute("BEGIN")
    for _ in range(20):
        owner.db.execute("INSERT INTO a VALUES (?)", (ROW,))
    copy = DatabaseCopy(str(owner.path), local, local.parent, seconds, seconds.wait)
    copy.update(machine)
    seconds.now += 30
    assert copy.update(machine) == "changing"
    owner.db.execute("ROLLBACK")
    seconds.now += 30
    copy.update(machine)
    seconds.now += 30
    assert copy.update(machine) is None
    assert rows_of(local) == 3
    owner.db.close()


def test_a_change_while_a_closed_database_is_copied_is_seen(
    owner: Owner, copy: DatabaseCopy, machine: DiskMachine, local: Path, seconds: _Seconds
) -> None:
    owner.write(50)
    owner.db.close()
    is_disturbed = False

    def disturb(path: str, start: int) -> None:
        nonlocal is_disturbed
        if start == 40_960 and not is_disturbed:
            is_disturbed = True
            with closing(sqlite3.connect(owner.path)) as again:
                again.execute("DELETE FROM a")
                again.execute("DELETE FROM b")
                again.commit()

    machine.before_read = disturb
    copy.update(machine)
    seconds.now += 3
    assert copy.update(machine) == "changing"
    assert not local.exists()
    for _ in range(2):
        seconds.now += 60
        last = copy.update(machine)
    assert last is None
    assert rows_of(local) == 0


@pytest.mark.parametrize("content", [b"no database" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_whole_database_takes_no_place(
    content: bytes, tmp_path: Path, machine: DiskMachine, local: Path, seconds: _Seconds
) -> None:
    (tmp_path / "odd.db").write_bytes(content)
    copy = DatabaseCopy(str(tmp_path / "odd.db"), local, local.parent, seconds, seconds.wait)
    assert copy.update(machine, is_only=True) == "damaged"
    assert not local.exists()
    # Whoever asks before the next attempt hears the same.
    copy._not_before = seconds.now + 1
    assert copy.update(machine) == "damaged"
    seconds.now += 60
    assert copy.update(machine) == "damaged"


def test_a_large_database_and_a_long_log_are_left_out(
    owner: Owner, copy: DatabaseCopy, machine: DiskMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner.write(5)
    for limit in ("MAX_DATABASE_BYTES", "MAX_LOG_BYTES"):
        with monkeypatch.context() as patch:
            patch.setattr(database_copy, limit, 1000)
            assert copy.update(machine) == "too large"
    assert machine.reads == []


def test_a_log_whose_pages_lie_far_away_makes_no_large_file(
    owner: Owner, copy: DatabaseCopy, machine: DiskMachine, monkeypatch: pytest.MonkeyPatch, local: Path
) -> None:
    owner.write(5)
    monkeypatch.setattr(database_copy, "MAX_DATABASE_BYTES", owner.path.stat().st_size + 4096)
    assert copy.update(machine) == "damaged"
    assert not local.exists()
