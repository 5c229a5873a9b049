"""Trajectory databases of other programs in the database: what is counted, what is unknown, and what waits."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.cli.report.output import At, Output, csv_cell, json_object
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.model.live import LiveFacts
from ppp_tui.query.connect import open_reader
from ppp_tui.query.query import Query, answer
from ppp_tui.query.scores.scores import personalization, proactivity
from ppp_tui.query.sessions.session_lists import session
from ppp_tui.query.sessions.timing import session_timing
from ppp_tui.query.sessions.turns import turn_window
from ppp_tui.store.write import Writer
from tests.ingest.house import LATER_MS
from tests.scoring.state_of import live_state
from tests.sources.trajectory_tables import SCHEMA, T0, write

TURN = "INSERT INTO trajectory_turns (trajectory_id, turn_number, prompt, response, token_count, latency_ms, timestamp)"
"""The documents' statement, with a time."""


class Database:
    """A database of one foreign database."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "foreign.db"
        self.path = folder / "archive.db"

    def ingest(self, *scripts: str) -> None:
        write(self.database, *scripts)
        options = IngestOptions(self.path, (), (("trajectory_db", self.database),))
        with closing(Writer(self.path)) as writer:
            Pipeline(writer, options, FrozenClock(LATER_MS), {}, self.path.parent).run(follow=False)

    def answer(self, query: Query[Any]) -> Any:
        with closing(open_reader(self.path)) as connection:
            return answer(connection, query)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(open_reader(self.path)) as connection:
            return connection.execute(sql).fetchall()

    def live(self) -> LiveFacts:
        [(live,)] = self.ask("SELECT live FROM trajectory_summaries")
        return LiveFacts(*json.loads(live))


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path)


BEGIN = "INSERT INTO trajectories VALUES (1, 'SPEC-0', 'claude', 'run-1', '2026-11-20 19:24:00')"


def test_a_turn_numbered_zero_counts_and_is_scored(database: Database) -> None:
    database.ingest(
        SCHEMA,
        BEGIN,
        f"{TURN} VALUES (1, 0, 'Add OAuth', 'Which provider?', 50, 200, '2026-11-20 19:24:05')",
        "INSERT INTO trajectory_questions VALUES (1, 1, 'Which provider?', 'low')",
        "INSERT INTO trajectory_violations VALUES (1, 1, 'no_ask', 'no questions', 'asked', 'major')",
    )
    assert database.ask("SELECT turns, low_questions, violations, wall_ms FROM trajectory_summaries") == [
        (1, 1, 1, 200)
    ]
    assert database.answer(proactivity(1, "spec")) == 0.05
    assert database.answer(personalization(1, "spec")) == -0.03
    [turn] = database.answer(turn_window(1, 0, 10))
    assert (turn.number, turn.is_preamble, turn.headline) == (0, False, "Add OAuth")
    assert database.answer(session(1)).title == "Add OAuth"


@pytest.mark.parametrize("processes", [1, 2])
def test_progress_counts_all_bytes_of_databases_as_read(
    database: Database, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.setattr("ppp_tui.ingest.pipeline.MIN_POOL_BYTES", 0)
    second = database.database.with_name("second.db")
    for path in (database.database, second):
        write(path, SCHEMA)
    roots = (("trajectory_db", database.database), ("trajectory_db", second))
    options = IngestOptions(database.path, (), roots, processes=processes)
    with closing(Writer(database.path)) as writer:
        progress = Pipeline(writer, options, FrozenClock(LATER_MS), {}, database.path.parent).run(follow=False)
    size = database.database.stat().st_size + second.stat().st_size
    assert size > 0
    assert (progress.bytes_done, progress.bytes_total) == (size, size)


def test_a_token_count_is_kept_as_stated(database: Database) -> None:
    database.ingest(
        SCHEMA,
        BEGIN,
        f"{TURN} VALUES (1, 0, 'a', 'b', 50, 200, '2026-11-20 19:24:05')",
        f"{TURN} VALUES (1, 1, 'a', 'b', NULL, 200, '2026-11-20 19:24:06')",
        f"{TURN} VALUES (1, 2, 'a', 'b', -3, 200, '2026-11-20 19:24:07')",
    )
    assert database.ask("SELECT token_count FROM trajectory_turns ORDER BY id") == [(50,), (None,), (None,)]


def test_an_unknown_latency_is_not_zero(database: Database) -> None:
    database.ingest(SCHEMA, BEGIN, f"{TURN} VALUES (1, 1, 'a', 'b', NULL, NULL, '2026-11-20 19:24:05')")
    [turn] = database.answer(turn_window(1, 0, 10))
    assert (turn.wall_ms, turn.started_at) == (None, T0 + 5000)
    timing = database.answer(session_timing(1))
    assert (timing.wall_ms, timing.between_ms, timing.split) == (None, None, None)


def test_a_schema_without_timestamps_dates_no_turn(database: Database) -> None:
    database.ingest(
        "CREATE TABLE trajectories (id INTEGER PRIMARY KEY, spec_id TEXT, agent_name TEXT, run_id TEXT, "
        "created_at TEXT)",
        "CREATE TABLE trajectory_turns (id INTEGER PRIMARY KEY, trajectory_id INTEGER, turn_number INTEGER, "
        "prompt TEXT, response TEXT, token_count INTEGER, latency_ms INTEGER)",
        BEGIN,
        "INSERT INTO trajectory_turns VALUES (1, 1, 1, 'a', 'b', 5, 7)",
        "INSERT INTO trajectories VALUES (2, 'SPEC-0', 'gemini', 'run-1', NULL)",
        "INSERT INTO trajectory_turns VALUES (2, 2, 1, 'a', 'b', 5, 7)",
    )
    for trajectory, began in ((1, T0), (2, 0)):
        [turn] = database.answer(turn_window(trajectory, 0, 10))
        assert (turn.started_at, turn.ended_at, turn.wall_ms) == (0, None, 7)
        assert database.answer(session(trajectory)).started_at == began
    assert database.answer(session_timing(2)).between_ms is None


def test_commands_show_an_unknown_time_as_unknown() -> None:
    assert json_object("x", {"at": At(0), "since": At(T0)}).endswith('"at": null, "since": "2026-11-20T19:24:00.000Z"}')
    assert (Output("table").local(0), Output("table").local(T0)) == ("–", "2026-11-20 19:24")
    assert csv_cell(At(0)) == ""


def test_epoch_milliseconds_in_a_text_column_are_understood(database: Database) -> None:
    database.ingest(SCHEMA, BEGIN, f"{TURN} VALUES (1, 1, 'a', 'b', 5, 7, '{T0 + 5000}')")
    [turn] = database.answer(turn_window(1, 0, 10))
    assert turn.started_at == T0 + 5000


@pytest.mark.parametrize(
    ("question", "name", "certainty"),
    [
        ("INSERT INTO trajectory_questions VALUES (1, 1, 'Drop it?', 'high')", "asks", "known"),
        ("", "finished", "guessed"),
    ],
)
def test_only_an_open_stated_question_asks(database: Database, question: str, name: str, certainty: str) -> None:
    database.ingest(SCHEMA, BEGIN, f"{TURN} VALUES (1, 1, 'a', 'Done.', 5, 7, '2026-11-20 19:24:05')", question)
    state = live_state(database.live(), T0 + 60_000)
    assert (state.name, state.certainty) == (name, certainty)
    assert database.ask("SELECT status FROM trajectory_turns") == [("unknown",)]


def test_the_next_turn_answers_a_stated_question(database: Database) -> None:
    database.ingest(
        SCHEMA,
        BEGIN,
        f"{TURN} VALUES (1, 1, 'a', 'Well.', 5, 7, '2026-11-20 19:24:05')",
        "INSERT INTO trajectory_questions VALUES (1, 1, 'Drop it?', 'high')",
        f"{TURN} VALUES (1, 2, 'Yes', 'Dropped.', 5, 7, '2026-11-20 19:24:09')",
    )
    assert live_state(database.live(), T0 + 60_000).name == "finished"
