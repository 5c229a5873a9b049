"""Reads the sessions of a Crush database that changed since the last poll."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ppp_tui.model.event import TrajectorySwitched
from ppp_tui.model.ids import hash64
from ppp_tui.sources.crush import rows, session
from ppp_tui.sources.crush.discovery import project_of
from ppp_tui.sources.crush.state import CODEC, CrushDatabase, CrushSession
from ppp_tui.sources.session_tables import lacking_tables, remember_session, without_columns
from ppp_tui.sources.source import ParsedChunk, TablesRead
from ppp_tui.sources.trajectory_db.connect import opened

_BETWEEN = "$$"
"""Stands in a sub-agent's id between that of its parent's message and that of the call that started it."""


def poll(path: Path, state: bytes, limit: int) -> TablesRead:
    """Read sessions that changed, until about `limit` rows are read. Raises OSError with a sentence."""
    with opened(path) as connection:
        return _read(connection, CODEC.decode_or_new(state), limit, project_of(path))


def _read(connection: sqlite3.Connection, database: CrushDatabase, limit: int, project: str) -> TablesRead:
    lacking = lacking_tables(connection, rows.NEEDED)
    if lacking:
        return without_columns(connection, lacking, CODEC.encode(database))
    reading = ParsedChunk()
    sessions = rows.session_rows(connection)
    moved = [row for row in sessions if database.marks.get(hash64(row.id)) != row.mark]
    read, is_more = 0, False
    for row in moved:
        if read >= limit:
            is_more = True
            break
        read += _read_session(connection, row, database, reading, project)
        database.marks[hash64(row.id)] = row.mark
    if not is_more:
        recent = sorted(sessions, key=lambda row: row.updated_at)[-rows.MAX_RECENT :]
        for row in recent:
            if row.id in database.sessions and row not in moved:
                _read_session(connection, row, database, reading, project)
    present = {hash64(row.id) for row in sessions}
    database.marks = {key: mark for key, mark in database.marks.items() if key in present}
    return TablesRead(reading, CODEC.encode(database), is_more)


def _read_session(
    connection: sqlite3.Connection,
    row: rows.CrushSessionRow,
    database: CrushDatabase,
    reading: ParsedChunk,
    project: str,
) -> int:
    """Read what changed of a session; return how many rows were looked at."""
    current = database.sessions.get(row.id)
    if current is not None and current.floor and not rows.holds_floor(connection, current.floor, current.floor_id):
        current = None
    # Read before, and forgotten here as by the fold, or numbered anew: all of it is rewritten.
    is_retold = current is None and hash64(row.id) in database.marks
    current = current or CrushSession()
    messages, unreadable = rows.read_messages(connection, row.id, current.floor)
    emitter = session.CrushEmitter(current)
    session.note_session(emitter, row, project)
    session.read_messages(emitter, messages, is_child=bool(row.parent_id), is_retold=is_retold)
    session.note_context(emitter, row)
    emitted = emitter.take_reading()
    if unreadable and emitted.events:
        emitted.unknown["unreadable message"] = unreadable
    reading.add_unknown(emitted.unknown)
    if emitted.events:
        call = row.id.partition(_BETWEEN)[2] if row.parent_id else ""
        reading.events += (TrajectorySwitched(row.id, row.parent_id or None, call, row.created_at), *emitted.events)
        remember_session(database.sessions, row.id, current)
    return len(messages)
