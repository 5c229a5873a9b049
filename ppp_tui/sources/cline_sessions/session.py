"""Reads what a session gained: its messages, and the file that describes it."""

from __future__ import annotations

import zlib
from pathlib import Path

from ppp_tui.model.event import AgentWaiting, TurnEnded
from ppp_tui.sources.cline_sessions import usage
from ppp_tui.sources.cline_sessions.emitter import ClineEmitter
from ppp_tui.sources.cline_sessions.layout import identity_of, manifest_of, task_of
from ppp_tui.sources.cline_sessions.messages import interrupt, is_compaction, read_compaction, read_message
from ppp_tui.sources.cline_sessions.state import CODEC
from ppp_tui.sources.json_records import JsonObject, mended_object, millis_of, object_of, objects_of, text_of
from ppp_tui.sources.message_documents import MAX_RECENT, find_place, message_id, read_beside, read_document
from ppp_tui.sources.parser_state import remember
from ppp_tui.sources.source import ParsedChunk, TablesRead

MAX_MANIFEST_BYTES = 1024 * 1024
MAX_TASK_BYTES = 64 * 1024 * 1024

TOGETHER_MS = 10 * 60 * 1000
"""A session that is less ahead of its task than this is kept in both forms."""

_WAITING, _RESTING, _STOPPED = "pending", "idle", "cancelled"
"""States of a session: for the user's leave, for a prompt, for good."""

_EXTENSION = "vscode"
"""Source of sessions of the extension, which keeps a task for each."""


def read_session(path: Path, state: bytes) -> TablesRead:
    """Return the events that a session gained since `state`; none while its document is being written.

    Raises OSError for a document that cannot be read, or that is larger than any.
    """
    content, manifest_bytes = read_document(path), read_beside(manifest_of(path), MAX_MANIFEST_BYTES)
    session, checksum = CODEC.decode_or_new(state), zlib.crc32(manifest_bytes, zlib.crc32(content))
    document = None if state and checksum == session.checksum else mended_object(content)
    if document is None:
        return TablesRead(ParsedChunk(), state, False)
    manifest, messages = mended_object(manifest_bytes) or {}, objects_of(document, "messages")
    if session.floor_at < 0:
        floor_at = _floor(path, manifest, messages)
        if floor_at is None:
            # Without a checksum: the task may stop, and the session go on.
            return TablesRead(ParsedChunk(), state, False)
        session.floor_at = floor_at
    session.checksum = checksum
    emitter = ClineEmitter(session, identity_of(path).native_id)
    _note_facts(emitter, manifest, document)
    _read_messages(emitter, [message for message in messages if millis_of(message, "ts") >= session.floor_at])
    _read_status(emitter, manifest, messages)
    return TablesRead(emitter.take_reading(), CODEC.encode(session), False)


def _floor(path: Path, manifest: JsonObject, messages: list[JsonObject]) -> int | None:
    """Return the time from which on a session is not told by a task in the older form; None while the task tells all.

    A task that is gone on with by a newer version becomes a session of the same id, with copies of its messages.
    """
    is_task = text_of(manifest, "source") == _EXTENSION or _root(path).isdigit()
    task = mended_object(b'{"messages":' + (read_beside(task_of(path), MAX_TASK_BYTES) or b"[]") + b"}") or {}
    told_at = max((millis_of(message, "ts") for message in objects_of(task, "messages")), default=0)
    if not told_at:
        return None if is_task else 0
    newest_at = max((millis_of(message, "ts") for message in messages), default=0)
    return told_at + 1 if newest_at > told_at + TOGETHER_MS else None


def _root(path: Path) -> str:
    identity = identity_of(path)
    return identity.parent_native_id or identity.native_id


def _note_facts(emitter: ClineEmitter, manifest: JsonObject, document: JsonObject) -> None:
    metadata = object_of(manifest, "metadata")
    at = emitter.time_of(text_of(manifest, "started_at"))
    emitter.note(at, "project", text_of(manifest, "workspace_root") or text_of(manifest, "cwd"))
    emitter.note(at, "branch", text_of(object_of(metadata, "git"), "branch"))
    emitter.note(at, "agent_version", text_of(object_of(document, "origin"), "version"))
    emitter.note(at, "title", text_of(metadata, "title"))
    emitter.note(at, "model", text_of(manifest, "model"))


def _read_messages(emitter: ClineEmitter, messages: list[JsonObject]) -> None:
    state = emitter.state
    ids = [message_id(message, "id", number) for number, message in enumerate(messages)]
    if any(is_compaction(message) and ids[number] not in state.compactions for number, message in enumerate(messages)):
        # What a summary stands for is removed, and nothing of it taken back.
        state.turns = {id_: turn for id_, turn in state.turns.items() if id_ in ids}
    find_place(emitter, ids)
    for number, id_ in enumerate(ids[: state.next_message]):
        if id_ in state.waiting:
            usage.read(emitter, messages, number, id_)
        elif is_compaction(messages[number]):
            read_compaction(emitter, id_, messages[number])
    for number in range(state.next_message, len(messages)):
        if is_compaction(messages[number]):
            read_compaction(emitter, ids[number], messages[number])
        elif ids[number] not in state.recent:
            read_message(emitter, messages, number, ids[number])
        remember(state.recent, ids[number], True, MAX_RECENT)
    state.next_message = len(messages)


def _read_status(emitter: ClineEmitter, manifest: JsonObject, messages: list[JsonObject]) -> None:
    """Read that a call waits for the user's leave, or that the user stopped the agent in the middle of a turn."""
    state, status = emitter.state, text_of(manifest, "status")
    ended_at = emitter.time_of(text_of(manifest, "ended_at"))
    newest_at = max((millis_of(message, "ts") for message in messages), default=0)
    waits = status == _WAITING and bool(state.calls)
    if waits != state.waits:
        state.waits = waits
        emitter.emit(AgentWaiting(newest_at, "permission prompt" if waits else ""))
    if state.is_open and state.aborted_at and status == _RESTING:
        interrupt(emitter)
    elif state.is_open and status == _STOPPED and ended_at >= newest_at:
        state.is_open = False
        emitter.emit(TurnEnded(ended_at, "interrupted"))
