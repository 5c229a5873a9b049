"""Reads rows of a Crush database: which sessions changed, and of a session the messages that may have."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

import msgspec

from ppp_tui.model.clock import MAX_TIME_MS
from ppp_tui.model.ids import hash64
from ppp_tui.model.limits import MAX_COUNT, MAX_LINE_BYTES
from ppp_tui.sources.json_records import JsonObject
from ppp_tui.sources.trajectory_db.connect import columns_of

MAX_RECENT = 16
"""Newest sessions that are looked at whatever their rows tell: the rows of their answers change alone."""

_SECONDS = 10**11
"""A time below this is in seconds."""

_TITLE = "title-"
"""Begins the id of a session in which a title is made up."""

NEEDED = {
    "sessions": frozenset({"id", "parent_session_id", "title", "message_count", "updated_at", "created_at"}),
    "messages": frozenset({"id", "session_id", "role", "parts", "model", "created_at"}),
}


class CrushSessionRow(NamedTuple):
    """A session's row."""

    id: str
    parent_id: str
    title: str
    created_at: int
    """Unix milliseconds."""
    updated_at: int
    context_tokens: int
    mark: int
    """Moves whenever the row does."""


class CrushMessage(NamedTuple):
    """A message's row."""

    id: str
    role: str
    parts: list[JsonObject]
    model: str
    provider: str
    row: int
    """Its number, by which messages follow each other."""
    at: int
    """Unix milliseconds."""
    is_summary: bool


def session_rows(connection: sqlite3.Connection) -> list[CrushSessionRow]:
    """Return all sessions, parents before their sub-agents."""
    columns = columns_of(connection, "sessions")
    prompt, completion = (name if name in columns else "0" for name in ("prompt_tokens", "completion_tokens"))
    rows = connection.execute(
        f"SELECT id, parent_session_id, title, created_at, updated_at, message_count, {prompt}, {completion} "
        "FROM sessions"
    )
    sessions = []
    for id_, parent, title, created, updated, count, prompt_tokens, completion_tokens in rows:
        if not isinstance(id_, str) or not id_ or id_.startswith(_TITLE):
            continue
        used = _count(prompt_tokens) + _count(completion_tokens)
        mark = hash64(f"{updated}:{count}:{used}:{title}")
        sessions.append(
            CrushSessionRow(
                id=id_,
                parent_id=parent if isinstance(parent, str) else "",
                title=title if isinstance(title, str) else "",
                created_at=millis(created),
                updated_at=millis(updated),
                context_tokens=used,
                mark=mark,
            )
        )
    return sorted(sessions, key=lambda row: (bool(row.parent_id), row.created_at, row.id))


def read_messages(connection: sqlite3.Connection, session: str, floor: int) -> tuple[list[CrushMessage], int]:
    """Return a session's messages from the row `floor` on, and how many of them are unreadable."""
    columns = columns_of(connection, "messages")
    provider, summary = (name if name in columns else "NULL" for name in ("provider", "is_summary_message"))
    rows = connection.execute(
        f"SELECT id, role, parts, model, {provider}, created_at, rowid, {summary} FROM messages "
        "WHERE session_id = ? AND rowid >= ? AND length(parts) < ? ORDER BY rowid",
        (session, floor, MAX_LINE_BYTES),
    )
    messages, unreadable = [], 0
    for id_, role, body, model, served_by, written, number, is_summary in rows:
        parts = _decode(body)
        if parts is None or not isinstance(id_, str):
            unreadable += 1
            continue
        messages.append(
            CrushMessage(
                id=id_,
                role=role if isinstance(role, str) else "",
                parts=parts,
                model=model if isinstance(model, str) else "",
                provider=served_by if isinstance(served_by, str) else "",
                row=number,
                at=millis(written),
                is_summary=bool(is_summary),
            )
        )
    return messages, unreadable


def holds_floor(connection: sqlite3.Connection, floor: int, floor_id: str) -> bool:
    """Return whether a message still has the row number that is remembered: compacting a database numbers rows anew."""
    row = connection.execute("SELECT id FROM messages WHERE rowid = ?", (floor,)).fetchone()
    return row is not None and row[0] == floor_id


def millis(value: object) -> int:
    """Return a row's time, which is in seconds, in milliseconds; 0 for what is no time."""
    if not isinstance(value, int) or value <= 0:
        return 0
    at = value * 1000 if value < _SECONDS else value
    return at if at <= MAX_TIME_MS else 0


def _count(value: object) -> int:
    return min(max(value, 0), MAX_COUNT // 2) if isinstance(value, int) else 0


def _decode(body: object) -> list[JsonObject] | None:
    if isinstance(body, str):
        body = body.encode(errors="replace")
    if not isinstance(body, bytes):
        return None
    try:
        parts = msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else None
