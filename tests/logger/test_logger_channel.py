"""What a call does when the channel is full, on a thread and on an event loop."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ppp_tui.logger.committer import Committer
from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.store.connect import DatabaseError
from tests.logger.database_of import DEADLINE_S, Database
from tests.waiting import until


@contextmanager
def nobody_takes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A committer that has not begun."""
    gate = threading.Event()
    run = Committer._run
    monkeypatch.setattr(Committer, "_run", lambda self: (gate.wait(), run(self)))
    try:
        yield
    finally:
        gate.set()


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Another program is in the middle of writing."""
    connection = sqlite3.connect(database.path, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def test_drop_counts_what_it_gives_up(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with nobody_takes(monkeypatch):
        log = TrajectoryLogger.open(database.path, policy="drop", channel=10, buffer_size=5)
        trajectory = log.start("S", "a")
        for _ in range(20):
            trajectory.log_turn("p")
        assert (log.lost, log.health.lost, log.health.waiting) == (11, 11, 10)
        assert not log.health.is_well
    log.close()
    assert database.one("SELECT count(*) FROM trajectory_turns") == 9


def test_wait_waits_for_room(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    logged: list[int] = []
    with nobody_takes(monkeypatch):
        log = TrajectoryLogger.open(database.path, channel=10, buffer_size=5)
        trajectory = log.start("S", "a")

        def agent() -> None:
            for number in range(20):
                trajectory.log_turn("p")
                logged.append(number)

        thread = threading.Thread(target=agent)
        thread.start()
        until(lambda: len(logged) == 9)
        thread.join(0.05)
        assert thread.is_alive()
        assert len(logged) == 9
    thread.join()
    log.close()
    assert (log.lost, database.one("SELECT count(*) FROM trajectory_turns")) == (0, 20)


async def test_on_an_event_loop_a_call_never_waits_but_await_does(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with nobody_takes(monkeypatch):
        log = TrajectoryLogger.open(database.path, channel=10, buffer_size=5)
        trajectory = log.start("S", "a")
        turns = [trajectory.log_turn("p") for _ in range(20)]
        waiting = asyncio.ensure_future(turns[-1].trajectory.room())
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting
    assert await turns[0] is turns[0]
    assert await log.aflush()
    assert (log.lost, database.one("SELECT count(*) FROM trajectory_turns")) == (0, 20)
    await log.aclose()


def test_locked_database_does_not_block_callers(database: Database) -> None:
    TrajectoryLogger.open(database.path).close()
    with TrajectoryLogger.open(database.path, channel=10) as log:
        trajectory = log.start("S", "a")
        assert log.flush()
        with locked(database):
            for _ in range(50):
                trajectory.log_turn("p")
            assert not log.flush(timeout_s=0.05)
            assert log.health.waiting >= 40
        assert log.flush(30)
        assert log.health.is_well
    assert database.one("SELECT count(*) FROM trajectory_turns") == 50


def test_memory_makes_no_file(database: Database) -> None:
    with TrajectoryLogger.open(database.path, durability="memory") as log:
        trajectory = log.start("S", "a")
        for _ in range(2500):
            trajectory.log_turn("p")
        assert database.journals() == []
    assert database.one("SELECT turns FROM trajectory_summaries") == 2500


def test_power_waits_for_the_disk(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr("ppp_tui.store.logged.journal._sync", synced.append)
    with TrajectoryLogger.open(database.path, durability="power") as log:
        log.start("S", "a").log_turn("p")
        assert len(synced) == 2


def test_a_journal_that_grew_is_followed_by_another(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ppp_tui.logger.journal_queue.ROLL_BYTES", 1000)
    with TrajectoryLogger.open(database.path) as log:
        trajectory = log.start("S", "a")
        for _ in range(50):
            trajectory.log_turn("p" * 200)
        assert log.flush()
        until(lambda: len(database.journals()) == 1)
    assert database.journals() == []
    assert database.one("SELECT turns FROM trajectory_summaries") == 50
    assert database.one("SELECT count(*) FROM journals") == 0


def test_a_lone_entry_is_not_kept_waiting_for_the_interval(database: Database) -> None:
    with TrajectoryLogger.open(database.path, flush_interval_ms=3_600_000, buffer_size=100) as log:
        log.start("S", "a").log_turn("p")
        until(lambda: log.health.waiting == 0)
        assert database.one("SELECT count(*) FROM trajectory_turns") == 1


def test_entries_that_keep_coming_are_committed_all_the_same(database: Database) -> None:
    with TrajectoryLogger.open(database.path, flush_interval_ms=50, buffer_size=100_000, channel=100_000) as log:
        trajectory = log.start("S", "a")
        end = time.monotonic() + DEADLINE_S
        logged = 1
        while log.health.waiting == logged:
            assert time.monotonic() < end, "a timer that begins anew with every entry never ends"
            trajectory.log_turn("p")
            logged += 1


def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(DatabaseError, match="seen by nobody else"):
        TrajectoryLogger.open(":memory:")


def test_without_a_path_it_is_the_database_of_the_settings(database: Database) -> None:
    with TrajectoryLogger.open(environment={"PPP_TUI_DATABASE__PATH": str(database.path)}) as log:
        log.start("S", "a")
    assert database.one("SELECT count(*) FROM trajectories") == 1


def test_another_programs_commit_is_no_trouble_worth_a_warning(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    TrajectoryLogger.open(database.path).close()
    with TrajectoryLogger.open(database.path) as log:
        with locked(database):
            log.start("S", "a").log_turn("p")
            until(lambda: "Another program holds the database" in log.health.trouble)
        assert log.flush(30)
    assert caplog.records == []
