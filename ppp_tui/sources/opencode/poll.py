"""Reads the sessions of an OpenCode database that changed since the last poll."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from ppp_tui.model.event import TrajectorySwitched
from ppp_tui.model.ids import hash64
from ppp_tui.sources.json_records import JsonObject, millis_of
from ppp_tui.sources.opencode import rows, session
from ppp_tui.sources.opencode.state import DatabaseState, SessionState, decode, encode
from ppp_tui.sources.session_tables import lacking_tables, remember_session, without_columns
from ppp_tui.sources.source import ParsedChunk, TablesRead
from ppp_tui.sources.trajectory_db.connect import opened


class LeftOut(NamedTuple):
    """Rows that are not read, since they are read elsewhere."""

    version: str
    """Version of sessions that may hold such messages."""
    is_left_out: Callable[[JsonObject], bool]
    """Returns whether a message, by its data, is not read."""


def poll(path: Path, state: bytes, limit: int, left_out: LeftOut | None = None) -> TablesRead:
    """Read sessions that changed, until about `limit` rows are read. Raises OSError with a sentence."""
    with opened(path) as connection:
        return _read(connection, decode(state), limit, left_out)


def _read(connection: sqlite3.Connection, state: DatabaseState, limit: int, left_out: LeftOut | None) -> TablesRead:
    lacking = lacking_tables(connection, rows.NEEDED)
    if lacking:
        return without_columns(connection, lacking, encode(state))
    reading = ParsedChunk()
    marks = rows.session_marks(connection)
    hashes = {id_: hash64(id_) for id_ in marks}
    changed = [id_ for id_, mark in marks.items() if state.marks.get(hashes[id_]) != mark]
    read, is_more = 0, False
    for row in rows.describe_sessions(connection, changed):
        if read >= limit:
            is_more = True
            break
        id_ = row["id"]
        read += _read_session(connection, row, state, reading, left_out)
        state.marks[hashes[id_]] = marks[id_]
    present = set(hashes.values())
    state.marks = {key: mark for key, mark in state.marks.items() if key in present}
    return TablesRead(reading, encode(state), is_more)


def _read_session(
    connection: sqlite3.Connection,
    row: dict[str, Any],
    state: DatabaseState,
    reading: ParsedChunk,
    left_out: LeftOut | None,
) -> int:
    """Read what changed of a session; return how many rows that were."""
    id_, parent = row["id"], row.get("parent_id")
    is_child = isinstance(parent, str) and bool(parent)
    current = state.sessions.get(id_)
    # Read before, and forgotten by the fold as well: all of it is rewritten.
    is_retold = current is None and hash64(id_) in state.marks
    current = current or SessionState()
    changes = rows.read_session(connection, id_, current, reading)
    if left_out and row.get("version") == left_out.version:
        changes = _leave_out(changes, left_out)
        if not changes.messages and not current.messages:
            return 0
    emitter = session.Emitter(current)
    session.note_session(emitter, row)
    session.read_messages(emitter, changes, is_child=is_child, is_retold=is_retold)
    session.read_revert(emitter, row, rows.missing_messages(connection, current.prompts))
    emitted = emitter.take_reading()
    reading.add_unknown(emitted.unknown)
    if emitted.events:
        call = _call_of(state, parent, id_) if is_child else ""
        # A fork repeats turns that are older than itself: its own time tells which session had them first.
        began_at = millis_of(row, "time_created")
        reading.events += (TrajectorySwitched(id_, parent if is_child else None, call, began_at), *emitted.events)
        remember_session(state.sessions, id_, current)
    return len(changes.messages) + sum(len(message.parts) for message in changes.messages)


def _leave_out(changes: rows.SessionRows, left_out: LeftOut) -> rows.SessionRows:
    ids = {message.id for message in changes.messages if left_out.is_left_out(message.data)}
    return changes._replace(
        messages=[message for message in changes.messages if message.id not in ids],
        order=[(at, id_) for at, id_ in changes.order if id_ not in ids],
    )


def _call_of(state: DatabaseState, parent: object, child: str) -> str:
    """Return the key of the call that started a sub-agent, '' if it is not known."""
    parent_state = state.sessions.get(parent) if isinstance(parent, str) else None
    return parent_state.children.get(child, "") if parent_state else ""
