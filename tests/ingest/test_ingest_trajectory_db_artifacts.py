"""Consensus tables of other programs' databases: whose artifact it is, and how agents rank by it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ppp_tui.query.scores.consensus import Ranking, ScoreWeights, group_runs, groups_of_specs, rank
from ppp_tui.store.verify import dump
from ppp_tui.store.write import Writer
from tests.ingest.test_ingest_trajectory_db import TURN, Database
from tests.sources.trajectory_tables import SCHEMA

OLD = """
CREATE TABLE consensus_artifacts (id INTEGER PRIMARY KEY AUTOINCREMENT, spec_id TEXT NOT NULL, stage TEXT NOT NULL,
    agent_name TEXT NOT NULL, content_json TEXT NOT NULL, response_text TEXT, run_id TEXT,
    created_at TEXT NOT NULL DEFAULT (datetime('now')));
PRAGMA user_version = 1;
"""
NEW = """
CREATE TABLE consensus_runs (id INTEGER PRIMARY KEY AUTOINCREMENT, spec_id TEXT NOT NULL, stage TEXT NOT NULL,
    run_timestamp INTEGER NOT NULL, consensus_ok INTEGER, degraded INTEGER, synthesis_json TEXT);
CREATE TABLE agent_outputs (id INTEGER PRIMARY KEY AUTOINCREMENT, run_id INTEGER NOT NULL, agent_name TEXT NOT NULL,
    model_version TEXT, content TEXT NOT NULL, output_timestamp INTEGER NOT NULL);
PRAGMA user_version = 2;
"""
WHOLE, HALF = '{"work_breakdown": ["a"], "acceptance_mapping": {"a": "b"}}', '{"work_breakdown": ["a"]}'
AGENTS = f"""
INSERT INTO trajectories VALUES (1, 'SPEC-A', 'ada', 'r1', '2026-11-20 19:24:00'),
    (2, 'SPEC-A', 'bob', 'r1', '2026-11-20 19:24:00');
{TURN} VALUES (1, 0, 'Plan it', 'Hm.', NULL, 5, '2026-11-20 19:24:05'),
    (2, 0, 'Plan it', 'Hm.', NULL, 5, '2026-11-20 19:24:05');
INSERT INTO trajectory_questions (turn_id, question_text, effort_level) VALUES (1, 'Should I research it?', 'high'),
    (2, 'Which one?', 'low');
"""
DELIVERED = f"""
INSERT INTO consensus_artifacts (spec_id, stage, agent_name, content_json, run_id, created_at) VALUES
    ('SPEC-A', 'spec-plan', 'ada', '{WHOLE}', 'r1', '2026-11-20 19:25:00'),
    ('SPEC-A', 'spec-plan', 'bob', '{HALF}', 'r1', '2026-11-20 19:25:00'),
    ('SPEC-A', 'spec-plan', 'cid', '{WHOLE}', 'r1', '2026-11-20 19:25:00');
"""
OUTPUTS = f"""
INSERT INTO consensus_runs VALUES (7, 'SPEC-A', 'spec-plan', 1795202700000, 1, 0, '{{}}');
INSERT INTO agent_outputs (run_id, agent_name, content, output_timestamp) VALUES (7, 'ada', '{WHOLE}', 1795202700000),
    (7, 'bob', '{HALF}', 1795202700000), (7, 'cid', '{WHOLE}', 1795202700000);
"""


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(tmp_path)


def ranking(database: Database) -> Ranking:
    [group] = database.answer(groups_of_specs())
    assert (group.title, group.stage, group.agents) == ("SPEC-A", "plan", ("ada", "bob", "cid"))
    return rank(database.answer(group_runs(group.key)), ScoreWeights(0.6, 0.4), "spec")


@pytest.mark.parametrize("scripts", [(OLD, DELIVERED), (NEW, OUTPUTS)])
@pytest.mark.parametrize("is_artifact_first", [False, True])
def test_foreign_artifacts_rank_by_the_documents_rule(
    database: Database, scripts: tuple[str, str], *, is_artifact_first: bool
) -> None:
    schema, delivered = scripts
    database.ingest(SCHEMA, schema, delivered if is_artifact_first else AGENTS)
    database.ingest(AGENTS if is_artifact_first else delivered)
    found = {agent.agent_name: (agent.technical, agent.interaction, agent.final) for agent in ranking(database).agents}
    assert {name: tuple(value and round(value, 6) for value in values) for name, values in found.items()} == {
        "ada": (1.0, -0.45, 0.42),
        "bob": (0.5, 0.1, 0.34),
        "cid": (1.0, None, 0.6),
    }
    assert database.ask("SELECT agent_name, stage, run_id FROM trajectories ORDER BY id") == [
        ("ada", "spec-plan", "r1"),
        ("bob", "spec-plan", "r1"),
    ]


def test_an_artifact_of_a_known_run_is_not_given_to_another_run(database: Database) -> None:
    database.ingest(
        SCHEMA,
        OLD,
        "INSERT INTO trajectories VALUES (1, 'S', 'ada', 'r1', '2026-11-20 19:24:00'), "
        "(2, 'S', 'bob', 'r2', '2026-11-20 19:24:00'), (3, 'S', 'ada', NULL, '2026-11-20 19:30:00')",
        "INSERT INTO consensus_artifacts (spec_id, stage, agent_name, content_json, run_id, created_at) VALUES "
        "('S', 'plan', 'ada', '{}', 'r2', '2026-11-20 19:40:00'), ('S', 'plan', 'ada', '{}', NULL, '2026-11-20 19:40'),"
        "('S', 'plan', 'ada', '{}', 'r9', '2026-11-20 19:26:00'), ('S', 'plan', 'ada', '{}', 'r1', NULL)".replace(
            "NULL)", "'')"
        ),
    )
    assert database.ask(
        "SELECT a.run_id, t.lane FROM consensus_artifacts AS a LEFT JOIN trajectories AS t ON t.id = a.trajectory_id "
        "ORDER BY a.id"
    ) == [("r2", None), (None, "3"), ("r1", "1"), ("r1", "1")]


def test_a_changed_artifact_replaces_itself(database: Database) -> None:
    database.ingest(SCHEMA, OLD, AGENTS, DELIVERED)
    database.ingest(f"UPDATE consensus_artifacts SET content_json = '{WHOLE}' WHERE agent_name = 'bob'")
    assert database.ask("SELECT agent_name, content_json FROM consensus_artifacts ORDER BY id") == [
        ("ada", WHOLE),
        ("bob", WHOLE),
        ("cid", WHOLE),
    ]
    with closing(Writer(database.path)) as writer:
        assert sum(line.startswith("consensus_artifacts") for line in dump(writer._connection)) == 3
