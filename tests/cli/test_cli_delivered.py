"""``ppp-tui delivered``: what is listed, in which form, and what is said where nothing was delivered."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture
def put(home: Path, ppp: Run) -> None:
    """A database whose only session made a commit and opened a pull request."""
    assert ppp("ingest").returncode == 0
    [path] = home.rglob("archive.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        turn, at = connection.execute("SELECT id, timestamp FROM trajectory_turns ORDER BY id").fetchone()
        connection.execute("INSERT INTO features VALUES (?, ?, 'abc1234')", ((turn << 20) + 900, at))
        url = "https://github.com/acme/shop/pull/12"
        connection.execute("INSERT INTO pull_requests VALUES (?, 'created', ?, '', ?)", ((turn << 20) + 900, url, at))


@pytest.mark.usefixtures("put")
def test_pull_requests_are_listed_with_sessions_and_cost(ppp: Run) -> None:
    done = ppp("delivered", "--since", "2020-01-01", "--json", "--no-sync")
    report = json.loads(done.stdout)
    [row] = report["rows"]
    assert report["schema"] == "ppp-tui/delivered-pull-request/1"
    assert (row["name"], row["sessions"], row["session_count"]) == ("acme/shop#12", [1], 1)
    assert row["url"] == "https://github.com/acme/shop/pull/12"
    assert row["merged_at"] is None


@pytest.mark.usefixtures("put")
def test_lines_of_a_commit_that_git_does_not_know_are_unknown(ppp: Run) -> None:
    done = ppp("delivered", "--by", "commit", "--lines", "--since", "2020-01-01", "--json", "--no-sync")
    [row] = json.loads(done.stdout)["rows"]
    assert (row["commit_hash"], row["session"]) == ("abc1234", 1)
    assert (row["lines_added"], row["lines_kept"]) == (None, None)


def test_lines_of_pull_requests_are_refused(ppp: Run) -> None:
    done = ppp("delivered", "--lines")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--lines are of commits: add --by commit." in done.stderr


def test_nothing_delivered_says_what_was_searched(ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    done = ppp("delivered", "--no-sync")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("No pull requests (since ")
