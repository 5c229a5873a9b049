"""Reads what a thread gained: its messages in their order, from the first one on that may still have changed."""

from __future__ import annotations

import zlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ppp_tui.sources.amp.messages import AmpEmitter, read_message, read_wait
from ppp_tui.sources.amp.state import CODEC
from ppp_tui.sources.json_records import JsonObject, mended_object, millis_of, object_of, objects_of, text_of
from ppp_tui.sources.message_documents import MAX_RECENT, find_place, message_id, read_document
from ppp_tui.sources.parser_state import remember
from ppp_tui.sources.source import ParsedChunk, TablesRead

_BRANCH = "refs/heads/"


def read_thread(path: Path, state: bytes) -> TablesRead:
    """Return the events that a thread gained since `state`; none while its document is being written.

    Raises OSError for a file that cannot be read, or that is larger than any.
    """
    content = read_document(path)
    thread, checksum = CODEC.decode_or_new(state), zlib.crc32(content)
    document = None if state and checksum == thread.checksum else mended_object(content)
    if document is None:
        return TablesRead(ParsedChunk(), state, False)
    thread.checksum = checksum
    emitter = AmpEmitter(thread, path.stem, _ledger(document))
    _note_facts(emitter, document)
    messages = objects_of(document, "messages")
    find_place(emitter, [message_id(message, "messageId", number) for number, message in enumerate(messages)])
    while thread.next_message < len(messages):
        number = thread.next_message
        if not read_message(emitter, messages[number], number, is_last=number == len(messages) - 1):
            break
        remember(thread.recent, message_id(messages[number], "messageId", number), True, MAX_RECENT)
        thread.next_message = number + 1
    read_wait(emitter, messages)
    return TablesRead(emitter.take_reading(), CODEC.encode(thread), False)


def _note_facts(emitter: AmpEmitter, document: JsonObject) -> None:
    at, initial = millis_of(document, "created"), object_of(object_of(document, "env"), "initial")
    tree = next(iter(objects_of(initial, "trees")), {})
    uri = text_of(tree, "uri")
    emitter.note(at, "project", unquote(_path_of(uri)))
    branch = text_of(object_of(tree, "repository"), "ref")
    emitter.note(at, "branch", branch.removeprefix(_BRANCH) if branch.startswith(_BRANCH) else "")
    emitter.note(at, "agent_version", text_of(object_of(initial, "platform"), "clientVersion"))
    emitter.note(at, "title", text_of(document, "title"))


def _path_of(uri: str) -> str:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    return parts.path if parts.scheme == "file" else ""


def _ledger(document: JsonObject) -> dict[str, JsonObject]:
    """Return what older versions kept of requests apart from the messages, by the answer's id."""
    events = objects_of(object_of(document, "usageLedger"), "events")
    return {str(event["toMessageId"]): event for event in events if isinstance(event.get("toMessageId"), int | str)}
