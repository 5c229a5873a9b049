"""Reads what a thread gained: its messages in their order, from the first one on that may still have changed."""

from __future__ import annotations

import zlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ppp_tui.model.event import TurnsRolledBack
from ppp_tui.model.limits import MAX_LINE_BYTES
from ppp_tui.sources.amp.messages import AmpEmitter, id_of, read_message, read_wait
from ppp_tui.sources.amp.state import CODEC, MAX_RECENT, ThreadState
from ppp_tui.sources.json_records import JsonObject, mended_object, millis_of, object_of, objects_of, text_of
from ppp_tui.sources.parser_state import remember
from ppp_tui.sources.source import ParsedChunk, TablesRead

_BRANCH = "refs/heads/"


def read_thread(path: Path, state: bytes) -> TablesRead:
    """Return the events that a thread gained since `state`; none while its document is being written.

    Raises OSError for a file that cannot be read, or that is larger than any.
    """
    with path.open("rb") as file:
        content = file.read(MAX_LINE_BYTES)
    if len(content) >= MAX_LINE_BYTES:
        raise OSError(f"the thread has {MAX_LINE_BYTES // 1024**2} MiB or more")
    thread, checksum = _decode(state), zlib.crc32(content)
    document = None if state and checksum == thread.checksum else mended_object(content)
    if document is None:
        return TablesRead(ParsedChunk(), state, False)
    thread.checksum = checksum
    emitter = AmpEmitter(thread, path.stem, _ledger(document))
    _note_facts(emitter, document)
    messages = objects_of(document, "messages")
    _find_place(emitter, messages)
    while thread.next_message < len(messages):
        number = thread.next_message
        if not read_message(emitter, messages[number], number, is_last=number == len(messages) - 1):
            break
        remember(thread.recent, id_of(messages[number], number), True, MAX_RECENT)
        thread.next_message = number + 1
    read_wait(emitter, messages)
    return TablesRead(emitter.take_reading(), CODEC.encode(thread), False)


def _decode(state: bytes) -> ThreadState:
    try:
        return CODEC.decode(state)
    except ValueError:
        return ThreadState()


def _find_place(emitter: AmpEmitter, messages: list[JsonObject]) -> None:
    """Find where to go on: a prompt that was edited cuts the thread, and what followed it is taken back."""
    state = emitter.state
    before = state.next_message
    if not before or (before <= len(messages) and id_of(messages[before - 1], before - 1) in list(state.recent)[-1:]):
        return
    ids = [id_of(message, number) for number, message in enumerate(messages)]
    state.next_message = max((number + 1 for number, id_ in enumerate(ids) if id_ in state.recent), default=0)
    gone = [id_ for id_ in state.turns if id_ not in set(ids)]
    if gone:
        emitter.emit(TurnsRolledBack(0, 0, tuple(state.turns.pop(id_) for id_ in gone)))
        state.is_open = False


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
