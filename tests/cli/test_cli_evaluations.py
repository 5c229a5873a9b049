"""``ppp-tui evaluations``: which are listed, in which form, and the exit status that scripts go by."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.cli.conftest import Run


def test_the_four_of_a_session_that_was_read_are_listed(ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    done = ppp("evaluations", "--session", "-1", "--no-sync", "--json", TZ="UTC")
    rows = json.loads(done.stdout)["rows"]
    assert (done.returncode, [(row["name"], row["verdict"]) for row in rows]) == (
        0,
        [("coherence", "good"), ("goal", "good"), ("progression", "good"), ("retention", "good")],
    )
    assert rows[1] == {
        "session": 1,
        "agent": "claude",
        "project": "/shop",
        "title": "Add a login to the shop",
        "at": "2026-11-20T10:00:02.000Z",
        "name": "goal",
        "verdict": "good",
        "score": 1.0,
        "reason": "the last turn was answered",
        "evidence": [{"turn": 1, "text": "answered"}],
        "method": "rules-2",
        "is_proven": True,
    }
    assert [row["is_proven"] for row in rows] == [True, True, True, False]
    table = ppp("evaluations", "--session", "-1", "--no-sync").stdout
    assert (table.count("(unproven)"), "retention (unproven)" in table) == (1, True)


def test_list_is_narrowed_by_name_and_verdict(home: Path, ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    [path] = home.rglob("archive.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE evaluations SET verdict = 'bad', score = 0 WHERE name IN ('goal', 'coherence')")
    csv = ppp("evaluations", "--name", "goal", "--name", "retention", "--verdict", "bad", "--no-sync", "--csv")
    assert [line.split(",")[5:7] for line in csv.stdout.splitlines()[1:]] == [["goal", "bad"]]
    none = ppp("evaluations", "--verdict", "unknown", "--no-sync")
    assert (none.returncode, none.stdout) == (1, "")
    assert none.stderr.startswith("No evaluations (verdict unknown). Searched ")


def test_table_names_the_turns_and_obeys_no_escape(home: Path, ppp: Run) -> None:
    assert ppp("ingest").returncode == 0
    [path] = home.rglob("archive.db")
    evidence = json.dumps([[3, "x"], [None, "y"], [7, "z"], [3, "again"]])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "UPDATE evaluations SET reason = 'bad\x1b[2J', evidence = ? WHERE name = 'goal'", (evidence,)
        )
    line = ppp("evaluations", "--name", "goal", "--no-sync").stdout.splitlines()[3]
    assert "3, 7" in line
    assert "bad␛[2J" in line
