"""``ppp-tui stats``, ``agents`` and ``export --events``: figures, forms, and what may not leave as it is."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from ppp_tui.logger.logger import TrajectoryLogger
from ppp_tui.model.clock import FrozenClock
from tests.cli.conftest import Run

NOW_MS = 1_795_176_000_000
"""2026-11-20 12:00:00.000."""


@pytest.fixture
def put(database: Path) -> None:
    """A database with a session, two agents and four events."""
    clock = FrozenClock(NOW_MS)
    with TrajectoryLogger.open(database, clock=clock, environment={}) as log:
        recorder = log.performance
        recorder.record_agent_registration("planner", ["plan"], baseline_metrics={"latency_ms": 100})
        recorder.record_task_performance("planner", "fix", success=True, latency_ms=200, cost_micros=20_000)
        clock.at_ms += 86_400_000
        recorder.record_routing_decision("T", "planner", routing_strategy="random", confidence=1, rationale="secret")
        recorder.record_task_performance("=cmd()", "\x1b[31mfix", success=False, task_id="-T")


@pytest.mark.usefixtures("put")
def test_stats_tell_of_events_and_of_sessions_beside_each_other(ppp: Run) -> None:
    done = ppp("stats", "--no-sync", "--json")
    report = json.loads(done.stdout)
    assert report["events"] == {"task-execution": 2, "agent-registration": 1, "routing-decision": 1}
    figures = [(row["name"], row["source"], row["tasks"], row["success_rate"], row["p95_ms"]) for row in report["rows"]]
    assert figures == [
        ("=cmd()", "events", 1, 0.0, None),
        ("planner", "events", 1, 1.0, 200),
        ("claude", "sessions", 1, None, 1000),
    ]
    assert report["rows"][1]["cost_usd"] == 0.02
    table = ppp("stats", "--no-sync", "--by", "task").stdout
    assert "␛[31mfix" in table
    assert "\x1b" not in table


@pytest.mark.usefixtures("put")
def test_stats_of_a_project_leave_out_events(ppp: Run) -> None:
    rows = json.loads(ppp("stats", "--no-sync", "--project", "shop", "--json").stdout)["rows"]
    assert [row["source"] for row in rows] == ["sessions"]
    missing = ppp("stats", "--no-sync", "--project", "elsewhere")
    assert missing.returncode == 1
    assert "The project elsewhere has no sessions." in missing.stderr


@pytest.mark.usefixtures("put")
def test_agents_that_registered_stand_beside_those_that_were_seen(ppp: Run) -> None:
    rows = json.loads(ppp("agents", "--no-sync", "--json").stdout)["rows"]
    figures = [(row["agent"], row["is_registered"], row["tasks"], row["mean_ms"]) for row in rows]
    assert figures == [("=cmd()", False, 1, None), ("claude", False, 1, 1000.0), ("planner", True, 1, 200.0)]
    [planner] = json.loads(ppp("agents", "--no-sync", "--capability", "plan", "--json").stdout)["rows"]
    assert (planner["baseline_latency_ms"], planner["capabilities"]) == (100.0, ["plan"])
    nobody = ppp("agents", "--no-sync", "--status", "busy")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert nobody.stderr.startswith("No agents (status busy).")


@pytest.mark.usefixtures("put")
def test_exported_lines_are_the_events_since_a_moment_in_order(ppp: Run) -> None:
    lines = [json.loads(line) for line in ppp("export", "--events", "--no-sync").stdout.splitlines()]
    assert [line["type"] for line in lines] == [
        "agent-registration",
        "task-execution",
        "routing-decision",
        "task-execution",
    ]
    assert lines[1]["timestamp"] == "2026-11-20T12:00:00.000Z"
    assert lines[1]["data"]["outcome"]["success"] is True
    since = ppp("export", "--events", "--since", "2026-11-21", "--no-sync").stdout.splitlines()
    assert [json.loads(line) for line in since] == lines[2:]


@pytest.mark.usefixtures("put")
def test_exported_csv_has_one_type_per_column_and_no_formula(home: Path, ppp: Run) -> None:
    target = home / "events.csv"
    assert ppp("export", "--events", "--format", "csv", "-o", str(target), "--no-sync").returncode == 0
    assert target.stat().st_mode & 0o777 == 0o600
    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines()))
    assert [row["success"] for row in rows] == ["", "true", "", "false"]
    assert [row["cost_usd"] for row in rows] == ["", "0.02", "", ""]
    last = rows[-1]
    assert (last["agent_id"], last["task_id"], last["task_type"]) == ("'=cmd()", "'-T", "␛[31mfix")
    assert json.loads(last["data"])["agent_id"] == "=cmd()"


@pytest.mark.usefixtures("put")
def test_anonymized_export_has_one_hash_per_name_and_no_text(home: Path, ppp: Run) -> None:
    done = ppp("export", "--events", "--anonymize", "--no-sync")
    assert "secret" not in done.stdout
    assert "planner" not in done.stdout
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert lines[0]["data"]["agent_id"] == lines[2]["data"]["selected_agent"]
    assert all(line["is_anonymized"] for line in lines)
    [key] = home.rglob("archive.db-key")
    assert (key.stat().st_mode & 0o777, len(key.read_bytes())) == (0o600, 32)
    assert ppp("export", "--events", "--anonymize", "--no-sync").stdout == done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("export", "--events", "--format", "md"), "written as jsonl or csv"),
        (("export", "--events", "12"), "leave 12 out"),
        (("export", "--events", "-1"), "leave -1 out"),
        (("export", "12", "--since", "3d"), "--since, --anonymize and --format csv are for --events"),
        (("export", "12", "--format", "csv"), "--since, --anonymize and --format csv are for --events"),
        (("export", "--events", "--since", "sometime"), "sometime"),
    ],
)
@pytest.mark.usefixtures("put")
def test_options_that_do_not_go_together_are_refused(ppp: Run, arguments: tuple[str, ...], message: str) -> None:
    done = ppp(*arguments, "--no-sync")
    assert done.returncode == 2
    assert message in done.stderr
