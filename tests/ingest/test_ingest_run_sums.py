"""The job that keeps sums of runs: all that is over at first, then what was withdrawn, a minute later."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.ingest.jobs.run_sums import RunSumsJob
from ppp_tui.model.clock import HOUR_MS, MINUTE_MS, SECOND_MS, from_text
from ppp_tui.store.write import Writer
from tests.query.database_fixture import Database

NOW_MS = from_text("2026-11-20 23:30:00.000")


def spans_of(database: Database) -> list[str]:
    return [row[0] for row in database.writer.execute("SELECT span FROM run_spans")]


def test_days_that_are_over_are_summed_and_those_withdrawn_again_after_a_minute(tmp_path: Path) -> None:
    database = Database(tmp_path / "archive.db")
    for run, day in enumerate(("11-18", "11-19", "11-20"), 1):
        database.session(run, {"turns": 1, "last_at": f"2026-{day} 12:00:00.000"})
    writer = Writer(database.path)
    job = RunSumsJob(writer)
    assert [job.run_slice(NOW_MS) for _ in range(3)] == [True, True, False]
    assert spans_of(database) == ["2026-11-18", "2026-11-19"]
    database.writer.execute("UPDATE trajectory_summaries SET turns = 2 WHERE trajectory_id = 2")
    assert not job.run_slice(NOW_MS + 59 * SECOND_MS)
    assert spans_of(database) == ["2026-11-18"]
    assert job.run_slice(NOW_MS + MINUTE_MS)
    assert spans_of(database) == ["2026-11-18", "2026-11-19"]
    assert not job.run_slice(NOW_MS + 2 * MINUTE_MS), "nothing is withdrawn, and the day is not over"
    assert job.run_slice(NOW_MS + MINUTE_MS + HOUR_MS)
    assert spans_of(database) == ["2026-11-18", "2026-11-19", "2026-11-20"]
    assert not job.run_slice(NOW_MS + MINUTE_MS + HOUR_MS)
    writer.close()
    database.writer.close()
