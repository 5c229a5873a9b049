"""The change poller: queries to a database that stays, changes, vanishes or fails, and the callbacks that follow."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

from ppp_tui.model.clock import FrozenClock
from ppp_tui.query.changes import Changes, changes_since
from ppp_tui.query.errors import DatabaseMissingError, DatabaseUnusableError
from ppp_tui.query.query import Query
from ppp_tui.query.rows import Moved
from ppp_tui.tui.change_poller import UPGRADE_MS, ChangePoller, Listener
from ppp_tui.tui.dashboard_state import NO_TOTALS
from ppp_tui.tui.messages import DatabaseChanged
from tests.tui.live_rows import NOW_MS


class FakeArchive:
    """A database that answers what a test says, and remembers what it was asked."""

    path = Path("/nowhere")

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.version = 1
        self.moved = Moved(10, (1, 2), is_everything=False)
        self.error: Exception | None = None
        self.gate: asyncio.Event | None = None

    async def open(self) -> None:
        self.calls.append("open")
        if isinstance(self.error, DatabaseMissingError):
            raise self.error

    async def close(self) -> None:
        self.calls.append("close")

    async def fetch(self, query: Query[Any]) -> Any:
        is_whole = "now" in query.parameters
        self.calls.append(f"{'changes' if is_whole else 'moved'} since {query.parameters['revision']}")
        return Changes(self.moved, [], NO_TOTALS, None) if is_whole else self.moved

    async def data_version(self) -> int:
        self.calls.append("version")
        if self.error is not None:
            raise self.error
        if self.gate is not None:
            await self.gate.wait()
        return self.version


class Heard:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def listener(self) -> Listener:
        return Listener(
            moved=lambda moved: self.told.append(shape(moved)),
            load=self.load,
            changes_since=lambda revision: changes_since(revision, NOW_MS, NOW_MS),
            changed=self.changed,
            answered=lambda _: None,
            failed=lambda why: self.told.append(f"failed: {why}"),
            marked=lambda: self.told.append("marked"),
        )

    def last(self) -> object:
        return self.told[-1]

    def loads(self) -> int:
        return sum(str(told).startswith("load") for told in self.told)

    async def load(self, moved_at: int) -> None:
        self.told.append(f"load, moved {moved_at - NOW_MS if moved_at else 'never'}")

    def changed(self, changes: Changes, moved_at: int) -> None:
        when = moved_at - NOW_MS if moved_at else "never"
        self.told.append(f"changed {changes.moved.trajectories}, moved {when}")


def shape(moved: DatabaseChanged) -> tuple[tuple[int, ...], bool]:
    return moved.trajectories, moved.is_everything


def made() -> tuple[FakeArchive, FrozenClock, Heard, ChangePoller]:
    database, clock, heard = FakeArchive(), FrozenClock(NOW_MS), Heard()
    return database, clock, heard, ChangePoller(database, clock, heard.listener())


async def test_first_poll_connects_and_reports_everything() -> None:
    database, _, heard, poller = made()
    await poller.poll()
    assert database.calls == ["close", "open", "version", "moved since 0"]
    assert heard.told == [((1, 2), False), "load, moved never"]


async def test_unchanged_database_is_asked_for_its_version_only() -> None:
    database, clock, heard, poller = made()
    await poller.poll()
    database.calls.clear()
    heard.told.clear()
    for _ in range(3):
        clock.at_ms += 100
        await poller.poll()
    assert (database.calls, heard.told) == (["version"] * 3, [])


async def test_database_with_unchanged_files_is_asked_every_two_seconds(tmp_path: Path) -> None:
    database, clock, _, poller = made()
    database.path = tmp_path / "archive.db"
    database.path.touch()
    (tmp_path / "archive.db-wal").touch()
    asked: list[int] = []
    for _ in range(5):
        await poller.poll()
        asked.append(database.calls.count("version"))
        clock.at_ms += 600
    # Once more after the first time, as after every change.
    assert asked == [1, 2, 2, 2, 2]
    await poller.poll()
    assert database.calls.count("version") == 3


async def test_commit_without_a_new_file_time_is_noticed_by_the_next_poll(tmp_path: Path) -> None:
    database, clock, heard, poller = made()
    database.path = tmp_path / "archive.db"
    database.path.touch()
    log = tmp_path / "archive.db-wal"
    log.touch()
    for _ in range(3):
        await poller.poll()
    log.write_bytes(b"a commit")
    clock.at_ms += 100
    database.version, database.moved = 2, Moved(11, (1,), is_everything=False)
    await poller.poll()
    database.version, database.moved = 3, Moved(12, (2,), is_everything=False)
    await poller.poll()
    assert heard.last() == "changed (2,), moved 100"


async def test_change_is_reported_once_with_changes_since_the_last_poll() -> None:
    database, clock, heard, poller = made()
    await poller.poll()
    heard.told.clear()
    clock.at_ms += 1_000
    database.version, database.moved = 2, Moved(12, (2,), is_everything=False)
    await poller.poll()
    await poller.poll()
    assert database.calls[-3:] == ["version", "changes since 10", "version"]
    assert heard.told == ["changed (2,), moved 1000"]


async def test_a_commit_that_changed_no_session_refreshes_the_sums_and_wakes_no_pane() -> None:
    database, clock, heard, poller = made()
    await poller.poll()
    heard.told.clear()
    clock.at_ms += 1_000
    database.version, database.moved = 2, Moved(10, (), is_everything=False)
    await poller.poll()
    assert heard.told == ["changed (), moved never"]


async def test_few_changes_are_fetched_by_the_poll_that_notices_them() -> None:
    database, clock, heard, poller = made()
    await poller.poll()
    heard.told.clear()
    for version in (2, 2, 3):
        clock.at_ms += 50
        database.version = version
        await poller.poll()
    told = [one for one in heard.told if isinstance(one, str)]
    assert told == ["changed (1, 2), moved never"] * 2


async def test_change_after_a_minute_loads_the_whole_state_without_old_sessions() -> None:
    database, clock, heard, poller = made()
    await poller.poll()
    clock.at_ms += 60_000
    database.version = 2
    await poller.poll()
    assert heard.last() == "load, moved never"


async def test_whole_state_is_loaded_thrice_a_second_at_most_and_no_change_is_lost() -> None:
    database, clock, heard, poller = made()
    database.moved = Moved(10, (), is_everything=True)
    loads = []
    for version in (1, 2, 2, 2, 2, 3, 4, 4):
        database.version = version
        await poller.poll()
        loads.append(heard.loads())
        clock.at_ms += 100
    assert loads == [1, 1, 1, 2, 2, 2, 3, 3]


async def test_clock_that_is_put_back_does_not_stop_loading() -> None:
    database, clock, heard, poller = made()
    await poller.poll()
    clock.at_ms -= 3_600_000
    database.version = 2
    heard.told.clear()
    await poller.poll()
    assert [str(told).partition(",")[0] for told in heard.told] == ["((1", "load"]


async def test_missing_database_is_silently_tried_at_every_poll() -> None:
    database, clock, heard, poller = made()
    database.error = DatabaseMissingError("There is no database yet.")
    await poller.poll()
    clock.at_ms += 100
    await poller.poll()
    assert (database.calls, heard.told) == (["close", "open"] * 2, [])
    database.error = None
    await poller.poll()
    assert heard.last() == "load, moved never"


async def test_database_of_another_version_is_told_unless_ingest_brings_it_up_to_date_in_time() -> None:
    database, clock, heard, poller = made()
    database.error = DatabaseUnusableError("The database was written by a newer ppp-tui: update this one.")
    await poller.poll()
    clock.at_ms += UPGRADE_MS - 1
    await poller.poll()
    assert heard.told == []
    clock.at_ms += 1
    await poller.poll()
    assert heard.told == ["failed: The database was written by a newer ppp-tui: update this one."]
    database.error = None
    await poller.poll()
    assert heard.last() == "load, moved never"


async def test_marks_of_another_dashboard_are_told_and_readers_connected_before_there_were_any_anew(
    tmp_path: Path,
) -> None:
    database, clock, heard, poller = made()
    database.path = tmp_path / "a.db"
    await poller.poll()
    database.calls.clear()
    marks = tmp_path / "a.db-marks"
    marks.write_bytes(b"1")
    clock.at_ms += 100
    await poller.poll()
    assert "marked" not in heard.told
    await poller.poll()
    assert "open" in database.calls
    assert heard.told.count("marked") == 1
    await poller.poll()
    marks.write_bytes(b"12")
    database.calls.clear()
    await poller.poll()
    assert heard.told.count("marked") == 2
    assert "open" not in database.calls


async def test_failure_is_reported_and_the_database_reopened_after_a_second() -> None:
    database, clock, heard, poller = made()
    await poller.poll()
    database.error = sqlite3.OperationalError("disk I/O error")
    clock.at_ms += 100
    await poller.poll()
    assert heard.last() == "failed: disk I/O error"
    database.error = None
    database.calls.clear()
    clock.at_ms += 500
    await poller.poll()
    assert database.calls == []
    clock.at_ms += 600
    await poller.poll()
    assert database.calls == ["close", "open", "version", "moved since 0"]
    assert heard.last() == "load, moved never"


async def test_poll_does_nothing_while_another_one_waits() -> None:
    database, _, _, poller = made()
    database.gate = asyncio.Event()
    first = asyncio.create_task(poller.poll())
    await asyncio.sleep(0)
    await poller.poll()
    assert database.calls == ["close", "open", "version"]
    database.gate.set()
    await first


async def test_requested_load_reads_the_whole_state_of_an_unchanged_database() -> None:
    _, clock, heard, poller = made()
    await poller.poll()
    heard.told.clear()
    clock.at_ms += 1_000
    poller.request_load()
    await poller.poll()
    assert heard.told == ["load, moved never"]
