"""Threads of Codex's paginated history: read where there is no rollout, left alone where there is one."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model.event import (
    AssistantMessage,
    Event,
    MetadataLearned,
    QuestionAsked,
    ToolCallFinished,
    ToolCallStarted,
    TrajectorySwitched,
    TurnEnded,
    TurnStarted,
)
from ppp_tui.sources.codex_store import SOURCE
from tests.ingest.house import House, age
from tests.sources.codex_lines import NAME, THREAD, completed, content, meta, started

OTHER = "01a1f8d0-4e00-7000-8000-000000000002"
SCHEMA = """
CREATE TABLE thread_turns (thread_id TEXT NOT NULL, turn_id TEXT NOT NULL, rollout_ordinal INTEGER NOT NULL,
    status TEXT NOT NULL, error_json TEXT, started_at INTEGER, completed_at INTEGER, duration_ms INTEGER,
    PRIMARY KEY (thread_id, turn_id));
CREATE TABLE thread_items (thread_id TEXT NOT NULL, turn_id TEXT, item_id TEXT NOT NULL,
    rollout_ordinal INTEGER NOT NULL, item_json TEXT NOT NULL, created_at_ms INTEGER,
    updated_at_ordinal INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (thread_id, item_id));
CREATE TABLE thread_history_projection_state (thread_id TEXT PRIMARY KEY, next_rollout_byte_offset INTEGER NOT NULL,
    next_rollout_ordinal INTEGER NOT NULL);
"""
T0_S = 1_795_168_800
"""2026-11-20 10:00:00 UTC."""
SAID: tuple[dict[str, Any], ...] = (
    {"type": "userMessage", "id": "i1", "content": [{"type": "text", "text": "Add login"}]},
    {
        "type": "commandExecution",
        "id": "i2",
        "command": "pytest -q",
        "status": "failed",
        "aggregatedOutput": "1 failed",
        "exitCode": 1,
        "durationMs": 1500,
    },
    {"type": "agentMessage", "id": "i3", "text": "Added."},
)


def put(
    path: Path, thread: str, *items: dict[str, Any], turn: str = "t1", status: str = "completed", at: int = 0
) -> None:
    """Write a turn of a thread as Codex projects it; ordinals go on from `at`."""
    with closing(sqlite3.connect(path)) as db, db:
        if not db.execute("SELECT 1 FROM sqlite_master").fetchone():
            db.executescript(SCHEMA)
        db.execute(
            "INSERT OR REPLACE INTO thread_turns VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                thread,
                turn,
                at,
                status,
                '{"message": "No quota"}' if status == "failed" else None,
                T0_S + at,
                None if status == "inProgress" else T0_S + at + 9,
                None if status == "inProgress" else 9000,
            ),
        )
        for place, item in enumerate(items, at + 1):
            db.execute(
                "INSERT OR REPLACE INTO thread_items VALUES (?, ?, ?, ?, ?, ?, ?)",
                (thread, turn, f"{turn}-{item['id']}", place, json.dumps(item), (T0_S + place) * 1000, place),
            )
        db.execute(
            "INSERT OR REPLACE INTO thread_history_projection_state VALUES (?, 0, ?)", (thread, at + len(items) + 2)
        )


@pytest.fixture
def database(tmp_path: Path) -> Path:
    folder = tmp_path / ".codex"
    folder.mkdir()
    return folder / "thread_history_1.sqlite"


def shown(events: list[Event]) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    for entry in events:
        match entry:
            case TrajectorySwitched():
                found.append(("trajectory", entry.name))
            case TurnStarted():
                found.append(("turn", entry.number, entry.key, entry.prompt, entry.at))
            case AssistantMessage():
                found.append(("said", entry.text))
            case ToolCallStarted():
                found.append(("step", entry.kind, entry.target))
            case ToolCallFinished():
                found.append(("end", entry.status, entry.exit_code, entry.duration_ms))
            case TurnEnded():
                found.append(("over", entry.status, entry.duration_ms))
            case _:
                pass
    return found


TOLD = [
    ("trajectory", THREAD),
    ("turn", 1, "t1", "Add login", T0_S * 1000),
    ("step", "shell", "pytest -q"),
    ("end", "failed", 1, 1500),
    ("said", "Added."),
    ("over", "completed", 9000),
]


def test_thread_without_a_rollout_is_emitted_completely(database: Path) -> None:
    put(database, THREAD, *SAID)
    result = SOURCE.poll(database)
    assert shown(result.reading.events) == TOLD
    assert (result.reading.unknown, result.is_more) == ({}, False)
    assert MetadataLearned(T0_S * 1000, "native_id", THREAD) in result.reading.events
    again = SOURCE.poll(database, result.state)
    assert (again.reading.events, again.state) == ([], result.state)


def test_changed_thread_is_emitted_again_under_the_same_numbers(database: Path) -> None:
    put(database, THREAD, *SAID)
    put(database, OTHER, *SAID)
    state = SOURCE.poll(database).state
    put(database, THREAD, SAID[0], turn="t2", status="inProgress", at=9)
    told = shown(SOURCE.poll(database, state).reading.events)
    assert told == [*TOLD, ("turn", 2, "t2", "Add login", (T0_S + 9) * 1000)]


@pytest.mark.parametrize("folder", ["sessions/2026/11/20", "archived_sessions"])
def test_a_thread_with_a_rollout_is_left_to_it(database: Path, folder: str) -> None:
    put(database, THREAD, *SAID)
    put(database, OTHER, *SAID)
    (database.parent / folder).mkdir(parents=True)
    (database.parent / folder / NAME.name).write_bytes(b"{}\n")
    first = SOURCE.poll(database)
    assert [entry for entry in shown(first.reading.events) if entry[0] == "trajectory"] == [("trajectory", OTHER)]
    put(database, THREAD, SAID[0], turn="t2", at=9)
    assert SOURCE.poll(database, first.state).reading.events == []


def test_the_first_layout_without_times_and_without_a_projection_is_read(database: Path) -> None:
    with closing(sqlite3.connect(database)) as db, db:
        db.executescript(
            "CREATE TABLE thread_turns (thread_id TEXT, turn_id TEXT, rollout_ordinal INTEGER, status TEXT);"
            "CREATE TABLE thread_items (thread_id TEXT, turn_id TEXT, item_id TEXT, rollout_ordinal INTEGER, "
            "item_json TEXT);"
        )
        db.execute("INSERT INTO thread_turns VALUES (?, 't1', 0, 'interrupted')", (THREAD,))
        db.execute("INSERT INTO thread_items VALUES (?, 't1', 'i1', 1, ?)", (THREAD, json.dumps(SAID[0])))
        db.execute("INSERT INTO thread_items VALUES (?, 't1', 'i2', 2, 'no JSON')", (THREAD,))
    result = SOURCE.poll(database)
    assert shown(result.reading.events) == [
        ("trajectory", THREAD),
        ("turn", 1, "t1", "Add login", 0),
        ("over", "interrupted", None),
    ]
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("INSERT INTO thread_items VALUES (?, 't1', 'i3', 3, ?)", (THREAD, json.dumps(SAID[2])))
    assert ("said", "Added.") in shown(SOURCE.poll(database, result.state).reading.events)


def test_questions_of_a_message_are_questions(database: Path) -> None:
    put(database, THREAD, SAID[0], {**SAID[2], "delivery": "async", "questions": [{"title": "Which color?"}]})
    [asked] = [entry for entry in SOURCE.poll(database).reading.events if isinstance(entry, QuestionAsked)]
    assert (asked.text, asked.is_blocking) == ("Which color?", False)


def test_codexs_own_index_tells_folder_title_and_model(database: Path) -> None:
    put(database, THREAD, *SAID)
    with closing(sqlite3.connect(database.with_name("state_5.sqlite"))) as db, db:
        db.execute("CREATE TABLE threads (id TEXT PRIMARY KEY, cwd TEXT, title TEXT, model TEXT)")
        db.execute("INSERT INTO threads VALUES (?, '/shop', 'Login', 'gpt-5.5')", (THREAD,))
    facts = {
        entry.name: entry.value for entry in SOURCE.poll(database).reading.events if isinstance(entry, MetadataLearned)
    }
    assert (facts["project"], facts["title"], facts["model"]) == ("/shop", "Login", "gpt-5.5")


def test_database_that_is_being_made_lacks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "thread_history_1.sqlite"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY)")
    assert SOURCE.poll(path).reading.unknown == {}


def test_file_that_is_no_such_database_raises(database: Path) -> None:
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("CREATE TABLE thread_items (id INTEGER)")
    reading = SOURCE.poll(database).reading
    assert reading.unknown == {"thread_turns without its columns": 1, "thread_items without its columns": 1}
    database.write_bytes(b"no database, but long enough to be looked at" * 20)
    with pytest.raises(OSError, match="no SQLite database"):
        SOURCE.poll(database)


def test_a_home_with_both_has_every_thread_once(tmp_path: Path) -> None:
    house = House(tmp_path)
    folder = house.home / ".codex"
    rollout = folder / "sessions" / NAME.name
    rollout.parent.mkdir(parents=True)
    prompt = completed("UserMessage", 2, id="m1", content=[{"type": "text", "text": "Add login"}])
    rollout.write_bytes(content(meta(), started(), prompt))
    age(rollout)
    put(folder / "thread_history_1.sqlite", THREAD, *SAID)
    put(folder / "thread_history_1.sqlite", OTHER, *SAID)
    for _ in range(2):
        house.ingest(sources=("codex", "codex_store"))
    assert house.ask(
        "SELECT t.source, t.native_id, t.agent_name, count(u.id) FROM trajectories AS t "
        "LEFT JOIN trajectory_turns AS u ON u.trajectory_id = t.id GROUP BY t.id ORDER BY 1"
    ) == [("codex", THREAD, "codex", 1), ("codex_store", OTHER, "codex", 1)]


def test_root_is_the_database_beside_the_sessions(database: Path, tmp_path: Path) -> None:
    assert SOURCE.roots({}, tmp_path) == [database]
    put(database.with_name("thread_history_2.sqlite"), THREAD)
    assert SOURCE.roots({}, tmp_path) == [database.with_name("thread_history_2.sqlite")]
    assert SOURCE.roots({"CODEX_SQLITE_HOME": "/x"}, tmp_path) == [Path("/x/thread_history_1.sqlite")]
