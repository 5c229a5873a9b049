"""``ppp-tui alerts``: what is listed, in which form, and the exit status that scripts go by."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Run, environment

CLOSED = (1, "context > 90", "2026-11-20 10:00:00.000", 91.5, "2026-11-20 10:05:00.000")
OPEN = (1, "cost_per_hour > 5", "2026-11-20 10:02:00.000", 1234.5, None)


@pytest.fixture
def put(home: Path, ppp: Run) -> None:
    """A database whose only session has a closed alert."""
    assert ppp("ingest").returncode == 0
    add(home, CLOSED)


def add(home: Path, *rows: tuple[object, ...]) -> None:
    [path] = home.rglob("archive.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO alerts (trajectory_id, rule, since, value, until) VALUES (?, ?, ?, ?, ?)", rows
        )


@pytest.mark.usefixtures("put")
def test_closed_alerts_are_listed_only_with_all_and_do_not_alarm_scripts(ppp: Run) -> None:
    done = ppp("alerts", "--no-sync")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("No open alerts. Searched ")
    assert done.stderr.rstrip().endswith("Your settings have no rules: see alerts.rules.")
    every = ppp("alerts", "--all", "--no-sync", "--json")
    assert every.returncode == 0
    [row] = json.loads(every.stdout)["rows"]
    assert row["until"] == "2026-11-20T10:05:00.000Z"


@pytest.mark.usefixtures("put")
def test_an_open_alert_gives_exit_status_1_in_every_form(home: Path, ppp: Run) -> None:
    add(home, OPEN)
    done = ppp("alerts", "--no-sync", "--json")
    assert (done.returncode, json.loads(done.stdout)["rows"]) == (
        1,
        [
            {
                "since": "2026-11-20T10:02:00.000Z",
                "until": None,
                "rule": "cost_per_hour > 5",
                "value": 1234.5,
                "session": 1,
                "agent": "claude",
                "project": "/shop",
                "title": "Add a login to the shop",
            }
        ],
    )
    table, csv = ppp("alerts", "--all", "--no-sync"), ppp("alerts", "--all", "--no-sync", "--csv")
    assert (table.returncode, csv.returncode) == (1, 1)
    assert csv.stdout.splitlines()[1:] == [
        "2026-11-20T10:02:00.000Z,,cost_per_hour > 5,1234.5,1,claude,/shop,Add a login to the shop",
        "2026-11-20T10:00:00.000Z,2026-11-20T10:05:00.000Z,context > 90,91.5,1,claude,/shop,Add a login to the shop",
    ]
    assert "1,234.5" in table.stdout


@pytest.mark.usefixtures("put")
def test_hostile_text_of_a_rule_obeys_nothing(home: Path, ppp: Run) -> None:
    add(home, (1, "\x1b[2J=1", "2026-11-20 10:02:00.000", 1.0, None))
    assert "\x1b" not in ppp("alerts", "--no-sync").stdout
    assert ",\x1b" not in ppp("alerts", "--no-sync", "--csv").stdout


def test_a_wrong_rule_is_refused_with_its_place(home: Path, ppp: Run) -> None:
    config = home / "rules.toml"
    config.write_text('[alerts]\nrules = ["pass_rate = 90"]\n')
    done = ppp("alerts", "--config", str(config))
    assert done.returncode == 2
    assert f'{config}, line 2: alerts.rules = "pass_rate = 90" is no rule: a rule is' in done.stderr


KILLED = """
import os
from ppp_tui.cli.entrypoint import main
from ppp_tui.ingest.jobs.alerts import AlertsJob
AlertsJob.run_slice = lambda *_: os._exit(9)
main()
"""
"""Ingest that is killed after a commit, before alerts are judged."""


@pytest.mark.slow
def test_alert_whose_ingest_was_killed_before_it_was_judged_opens_with_the_next(home: Path, ppp: Run) -> None:
    settings, [session] = home / "settings.toml", home.rglob("*.jsonl")
    settings.write_text('[alerts]\nrules = ["high_questions < 5"]\n')
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M")
    session.write_text(session.read_text().replace("2026-11-20T10:00", now))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, "--config", str(settings), "ingest"], env=environment(home), check=False
    )
    assert killed.returncode == 9
    [path] = home.rglob("archive.db")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT turns FROM trajectory_summaries").fetchall() == [(1,)], "it was committed"
        assert connection.execute("SELECT count(*) FROM alerts").fetchone() == (0,)
    assert ppp("ingest", "--config", str(settings)).returncode == 0
    told = ppp("alerts", "--no-sync", "--json", "--config", str(settings))
    assert [row["rule"] for row in json.loads(told.stdout)["rows"]] == ["high_questions < 5"]
