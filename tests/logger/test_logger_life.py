"""From opening to the end of the program, however it ends, and over forks, threads and event loops."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ppp_tui.logger.health import Health
from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.logger.testing import capture
from ppp_tui.model.clock import FrozenClock
from ppp_tui.store.connect import DatabaseError
from ppp_tui.store.logged.journal import Journal
from tests.logger.database_of import Database, program, run

TURNS = "SELECT count(*), count(DISTINCT turn_number) FROM trajectory_turns"

LEAVES = """
import sys
from ppp_tui import TrajectoryLogger
log = TrajectoryLogger.open(sys.argv[1], flush_interval_ms=3600000, buffer_size=100)
trajectory = log.start("S", "a")
for number in range(50):
    trajectory.log_turn("p")
"""


def test_the_end_of_the_program_closes_it(database: Database) -> None:
    assert run(LEAVES, database.path) == ("", "", 0)
    assert database.one(TURNS) == (50, 50)
    assert database.journals() == []


def test_a_program_that_leaves_at_once_leaves_the_journal(database: Database) -> None:
    _, err, code = run(LEAVES + "import os\nos._exit(3)\n", database.path)
    assert (err, code) == ("", 3)
    database.carry()
    assert database.one(TURNS) == (50, 50)
    assert database.journals() == []


def test_the_next_logger_carries_it_in(database: Database) -> None:
    run(LEAVES + "import os\nos._exit(3)\n", database.path)
    TrajectoryLogger.open(database.path).close()
    database.carry()
    assert database.one(TURNS) == (50, 50)


INTERRUPTED = """
import signal, sys
from ppp_tui import TrajectoryLogger
# A program that was begun in the background of a shell inherits that it ignores the key.
signal.signal(signal.SIGINT, signal.default_int_handler)
count = 0
try:
    with TrajectoryLogger.open(sys.argv[1]) as log:
        trajectory = log.start("S", "a")
        while True:
            trajectory.log_turn("p")
            count += 1
            if count == 200:
                print("on", flush=True)
except KeyboardInterrupt:
    print(count, flush=True)
"""


def test_ctrl_c_ends_it_as_it_ends_the_program(database: Database) -> None:
    process = program(INTERRUPTED, database.path)
    assert process.stdout is not None
    assert process.stdout.readline() == "on\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert err == ""
    logged = int(out)
    count, numbers = database.one(TURNS)
    # One call may have been interrupted between the journal and the program.
    assert count == numbers
    assert count in (logged, logged + 1)


FORKS = """
import os, sys
from ppp_tui import TrajectoryLogger
from ppp_tui.logger import ForkedError
log = TrajectoryLogger.open(sys.argv[1])
trajectory = log.start("S", "parent")
for _ in range(30):
    trajectory.log_turn("p")
if os.fork() == 0:
    try:
        trajectory.log_turn("p")
    except ForkedError as error:
        print(error, flush=True)
    child = log.start("S", "child", parent=trajectory)
    for _ in range(20):
        child.log_turn("c")
    log.close()
    os._exit(0)
os.wait()
for _ in range(30):
    trajectory.log_turn("p")
log.close()
"""


def test_a_forked_child_has_a_journal_of_its_own(database: Database) -> None:
    out, err, code = run(FORKS, database.path)
    assert (err, code) == ("", 0)
    assert out == (
        "This trajectory began before the process was forked: begin one here with log.start, and name it as parent.\n"
    )
    assert database.ask(
        "SELECT t.agent_name, s.turns, t.parent_id IS NULL FROM trajectories AS t "
        "JOIN trajectory_summaries AS s ON s.trajectory_id = t.id ORDER BY 1"
    ) == [("child", 20, 0), ("parent", 60, 1)]
    assert database.journals() == []


def test_many_threads_share_a_trajectory(database: Database, log: TrajectoryLogger) -> None:
    trajectory = log.start("S", "a")
    with ThreadPoolExecutor(8) as pool:
        turns = list(pool.map(lambda _: trajectory.log_turn("p").number, range(400)))
    assert sorted(turns) == list(range(1, 401))
    assert log.flush(30)
    assert database.one(TURNS) == (400, 400)


def test_several_event_loops_share_a_logger(database: Database) -> None:
    with TrajectoryLogger.open(database.path, channel=20) as log:

        async def agent() -> None:
            trajectory = log.start("S", "a")
            for _ in range(200):
                await trajectory.log_turn("p")

        threads = [threading.Thread(target=asyncio.run, args=(agent(),)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert database.ask("SELECT turns FROM trajectory_summaries") == [(200,), (200,), (200,)]


def test_two_processes_log_into_one_database(database: Database) -> None:
    processes = [program(LEAVES, database.path) for _ in range(3)]
    assert [process.communicate(timeout=60)[1] for process in processes] == ["", "", ""]
    assert database.one(TURNS) == (150, 50)


def test_what_is_logged_after_the_end_is_refused(database: Database) -> None:
    with TrajectoryLogger.open(database.path) as log:
        trajectory = log.start("S", "a")
    with pytest.raises(RuntimeError, match="is closed"):
        trajectory.log_turn("p")
    log.close()


def test_where_nothing_can_be_written_it_says_so_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseError, match="Nothing can be written beside the database"):
        TrajectoryLogger.open(tmp_path / "file" / "archive.db")


def test_a_foreign_database_costs_the_program_nothing(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    database.path.parent.mkdir()
    connection = sqlite3.connect(database.path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    log = TrajectoryLogger.open(database.path)
    trajectory = log.start("S", "a")
    for _ in range(300):
        trajectory.log_turn("p")
    assert not log.flush(timeout_s=0.05)
    log.close(timeout_s=0.2)
    assert "is a database of another program" in log.health.trouble
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert len(database.journals()) == 1


def test_switched_off_it_does_nothing(database: Database) -> None:
    log = TrajectoryLogger.open(database.path, environment={"PPP_TUI_PPP__ENABLED": "false"})
    assert log.database is None
    with log:
        trajectory = log.start("S", "a")
        turn = trajectory.log_turn("p", "r", questions=[{"text": "Q?"}])
        trajectory.log_question("Q?", turn=turn)
        trajectory.finish()
    assert (log.flush(), log.lost, log.health.is_well) == (True, 0, True)
    assert not database.path.parent.exists()


async def test_switched_off_it_can_be_awaited() -> None:
    async with TrajectoryLogger.open(enabled=False) as log:
        turn = log.start("S", "a").log_turn("p")
        assert await turn is turn


def test_a_test_captures_what_is_logged(database: Database, clock: FrozenClock) -> None:
    with capture(clock) as captured:
        with TrajectoryLogger.open(database.path) as log:
            trajectory = log.start("S", "a", run_id="r")
            turn = trajectory.log_turn("p", "Which?", questions=[{"text": "Which?", "effort": "low"}])
            trajectory.log_question("Why?", turn=turn)
            trajectory.log_violation("no_ask", "none", "two", turn=turn)
            trajectory.finish("cancelled")
        assert log is captured.log
    assert [(begun.spec_id, begun.run_id, begun.at) for begun in captured.trajectories] == [("S", "r", clock.at_ms)]
    assert [(turn.number, turn.prompt) for turn in captured.turns] == [(1, "p")]
    assert [(asked.text, asked.effort) for asked in captured.questions] == [("Which?", "low"), ("Why?", None)]
    assert [broken.preference_name for broken in captured.violations] == ["no_ask"]
    assert [end.outcome for end in captured.finished] == ["cancelled"]
    assert not database.path.parent.exists()
    assert TrajectoryLogger.open(enabled=False) is not captured.log


def test_an_interrupt_in_the_middle_of_a_call_costs_nothing_else(
    database: Database, log: TrajectoryLogger, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Journal.append

    def interrupted(self: Journal, content: bytes) -> None:
        append(self, content)
        raise KeyboardInterrupt

    trajectory = log.start("S", "a")
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", interrupted)
        with pytest.raises(KeyboardInterrupt):
            trajectory.log_turn("p")
    trajectory.log_turn("q")
    assert log.flush()
    assert log.health == Health()
    assert database.one(TURNS) == (2, 2)


def test_an_entry_that_may_have_been_read_is_never_written_over(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Journal.append

    def interrupted(self: Journal, content: bytes) -> None:
        ends = self.ends
        append(self, content)
        self.ends = ends
        raise KeyboardInterrupt

    log = TrajectoryLogger.open(database.path, flush_interval_ms=3_600_000, buffer_size=100)
    trajectory = log.start("S", "a")
    [journal] = database.journals()
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "append", interrupted)
        with pytest.raises(KeyboardInterrupt):
            trajectory.log_turn("interrupted")
    written = journal.read_bytes()
    assert b"interrupted" in written
    trajectory.log_turn("q")
    assert not journal.exists() or journal.read_bytes() == written
    assert log.flush()
    log.close()
    assert database.ask("SELECT prompt FROM trajectory_turns") == [("q",)]


def test_what_a_signal_handler_logs_comes_after_the_call_that_it_interrupted(
    database: Database, log: TrajectoryLogger, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = Journal.append
    trajectory = log.start("S", "a")

    def interrupted(self: Journal, content: bytes) -> None:
        monkeypatch.setattr(Journal, "append", append)
        trajectory.log_violation("no_ask", "none", "one")
        append(self, content)

    monkeypatch.setattr(Journal, "append", interrupted)
    trajectory.log_question("Q?", effort="low", turn=1)
    assert log.flush()
    assert log.health == Health()
    assert database.one("SELECT low_questions, violations FROM trajectory_summaries") == (1, 1)
