"""Tokens that a program stated as one number for a turn: in every table of tokens, marked, and kept for good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.sources.trajectory_tables import SCHEMA, write

SPAN = ("--since", "2020-11-19", "--until", "2026-11-20")
STATED = """
INSERT INTO trajectories VALUES (1, 'SPEC-1', 'planner', 'run-1', '2020-11-19 09:00:00');
INSERT INTO trajectory_turns VALUES (1, 1, 1, 'Plan it', 'Done.', 1200, 200, '2020-11-19 09:00:05'),
    (2, 1, 2, 'And now?', 'Done.', NULL, NULL, '2020-11-19 09:01:05');
"""


@pytest.fixture(autouse=True)
def ingested(ppp: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    foreign = write(tmp_path / "foreign.db", SCHEMA, STATED)
    assert ppp("--source", f"trajectory_db={foreign}", "ingest").returncode == 0


@pytest.mark.parametrize(
    ("way", "name", "others"),
    [("day", "2020-11-19", "2026-11-20"), ("model", "", "claude-sonnet-4-5"), ("project", "", "/shop")],
)
def test_usage_has_a_row_of_what_is_only_stated(way: str, name: str, others: str, ppp: Run) -> None:
    report = json.loads(ppp("usage", "--by", way, "--json", *SPAN).stdout)
    told = {row[way]: (row["stated_tokens"], row["input_tokens"], row["cost_usd"]) for row in report["rows"]}
    assert told == {name: (1200, None, None), others: (None, 10, 0.000105)}
    assert (report["totals"]["stated_tokens"], report["totals"]["input_tokens"]) == (1200, 10)
    assert report["stated"] == {"turns": 1, "tokens": 1200}


def test_the_table_marks_what_is_stated_and_shows_the_rest_as_unknown(ppp: Run) -> None:
    lines = ppp("usage", "--by", "session", *SPAN).stdout.splitlines()
    [stated] = [line.split() for line in lines if "Plan it" in line]
    assert stated[1:] == ["planner", "Plan", "it", "–", "–", "–", "–", "–", "–", "~1.2k"]
    assert "Under `stated` alone: ~1,200 tokens that programs stated for 1 turn, without a model or a cost." in lines


def test_blocks_cannot_hold_what_is_stated_and_say_so(ppp: Run) -> None:
    report = ppp("usage", "--by", "block", *SPAN).stdout
    assert "Not in the table: ~1,200 tokens that programs stated for 1 turn, without a model or a cost." in report


def test_turns_have_a_column_of_stated_tokens_where_one_has_some(ppp: Run) -> None:
    [stating] = [
        row["session"]
        for row in json.loads(ppp("usage", "--by", "session", "--json", *SPAN).stdout)["rows"]
        if row["stated_tokens"]
    ]
    report = json.loads(ppp("turns", str(stating), "--json").stdout)
    assert [(row["stated_tokens"], row["input_tokens"], row["cost_usd"]) for row in report["rows"]] == [
        (1200, None, None),
        (None, None, None),
    ]
    assert "~1.2k" in ppp("turns", str(stating)).stdout
    assert "stated" not in ppp("turns", "1" if stating != 1 else "2").stdout


def test_what_is_stated_survives_being_archived_and_imported(ppp: Run, tmp_path: Path) -> None:
    before = ppp("usage", "--by", "session", "--csv", *SPAN).stdout
    old = tmp_path / "old.jsonl.zst"
    assert ppp("archive", "--older-than", "365d", "--to", str(old)).returncode == 0
    assert "1200" not in ppp("usage", "--by", "session", "--csv", *SPAN).stdout
    assert ppp("import", str(old)).returncode == 0
    assert sorted(ppp("usage", "--by", "session", "--csv", *SPAN).stdout.splitlines()) == sorted(before.splitlines())
