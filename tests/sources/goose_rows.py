"""Literal rows of Goose's database for tests, as its schema from version 1 to 15 has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ppp_tui.sources.goose import SOURCE
from tests.sources.polled import PolledDatabase

T0 = 1_795_168_800
"""2026-11-20 10:00:00 UTC, in seconds: second 0 of the rows."""

SESSION = "20261120_1"

SCHEMA = """
CREATE TABLE sessions (id TEXT PRIMARY KEY, name TEXT NOT NULL DEFAULT '', description TEXT NOT NULL DEFAULT '',
    session_type TEXT NOT NULL DEFAULT 'user', working_dir TEXT NOT NULL,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP, updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    accumulated_input_tokens INTEGER, accumulated_output_tokens INTEGER, provider_name TEXT, model_config_json TEXT,
    parent_session_id TEXT);
CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, message_id TEXT, session_id TEXT NOT NULL,
    role TEXT NOT NULL, content_json TEXT NOT NULL, created_timestamp INTEGER NOT NULL, metadata_json TEXT);
CREATE TABLE usage_ledger (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT, created_timestamp INTEGER,
    model TEXT, input_tokens INTEGER, output_tokens INTEGER, total_tokens INTEGER, cache_read_tokens INTEGER,
    cache_write_tokens INTEGER, cost REAL, cost_source TEXT, is_compaction INTEGER);
"""


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def call(id_: str, name: str, **arguments: Any) -> dict[str, Any]:
    value = {"name": name, "arguments": arguments}
    return {"type": "toolRequest", "id": id_, "toolCall": {"status": "success", "value": value}}


def result(id_: str, *words: str, **more: Any) -> dict[str, Any]:
    value = {"content": [text(each) for each in words], "isError": False, **more}
    return {"type": "toolResponse", "id": id_, "toolResult": {"status": "success", "value": value}}


def refused(id_: str, error: str) -> dict[str, Any]:
    return {"type": "toolResponse", "id": id_, "toolResult": {"status": "error", "error": error}}


class GooseStore(PolledDatabase):
    """Goose's database."""

    source = SOURCE
    schema = SCHEMA

    def __init__(self, path: Path, *, with_ledger: bool = True) -> None:
        super().__init__(path)
        if not with_ledger:
            self.db.execute("DROP TABLE usage_ledger")

    def session(self, id_: str = SESSION, second: int = 0, **columns: Any) -> None:
        """Write a session anew."""
        row = {
            "id": id_,
            "name": "CLI Session",
            "working_dir": "/home/me/shop",
            "created_at": "2026-11-20 10:00:00",
            "updated_at": f"2026-11-20 10:{second // 60:02}:{second % 60:02}",
            "provider_name": "anthropic",
            "model_config_json": json.dumps({"model_name": "claude-sonnet-4-5", "context_limit": 200_000}),
            **columns,
        }
        marks = ", ".join("?" * len(row))
        self.db.execute(f"INSERT OR REPLACE INTO sessions ({', '.join(row)}) VALUES ({marks})", list(row.values()))

    def message(
        self, second: int, role: str, *blocks: Any, id_: str = "", session: str = SESSION, **metadata: Any
    ) -> None:
        """Write one message more."""
        self.db.execute(
            "INSERT INTO messages (message_id, session_id, role, content_json, created_timestamp, metadata_json) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            (id_ or f"msg_{second}_{role}", session, role, json.dumps(blocks), T0 + second, json.dumps(metadata)),
        )

    def request(
        self, second: int, *counts: Any, session: str = SESSION, compacts: bool = False, source: str = "estimated"
    ) -> None:
        """Write one request more: input, output, cache read, cache write, cost, and where the cost comes from."""
        values: list[Any] = [*counts, None, None, None]
        whole, output, read, written, cost = values[:5]
        self.db.execute(
            "INSERT INTO usage_ledger (session_id, created_timestamp, model, input_tokens, output_tokens, "
            "cache_read_tokens, cache_write_tokens, cost, is_compaction, cost_source) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (session, T0 + second, "claude-sonnet-4-5", whole, output, read, written, cost, compacts, source),
        )


def tell_story(store: GooseStore) -> None:
    """Write a session with a call that fails and two turns."""
    store.session(second=30)
    store.message(0, "user", text("Fix the failing test"))
    store.request(3, 1000, 50, 600, 100, 0.0125)
    store.message(4, "assistant", {"type": "thinking", "thinking": "First I look."}, text("I run the tests."))
    store.message(4, "assistant", call("c1", "developer__shell", command="pytest -q"), id_="msg_4b")
    store.message(6, "user", result("c1", "1 failed", structuredContent={"exit_code": 1}))
    store.request(8, 1200, 30, 1000, 0, 0.002)
    store.message(9, "assistant", text("It is mended."))
    store.message(30, "user", text("Now the docs"))
