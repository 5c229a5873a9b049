"""Alerts in the database: opened once for each time that a rule holds, closed when it does not, never by history."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NoReturn

import pytest

from ppp_tui.ingest.jobs.alerts import AlertsJob, _OpenRules
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.store.connect import DatabaseError
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.writers.alerts import AlertChange, put_changes
from tests.ingest.house import House
from tests.ingest.notes_source import DAY
from tests.ingest.one_trajectory import OneTrajectory
from tests.waiting import until

NOW_MS = DAY + 12 * 3_600_000
MINUTE_MS = 60_000
ALERTS = "SELECT trajectory_id, rule, since, value, until FROM alerts ORDER BY id"
OPENED = (1, "context > 90", "2026-11-20 12:00:00.000", 95.0)


class Desk(OneTrajectory):
    """A database with one trajectory, number 1, and the job over it."""

    def change(self, assignments: str) -> None:
        """Change the trajectory as a commit of ingest does, at noon."""
        with self.writer.transaction():
            self.ask(
                f"UPDATE trajectory_summaries SET last_at = '2026-11-20 12:00:00.000', {assignments}, "
                "revision = (SELECT CAST(value AS INTEGER) FROM archive_facts WHERE name = 'revision')"
            )

    def job(self, *rules: str, command: tuple[str, ...] = ()) -> AlertsJob:
        return AlertsJob(self.writer, IngestOptions(self.writer.path, (), alert_rules=rules, alert_command=command))

    def open_as_one_that_is_killed(self) -> None:
        """Open an alert as a job does that is gone before it started its command."""
        self.change("context_tokens = 95, context_window = 100")
        with self.writer.transaction() as summaries:
            summaries.call(put_changes, [AlertChange(1, "context > 90", 95.0)], NOW_MS, has_command=True)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with closing(Desk(tmp_path / "a.db")) as desk:
        yield desk


def test_alert_opens_once_and_closes_when_its_rule_no_longer_holds(desk: Desk) -> None:
    job = desk.job("context > 90")
    desk.change("context_tokens = 95, context_window = 100")
    job.run_slice(NOW_MS)
    assert desk.ask(ALERTS) == [(*OPENED, None)]
    desk.change("context_tokens = 97")
    job.run_slice(NOW_MS + 1000)
    assert desk.ask(ALERTS) == [(*OPENED, None)]
    desk.change("context_tokens = 40")
    job.run_slice(NOW_MS + 2000)
    assert desk.ask(ALERTS) == [(*OPENED, "2026-11-20 12:00:02.000")]
    desk.change("context_tokens = 92")
    job.run_slice(NOW_MS + 11 * MINUTE_MS)
    assert desk.ask(ALERTS)[1:] == [(1, "context > 90", "2026-11-20 12:11:00.000", 92.0, None)]


def test_value_about_its_threshold_is_one_episode(desk: Desk) -> None:
    job = desk.job("context > 90")
    for minute in range(0, 60, 2):
        desk.change("context_tokens = 95, context_window = 100")
        job.run_slice(NOW_MS + minute * MINUTE_MS)
        desk.change("context_tokens = 89")
        job.run_slice(NOW_MS + (minute + 1) * MINUTE_MS)
    assert desk.ask(ALERTS) == [(*OPENED, "2026-11-20 12:59:00.000")]


def test_noise_about_a_threshold_is_a_handful_of_alerts_in_a_day(desk: Desk) -> None:
    rng, job, is_above, crossings = random.Random(7), desk.job("context > 90"), False, 0
    for minute in range(24 * 60):
        tokens = round(rng.gauss(90.0, 1.0), 2)
        crossings += tokens > 90 and not is_above
        is_above = tokens > 90
        desk.ask(
            "UPDATE trajectory_summaries SET last_at = '2026-11-21 12:00:00.000', context_tokens = ?, "
            "context_window = 10000, revision = revision + 1",
            tokens * 100,
        )
        desk.ask("UPDATE archive_facts SET value = value + 1 WHERE name = 'revision'")
        job.run_slice(NOW_MS + minute * MINUTE_MS)
    [(alerts,)] = desk.ask("SELECT count(*) FROM alerts")
    assert crossings > 300
    assert alerts <= 3


def test_another_run_of_ingest_does_not_open_an_alert_again(desk: Desk) -> None:
    desk.change("context_tokens = 95, context_window = 100")
    desk.job("context > 90").run_slice(NOW_MS)
    desk.job("context > 90").run_slice(NOW_MS + 1000)
    assert desk.ask(ALERTS) == [(*OPENED, None)]


def watched(desk: Desk, monkeypatch: pytest.MonkeyPatch, *rules: str) -> AlertsJob:
    """Return the job after its first slice, called before each commit from now on; it may judge nowhere else."""
    job = desk.job(*rules)
    job.run_slice(NOW_MS)
    judge, is_committing = job._judge, False

    def judge_commit(summaries: SummaryDeltas) -> Callable[[], None] | None:
        nonlocal is_committing
        is_committing = True
        try:
            return job.judge_commit(summaries, NOW_MS)
        finally:
            is_committing = False

    def judge_within_commit(trajectory_id: int, board: _OpenRules, now_ms: int) -> list[AlertChange]:
        assert is_committing
        return judge(trajectory_id, board, now_ms)

    desk.writer.before_commit = judge_commit
    monkeypatch.setattr(job, "_judge", judge_within_commit)
    return job


def fill(desk: Desk, tokens: int, last_at: str = "2026-11-20 11:59:00.000") -> None:
    """Let the trajectory's context hold so many of 100 tokens, as a commit of ingest does."""
    with desk.writer.transaction() as summaries:
        desk.ask(
            "UPDATE trajectory_summaries SET last_at = ?, context_tokens = ?, context_window = 100", last_at, tokens
        )
        summaries.changed.add(1)


def test_alert_is_in_the_transaction_of_the_value(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    job = watched(desk, monkeypatch, "context > 90")
    [(revision,)] = desk.ask("SELECT CAST(value AS INTEGER) FROM archive_facts WHERE name = 'revision'")
    fill(desk, 95)
    assert desk.ask(ALERTS) == [(*OPENED, None)]
    assert desk.ask("SELECT CAST(value AS INTEGER) FROM archive_facts WHERE name = 'revision'") == [(revision + 1,)]
    assert job.run_slice(NOW_MS) is False
    fill(desk, 40)
    assert desk.ask(ALERTS) == [(*OPENED, "2026-11-20 12:00:00.000")]


def test_value_that_is_rolled_back_leaves_no_alert(desk: Desk) -> None:
    job = desk.job("context > 90")
    job.run_slice(NOW_MS)

    def judge_and_fail(summaries: SummaryDeltas) -> NoReturn:
        job.judge_commit(summaries, NOW_MS)
        assert desk.ask(ALERTS) == [(*OPENED, None)]
        raise ZeroDivisionError

    desk.writer.before_commit = judge_and_fail
    with pytest.raises(ZeroDivisionError):
        fill(desk, 95)
    assert desk.ask(ALERTS) == []
    desk.writer.before_commit = lambda _: None
    fill(desk, 95)
    job.run_slice(NOW_MS)
    assert desk.ask(ALERTS) == [(*OPENED, None)]


def test_part_of_a_file_that_is_not_of_this_moment_waits_for_the_rest(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = watched(desk, monkeypatch, "context > 90")
    fill(desk, 95, "2026-11-20 11:57:00.000")
    assert desk.ask(ALERTS) == []
    monkeypatch.undo()
    job.run_slice(NOW_MS)
    assert desk.ask(ALERTS) == [(*OPENED, None)]


def test_history_raises_no_alert(desk: Desk) -> None:
    desk.change("context_tokens = 95, context_window = 100")
    desk.job("context > 90").run_slice(NOW_MS + 61 * MINUTE_MS)
    assert desk.ask(ALERTS) == []


def test_nothing_is_judged_or_written_where_nothing_changed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    job = desk.job("context > 90")
    desk.change("context_tokens = 40, context_window = 100")
    job.run_slice(NOW_MS)
    revision = desk.ask("SELECT value FROM archive_facts WHERE name = 'revision'")

    def fail(*_arguments: object) -> None:
        raise AssertionError("judged again")

    monkeypatch.setattr(job, "_judge", fail)
    assert job.run_slice(NOW_MS + 2 * MINUTE_MS) is False
    assert desk.ask("SELECT value FROM archive_facts WHERE name = 'revision'") == revision


def test_alert_closes_as_time_passes_without_a_change(desk: Desk) -> None:
    desk.ask(
        "INSERT INTO retries (id, at, reason) VALUES ((1 << 40) + (1 << 20), '2026-11-20 11:59:00.000', 'network'), "
        "((1 << 40) + (1 << 20) + 1, '2026-11-20 11:59:30.000', 'network'), "
        "((2 << 40) + (1 << 20) + 1, '2026-11-20 11:59:30.000', 'network')"
    )
    job = desk.job("retries > 1 in 10m")
    desk.change("retries = 2")
    job.run_slice(NOW_MS)
    assert desk.ask("SELECT value, until FROM alerts") == [(2.0, None)]
    job.run_slice(NOW_MS + 9 * MINUTE_MS)
    assert desk.ask("SELECT value, until FROM alerts") == [(2.0, "2026-11-20 12:09:00.000")]


def test_alert_of_a_silent_session_closes_after_a_day(desk: Desk) -> None:
    job = desk.job("context > 90")
    desk.change("context_tokens = 95, context_window = 100")
    job.run_slice(NOW_MS)
    job.run_slice(NOW_MS + 24 * 60 * MINUTE_MS - 1)
    assert desk.ask("SELECT until FROM alerts") == [(None,)]
    job.run_slice(NOW_MS + 24 * 60 * MINUTE_MS + MINUTE_MS)
    assert desk.ask("SELECT until FROM alerts") == [("2026-11-21 12:01:00.000",)]


def test_alert_closes_when_its_rule_leaves_the_settings(desk: Desk) -> None:
    desk.change("context_tokens = 95, context_window = 100")
    desk.job("context > 90", "context > 80").run_slice(NOW_MS)
    desk.job("context > 90").run_slice(NOW_MS + 1000)
    assert desk.ask("SELECT rule, until FROM alerts ORDER BY rule") == [
        ("context > 80", "2026-11-20 12:00:01.000"),
        ("context > 90", None),
    ]
    desk.job().run_slice(NOW_MS + 2000)
    assert desk.ask("SELECT count(*) FROM alerts WHERE until IS NULL") == [(0,)]


def test_cost_of_the_last_hour_leaves_out_copies_and_what_is_older(desk: Desk) -> None:
    rows = [
        (1, "2026-11-20 11:59:00.000", 3_000_000, 1),
        (2, "2026-11-20 11:30:00.000", 2_500_000, 1),
        (3, "2026-11-20 11:30:00.000", 50_000_000, 0),
        (0, "2026-11-20 10:59:00.000", 90_000_000, 1),
    ]
    for number, at, micros, is_counted in rows:
        desk.ask(
            "INSERT INTO token_usage (id, at, model, input_tokens, output_tokens, cost_micros, is_counted) "
            "VALUES ((1 << 40) + (1 << 20) + ?, ?, 'm', 1, 1, ?, ?)",
            number,
            at,
            micros,
            is_counted,
        )
    desk.change("turns = 1")
    desk.job("cost_per_hour > 5").run_slice(NOW_MS)
    assert desk.ask("SELECT value FROM alerts") == [(5.5,)]


def run_tests(desk: Desk, number: int, failed: int, *, at: str = "11:00", selection: str = "") -> None:
    desk.ask(
        "INSERT INTO test_runs (id, suite, at, total, passed, failed, skipped, selection) "
        "VALUES ((1 << 40) + (1 << 20) + ?, 'pytest', ?, 10, ?, ?, 0, ?)",
        number,
        f"2026-11-20 {at}:00.000",
        10 - failed,
        failed,
        selection,
    )


def test_pass_rate_is_that_of_the_newest_whole_runs(desk: Desk) -> None:
    for number, failed in enumerate((0, 2, 3)):
        run_tests(desk, number, failed)
    run_tests(desk, 3, 10, selection="test_one")
    desk.change("turns = 1")
    desk.job("pass_rate < 90 for 2 runs", "pass_rate < 90 for 3 runs").run_slice(NOW_MS)
    assert desk.ask("SELECT rule, value FROM alerts") == [("pass_rate < 90 for 2 runs", 80.0)]


def test_edit_after_the_last_test_run_opens_and_the_next_run_closes(desk: Desk) -> None:
    job = desk.job("tests older than edits")
    edit = (
        "INSERT INTO file_accesses (id, path, action, at, tokens) "
        "VALUES ((1 << 40) + (1 << 20) + ?, 'a.py', ?, '2026-11-20 ' || ?, 1)"
    )
    desk.ask(edit, 0, "edit", "10:59:00.000")
    desk.change("turns = 1")
    job.run_slice(NOW_MS)
    run_tests(desk, 0, 0)
    desk.ask(edit, 1, "read", "11:01:00.000")
    desk.change("turns = 1")
    job.run_slice(NOW_MS)
    assert desk.ask(ALERTS) == []
    desk.ask(edit, 2, "edit", "11:02:00.000")
    desk.change("turns = 1")
    job.run_slice(NOW_MS)
    assert desk.ask("SELECT value, until FROM alerts") == [(1.0, None)]
    run_tests(desk, 1, 0, at="11:03")
    desk.change("turns = 1")
    job.run_slice(NOW_MS + 1000)
    assert desk.ask("SELECT until FROM alerts") == [("2026-11-20 12:00:01.000",)]


def read_limit(desk: Desk, percent: float, *, name: str = "5h", at: str = "11:59", resets_at: str = "14:00") -> None:
    desk.ask(
        "INSERT INTO limit_readings (agent_name, name, at, used_percent, window_minutes, resets_at, provenance) "
        "VALUES ('codex', ?, ?, ?, 300, ?, 'recorded')",
        name,
        f"2026-11-20 {at}:00.000",
        percent,
        f"2026-11-20 {resets_at}:00.000",
    )


def test_limit_is_the_fullest_whose_window_goes_on_and_opens_once_for_its_agent(desk: Desk) -> None:
    for number, agent in ((2, "codex"), (3, "claude")):
        desk.ask("INSERT INTO trajectories (id, spec_id, agent_name) VALUES (?, '', ?)", number, agent)
        desk.ask("INSERT OR IGNORE INTO trajectory_summaries (trajectory_id) VALUES (?)", number)
    read_limit(desk, 95, at="11:00")
    read_limit(desk, 85)
    read_limit(desk, 40, name="weekly")
    read_limit(desk, 99, name="spark", resets_at="11:59")
    job = desk.job("limit > 80", "limit > 90")
    desk.change("turns = 1")
    job.run_slice(NOW_MS)
    assert desk.ask("SELECT trajectory_id, rule, value FROM alerts") == [(1, "limit > 80", 85.0)]
    desk.change("turns = 2")
    job.run_slice(NOW_MS + MINUTE_MS)
    assert desk.ask("SELECT count(*) FROM alerts") == [(1,)]
    job.run_slice(NOW_MS + 2 * 60 * MINUTE_MS)
    assert desk.ask("SELECT until FROM alerts") == [("2026-11-20 14:00:00.000",)]


def test_a_silent_tool_opens_an_alert_by_the_clock_alone_and_its_end_closes_it(desk: Desk) -> None:
    step = OpenStep("k", "shell", "Bash", "make", NOW_MS)
    facts = LiveFacts(last_at=NOW_MS, turn_status="open", open_steps=(step,))
    desk.change("turns = 1")
    desk.ask("UPDATE trajectory_summaries SET live = ?", json.dumps(facts))
    job = desk.job("silent_tool > 2m")
    job.run_slice(NOW_MS)
    job.run_slice(NOW_MS + 2 * MINUTE_MS)
    assert desk.ask(ALERTS) == []
    job.run_slice(NOW_MS + 2 * MINUTE_MS + 1)
    opened = (1, "silent_tool > 2m", "2026-11-20 12:02:00.001", 120_001.0)
    assert desk.ask(ALERTS) == [(*opened, None)]
    desk.ask("UPDATE trajectory_summaries SET live = ?", json.dumps(facts._replace(open_steps=())))
    desk.change("turns = 1")
    job.run_slice(NOW_MS + 3 * MINUTE_MS)
    assert desk.ask(ALERTS) == [(*opened, "2026-11-20 12:03:00.000")]


def test_alert_of_a_session_that_is_gone_hinders_no_other(desk: Desk) -> None:
    job = desk.job("context > 90")
    desk.change("context_tokens = 95, context_window = 100")
    job.run_slice(NOW_MS)
    desk.ask("INSERT INTO trajectories (id, spec_id, agent_name) VALUES (2, '', 'codex')")
    desk.ask("INSERT OR IGNORE INTO trajectory_summaries (trajectory_id) VALUES (2)")
    desk.change("context_tokens = 95, context_window = 100")
    job._pending[1] = None
    desk.ask("DELETE FROM trajectories WHERE id = 1")
    job.run_slice(NOW_MS + 1000)
    assert desk.ask("SELECT trajectory_id, until FROM alerts") == [(2, None)]


QUESTION = ({"prompt": "Fix", "at": 1}, {"ask": "Which database schema should the service use?", "key": "q1", "at": 2})


def test_ingest_opens_the_alerts_of_a_session_that_it_has_just_read(house: House) -> None:
    house.write("a.note", *QUESTION)
    rule = "high_questions < 9"
    house.ingest(now_ms=DAY + 10_000, alert_rules=(rule,))
    assert house.ask("SELECT trajectory_id, rule, until FROM alerts") == [(1, rule, None)]


def test_without_rules_ingest_opens_none(house: House) -> None:
    house.write("a.note", *QUESTION)
    house.ingest(now_ms=DAY + 10_000)
    assert house.ask("SELECT count(*) FROM alerts") == [(0,)]


def tell_into(path: Path) -> tuple[str, ...]:
    code = "import sys; open(sys.argv[1], 'a').write(' '.join(sys.argv[2:]) + chr(10))"
    return (sys.executable, "-c", code, str(path), "{rule}", "{value}", "{session}", "{since}")


def run_to_its_end(job: AlertsJob, now_ms: int) -> None:
    """Run a job until nothing waits for its command, as an ingest does that reads once."""
    job.run_slice(now_ms)
    until(lambda: not job._command.is_busy)
    job.run_slice(now_ms)
    assert not job.is_waiting
    job.close()


def test_command_runs_for_an_alert_whose_ingest_was_killed_before_it_started_it(desk: Desk, tmp_path: Path) -> None:
    desk.open_as_one_that_is_killed()
    assert desk.ask("SELECT alert_id FROM alert_commands") == [(1,)]
    run_to_its_end(desk.job("context > 90", command=tell_into(tmp_path / "out")), NOW_MS + 5000)
    assert (tmp_path / "out").read_text() == "context > 90 95% 1 2026-11-20T12:00:00.000Z\n"
    assert desk.ask("SELECT alert_id FROM alert_commands") == []
    run_to_its_end(desk.job("context > 90", command=tell_into(tmp_path / "out")), NOW_MS + 9000)
    assert len((tmp_path / "out").read_text().splitlines()) == 1


def test_command_is_not_run_an_hour_late(desk: Desk, tmp_path: Path) -> None:
    desk.open_as_one_that_is_killed()
    run_to_its_end(desk.job("context > 90", command=tell_into(tmp_path / "out")), NOW_MS + 60 * MINUTE_MS + 1)
    assert not (tmp_path / "out").exists()
    assert desk.ask("SELECT alert_id FROM alert_commands") == []


def test_a_job_that_is_closed_has_noted_that_its_command_was_started(desk: Desk, tmp_path: Path) -> None:
    desk.change("context_tokens = 95, context_window = 100")
    job = desk.job("context > 90", command=tell_into(tmp_path / "out"))
    job.run_slice(NOW_MS)
    until(lambda: not job._command.is_busy)
    assert desk.ask("SELECT alert_id FROM alert_commands") == [(1,)]
    job.close()
    assert desk.ask("SELECT alert_id FROM alert_commands") == []


def test_without_a_command_no_alert_waits_for_it(desk: Desk) -> None:
    desk.change("context_tokens = 95, context_window = 100")
    desk.job("context > 90").run_slice(NOW_MS)
    assert len(desk.ask(ALERTS)) == 1
    assert desk.ask("SELECT alert_id FROM alert_commands") == []


def test_a_command_that_ran_is_noted_once_the_database_can_be_written_again(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.change("context_tokens = 95, context_window = 100")
    job = desk.job("context > 90", command=tell_into(tmp_path / "out"))
    job.run_slice(NOW_MS)
    until(lambda: not job._command.is_busy)
    with monkeypatch.context() as patched:
        patched.setattr(desk.writer, "transaction", failing)
        with pytest.raises(DatabaseError):
            job.run_slice(NOW_MS)
    job.run_slice(NOW_MS)
    assert desk.ask("SELECT alert_id FROM alert_commands") == []
    job.close()


def failing() -> NoReturn:
    raise DatabaseError("locked")
