"""Local databases of invented people, with a row in every table that is shared."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from ppp_tui.model.project import ShareLevel
from ppp_tui.query.connect import open_reader
from ppp_tui.store.write import Writer
from ppp_tui.team.connect import Store, open_store, tenant_transaction
from ppp_tui.team.push import Pusher, SharedBy, local_database_id
from ppp_tui.team.pushed import Pushed
from ppp_tui.team.replica import Replica, find_replica
from ppp_tui.team.share import OF_REPLICAS, OF_TRAJECTORIES, OF_TURNS
from tests.store.row_builders import batch, delta, step, turn, usage

HOME = "/home/ada"
TURN = (1 << 20) | 1
ROW = (TURN << 20) | 1
SESSION = "0199aaaa-0000-7000-8000-00000000000"

EVERY_TABLE = f"""
UPDATE trajectories SET title = 'a title', branch = 'a-branch', stage = 'a stage', agent_role = 'a role',
    spec_id = 'a-spec', run_id = 'a-run', first_prompt = 'Fix it', path = '{HOME}/code/shop/.sessions/1' WHERE id = 1;
UPDATE trajectory_turns SET prompt_hash = 'prompt-hash' WHERE id = {TURN};
UPDATE steps SET target = '{HOME}/code/shop/a-target', output_preview = 'an-output', child_native_id = 'a-child';
INSERT INTO rate_limits VALUES (1, 'weekly', '2026-11-20 10:00:00.000', 12.5, 10080, NULL, 'max');
INSERT INTO preference_verdicts VALUES (1, 'no_commas', 'kept', 1.0, 'a-detail', 'rules');
INSERT INTO trajectory_metadata VALUES (1, 'a-name', 'a-value');
INSERT INTO evaluations VALUES (1, 'goal', 'rules-1', 'good', 1.0, 'a-reason', '[[1, "an-evidence"]]');
INSERT INTO turn_times (id, tool_ms, waiting_ms, retry_ms) VALUES ({TURN}, 10, 20, 30);
INSERT INTO context_use (id, used_tokens, system_tokens, file_tokens, tool_tokens, conversation_tokens, compactions,
    overflows) VALUES ({TURN}, 100, 1, 2, 3, 4, 0, 0);
INSERT INTO turn_verdicts VALUES ({TURN}, 'no_commas', 1, 0, 0);
INSERT INTO trajectory_questions (id, turn_id, question_text, effort_level, asked_at, options, answer)
    VALUES ({ROW}, {TURN}, 'a-question', 'low', '2026-11-20 10:00:00.000', '["an-option"]', 'an-answer');
INSERT INTO trajectory_violations (id, turn_id, preference_name, expected, actual, severity)
    VALUES ({ROW}, {TURN}, 'no_commas', 'an-expectation', 'an-actual', 'minor');
INSERT INTO retries (id, at, reason, message) VALUES ({ROW}, '2026-11-20 10:00:00.000', 'timeout', 'a-message');
INSERT INTO features VALUES ({ROW}, '2026-11-20 10:00:00.000', 'a-commit');
INSERT INTO pull_requests VALUES ({ROW}, 'created', 'https://forge.example/a-pull', 'a-reference',
    '2026-11-20 10:00:00.000');
INSERT INTO test_runs (id, project, suite, at, total, passed, failed, skipped, selection, variant)
    VALUES ({ROW}, '{HOME}/code/shop', 'a-suite', '2026-11-20 10:00:00.000', 3, 2, 1, 0, 'a-selection', 'a-variant');
INSERT INTO test_failures VALUES ({ROW}, 1, 'a-test', 'a-cause');
INSERT INTO project_changes VALUES ({ROW}, 0, '{HOME}/code/shop', '2026-11-20 10:00:00.000');
INSERT INTO retry_chains (id, kind, project, tool, target, reason, attempts, started_at, outcome)
    VALUES ({ROW}, 'tool', '{HOME}/code/shop', 'Bash', 'a-chain', 'error', 2, '2026-11-20 10:00:00.000', 'recovered');
INSERT INTO file_accesses (id, project, path, action, at, tokens)
    VALUES ({ROW}, '{HOME}/code/shop', 'src/a-file.py', 'read', '2026-11-20 10:00:00.000', 7);
INSERT INTO agent_decisions (decision_id, decision_type, selected, reason_code, confidence, metadata, candidates,
    recorded_at) VALUES ({ROW}, 'tool_selection', 'a-selected', 'fresh_data_required', 0.5, '{{"key": "a-meta"}}',
    '["a-candidate", "a-selected"]', '2026-11-20 10:00:00.000');
INSERT INTO agent_quality_signals (signal_id, signal_type, signal_code, value, metadata, recorded_at)
    VALUES ({ROW}, 'tool_success', 'first_attempt', 1, '{{"key": "a-signal"}}', '2026-11-20 10:00:00.000');
INSERT INTO consensus_artifacts (id, trajectory_id, spec_id, stage, agent_name, content_json, response_text, score)
    VALUES (5, 1, 'a-spec', 'a stage', 'claude', '{{"plan": "a-plan"}}', 'a-response', 0.5);
INSERT INTO session_reports (source, native_id, at, cost_micros)
    VALUES ('claude_code', '{SESSION}1', '2026-11-20 10:00:02.000', 77);
INSERT INTO alerts VALUES (3, 'cost_per_hour > 5', 1, '2026-11-20 10:00:00.000', 6.0, NULL);
INSERT INTO performance_events (id, at, type, agent_id, task_id, data) VALUES (4, '2026-11-20 10:00:00.000',
    'task-execution', 'claude', 'a-task', '{{"agent_id": "claude", "feedback": "a-feedback", "kind": "a-kind",
    "tokens": 5}}');
UPDATE agents SET capabilities = '["a-capability"]', status_reason = 'a-status' WHERE agent_id = 'claude';
INSERT INTO codebases (id, project, indexed_at, build_ms, counted_files, is_whole, files, bytes, code, comments, blanks,
    tokens) VALUES (6, '{HOME}/code/shop', '2026-11-20 10:00:00.000', 1, 2, 1, 2, 30, 4, 5, 6, 7);
INSERT INTO codebase_types VALUES (6, 'Python', 2, 30, 4, 5, 6, 7);
INSERT INTO codebase_files VALUES (6, 'src/a-file.py', 'Python', 30, 1, 4, 5, 6);
"""
"""A row for every table, whose texts say which column they stand in; turns that were written by plain inserts."""


def make_database(path: Path, *, sessions: int = 1, folder: str = f"{HOME}/code/shop") -> Path:
    """A database with sessions of two turns, each with a request and a step, and the first with a sub-agent."""
    with closing(Writer(path)) as writer:
        for number in range(1, sessions + 1):
            add_session(writer, number, folder=folder)
        child = delta(turns=[turn(1, "c", "sub-prompt", "sub-answer")], usage=[usage(1, 1, "cr", 5)])
        child.facts["project"] = folder
        writer.write([batch("/s/agent", child, native_id=f"{SESSION}9", parent=f"{SESSION}1")])
        settle(writer, folder)
    return path


def add_session(writer: Writer, number: int, *, folder: str = f"{HOME}/code/shop", turns: int = 2) -> None:
    """Write a session of a folder."""
    rows = delta(
        turns=[turn(each, f"k{number}.{each}", f"prompt {number}.{each}") for each in range(1, turns + 1)],
        usage=[usage(each, 1, f"r{number}.{each}", 10 * number) for each in range(1, turns + 1)],
        steps=[step(each, 1) for each in range(1, turns + 1)],
    )
    rows.facts["project"] = folder
    writer.write([batch(f"/s/{number}", rows, native_id=f"{SESSION}{number}")])


def settle(writer: Writer, folder: str) -> None:
    """Say that a folder is a repository."""
    with writer.transaction() as summaries:
        summaries.call(lambda c: c.execute("UPDATE project_folders SET repository = folder, is_settled = 1"))
    del folder


def make_full_database(path: Path, *, sessions: int = 1) -> Path:
    """A database of such sessions with a row in every shared table."""
    _fill_every_table(make_database(path, sessions=sessions))
    return path


def _fill_every_table(path: Path) -> None:
    """Add a row to every table that is shared, as one commit that changes the first session."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(f"BEGIN;{EVERY_TABLE}COMMIT;")
    with closing(Writer(path)) as writer:
        while writer.count_plain_inserts():
            pass
    touch(path, 1)


def touch(path: Path, *trajectories: int) -> None:
    """Let trajectories have changed."""
    with closing(Writer(path)) as writer, writer.transaction() as summaries:
        summaries.changed.update(trajectories)


def change(path: Path, sql: str, *trajectories: int) -> None:
    """Run a statement, and let trajectories have changed by it."""
    with closing(Writer(path)) as writer, writer.transaction() as summaries:
        summaries.call(lambda connection: connection.execute(sql))
        summaries.changed.update(trajectories)


def shares(share: ShareLevel = "figures", machine: str = "m1", **projects: ShareLevel) -> SharedBy:
    """What a person shares."""
    return SharedBy(share, projects, HOME, machine)


def push(url: str, database: Path, by: SharedBy | None = None, tenant: str = "") -> Pushed:
    """Push a database as a person does."""
    with opened(url, tenant) as store:
        return Pusher(store, database, by or shares()).push()


def own_replica(store: Store, database: Path) -> Replica:
    """The replica of a local database of machine m1."""
    with closing(open_reader(database)) as connection:
        database_id = local_database_id(connection)
    with tenant_transaction(store.connection, store.member.tenant_id):
        own = find_replica(store, "m1", database_id)
    assert own is not None
    return own


def count_of(url: str, table: str, condition: str = "true") -> int:
    ((number,),) = ask(url, f"SELECT count(*) FROM {table} WHERE {condition}")
    return int(number)


@contextmanager
def opened(url: str, tenant: str = "") -> Iterator[Store]:
    store = open_store(url, tenant)
    with closing(store.connection):
        yield store


@contextmanager
def transaction(url: str, tenant: str = "") -> Iterator[psycopg.Connection[Any]]:
    """A transaction of a person's in a tenant."""
    with opened(url, tenant) as store, tenant_transaction(store.connection, store.member.tenant_id):
        yield store.connection


def ask(url: str, sql: str, tenant: str = "") -> list[tuple[Any, ...]]:
    """What a person's login gets for a statement."""
    with transaction(url, tenant) as connection:
        return connection.execute(sql.encode()).fetchall()


def contents(url: str) -> dict[str, list[dict[str, Any]]]:
    """All rows that a person sees in the shared tables, without numbers of tenants, replicas and transactions."""
    rows: dict[str, list[dict[str, Any]]] = {}
    with transaction(url) as connection:
        for table in (*OF_TRAJECTORIES, *OF_TURNS, *OF_REPLICAS):
            columns = [column.name for column in table.columns if column.level != "none" or column.change == "replica"]
            found = connection.execute(f"SELECT {', '.join(columns)} FROM {table.target}".encode()).fetchall()
            rows[table.target] = sorted((dict(zip(columns, row, strict=True)) for row in found), key=repr)
    return rows
