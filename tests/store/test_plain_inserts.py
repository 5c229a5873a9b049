"""The statements of the trajectory documents, run unchanged on our database: shown, numbered and counted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model.ids import turn_id
from ppp_tui.model.live import LiveFacts
from ppp_tui.query.query import answer
from ppp_tui.query.scores.consensus import ScoreWeights, group_runs, groups_of_specs, rank
from ppp_tui.store.logged.entries import encode
from ppp_tui.store.logged.journal_replay import write_entries
from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer

T0 = 1_795_202_640_000

TRAJECTORY = "INSERT INTO trajectories (spec_id, agent_name, run_id) VALUES (?, ?, ?)"
TURN = (
    "INSERT INTO trajectory_turns (trajectory_id, turn_number, prompt, response, token_count, latency_ms) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
)
QUESTION = "INSERT INTO trajectory_questions (turn_id, question_text, effort_level) VALUES (?1, ?2, ?3)"
VIOLATION = (
    "INSERT INTO trajectory_violations (turn_id, preference_name, expected, actual, severity) VALUES (?, ?, ?, ?, ?)"
)
SUMS = (
    "SELECT turns, wall_ms, low_questions, medium_questions, high_questions, violations, low_asks, medium_asks, "
    "high_asks, minor_violations, major_violations, critical_violations FROM trajectory_summaries "
    "WHERE trajectory_id = ?"
)


class House:
    def __init__(self, path: Path) -> None:
        self.writer = Writer(path)
        self.other = sqlite3.connect(path, isolation_level=None)
        """The program that knows the documents only."""

    def run(self, sql: str, *values: Any) -> int:
        return self.other.execute(sql, values).lastrowid or 0

    def count(self) -> None:
        while self.writer.count_plain_inserts():
            pass

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.writer._connection.execute(sql, values).fetchall()

    def live(self, trajectory: int) -> LiveFacts:
        [(live,)] = self.ask("SELECT live FROM trajectory_summaries WHERE trajectory_id = ?", trajectory)
        return LiveFacts(*json.loads(live))


@pytest.fixture(params=["foreign_keys=OFF", "foreign_keys=ON"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    made = House(tmp_path / "a.db")
    made.other.execute(f"PRAGMA {request.param}")
    yield made
    made.other.close()
    made.writer.close()


def log_one(house: House, name: str) -> None:
    """A trajectory of the logger's, with a turn, a question and a violation."""
    entries = [
        encode(("started", name, T0, 0, "SPEC", "me", "r", "", 1, "", "", "", "", "", 1)),
        encode(
            ("turned", name, T0, 1, "p", "r", None, 7, "completed", [("Q?", "low", ())], [("a", "b", "c", "major")])
        ),
    ]
    assert write_entries(house.writer, "", entries, 0) == 0


def test_plain_rows_are_numbered_and_counted_whatever_lies_around_them(house: House) -> None:
    log_one(house, "one")
    first = house.run(TRAJECTORY, "SPEC-1", "ada", "r1")
    log_one(house, "two")
    for number, (prompt, response) in enumerate([("Add OAuth", "Which provider?"), ("GitHub", "Done.")]):
        house.run(TURN, first, number, prompt, response, 50, 200)
        [(turn,)] = house.ask(
            "SELECT id FROM trajectory_turns WHERE trajectory_id = ? AND turn_number = ?", first, number
        )
        assert turn == turn_id(first, number)
        house.run(QUESTION, turn, response, ["low", None][number])
        house.run(VIOLATION, turn, "no_ask", "none", "one", "critical")
    house.count()
    assert house.ask(SUMS, first) == [(2, 400, 1, 1, 0, 2, 1, 1, 0, 0, 0, 2)]
    for other in (first - 1, first + 1):
        assert house.ask(SUMS, other) == [(1, 7, 1, 0, 0, 1, 1, 0, 0, 0, 1, 0)]
    assert house.ask("SELECT id & 1048575, turn_id FROM trajectory_questions WHERE turn_id >> 20 = ?", first) == [
        (1, turn_id(first, 0)),
        (1, turn_id(first, 1)),
    ]
    assert house.ask("SELECT token_count, origin FROM trajectory_turns WHERE trajectory_id = ?", first) == [
        (50, "logged"),
        (50, "logged"),
    ]
    assert any("Which provider?" in line for line in dump(house.writer._connection))


def test_turns_may_be_named_by_the_id_that_their_insert_gave(house: House) -> None:
    log_one(house, "one")
    first = house.run(TRAJECTORY, "SPEC-1", "ada", None)
    log_one(house, "two")
    given = house.run(TURN, first, 1, "a", "b", None, None)
    assert given != turn_id(first, 1)
    house.run(QUESTION, given, "Why?", "high")
    house.run(VIOLATION, given, "no_ask", "none", "one", "minor")
    house.count()
    assert house.ask(SUMS, first) == [(1, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0)]


def test_what_comes_after_the_count_is_counted_too(house: House) -> None:
    first = house.run(TRAJECTORY, "SPEC-1", "ada", None)
    house.run(TURN, first, 1, "a", "b", None, 3)
    house.count()
    house.run(QUESTION, turn_id(first, 1), "Why?", "high")
    house.run(QUESTION, turn_id(first, 1), "Which?", "low")
    house.count()
    house.run(TURN, first, 2, "c", "d", None, 4)
    house.count()
    assert house.ask(SUMS, first) == [(2, 7, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0)]
    assert house.ask("SELECT id & 1048575 FROM trajectory_questions ORDER BY id") == [(1,), (2,)]
    assert house.ask("SELECT kind, input_preview FROM steps ORDER BY id") == [("message", "b"), ("message", "d")]


def test_an_open_question_of_the_newest_plain_turn_waits(house: House) -> None:
    first = house.run(TRAJECTORY, "SPEC-1", "ada", None)
    house.run(TURN, first, 1, "a", "b", None, None)
    house.run(QUESTION, turn_id(first, 1), "Drop it?", "high")
    house.count()
    live = house.live(first)
    assert (live.question, live.is_question_structured, live.turn_status) == ("Drop it?", True, "unknown")
    house.run(TURN, first, 2, "Yes", "Done.", None, None)
    house.count()
    live = house.live(first)
    assert (live.question, live.spoke_last, live.turn_number) == ("", True, 2)


def test_a_number_that_no_turn_has_is_refused(house: House) -> None:
    first = house.run(TRAJECTORY, "SPEC-1", "ada", None)
    for number in (-1, 1 << 20):
        with pytest.raises(sqlite3.IntegrityError, match="turn_number is not between"):
            house.run(TURN, first, number, "a", "b", None, None)


def test_times_of_the_documents_are_kept_in_our_form(house: House) -> None:
    house.run(
        "INSERT INTO trajectories (spec_id, agent_name, created_at) "
        "VALUES ('S', 'a', datetime(1795202640, 'unixepoch'))"
    )
    columns = "trajectory_id, turn_number, prompt, response, timestamp"
    house.run(f"INSERT INTO trajectory_turns ({columns}) VALUES (1, 1, 'a', 'b', '2026-11-20T19:24:05Z')")
    house.run(f"INSERT INTO trajectory_turns ({columns}) VALUES (1, 2, 'a', 'b', 'soon')")
    house.count()
    assert house.ask("SELECT created_at FROM trajectories") == [("2026-11-20 19:24:00.000",)]
    assert house.ask("SELECT timestamp, ended_at FROM trajectory_turns ORDER BY id") == [
        ("2026-11-20 19:24:05.000", "2026-11-20 19:24:05.000"),
        ("1970-01-01 00:00:00.000", None),
    ]


def test_ids_of_trajectories_that_are_gone_are_not_used_again(house: House) -> None:
    house.run(TRAJECTORY, "SPEC-1", "ada", None)
    second = house.run(TRAJECTORY, "SPEC-1", "ada", None)
    house.run("DELETE FROM trajectories WHERE id = ?", second)
    assert house.run(TRAJECTORY, "SPEC-1", "ada", None) == second + 1


@pytest.mark.parametrize("is_artifact_first", [False, True])
def test_plain_artifacts_rank_plain_trajectories(house: House, *, is_artifact_first: bool) -> None:
    def deliver() -> None:
        for agent, content in (("ada", '{"work_breakdown": [1], "acceptance_mapping": [1]}'), ("bob", "{}")):
            house.run(
                "INSERT INTO consensus_artifacts (spec_id, stage, agent_name, content_json, response_text, run_id) "
                "VALUES ('S', 'plan', ?, ?, 'all of it', NULL)",
                agent,
                content,
            )

    if is_artifact_first:
        deliver()
    for agent, effort in (("ada", "high"), ("bob", "low")):
        trajectory = house.run(TRAJECTORY, "S", agent, "r1")
        house.run(TURN, trajectory, 0, "Plan", "Hm.", None, None)
        house.run(QUESTION, turn_id(trajectory, 0), "Q?", effort)
    house.count()
    if not is_artifact_first:
        deliver()
        house.count()
    [group] = answer(house.writer._connection, groups_of_specs())
    ranking = rank(answer(house.writer._connection, group_runs(group.key)), ScoreWeights(0.6, 0.4), "spec")
    assert group.stage == "plan"
    assert {agent.agent_name: agent.final and round(agent.final, 6) for agent in ranking.agents} == {
        "ada": 0.42,
        "bob": 0.04,
    }


def test_the_database_stays_whole(house: House) -> None:
    assert house.ask("PRAGMA integrity_check") == [("ok",)]
    with closing(sqlite3.connect(house.writer.path)) as connection:
        [(sql,)] = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'trajectories'")
    assert "AUTOINCREMENT" in sql
