"""The example programs do what they say."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.logger.database_of import ROOT, Database

EXPECTED = {
    "performance_events.py": [],
    "sync_agent.py": [("sync-agent", "completed", 2, 1, 0, 0, 1, 0)],
    "async_agents.py": [
        ("agent-1", "completed", 5, 0, 0, 0, 0, 5),
        ("agent-2", "completed", 5, 0, 0, 0, 0, 5),
        ("planner", "completed", 5, 0, 0, 0, 0, 5),
    ],
    "decisions.py": [("chooser", "completed", 2, 0, 0, 0, 0, 0)],
    "quality_signals.py": [("searcher", "completed", 2, 0, 0, 0, 0, 2)],
    "decisions_and_signals.py": [("deployer", "completed", 1, 0, 0, 0, 0, 2)],
    "threaded_agents.py": [
        ("careful", "completed", 3, 0, 3, 0, 0, 0),
        ("quick", "failed", 3, 0, 0, 0, 0, 0),
        ("terse", "completed", 3, 0, 0, 0, 0, 0),
        ("thorough", "completed", 3, 0, 0, 0, 0, 0),
    ],
}

STATED = {"decisions.py": (2, 0), "quality_signals.py": (0, 4), "decisions_and_signals.py": (1, 3)}
"""Decisions and quality signals."""


def test_every_example_is_run() -> None:
    assert {path.name for path in (ROOT / "examples").glob("*.py")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_an_example_logs_what_it_shows(database: Database, name: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / name, database.path],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "HOME": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    assert (
        database.ask(
            "SELECT t.agent_name, t.outcome, s.turns, s.low_questions, s.medium_questions, s.high_questions, "
            "s.violations, s.steps FROM trajectories AS t JOIN trajectory_summaries AS s ON s.trajectory_id = t.id "
            "ORDER BY 1"
        )
        == EXPECTED[name]
    )
    assert database.journals() == []
    stated = [
        database.one(f"SELECT count(*) FROM {table} WHERE source = 'stated'")
        for table in ("agent_decisions", "agent_quality_signals")
    ]
    assert stated == list(STATED.get(name, (0, 0)))


def test_example_of_a_router_records_tasks_and_agents(database: Database) -> None:
    program = [sys.executable, str(ROOT / "examples" / "performance_events.py"), str(database.path)]
    subprocess.run(program, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "HOME": "/nowhere"}, check=True)
    columns = "agent_id, task_id, success, quality, tokens, cost_micros"
    assert database.ask(f"SELECT {columns} FROM performance_events WHERE type = 'task-execution' ORDER BY id") == [
        ("careful", "TASK-1", 1, 0.9, 1200, 4000),
        ("quick", "TASK-2", 0, 0.9, 1200, 4000),
    ]
    assert database.ask("SELECT agent_id, status FROM agents") == [("careful", ""), ("quick", "maintenance")]
