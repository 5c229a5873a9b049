"""What jobs do after a commit follows what it changed, not the sessions that are known; and keeps the log small."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppp_tui.ingest.guard import Guard
from ppp_tui.ingest.jobs.schedule import JobSchedule
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pricing import PriceTable
from ppp_tui.model.clock import FrozenClock
from ppp_tui.store.connect import wal_bytes
from ppp_tui.store.meta import put_fact
from ppp_tui.store.write import Writer
from tests.ingest.house import LATER_MS, House

STEP = 10
"""Instructions of SQLite between two counts."""


class Desk:
    """A database with sessions of the past, each of a commit of its own, and all jobs over it."""

    def __init__(self, path: Path, sessions: int) -> None:
        self.writer = Writer(path)
        connection = self.writer._connection
        with self.writer.transaction():
            for number in range(1, sessions + 1):
                connection.execute(
                    "INSERT INTO trajectories (id, spec_id, agent_name) VALUES (?, '', 'codex')", (number,)
                )
                connection.execute("INSERT OR IGNORE INTO trajectory_summaries (trajectory_id) VALUES (?)", (number,))
                connection.execute(
                    "UPDATE trajectory_summaries SET last_at = '2026-01-01 00:00:00.000', revision = ? "
                    "WHERE trajectory_id = ?",
                    (number, number),
                )
            connection.execute("UPDATE archive_facts SET value = ? WHERE name = 'revision'", (sessions,))
        options = IngestOptions(path, (), alert_rules=("context > 90",))
        clock = FrozenClock(LATER_MS)
        self._jobs = JobSchedule(
            self.writer,
            options,
            table=PriceTable(options.prices),
            environment={},
            home=path.parent,
            guard=Guard(None, clock),
            clock=clock,
            ready=lambda: None,
        )

    def run_jobs(self) -> None:
        self._jobs.name_new_folders(LATER_MS)
        while self._jobs.run_one(LATER_MS, is_backfilling=False, follow=False):
            pass

    def instructions_after_a_commit(self) -> int:
        """Return how many instructions SQLite carries out for all jobs after one session changed."""
        self.run_jobs()
        with self.writer.transaction() as summaries:
            summaries.changed.add(1)
        counts = 0

        def count() -> int:
            nonlocal counts
            counts += 1
            return 0

        self.writer._connection.set_progress_handler(count, STEP)
        self.run_jobs()
        self.writer._connection.set_progress_handler(None, 0)
        self.writer.close()
        return counts * STEP


def test_jobs_after_a_commit_do_not_look_at_every_session(tmp_path: Path) -> None:
    few = Desk(tmp_path / "few.db", 150).instructions_after_a_commit()
    many = Desk(tmp_path / "many.db", 1500).instructions_after_a_commit()
    # Those of the last commit, a hundred at most, are passed over; a look at all would be 6,000 instructions more.
    assert 0 < many < few + 2000


def test_sessions_that_were_evaluated_are_not_all_evaluated_again_at_the_next_start(house: House) -> None:
    for number in range(250):
        house.write(f"{number}.note", {"prompt": "go", "at": number}, {"done": 1, "at": number})
    house.ingest()
    ((place,),) = house.ask("SELECT value FROM archive_facts WHERE name = 'evaluated_up_to'")
    revision, trajectory_id = map(int, place.split())
    ((pending,),) = house.ask(
        "SELECT count(*) FROM trajectory_summaries WHERE (revision, trajectory_id) > (?, ?)", revision, trajectory_id
    )
    assert pending < 100


def test_a_job_over_the_whole_history_keeps_the_log_small(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.write("a.note", {"prompt": "go", "at": 1}, {"done": 1, "at": 2})
    monkeypatch.setattr("ppp_tui.store.write.WAL_LIMIT_BYTES", 100_000)
    sizes: list[int] = []

    def run_one(schedule: JobSchedule, now_ms: int, *, is_backfilling: bool, follow: bool) -> bool:
        """A job of ten slices, each of which writes 80 kB."""
        sizes.append(wal_bytes(house.database))
        if len(sizes) > 10:
            return False
        writer = schedule._alerts._writer
        with writer.transaction() as summaries:
            summaries.call(put_fact, f"bulk {len(sizes)}", "x" * 80_000)
        return True

    monkeypatch.setattr(JobSchedule, "run_one", run_one)
    house.ingest()
    assert len(sizes) == 11
    assert max(sizes) < 300_000
