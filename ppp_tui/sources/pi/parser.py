"""Turns the lines of a pi session into events.

The first format is a plain sequence; since the second one entries name their parent, and one that follows an older
entry begins a branch: the turns that are not its ancestors are taken back, as long as nothing goes on from them.
"""

from __future__ import annotations

from pathlib import PurePath

from ppp_tui.model.event import Compacted, Ref, SystemNotice, TurnsRolledBack
from ppp_tui.model.ids import hash64
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.json_records import JsonObject, compact_json, content_text, count_of, object_of, text_of
from ppp_tui.sources.parser_state import remember
from ppp_tui.sources.pi.discovery import session_id
from ppp_tui.sources.pi.messages import read_message, turn_key
from ppp_tui.sources.pi.state import CODEC, MAX_ENTRIES, ROOT, PiState
from ppp_tui.sources.record_parser import OneTrajectoryParser

_SILENT = frozenset({"thinking_level_change", "custom", "label"})


def is_record(decoded: object) -> bool:
    """Return whether a decoded object can be a line of a session: what it nests has no time as a text."""
    return isinstance(decoded, dict) and isinstance(decoded.get("type"), str) and "timestamp" in decoded


class PiParser(OneTrajectoryParser[PiState]):
    """Reads one session file."""

    codec = CODEC
    is_record = staticmethod(is_record)

    def _read(self, record: JsonObject, ref: Ref) -> None:
        emitter, kind = self._emitter, text_of(record, "type")
        at = emitter.time_of(text_of(record, "timestamp"))
        if kind == "session":
            self._read_header(record, at)
            return
        message = object_of(record, "message") if kind == "message" else {}
        key = turn_key(message)
        if not _enter(emitter, record, hash64(key) if key else 0):
            return
        if kind == "message":
            read_message(emitter, message, at, ref)
        elif kind == "model_change":
            emitter.note(at, "model", text_of(record, "modelId"))
        elif kind == "session_info":
            emitter.note(at, "title", text_of(record, "name"))
        elif kind == "compaction":
            emitter.emit(Compacted(at, ref, "", count_of(record, "tokensBefore")))
        elif kind in ("branch_summary", "custom_message"):
            text = text_of(record, "summary") or content_text(record.get("content"))
            if text and record.get("display") is not False:
                emitter.emit(SystemNotice(at, ref, kind, text))
        elif kind not in _SILENT:
            emitter.count_unknown(kind or "(no type)")

    def _read_header(self, record: JsonObject, at: int) -> None:
        emitter = self._emitter
        emitter.note(at, "native_id", text_of(record, "id"))
        emitter.note(at, "project", text_of(record, "cwd"))
        emitter.note(at, "model", text_of(record, "modelId"))
        parent = text_of(record, "parentSession") or text_of(record, "branchedFrom")
        emitter.note(at, "forked_from", session_id(PurePath(parent.replace("\\", "/")).name))


def _enter(emitter: EventEmitter[PiState], record: JsonObject, turn: int) -> bool:
    """Remember an entry, and take back the turns that it does not go on from; whether it was not read before."""
    state, id_ = emitter.state, text_of(record, "id")
    if not id_:
        # Entries of the first format have no ids; a repeated one is the same as a whole.
        key = hash64(compact_json(record))
        if key in state.entries:
            return False
        remember(state.entries, key, (ROOT, turn), MAX_ENTRIES)
        return True
    key = hash64(id_)
    if key in state.entries:
        return False
    parent = record.get("parentId")
    parent_key = hash64(parent) if isinstance(parent, str) else ROOT
    is_branch = parent_key != state.leaf and (parent_key == ROOT or parent_key in state.entries)
    if is_branch and parent_key != state.leaf:
        _take_back(emitter, parent_key)
    remember(state.entries, key, (parent_key, turn), MAX_ENTRIES)
    state.leaf = key
    return True


def _take_back(emitter: EventEmitter[PiState], leaf: int) -> None:
    """Emit which turns are on another branch than the entry `leaf`."""
    state = emitter.state
    ancestors: set[int] = set()
    while leaf in state.entries and leaf not in ancestors:
        ancestors.add(leaf)
        leaf = state.entries[leaf][0]
    taken_back = {turn for key, (_, turn) in state.entries.items() if turn and key not in ancestors}
    before = set(state.taken_back)
    if taken_back != before:
        added, restored = sorted(taken_back - before), sorted(before - taken_back)
        emitter.emit(TurnsRolledBack(0, 0, tuple(added), tuple(restored)))
    state.taken_back = sorted(taken_back)


PARSER = PiParser
