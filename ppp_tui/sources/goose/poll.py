"""Reads the sessions of Goose's database that changed since the last poll."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

from ppp_tui.model.event import NOWHERE, SystemNotice, TrajectorySwitched, TurnsRolledBack
from ppp_tui.model.ids import hash64
from ppp_tui.sources.goose import rows
from ppp_tui.sources.goose.messages import GooseEmitter, GooseReader
from ppp_tui.sources.goose.state import CODEC, GooseSession, GooseState, decode
from ppp_tui.sources.goose.usage import CARRIED, read_carried_sums, read_request, read_sums, sums_of, time_of
from ppp_tui.sources.json_records import JsonObject, count_of, mended_object, text_of
from ppp_tui.sources.session_tables import lacking_tables, remember_session, without_columns
from ppp_tui.sources.source import ParsedChunk, TablesRead
from ppp_tui.sources.trajectory_db.connect import opened

_UNTITLED = ("New session", "New Chat", "CLI Session", "ACP Session")
"""Begins the name of a session that has none yet."""

_SUB_AGENT = "sub_agent"

COPIED = "The beginning of this session was copied from another one, which counts what was used until then."


def poll_database(path: Path, state: bytes, limit: int) -> TablesRead:
    """Read sessions that changed, until about `limit` messages are read. Raises OSError with a sentence."""
    with opened(path) as connection:
        return _read(connection, decode(state), limit)


def _read(connection: sqlite3.Connection, state: GooseState, limit: int) -> TablesRead:
    lacking = lacking_tables(connection, rows.NEEDED)
    if lacking:
        return without_columns(connection, lacking, CODEC.encode(state))
    reading = ParsedChunk()
    with_ledger = rows.has_ledger(connection)
    marks = rows.session_marks(connection, with_ledger=with_ledger)
    changed = [session for session, mark in marks.items() if state.marks.get(hash64(session)) != mark]
    read, is_more = 0, False
    for row in rows.describe_sessions(connection, changed):
        if read >= limit:
            is_more = True
            break
        read += 1 + _read_session(connection, row, state, reading, with_ledger=with_ledger)
        state.marks[hash64(row["id"])] = marks[row["id"]]
    present = {hash64(session) for session in marks}
    state.marks = {key: mark for key, mark in state.marks.items() if key in present}
    return TablesRead(reading, CODEC.encode(state), is_more)


def _read_session(
    connection: sqlite3.Connection,
    row: dict[str, Any],
    state: GooseState,
    reading: ParsedChunk,
    *,
    with_ledger: bool,
) -> int:
    """Read what a session gained; return how many messages that were."""
    id_, parent = row["id"], _text(row.get("parent_session_id"))
    current = state.sessions.get(id_)
    # Read before, and forgotten by the fold as well: all of it is rewritten.
    is_retold = current is None and hash64(id_) in state.marks
    current = current or GooseSession()
    emitter = GooseEmitter(current)
    messages = rows.new_messages(connection, id_, current, reading.unknown)
    requests = rows.new_requests(connection, id_, current) if with_ledger else []
    config = mended_object(_text(row.get("model_config_json")).encode("utf-8", "replace")) or {}
    _note_session(emitter, row, config, has_requests=bool(current.ledger_id))
    is_child = bool(parent) or row.get("session_type") == _SUB_AGENT
    reader = GooseReader(emitter, id_, is_child=is_child, is_retold=is_retold)
    began_at = _row_time(emitter, row.get("created_at"))
    # A provider is named before the first request.
    has_foreign_sums = any(sums_of(row)) and not (_text(row.get("provider_name")) or config)
    is_import = rows.is_import(connection, id_, began_at, has_foreign_sums=has_foreign_sums)
    if is_import and not current.is_import_known:
        current.is_import_known = True
        current.input_tokens, current.output_tokens = sums_of(row)
    for message in messages:
        while requests and time_of(requests[0]["created_timestamp"]) < message.at:
            _read_request(emitter, id_, requests.pop(0), row, config)
        reader.read(message)
        if is_import and not current.is_import_told and current.turns:
            current.is_import_told = True
            emitter.emit(SystemNotice(message.at, NOWHERE, "import", COPIED))
    for request in requests:
        _read_request(emitter, id_, request, row, config)
    # What a session in the ledger used stands there. An import has its sums before its messages.
    if not current.ledger_id and current.seen:
        read_sums(emitter, id_, *sums_of(row), _row_time(emitter, row.get("updated_at")))
    reader.end_turn()
    _read_removal(connection, emitter, id_)
    emitted = emitter.take_reading()
    reading.add_unknown(emitted.unknown)
    if messages or requests or emitted.events:
        reading.events += (TrajectorySwitched(id_, parent or None, "", began_at), *emitted.events)
        remember_session(state.sessions, id_, current)
    return len(messages)


def _read_request(
    emitter: GooseEmitter, session: str, request: dict[str, Any], row: dict[str, Any], config: JsonObject
) -> None:
    if request.get("cost_source") == CARRIED:
        read_carried_sums(emitter, session, request)
        return
    request["provider_name"] = row.get("provider_name")
    request["model"] = _text(request["model"]) or text_of(config, "model_name")
    read_request(emitter, session, request, count_of(config, "context_limit") or None)


def _note_session(emitter: GooseEmitter, row: dict[str, Any], config: JsonObject, *, has_requests: bool) -> None:
    at = _row_time(emitter, row.get("created_at"))
    emitter.note(at, "native_id", row["id"])
    emitter.note(at, "parent_native_id", _text(row.get("parent_session_id")))
    emitter.note(at, "project", _text(row.get("working_dir")))
    if not has_requests:
        emitter.note(at, "model", text_of(config, "model_name"))
    title = _text(row.get("name")) or _text(row.get("description"))
    emitter.note(at, "title", "" if title.startswith(_UNTITLED) else title)


def _read_removal(connection: sqlite3.Connection, emitter: GooseEmitter, session: str) -> None:
    """Emit which prompts were taken back: those whose messages were deleted since."""
    state = emitter.state
    gone = rows.missing_prompts(connection, session, state)
    if gone:
        emitter.emit(TurnsRolledBack(0, 0, tuple(state.prompts.pop(id_) for id_ in gone)))


def _row_time(emitter: GooseEmitter, value: object) -> int:
    """Return the time of a session's row, which is UTC without saying so."""
    text = _text(value).replace(" ", "T", 1)
    return emitter.time_of(text if text.endswith("Z") or "+" in text else f"{text}Z") if text else 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
