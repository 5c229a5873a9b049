"""Reads what changed of a session that is kept in files, as rows of the database that took their place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any

from ppp_tui.model.event import TrajectorySwitched
from ppp_tui.model.limits import MAX_LINE_BYTES
from ppp_tui.sources.json_records import JsonObject, compact_json, mended_object, millis_of, object_of, text_of
from ppp_tui.sources.opencode import session
from ppp_tui.sources.opencode.discovery import OPENCODE
from ppp_tui.sources.opencode.rows import SLACK_MS, Message, Part, SessionRows
from ppp_tui.sources.opencode.state import SessionState
from ppp_tui.sources.opencode_json.layout import messages_of, parts_of
from ppp_tui.sources.package_source import WRITE_AHEAD_LOG
from ppp_tui.sources.parser_state import StateCodec
from ppp_tui.sources.source import ParsedChunk, TablesRead
from ppp_tui.sources.trajectory_db.connect import connect

_CODEC = StateCodec(SessionState, "OpenCode")
_TAKEN_OVER = b"taken over"
"""State of a session that a database holds."""

_TEXTS = frozenset({"text", "reasoning"})


def read_session(path: Path, state: bytes) -> TablesRead:
    """Return the events that a session gained since `state`; none if a database beside the storage holds it.

    Raises OSError for a session's file that cannot be read.
    """
    if state in (b"", _TAKEN_OVER) and path.stem in _imported(path.parents[3]):
        return TablesRead(ParsedChunk(), _TAKEN_OVER, False)
    info = _read_object(path)
    if info is None:
        return TablesRead(ParsedChunk(), state, False)
    current = _CODEC.decode_or_new(state)
    emitter = session.Emitter(current)
    row = _row(info, path.stem)
    changes = _changes(path, current)
    session.note_session(emitter, row)
    session.read_messages(emitter, changes, is_child=bool(row["parent_id"]), is_retold=False)
    folder = messages_of(path)
    gone = {id_ for id_ in current.prompts if not (folder / f"{id_}.json").exists()}
    session.read_revert(emitter, row, gone)
    reading = emitter.take_reading()
    if reading.events:
        reading.events.insert(0, TrajectorySwitched("", at=row["time_created"]))
    return TablesRead(reading, _CODEC.encode(current), False)


def _row(info: JsonObject, id_: str) -> dict[str, Any]:
    """Return a session's file as the row that the database has of it."""
    return {
        "id": id_,
        "parent_id": text_of(info, "parentID"),
        "title": text_of(info, "title"),
        "directory": text_of(info, "directory"),
        "version": text_of(info, "version"),
        "revert": compact_json(object_of(info, "revert")),
        "time_created": millis_of(object_of(info, "time"), "created"),
    }


def _changes(path: Path, state: SessionState) -> SessionRows:
    """Return the messages that may have changed: the newest ones, which alone are known again, and new ones."""
    since, read_to = state.read_to - SLACK_MS, state.read_to
    messages: list[Message] = []
    order: list[tuple[int, str]] = []
    for file in _files(messages_of(path)):
        id_ = file.stem
        # Ids begin with the time at which they were made.
        if id_ < state.floor_id or (data := _read_object(file)) is None:
            continue
        created_at = millis_of(object_of(data, "time"), "created")
        order.append((created_at, id_))
        parts, changed_at = _parts(parts_of(path, id_), data)
        changed_at = max(changed_at, _changed_at(file))
        if changed_at >= since or id_ not in state.messages:
            messages.append(Message(id_, created_at, data, parts))
            read_to = max(read_to, changed_at)
    return SessionRows(messages, order, read_to)


def _parts(folder: Path, message: JsonObject) -> tuple[list[Part], int]:
    """Return the parts of a message, and when one of them changed last."""
    parts: list[Part] = []
    changed_at = 0
    completed_at = millis_of(object_of(message, "time"), "completed")
    for file in _files(folder):
        data = _read_object(file)
        if data is None:
            continue
        changed_at = max(changed_at, _changed_at(file))
        if text_of(data, "type") in _TEXTS and completed_at and not millis_of(object_of(data, "time"), "end"):
            # Older versions did not tell when a text was whole.
            data = {**data, "time": {"end": completed_at}}
        parts.append(Part(file.stem, data))
    return parts, changed_at


def _files(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(file for file in folder.iterdir() if file.suffix == ".json" and not file.is_symlink())
    except OSError:
        return


def _read_object(path: Path) -> JsonObject | None:
    """Return a file's object, None for one that is being written or that is no object."""
    try:
        with path.open("rb") as file:
            return mended_object(file.read(MAX_LINE_BYTES))
    except FileNotFoundError:
        return None


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns // 1_000_000
    except OSError:
        return 0


def _imported(folder: Path) -> frozenset[str]:
    """Return the ids of all sessions in databases of a folder."""
    ids: frozenset[str] = frozenset()
    for database in OPENCODE.find(folder):
        log = database.with_name(database.name + WRITE_AHEAD_LOG)
        ids |= _ids_in(database, _changed_at(database), _changed_at(log))
    return ids


@lru_cache(maxsize=4)
def _ids_in(database: Path, changed_at: int, log_changed_at: int) -> frozenset[str]:
    """Return the ids of a database's sessions, remembered while it is the same: every older session is looked for."""
    del changed_at, log_changed_at
    try:
        with closing(connect(database)) as connection:
            rows = connection.execute("SELECT id FROM session").fetchall()
    except (sqlite3.Error, OSError):
        return frozenset()
    return frozenset(row[0] for row in rows if isinstance(row[0], str))
