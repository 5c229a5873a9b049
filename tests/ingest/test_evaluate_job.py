"""Evaluations in the database: once for each change of a session, when it rests, and anew when the rules change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.ingest.jobs.evaluate import EvaluateJob
from ppp_tui.scoring.evaluations import rules
from tests.ingest.notes_source import DAY
from tests.ingest.one_trajectory import OneTrajectory

NOON_MS = DAY + 12 * 3_600_000
VERDICTS = "SELECT name, verdict FROM evaluations ORDER BY name"
GOOD = [("coherence", "good"), ("goal", "good"), ("progression", "good"), ("retention", "good")]


class Desk(OneTrajectory):
    """A database with one trajectory, number 1, of one turn."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.ask(
            "INSERT INTO trajectory_turns (id, trajectory_id, turn_number, prompt, response, response_length, status) "
            f"VALUES ({(1 << 20) + 1}, 1, 1, 'Fix it', 'Done.', 5, 'completed')"
        )
        self.change()

    def change(self, sql: str = "SELECT 1") -> None:
        """Change the trajectory as a commit of ingest does, at noon."""
        with self.writer.transaction():
            self.ask(sql)
            self.ask(
                "UPDATE trajectory_summaries SET last_at = '2026-11-20 12:00:00.000', "
                "revision = (SELECT CAST(value AS INTEGER) FROM archive_facts WHERE name = 'revision')"
            )

    def revision(self) -> int:
        return int(self.ask("SELECT value FROM archive_facts WHERE name = 'revision'")[0][0])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(Desk(tmp_path / "a.db")) as desk:
        yield desk


def test_session_that_rests_is_evaluated_once_and_no_commit_follows(desk: Desk) -> None:
    job = EvaluateJob(desk.writer)
    assert job.run_slice(NOON_MS + 5_000)
    assert desk.ask(VERDICTS) == GOOD
    revision = desk.revision()
    while job.run_slice(NOON_MS + 6_000):
        pass
    assert desk.revision() == revision


def test_restart_takes_its_own_last_commit_for_no_change(desk: Desk) -> None:
    EvaluateJob(desk.writer).run_slice(NOON_MS + 5_000)
    revision = desk.ask("SELECT revision FROM trajectory_summaries")
    job = EvaluateJob(desk.writer)
    job.run_slice(NOON_MS + 5_000)
    assert not job.run_slice(NOON_MS + 5_000)
    assert desk.ask("SELECT revision FROM trajectory_summaries") == revision


def test_dashboards_hear_of_a_new_verdict_by_the_sessions_revision(desk: Desk) -> None:
    EvaluateJob(desk.writer).run_slice(NOON_MS + 5_000)
    assert desk.ask("SELECT revision FROM trajectory_summaries") == [(desk.revision(),)]


def test_session_at_work_waits_until_it_rests_or_a_minute_has_passed(desk: Desk) -> None:
    job = EvaluateJob(desk.writer)
    assert not job.run_slice(NOON_MS + 1_000)
    assert desk.ask(VERDICTS) == []
    desk.ask("UPDATE trajectory_summaries SET last_at = '2026-11-20 12:01:00.000'")
    assert job.run_slice(NOON_MS + 61_500)
    assert desk.ask(VERDICTS) == GOOD


def test_change_of_a_session_changes_its_verdict(desk: Desk) -> None:
    job = EvaluateJob(desk.writer)
    job.run_slice(NOON_MS + 5_000)
    desk.change("UPDATE trajectory_turns SET status = 'interrupted'")
    assert job.run_slice(NOON_MS + 5_000)
    assert dict(desk.ask(VERDICTS))["goal"] == "bad"
    assert desk.ask("SELECT evidence FROM evaluations WHERE name = 'goal'") == [
        ('[[1, "the last turn is interrupted without an answer after its steps"]]',)
    ]


def test_new_rules_evaluate_everything_anew_and_leave_a_models_word(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    EvaluateJob(desk.writer).run_slice(NOON_MS + 5_000)
    desk.ask("INSERT INTO evaluations VALUES (1, 'goal', 'llm-1 m', 'mixed', 0.5, '', '[]')")
    monkeypatch.setattr(rules, "METHOD", "rules-99")
    assert EvaluateJob(desk.writer).run_slice(NOON_MS + 5_000)
    assert desk.ask("SELECT DISTINCT method FROM evaluations ORDER BY method") == [("llm-1 m",), ("rules-99",)]


def test_many_sessions_of_one_commit_are_all_evaluated(desk: Desk) -> None:
    for number in range(2, 60):
        desk.ask("INSERT INTO trajectories (id, spec_id, agent_name) VALUES (?, '', 'codex')", number)
        desk.ask("INSERT OR IGNORE INTO trajectory_summaries (trajectory_id) VALUES (?)", number)
    desk.change()
    job = EvaluateJob(desk.writer)
    while job.run_slice(NOON_MS + 5_000):
        pass
    assert desk.ask("SELECT count(DISTINCT trajectory_id) FROM evaluations") == [(59,)]


def test_evaluations_go_with_their_session(desk: Desk) -> None:
    EvaluateJob(desk.writer).run_slice(NOON_MS + 5_000)
    desk.ask("DELETE FROM trajectories")
    assert desk.ask(VERDICTS) == []
