"""``ppp-tui predict`` as a user and a script run it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.cli.conftest import Run


def add_runs(home: Path, count: int, successes: int) -> None:
    [path] = home.rglob("archive.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        for number in range(100, 100 + count):
            outcome = "completed" if number - 100 < successes else "failed"
            connection.execute(
                "INSERT INTO trajectories (id, spec_id, agent_name, first_prompt, project, outcome) "
                "VALUES (?, '', 'codex', 'Fix it', '/home/ann/store', ?)",
                (number, outcome),
            )
            connection.execute("INSERT OR IGNORE INTO trajectory_summaries (trajectory_id) VALUES (?)", (number,))
            connection.execute(
                "UPDATE trajectory_summaries SET last_at = '2026-11-20 10:00:00.000' WHERE trajectory_id = ?", (number,)
            )


def test_without_enough_runs_there_is_no_figure(home: Path, ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    add_runs(home, 19, 19)
    done = ppp("predict", "Fix", "the", "login", "--no-sync")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("No agent with 20 runs that ended. Searched ")


def test_base_rate_is_told_with_its_interval_and_what_it_is_of(home: Path, ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    add_runs(home, 20, 15)
    done = ppp("predict", "Fix the login", "--project", "store", "--no-sync")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[2].split("  ")[0] == "codex"
    assert "75%" in lines[2]
    assert "53% to 89%" in lines[2]
    assert "runs of codex, kind fix, this project" in lines[2]
    assert lines[-2:] == [
        "The task is of the kind fix.",
        "Too few runs to hold any back (60 are needed): the base rate, its quality unknown.",
    ]


def test_json_tells_which_way_was_better_on_held_back_runs(home: Path, ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    add_runs(home, 90, 45)
    told = json.loads(ppp("predict", "--agent", "codex", "--no-sync", "--json").stdout)
    assert (told["schema"], told["kind"], told["quality"]["held_back"]) == ("ppp-tui/predict/1", "other", 30)
    assert set(told["quality"]) == {"held_back", "brier_base_rate", "brier_model", "is_model_better", "calibration"}
    [row] = told["rows"]
    assert (row["agent"], row["runs"], row["similar"]) == ("codex", 90, "runs of codex")
    assert row["low"] < row["probability"] < row["high"]
