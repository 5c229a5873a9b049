"""Literal rows of a Crush database for tests."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

from ppp_tui.sources.crush import SOURCE
from tests.sources.polled import PolledDatabase

T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC: second 0 of the rows."""

SESSION = "6f1c0001-0000-4000-8000-000000000001"

SCHEMA = """
CREATE TABLE sessions (id TEXT PRIMARY KEY, parent_session_id TEXT, title TEXT NOT NULL,
    message_count INTEGER NOT NULL DEFAULT 0, prompt_tokens INTEGER NOT NULL DEFAULT 0,
    completion_tokens INTEGER NOT NULL DEFAULT 0, cost REAL NOT NULL DEFAULT 0.0, updated_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL, summary_message_id TEXT);
CREATE TABLE messages (id TEXT PRIMARY KEY, session_id TEXT NOT NULL, role TEXT NOT NULL,
    parts BLOB NOT NULL DEFAULT '[]', model TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,
    finished_at INTEGER, provider TEXT, is_summary_message INTEGER NOT NULL DEFAULT 0);
"""

Part = dict[str, Any]


class CrushStore(PolledDatabase):
    """Crush's database."""

    source = SOURCE
    schema = SCHEMA

    def session(self, id_: str = SESSION, second: int = 0, **columns: Any) -> None:
        """Write a session anew."""
        row = {"id": id_, "title": "Login", "created_at": seconds(0), "updated_at": seconds(second), **columns}
        marks = ", ".join("?" * len(row))
        self.db.execute(f"INSERT OR REPLACE INTO sessions ({', '.join(row)}) VALUES ({marks})", list(row.values()))

    def message(self, id_: str, role: str, second: int, *parts: Part, session: str = SESSION, **columns: Any) -> None:
        """Write a message, or write it anew; its session's row counts a new one."""
        is_new = not self.db.execute("SELECT 1 FROM messages WHERE id = ?", (id_,)).fetchall()
        row = {"id": id_, "session_id": session, "role": role, "parts": json.dumps(parts), "model": "claude-sonnet-4-5"}
        row |= {"created_at": seconds(second), "updated_at": seconds(second), **columns}  # type: ignore[dict-item]
        names = ", ".join(row)
        changes = ", ".join(f"{name} = excluded.{name}" for name in row if name != "id")
        insert = f"INSERT INTO messages ({names}) VALUES ({', '.join('?' * len(row))})"
        self.db.execute(f"{insert} ON CONFLICT (id) DO UPDATE SET {changes}", list(row.values()))
        if is_new:
            count = "UPDATE sessions SET message_count = message_count + 1, updated_at = ? WHERE id = ?"
            self.db.execute(count, (seconds(second), session))

    def close(self) -> None:
        """Close the database as its owner does when it ends."""
        with closing(self.db):
            pass


def seconds(second: int) -> int:
    return T0 // 1000 + second


def text(content: str, **more: Any) -> Part:
    return {"type": "text", "data": {"text": content, **more}}


def call(key: str, name: str, *, finished: bool = True, **arguments: Any) -> Part:
    data = {"id": key, "name": name, "input": json.dumps(arguments), "provider_executed": False, "finished": finished}
    return {"type": "tool_call", "data": data}


def result(key: str, content: str, name: str = "bash", *, is_error: bool = False, **metadata: Any) -> Part:
    data = {"tool_call_id": key, "name": name, "content": content, "is_error": is_error}
    return {"type": "tool_result", "data": {**data, "metadata": json.dumps(metadata)}}


def finish(reason: str, second: int = 0, **more: Any) -> Part:
    return {"type": "finish", "data": {"reason": reason, "time": seconds(second), **more}}
