"""Where no text is kept, none of another program's database is: not in any column of any table."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import FrozenClock
from ppp_tui.store.write import Writer
from tests.ingest.house import LATER_MS
from tests.sources.trajectory_tables import SCHEMA, write

ARTIFACTS = """
CREATE TABLE consensus_artifacts (id INTEGER PRIMARY KEY, spec_id TEXT NOT NULL, stage TEXT, agent_name TEXT NOT NULL,
    run_id TEXT, content_json TEXT, response_text TEXT, created_at TEXT);
INSERT INTO consensus_artifacts VALUES (1, 'S', 'plan', 'ada', 'r', '{"work_breakdown": ["hush 1"], "hush 2": 1}',
    'hush 3', '2026-11-20 19:30:00'), (2, 'S', 'plan', 'bob', 'r', 'hush 4', 'hush 5', '2026-11-20 19:30:00');
"""
ROWS = """
INSERT INTO trajectories VALUES (1, 'S', 'ada', 'r', '2026-11-20 19:24:00');
INSERT INTO trajectory_turns VALUES (1, 1, 1, 'hush 6', 'hush 7 Which one?', 5, 6, '2026-11-20 19:24:05');
INSERT INTO trajectory_turns VALUES (2, 1, 2, 'hush 8', 'hush 9', 5, 6, '2026-11-20 19:25:05');
INSERT INTO trajectory_questions VALUES (1, 1, 'hush 10?', 'hush 11');
INSERT INTO trajectory_violations VALUES (1, 1, 'no_ask', 'hush 12', 'hush 13', 'hush 14');
"""


def test_no_column_of_the_database_holds_text_of_a_foreign_one(tmp_path: Path) -> None:
    foreign = write(tmp_path / "foreign.db", SCHEMA, ROWS, ARTIFACTS)
    path = tmp_path / "database.db"
    options = IngestOptions(path, (), (("trajectory_db", foreign),), keeps_text=False)
    with closing(Writer(path)) as writer:
        Pipeline(writer, options, FrozenClock(LATER_MS), {}, tmp_path).run(follow=False)
    with closing(sqlite3.connect(path)) as connection:
        assert [line for line in connection.iterdump() if "hush" in line.lower()] == []
        unknown = connection.execute("SELECT name, count FROM unknown_records ORDER BY name").fetchall()
        kept = connection.execute("SELECT agent_name, content_json FROM consensus_artifacts ORDER BY id").fetchall()
    assert unknown == [("effort=(no word)", 1), ("severity=(no word)", 1)]
    assert kept == [("ada", '{"work_breakdown": true}'), ("bob", "null")]
