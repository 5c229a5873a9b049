"""Reads sessions that are one document each, with a list of messages, and are rewritten at every change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, TypeVar

import msgspec

from ppp_tui.model.event import TurnsRolledBack
from ppp_tui.model.limits import MAX_LINE_BYTES
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.parser_state import MAX_KEY_CHARS

MAX_RECENT = 100
"""Newest messages that are remembered, to find where a shortened list was cut."""


class HoldsPlace(Protocol):
    """A state that remembers how far a list of messages was read."""

    next_message: int
    """Place of the first message that may still change."""
    recent: dict[str, bool]
    """Ids of the newest messages before it."""
    turns: dict[str, int]
    """Id of each prompt to the hash of its turn's key."""
    is_open: bool
    """A turn is open."""


class DocumentState(msgspec.Struct, array_like=True):
    """The state of a document's parser, a `HoldsPlace`."""

    checksum: int = 0
    """Of the content that was read last."""
    next_message: int = 0
    recent: dict[str, bool] = {}
    facts: dict[str, str] = {}
    """Hash of each fact that was emitted."""
    turns: dict[str, int] = {}
    is_open: bool = False


HoldingPlace = TypeVar("HoldingPlace", bound=HoldsPlace)


def read_document(path: Path) -> bytes:
    """Return the content of a session's document. Raises OSError if it cannot be read, or is larger than any."""
    with path.open("rb") as file:
        content = file.read(MAX_LINE_BYTES)
    if len(content) >= MAX_LINE_BYTES:
        raise OSError(f"the session has {MAX_LINE_BYTES // 1024**2} MiB or more")
    return content


def read_beside(path: Path, limit: int) -> bytes:
    """Return at most `limit` bytes of a file beside a session, none for one that is a link or cannot be read."""
    try:
        if path.is_symlink():
            return b""
        with path.open("rb") as file:
            return file.read(limit)
    except OSError:
        return b""


def message_id(message: Mapping[str, object], name: str, number: int) -> str:
    """Return the id in a message's field, or its place for one without an id."""
    id_ = message.get(name)
    is_id = isinstance(id_, int | str) and not isinstance(id_, bool) and id_ != ""
    return str(id_)[:MAX_KEY_CHARS] if is_id else f"@{number}"


def find_place(emitter: EventEmitter[HoldingPlace], ids: list[str]) -> None:
    """Set the message to go on with, and roll back turns whose messages are gone: prompts are edited or taken back."""
    state = emitter.state
    before = state.next_message
    if not before or (before <= len(ids) and ids[before - 1] in list(state.recent)[-1:]):
        return
    state.next_message = max((number + 1 for number, id_ in enumerate(ids) if id_ in state.recent), default=0)
    gone = state.turns.keys() - set(ids)
    if gone:
        hashes = tuple(state.turns.pop(id_) for id_ in [id_ for id_ in state.turns if id_ in gone])
        emitter.emit(TurnsRolledBack(0, 0, hashes))
        state.is_open = False
