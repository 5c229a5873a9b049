"""What living programs log is imported by the ingest that follows the database, each entry once, whoever dies."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from ppp_tui.ingest.jobs import live_journals
from ppp_tui.ingest.jobs.live_journals import JournalLister, LiveJournalsJob
from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.store.logged.entries import encode
from ppp_tui.store.logged.journal import MAGIC, MARK_SUFFIX, Journal, LiveJournal, ReplayMark, journal_folder, journals
from ppp_tui.store.logged.journal_replay import OffsetMovedError, write_entries
from ppp_tui.store.write import Writer
from tests.ingest.house import House
from tests.ingest.test_follow import following
from tests.logger.database_of import DEADLINE_S, Database, program
from tests.waiting import until

T = "t" * 32
AT = 1_795_176_000_000


def turn(number: int, prompt: str = "p") -> bytes:
    return encode(("turned", T, AT, number, prompt, "r", None, None, "completed", (), ()))


def prompts(writer: Writer) -> list[tuple[int, str]]:
    return writer._connection.execute("SELECT turn_number, prompt FROM trajectory_turns ORDER BY 1").fetchall()


@pytest.fixture
def writer(tmp_path: Path) -> Writer:
    return Writer(tmp_path / "a.db")


@pytest.fixture
def journal(writer: Writer) -> Journal:
    return Journal.create(journal_folder(writer.path), 1, is_shared=True)


@pytest.fixture
def live(writer: Writer) -> LiveJournalsJob:
    return LiveJournalsJob(writer, lambda: None, lambda: None)


def step(live: LiveJournalsJob) -> bool:
    live._is_due = True
    return live.run_slice(0)


def test_a_living_journal_is_carried_in_and_told_how_far(
    writer: Writer, journal: Journal, live: LiveJournalsJob
) -> None:
    assert journal.replay_mark() is None
    journal.append(turn(1))
    journal.append(b"no entry")
    assert step(live)
    assert prompts(writer) == [(1, "p")]
    assert journal.replay_mark() == ReplayMark(journal.ends, 1)
    journal.append(turn(2))
    assert step(live)
    assert not step(live)
    assert prompts(writer) == [(1, "p"), (2, "p")]


def test_a_journal_that_invites_nobody_or_whose_logger_is_gone_is_left(writer: Writer, live: LiveJournalsJob) -> None:
    private = Journal.create(journal_folder(writer.path), 1)
    private.append(turn(1))
    gone = Journal.create(journal_folder(writer.path), 2, is_shared=True)
    gone.append(turn(2))
    gone.close()
    assert LiveJournal.open(private.path) is None
    assert not step(live)
    assert prompts(writer) == []


def test_what_is_not_written_to_its_end_is_waited_for_even_if_more_follows(
    writer: Writer, journal: Journal, live: LiveJournalsJob
) -> None:
    journal.append(turn(1))
    first = journal.ends
    journal.append(turn(2, "torn"))
    journal.append(turn(3))
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole.replace(b"torn", b"\0\0\0\0"))
    assert step(live)
    assert not step(live)
    assert journal.replay_mark() == ReplayMark(first, 0)
    journal.path.write_bytes(whole)
    assert step(live)
    assert prompts(writer) == [(1, "p"), (2, "torn"), (3, "p")]


def test_entries_that_the_logger_committed_meanwhile_are_not_written_again(
    writer: Writer, journal: Journal, live: LiveJournalsJob
) -> None:
    assert not step(live)
    for number in (1, 2):
        journal.append(turn(number))
    begins = len(MAGIC)
    both = journal.read(begins, journal.ends)
    assert write_entries(writer, journal.name, both.contents[:1], begins + 8 + len(turn(1)), begins=begins) == 0
    with pytest.raises(OffsetMovedError):
        write_entries(writer, journal.name, both.contents, both.ends, begins=begins)
    writer._connection.execute("UPDATE trajectory_turns SET prompt = 'once'")
    while step(live):
        pass
    assert prompts(writer) == [(1, "once"), (2, "p")]
    assert journal.replay_mark() == ReplayMark(journal.ends, 0)


def test_an_ingest_that_was_too_slow_offers_to_go_on(writer: Writer, journal: Journal, live: LiveJournalsJob) -> None:
    assert not step(live)
    journal.append(turn(1))
    journal.clear_replay_mark()
    piece = journal.read(0, journal.ends)
    write_entries(writer, journal.name, piece.contents, piece.ends, begins=0)
    assert step(live)
    assert journal.replay_mark() == ReplayMark(journal.ends, 0)
    assert not step(live)


def test_a_journal_that_was_taken_away_after_it_was_read_is_not_written_again(writer: Writer, journal: Journal) -> None:
    journal.append(turn(1))
    live = LiveJournal.open(journal.path)
    assert live is not None
    piece = live.read(0)
    write_entries(writer, journal.name, piece.contents, piece.ends, begins=0)
    writer._connection.execute("DELETE FROM trajectory_turns")
    writer.remove_journal(journal)
    with pytest.raises(OffsetMovedError):
        write_entries(writer, live.name, piece.contents, piece.ends, begins=0, is_there=live.is_in_place)
    assert prompts(writer) == []


def test_journal_that_came_in_the_same_tick_as_another_is_listed(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    folder = journal_folder(database)
    folder.mkdir()
    lister = JournalLister(database)
    os.utime(folder, ns=(1, 5_000))
    assert lister.paths() == []
    (folder / "b.journal").touch()
    os.utime(folder, ns=(1, 5_000))
    assert lister.paths() == [folder / "b.journal"]


def test_journal_folder_is_not_read_again_and_again_while_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "a.db"
    folder = journal_folder(database)
    folder.mkdir()
    read: list[Path] = []

    def count_listings(path: Path) -> list[Path]:
        read.append(path)
        return journals(path)

    monkeypatch.setattr(live_journals, "journals", count_listings)
    lister = JournalLister(database)
    for _ in range(50):
        lister.paths()
    assert len(read) == 4
    (folder / "b.journal").touch()
    assert lister.paths() == [folder / "b.journal"]
    shutil.rmtree(folder)
    assert lister.paths() == []


def test_closing_leaves_journals_to_their_loggers(journal: Journal, live: LiveJournalsJob) -> None:
    journal.append(turn(1))
    assert step(live)
    live.close()
    assert journal.replay_mark() is None


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_logger_beside_a_running_ingest_opens_no_database(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Path] = []

    def open_writer(path: Path) -> Writer:
        opened.append(path)
        return Writer(path)

    monkeypatch.setattr("ppp_tui.logger.committer.INGEST_WAIT_S", DEADLINE_S)
    with following(house):
        monkeypatch.setattr("ppp_tui.store.write.Writer", open_writer)
        log = TrajectoryLogger.open(house.database)
        [journal] = Database(house.database).journals()
        until(lambda: journal.with_suffix(MARK_SUFFIX).stat().st_size > 0)
        trajectory = log.start("S", "a")
        for _ in range(300):
            trajectory.log_turn("p")
        assert log.flush(DEADLINE_S)
        assert log.health.waiting == 0
        assert Database(house.database).one("SELECT turns FROM trajectory_summaries") == 300
        log.close()
        until(lambda: Database(house.database).journals() == [])
    assert opened == []


LOGS = """
import sys
from ppp_tui import TrajectoryLogger
log = TrajectoryLogger.open(sys.argv[1])
trajectory = log.start("S", "a")
print("on", flush=True)
for line in sys.stdin:
    trajectory.log_turn(line.strip())
    print(line.strip(), flush=True)
"""


def test_what_a_killed_program_logged_beside_an_ingest_is_there_once(house: House) -> None:
    with following(house):
        process = program(LOGS, house.database)
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "on\n"
        for number in range(1, 101):
            process.stdin.write(f"{number}\n")
            process.stdin.flush()
            assert process.stdout.readline() == f"{number}\n"
        process.kill()
        process.communicate()
        database = Database(house.database)
        until(lambda: database.journals() == [])
        assert database.ask("SELECT turn_number, prompt FROM trajectory_turns ORDER BY 1") == [
            (number, str(number)) for number in range(1, 101)
        ]


def test_a_logger_commits_itself_once_the_ingest_is_gone(house: House) -> None:
    with following(house):
        log = TrajectoryLogger.open(house.database)
        trajectory = log.start("S", "a")
        trajectory.log_turn("1")
        assert log.flush(30)
    trajectory.log_turn("2")
    assert log.flush(30)
    log.close()
    database = Database(house.database)
    assert database.ask("SELECT turn_number, prompt FROM trajectory_turns ORDER BY 1") == [(1, "1"), (2, "2")]
    assert database.journals() == []


def test_an_ingest_that_hangs_is_waited_for_a_moment_only(house: House) -> None:
    Writer(house.database).close()
    log = TrajectoryLogger.open(house.database)
    [path] = Database(house.database).journals()
    hanging = LiveJournal.open(path)
    assert hanging is not None
    hanging.write_mark(ReplayMark(len(MAGIC), 0))
    log.start("S", "a").log_turn("1")
    assert log.flush(30)
    assert Database(house.database).one("SELECT count(*) FROM trajectory_turns") == 1
    log.close()
    hanging.close()
