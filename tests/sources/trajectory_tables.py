"""The four tables of the trajectory documents, a first trajectory, and polls of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ppp_tui.model.event import Event
from ppp_tui.sources.source import TablesRead
from ppp_tui.sources.trajectory_db import SOURCE

T0 = 1_795_202_640_000
"""2026-11-20 19:24:00 UTC."""

SCHEMA = """
CREATE TABLE trajectories (id INTEGER PRIMARY KEY AUTOINCREMENT, spec_id TEXT NOT NULL, agent_name TEXT NOT NULL,
    run_id TEXT, created_at TEXT NOT NULL DEFAULT (datetime('now')));
CREATE TABLE trajectory_turns (id INTEGER PRIMARY KEY AUTOINCREMENT, trajectory_id INTEGER NOT NULL,
    turn_number INTEGER NOT NULL, prompt TEXT NOT NULL, response TEXT NOT NULL, token_count INTEGER, latency_ms INTEGER,
    timestamp TEXT NOT NULL DEFAULT (datetime('now')), UNIQUE (trajectory_id, turn_number));
CREATE TABLE trajectory_questions (id INTEGER PRIMARY KEY AUTOINCREMENT, turn_id INTEGER NOT NULL,
    question_text TEXT NOT NULL, effort_level TEXT);
CREATE TABLE trajectory_violations (id INTEGER PRIMARY KEY AUTOINCREMENT, turn_id INTEGER NOT NULL,
    preference_name TEXT NOT NULL, expected TEXT NOT NULL, actual TEXT NOT NULL, severity TEXT NOT NULL);
"""

FIRST = """
INSERT INTO trajectories VALUES (1, 'SPEC-1', 'claude', 'run-1', '2026-11-20 19:24:00');
INSERT INTO trajectory_turns VALUES (1, 1, 1, 'Add OAuth', 'Which provider?', 50, 200, '2026-11-20 19:24:05');
INSERT INTO trajectory_questions VALUES (1, 1, 'Which provider?', 'low');
INSERT INTO trajectory_violations VALUES (1, 1, 'no_ask', 'no questions', 'asked', 'major');
"""


def write(path: Path, *scripts: str) -> Path:
    """Run SQL as the program that owns the database."""
    with closing(sqlite3.connect(path)) as connection:
        for script in scripts:
            connection.executescript(script)
    return path


def read(path: Path, state: bytes = b"", limit: int = 5000) -> TablesRead:
    return SOURCE.poll(path, state, limit)


def events(path: Path, state: bytes = b"") -> list[Event]:
    return read(path, state).reading.events
