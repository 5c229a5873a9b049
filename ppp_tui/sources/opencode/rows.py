"""Reads rows of an OpenCode database: which sessions changed, and of a session what changed since it was read last."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from ppp_tui.model.clock import MAX_TIME_MS
from ppp_tui.model.ids import hash64
from ppp_tui.model.limits import MAX_LINE_BYTES
from ppp_tui.sources.json_records import JsonObject, mended_object
from ppp_tui.sources.opencode.state import SessionState
from ppp_tui.sources.source import ParsedChunk
from ppp_tui.sources.trajectory_db.connect import columns_of

SLACK_MS = 5000
"""How much later than its own time of change a row may be committed, where two programs write."""

MAX_RECENT = 32
"""Sessions whose parts are looked at where the database counts no changes: they change later than their session."""

NEEDED = {
    "session": frozenset({"id", "time_updated"}),
    "message": frozenset({"id", "session_id", "time_created", "time_updated", "data"}),
    "part": frozenset({"id", "message_id", "session_id", "time_updated", "data"}),
}
_SESSION = ("id", "parent_id", "title", "directory", "version", "agent", "model", "revert", "time_created")


class Part(NamedTuple):
    """A part of a message."""

    id: str
    data: JsonObject


class Message(NamedTuple):
    """A message that changed, with the parts of it that changed."""

    id: str
    created_at: int
    data: JsonObject
    parts: list[Part]


class SessionRows(NamedTuple):
    """Changed rows of a session."""

    messages: list[Message]
    order: list[tuple[int, str]]
    """Time and id of each message from the state's floor on."""
    read_to: int


def session_marks(connection: sqlite3.Connection) -> dict[str, int]:
    """Return for each session a number that moves whenever its rows do.

    Since 1.18 the database counts the changes of each session. In older ones only the newest sessions' parts are
    looked at: a part may be newer than what its session's own row tells.
    """
    updated = {row[0]: row[1] for row in connection.execute("SELECT id, time_updated FROM session") if _is_text(row[0])}
    counts: dict[str, object] = {}
    if columns_of(connection, "event_sequence") >= {"aggregate_id", "seq"}:
        counts = dict(connection.execute("SELECT aggregate_id, seq FROM event_sequence"))
    uncounted = [session for session in updated if session not in counts]
    recent = sorted(uncounted, key=lambda session: _time(updated[session]), reverse=True)[:MAX_RECENT]
    for session in recent:
        counts[session] = connection.execute(
            "SELECT count(*), max(time_updated), "
            "(SELECT count(*) || ':' || max(time_updated) FROM message WHERE session_id = ?1) "
            "FROM part WHERE session_id = ?1",
            (session,),
        ).fetchone()
    return {session: hash64(f"{time}:{counts.get(session)}") for session, time in updated.items()}


def describe_sessions(connection: sqlite3.Connection, sessions: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of sessions, parents before their sub-agents."""
    names = [name for name in _SESSION if name in columns_of(connection, "session")]
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM session WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(sessions)),),
    )
    described = [dict(zip(names, row, strict=True)) for row in rows]
    return sorted(described, key=lambda row: (bool(row.get("parent_id")), _time(row.get("time_created")), row["id"]))


def read_session(
    connection: sqlite3.Connection, session: str, state: SessionState, reading: ParsedChunk
) -> SessionRows:
    """Return what changed of a session since its state was left."""
    heads = connection.execute(
        "SELECT id, time_created, time_updated FROM message WHERE session_id = ? AND time_created >= ? "
        "ORDER BY time_created, id",
        (session, state.floor_at),
    ).fetchall()
    floor = state.floor_at, state.floor_id
    # A time that is none would leave its message without a place.
    order = [
        (at, id_)
        for id_, at, _ in heads
        if _is_text(id_) and isinstance(at, int) and 0 <= at <= MAX_TIME_MS and (at, id_) >= floor
    ]
    since = state.read_to - SLACK_MS
    changed = {id_ for id_, _, updated in heads if _time(updated) >= since or id_ not in state.messages}
    untold = [id_ for _, id_ in order if id_ not in state.messages]
    parts, read_to = _read_parts(connection, [id_ for _, id_ in order], untold, since, reading)
    bodies = connection.execute(
        "SELECT id, time_updated, data FROM message WHERE id IN (SELECT value FROM json_each(?)) AND length(data) < ?",
        (json.dumps([id_ for _, id_ in order if id_ in changed or id_ in parts]), MAX_LINE_BYTES),
    )
    data: dict[str, JsonObject] = {}
    for id_, updated, body in bodies:
        read_to = max(read_to, _time(updated))
        decoded = _decode(body)
        if decoded is None:
            reading.add_unknown({"message that is no object": 1})
        else:
            data[id_] = decoded
    messages = [Message(id_, at, data[id_], parts.get(id_, [])) for at, id_ in order if id_ in data]
    return SessionRows(messages, order, max(read_to, state.read_to))


def _read_parts(
    connection: sqlite3.Connection, messages: list[str], untold: list[str], since: int, reading: ParsedChunk
) -> tuple[dict[str, list[Part]], int]:
    rows = connection.execute(
        "SELECT id, message_id, time_updated, data FROM part WHERE message_id IN (SELECT value FROM json_each(?)) "
        "AND (time_updated >= ? OR message_id IN (SELECT value FROM json_each(?))) AND length(data) < ? ORDER BY id",
        (json.dumps(messages), since, json.dumps(untold), MAX_LINE_BYTES),
    )
    parts: dict[str, list[Part]] = defaultdict(list)
    read_to = 0
    for id_, message, updated, body in rows:
        read_to = max(read_to, _time(updated))
        decoded = _decode(body)
        if decoded is None or not _is_text(id_):
            reading.add_unknown({"part that is no object": 1})
        else:
            parts[message].append(Part(id_, decoded))
    return parts, read_to


def missing_messages(connection: sqlite3.Connection, ids: Iterable[str]) -> set[str]:
    """Return those of the messages that are in the database no longer."""
    wanted = set(ids)
    rows = connection.execute(
        "SELECT id FROM message WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(sorted(wanted)),)
    )
    return wanted - {row[0] for row in rows}


def _decode(body: object) -> JsonObject | None:
    if isinstance(body, str):
        body = body.encode(errors="replace")
    return mended_object(body) if isinstance(body, bytes) else None


def _time(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value <= MAX_TIME_MS else 0


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
