"""Reads what a task gained: the messages of its panel, and the files beside them."""

from __future__ import annotations

import re
import zlib
from pathlib import Path

from ppp_tui.sources.cline.discovery import CONVERSATION, HISTORY, METADATA
from ppp_tui.sources.cline.emitter import TaskEmitter
from ppp_tui.sources.cline.messages import read_messages
from ppp_tui.sources.cline.state import CODEC
from ppp_tui.sources.json_records import JsonObject, mended_object, objects_of, text_of
from ppp_tui.sources.message_documents import read_beside, read_document
from ppp_tui.sources.source import ParsedChunk, TablesRead

MAX_BESIDE_BYTES = 4 * 1024 * 1024
"""Bytes of a file beside the messages."""

MAX_MODEL_BYTES = 64 * 1024
"""Bytes at the end of what was sent to the model in which the model's name is looked for."""

_MODEL = re.compile(rb"</name>\\n<model>([A-Za-z0-9._:/@+-]{1,120})</model>")


def read_task(path: Path, state: bytes) -> TablesRead:
    """Return the events that a task gained since `state`; none while its messages are being written.

    Raises OSError for messages that cannot be read, or that are larger than any.
    """
    content, task = read_document(path), CODEC.decode_or_new(state)
    beside = [read_beside(path.with_name(name), MAX_BESIDE_BYTES) for name in (METADATA, HISTORY)]
    checksum = zlib.crc32(content, zlib.crc32(b"\n".join(beside)))
    document = None if state and checksum == task.checksum else mended_object(b'{"messages":' + content + b"}")
    if document is None:
        return TablesRead(ParsedChunk(), state, False)
    task.checksum = checksum
    metadata, history = (mended_object(each) or {} for each in beside)
    messages = objects_of(document, "messages")
    names_models = any("modelInfo" in message for message in messages[:3])
    emitter = TaskEmitter(task, path.parent.name, "" if names_models else _model_of(path.with_name(CONVERSATION)))
    _note_facts(emitter, metadata, history)
    read_messages(emitter, messages)
    return TablesRead(emitter.take_reading(), CODEC.encode(task), False)


def _model_of(path: Path) -> str:
    """Return the model that the newest request in a conversation names, '' if there is none."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - MAX_MODEL_BYTES))
            named = _MODEL.findall(file.read(MAX_MODEL_BYTES))
    except OSError:
        return ""
    return named[-1].decode() if named else ""


def _note_facts(emitter: TaskEmitter, metadata: JsonObject, history: JsonObject) -> None:
    environments = objects_of(metadata, "environment_history")
    emitter.note(0, "agent_version", text_of(environments[-1], "cline_version") if environments else "")
    emitter.note(0, "project", text_of(history, "workspace"))
    emitter.note(0, "parent_native_id", text_of(history, "parentTaskId"))
