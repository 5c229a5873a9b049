"""Reads a session's own file, as versions before the database wrote it: a header and messages, one on each line."""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

from ppp_tui.sources.goose.messages import GooseEmitter, GooseReader, message_of
from ppp_tui.sources.goose.state import CODEC, GooseSession, decode
from ppp_tui.sources.goose.usage import read_sums, sums_of, time_of
from ppp_tui.sources.json_records import JsonObject, mended_object, object_of, text_of
from ppp_tui.sources.message_documents import read_document
from ppp_tui.sources.source import ParsedChunk, TablesRead
from ppp_tui.sources.trajectory_db.connect import connect

_MAIN = ""


def read_session_file(path: Path, state: bytes, database: Path) -> TablesRead:
    """Return what a file gained since `state`; nothing if the database holds its session, which then was imported.

    Raises OSError for a file that cannot be read, or that is larger than any.
    """
    content = read_document(path)
    file_state, checksum = decode(state), zlib.crc32(content)
    if state and checksum == file_state.checksum:
        return TablesRead(ParsedChunk(), state, False)
    file_state.checksum = checksum
    reading = ParsedChunk()
    if _MAIN in file_state.sessions or not _is_imported(database, path.stem):
        reading = _read(content, path.stem, file_state.sessions.setdefault(_MAIN, GooseSession()))
    return TablesRead(reading, CODEC.encode(file_state), False)


def _is_imported(database: Path, session: str) -> bool:
    try:
        with closing(connect(database)) as connection:
            return connection.execute("SELECT 1 FROM sessions WHERE id = ?", (session,)).fetchone() is not None
    except (sqlite3.Error, OSError):
        return False


def _read(content: bytes, session: str, state: GooseSession) -> ParsedChunk:
    emitter = GooseEmitter(state)
    reader = GooseReader(emitter, session)
    header: JsonObject = {}
    # The newest line may still be being written.
    lines = content[: content.rfind(b"\n") + 1].split(b"\n")
    number = 0
    for line in filter(None, lines):
        record = mended_object(line)
        if record is None:
            emitter.count_unknown("line that is no object")
        elif "role" not in record:
            header = header or record
        else:
            number += 1
            if number > state.ledger_id:
                state.ledger_id = number
                at = time_of(record.get("created"))
                metadata = object_of(record, "metadata")
                reader.read(
                    message_of(text_of(record, "id"), at, text_of(record, "role"), record.get("content"), metadata)
                )
    emitter.note(0, "project", text_of(header, "working_dir"))
    emitter.note(0, "title", text_of(header, "description"))
    read_sums(emitter, session, *sums_of(header), state.last_at)
    reader.end_turn()
    return emitter.take_reading()
