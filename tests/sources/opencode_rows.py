"""Literal rows of an OpenCode database for tests, as version 1.18.33 writes them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from ppp_tui.model.event import Event
from ppp_tui.sources.opencode import SOURCE
from ppp_tui.sources.source import TableSource

T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC: second 0 of the rows."""

SESSION = "ses_dd4507814ffeOA3wsDPAfx4rEa"

SCHEMA = """
CREATE TABLE session (id text PRIMARY KEY, parent_id text, title text NOT NULL, directory text NOT NULL,
    version text NOT NULL, agent text, revert text, time_created integer NOT NULL, time_updated integer NOT NULL);
CREATE TABLE message (id text PRIMARY KEY, session_id text NOT NULL, time_created integer NOT NULL,
    time_updated integer NOT NULL, data text NOT NULL);
CREATE TABLE part (id text PRIMARY KEY, message_id text NOT NULL, session_id text NOT NULL,
    time_created integer NOT NULL, time_updated integer NOT NULL, data text NOT NULL);
CREATE TABLE event_sequence (aggregate_id text PRIMARY KEY, seq integer NOT NULL, owner_id text);
"""

Data = dict[str, Any]


class Store:
    """A database in WAL mode that its owner has open."""

    def __init__(self, path: Path, *, counts_changes: bool = True, source: TableSource = SOURCE) -> None:
        """Make the tables; without `counts_changes` as before 1.18."""
        self.source = source
        self.path = path
        self.state = b""
        self._counts_changes = counts_changes
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = OFF")
        self.db.executescript(SCHEMA)
        if not counts_changes:
            self.db.execute("DROP TABLE event_sequence")

    def session(self, id_: str = SESSION, second: float = 0, **columns: Any) -> None:
        """Write a session anew."""
        row: Data = {"id": id_, "parent_id": None, "title": "Login", "directory": "/home/me/shop", "version": "1.18.33"}
        row |= {"agent": "build", "revert": None, "time_created": ms(second), "time_updated": ms(second), **columns}
        marks = ", ".join("?" * len(row))
        self.db.execute(f"INSERT OR REPLACE INTO session ({', '.join(row)}) VALUES ({marks})", list(row.values()))
        self._count(id_)

    def message(self, id_: str, second: float, data: Data, *, session: str = SESSION, updated: float = 0) -> None:
        """Write a message anew."""
        row = (id_, session, ms(second), ms(max(second, updated)), json.dumps(data))
        self.db.execute("INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?, ?)", row)
        self._count(session)

    def part(self, id_: str, message: str, second: float, data: Data, *, session: str = SESSION) -> None:
        """Write a part anew."""
        row = (id_, message, session, ms(second), ms(second), json.dumps(data))
        self.db.execute("INSERT OR REPLACE INTO part VALUES (?, ?, ?, ?, ?, ?)", row)
        self._count(session)

    def prompt(self, id_: str, text: str, second: float, **more: Any) -> None:
        """Write a prompt of the user."""
        session = more.pop("session", SESSION)
        self.message(id_, second, user(second), session=session)
        self.part(f"prt_{id_}", id_, second, {"type": "text", "text": text, **more}, session=session)

    def delete(self, message: str) -> None:
        """Delete a message with its parts."""
        self.db.execute("DELETE FROM part WHERE message_id = ?", (message,))
        self.db.execute("DELETE FROM message WHERE id = ?", (message,))
        self._count(SESSION)

    def poll(self, limit: int = 5000) -> list[Event]:
        """Return the events of what changed since the last poll."""
        read = self.source.poll(self.path, self.state, limit)
        self.state = read.state
        return read.reading.events

    def close(self) -> None:
        """Let go of the database."""
        self.db.close()

    def _count(self, session: str) -> None:
        if self._counts_changes:
            self.db.execute(
                "INSERT INTO event_sequence VALUES (?, 0, NULL) ON CONFLICT DO UPDATE SET seq = seq + 1", (session,)
            )


def ms(second: float) -> int:
    return T0 + round(second * 1000)


def user(second: float) -> Data:
    return {"role": "user", "time": {"created": ms(second)}, "agent": "build"}


def answer(second: float, ended: float | None = None, finish: str = "", **more: Any) -> Data:
    """An answer of gpt-5.5; one that is over used 100 fresh tokens, 1000 of the cache, 40 of output, 10 of thoughts."""
    times = {"created": ms(second)} if ended is None else {"created": ms(second), "completed": ms(ended)}
    tokens = {"input": 0, "output": 0, "reasoning": 0, "cache": {"read": 0, "write": 0}}
    if ended is not None:
        tokens = {"total": 1150, "input": 100, "output": 40, "reasoning": 10, "cache": {"read": 1000, "write": 0}}
    data = {"role": "assistant", "modelID": "gpt-5.5", "providerID": "openai", "time": times, "tokens": tokens}
    return {**data, "cost": 0, **({"finish": finish} if finish else {}), **more}


def text(content: str, ended: float | None) -> Data:
    return {"type": "text", "text": content, "time": {} if ended is None else {"end": ms(ended)}}


def tool(name: str, status: str, started: float, ended: float | None = None, **state: Any) -> Data:
    times = {"start": ms(started)} if ended is None else {"start": ms(started), "end": ms(ended)}
    return {"type": "tool", "tool": name, "callID": "call_0", "state": {"status": status, "time": times, **state}}


def write_turn(store: Store, at: float = 0, *, session: str = SESSION, name: str = "1") -> None:
    """Write a whole turn: a prompt, a failing command, an answer."""
    store.prompt(f"msg_{name}0", "Fix the login", at, session=session)
    store.message(f"msg_{name}1", at + 1, answer(at + 1, at + 4, "tool-calls"), session=session)
    done = tool(
        "bash",
        "completed",
        at + 2,
        at + 3,
        input={"command": "pytest -q"},
        output="1 failed",
        metadata={"output": "1 failed", "exit": 1},
    )
    store.part(f"prt_{name}a", f"msg_{name}1", at + 3, done, session=session)
    store.message(f"msg_{name}2", at + 5, answer(at + 5, at + 6, "stop"), session=session)
    store.part(f"prt_{name}b", f"msg_{name}2", at + 6, text("It fails.", at + 6), session=session)


def dump(path: Path) -> list[str]:
    """Return all that a database holds, to see that nothing of it changed."""
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())
