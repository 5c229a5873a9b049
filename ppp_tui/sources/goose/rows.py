"""Reads rows of Goose's database: which sessions changed, and of a session what it gained."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable
from typing import Any

from ppp_tui.model.ids import hash64
from ppp_tui.model.limits import MAX_LINE_BYTES
from ppp_tui.sources.goose.messages import GooseMessage, message_of
from ppp_tui.sources.goose.state import MAX_SEEN, GooseSession
from ppp_tui.sources.goose.usage import time_of
from ppp_tui.sources.json_records import mended_object
from ppp_tui.sources.trajectory_db.connect import columns_of

CREATION_SLACK_MS = 2000
"""How much older than its session's row a message may be that was written in it: both times are whole seconds."""

MAX_RECENT = 32
"""Sessions whose rows are counted as well: the time in a session's own row has whole seconds."""

NEEDED = {
    "sessions": frozenset({"id", "updated_at"}),
    "messages": frozenset({"id", "session_id", "role", "content_json", "created_timestamp"}),
}
_SESSION = (
    "id",
    "name",
    "description",
    "session_type",
    "working_dir",
    "created_at",
    "updated_at",
    "provider_name",
    "model_config_json",
    "parent_session_id",
    "accumulated_input_tokens",
    "accumulated_output_tokens",
)
_BEFORE_THE_DATABASE = re.compile(r"\d{8}_\d{6}\Z")
"""Ids of sessions that had a file of their own; these were no imports from elsewhere."""

_LEDGER = (
    "id",
    "created_timestamp",
    "model",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cost",
    "is_compaction",
)


def has_ledger(connection: sqlite3.Connection) -> bool:
    """Return whether the database keeps what each request used."""
    return columns_of(connection, "usage_ledger") >= set(_LEDGER) | {"session_id"}


def session_marks(connection: sqlite3.Connection, *, with_ledger: bool) -> dict[str, int]:
    """Return for each session a number that moves whenever its rows do."""
    updated = dict(connection.execute("SELECT id, updated_at FROM sessions ORDER BY updated_at DESC"))
    ledger = "(SELECT max(id) FROM usage_ledger WHERE session_id = ?1)" if with_ledger else "0"
    counts: dict[str, object] = {}
    for session in list(updated)[:MAX_RECENT]:
        counts[session] = connection.execute(
            f"SELECT count(*), max(id), {ledger} FROM messages WHERE session_id = ?1",
            (session,),
        ).fetchone()
    return {session: hash64(f"{time}:{counts.get(session)}") for session, time in updated.items() if _is_text(session)}


def describe_sessions(connection: sqlite3.Connection, sessions: Iterable[str]) -> list[dict[str, Any]]:
    """Return the rows of sessions, parents before their sub-agents, the oldest first."""
    present = columns_of(connection, "sessions")
    names = [name for name in _SESSION if name in present]
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM sessions WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(sessions)),),
    )
    described = [dict(zip(names, row, strict=True)) for row in rows]
    return sorted(
        described, key=lambda row: (bool(row.get("parent_session_id")), str(row.get("created_at")), row["id"])
    )


def new_messages(
    connection: sqlite3.Connection, session: str, state: GooseSession, unknown: dict[str, int]
) -> list[GooseMessage]:
    """Return the messages of a session that were not read yet, in their order.

    A conversation that is condensed is rewritten, so the rows of its messages are others then.
    """
    present = columns_of(connection, "messages")
    named = "message_id" if "message_id" in present else "NULL"
    metadata = "metadata_json" if "metadata_json" in present else "NULL"
    rows = connection.execute(
        f"SELECT created_timestamp, {named}, role, content_json, {metadata} FROM messages "
        "WHERE session_id = ? AND created_timestamp >= ? AND length(content_json) < ? ORDER BY created_timestamp, id",
        (session, state.floor, MAX_LINE_BYTES),
    )
    messages: list[GooseMessage] = []
    for created, id_, role, content, described in rows:
        if _is_text(id_) and hash64(id_) in state.seen:
            continue
        decoded = mended_object(b'{"content":' + _bytes(content) + b"}")
        if decoded is None or not _is_text(role):
            unknown["message that is no list"] = unknown.get("message that is no list", 0) + 1
            continue
        described = mended_object(_bytes(described)) or {}
        message = message_of(id_ if _is_text(id_) else "", time_of(created), role, decoded["content"], described)
        if hash64(message.id) not in state.seen:
            _see(state, message.id, created)
            messages.append(message)
    return messages


def _see(state: GooseSession, id_: str, created: object) -> None:
    time = created if isinstance(created, int) and abs(created) < 2**62 else 0
    state.seen[hash64(id_)] = time
    if len(state.seen) > MAX_SEEN:
        state.floor = max(state.floor, state.seen.pop(next(iter(state.seen))) + 1)


def new_requests(connection: sqlite3.Connection, session: str, state: GooseSession) -> list[dict[str, Any]]:
    """Return the rows of a session in the ledger that were not read yet, in their order."""
    optional = [name for name in ("cost_source",) if name in columns_of(connection, "usage_ledger")]
    names = [*_LEDGER, *optional]
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM usage_ledger WHERE session_id = ? AND id > ? ORDER BY id",
        (session, state.ledger_id),
    )
    requests = [dict(zip(names, row, strict=True)) for row in rows]
    if requests:
        state.ledger_id = requests[-1]["id"]
    return requests


def is_import(connection: sqlite3.Connection, session: str, created_at: int, *, has_foreign_sums: bool) -> bool:
    """Return whether a session began with messages of another one: they are older than its own row.

    Where they have no times, it is one if its sums are none of Goose's, and newer than the ledger that lacks them.
    """
    if _BEFORE_THE_DATABASE.match(session):
        return False
    row = connection.execute("SELECT min(created_timestamp) FROM messages WHERE session_id = ?", (session,)).fetchone()
    first_at = time_of(row[0])
    if created_at and first_at and first_at < created_at - CREATION_SLACK_MS:
        return True
    return has_foreign_sums and created_at >= (_ledger_began_at(connection) or created_at + 1)


def _ledger_began_at(connection: sqlite3.Connection) -> int:
    """Return the time of the first request in the ledger, 0 if there is none."""
    if not has_ledger(connection):
        return 0
    row = connection.execute("SELECT created_timestamp FROM usage_ledger ORDER BY id LIMIT 1").fetchone()
    return time_of(row[0]) if row else 0


def missing_prompts(connection: sqlite3.Connection, session: str, state: GooseSession) -> list[str]:
    """Return the ids of prompts that are in the database no longer."""
    if "message_id" not in columns_of(connection, "messages") or not state.prompts:
        return []
    rows = connection.execute(
        "SELECT message_id FROM messages WHERE session_id = ? AND message_id IN (SELECT value FROM json_each(?))",
        (session, json.dumps(list(state.prompts))),
    )
    present = {row[0] for row in rows}
    return [id_ for id_ in state.prompts if id_ not in present]


def _bytes(content: object) -> bytes:
    if isinstance(content, str):
        return content.encode(errors="replace")
    return content if isinstance(content, bytes) else b"null"


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)
