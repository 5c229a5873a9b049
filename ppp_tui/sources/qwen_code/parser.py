"""Turns the lines of a Qwen Code session into events.

Each line is a record of a chain (`uuid`, `parentUuid`): what the user wrote, what the model answered with its calls and
tokens, a call's result, or what the program notes beside (`system`). Records of a sub-agent are telemetry of its
requests and calls only; those make a trajectory of its own.
"""

from __future__ import annotations

from pathlib import Path

from ppp_tui.model.event import Compacted, Ref, SystemNotice, TurnsRolledBack
from ppp_tui.model.ids import hash64
from ppp_tui.sources.json_records import JsonObject, count_of, has_fields, object_of, text_of
from ppp_tui.sources.parser_state import remember
from ppp_tui.sources.qwen_code import messages, telemetry
from ppp_tui.sources.qwen_code.emitter import SessionEmitter
from ppp_tui.sources.qwen_code.state import CODEC, MAX_RECORDS, PROMPT, READ, TAKEN_BACK
from ppp_tui.sources.record_parser import RecordParser

_FIELDS = frozenset({"uuid", "sessionId", "timestamp", "type"})
_SILENT = frozenset({"attribution_snapshot", "at_command"})
"""What the program keeps for itself."""


def is_record(decoded: object) -> bool:
    """Return whether a decoded object can be a line of a session."""
    return has_fields(decoded, _FIELDS)


class QwenParser(RecordParser[SessionEmitter]):
    """Reads one session file."""

    def __init__(self, path: Path, state: bytes = b"") -> None:
        """Continue from a state. Raises ValueError for invalid bytes."""
        del path
        super().__init__(SessionEmitter(CODEC.decode(state)), CODEC, is_record)

    def _read(self, record: JsonObject, ref: Ref) -> None:
        emitter, kind = self._emitter, text_of(record, "type")
        key = hash64(text_of(record, "uuid"))
        if key in emitter.state.records:
            return
        remember(emitter.state.records, key, PROMPT if messages.is_prompt(record) else READ, MAX_RECORDS)
        at = emitter.time_of(text_of(record, "timestamp"))
        if kind == "system":
            self._read_system(record, at, ref)
            return
        emitter.enter("")
        self._note_envelope(record, at)
        if kind == "user":
            messages.read_user(emitter, record, at, ref)
        elif kind == "assistant":
            messages.read_assistant(emitter, record, at, ref)
        elif kind == "tool_result":
            messages.read_result(emitter, record, at, ref)
        else:
            emitter.count_unknown(kind or "(no type)")

    def _note_envelope(self, record: JsonObject, at: int) -> None:
        emitter = self._emitter
        if "project" not in emitter.facts:
            emitter.note(at, "project", text_of(record, "cwd"))
        emitter.note(at, "branch", text_of(record, "gitBranch"))
        emitter.note(at, "agent_version", text_of(record, "version"))
        if "forked_from" not in emitter.facts:
            emitter.note(at, "forked_from", text_of(object_of(record, "forkedFrom"), "sessionId"))

    def _read_system(self, record: JsonObject, at: int, ref: Ref) -> None:
        emitter, kind = self._emitter, text_of(record, "subtype")
        payload = object_of(record, "systemPayload")
        if kind == "ui_telemetry":
            telemetry.read_telemetry(emitter, object_of(payload, "uiEvent"), record, at, ref)
            return
        emitter.enter("")
        if kind == "custom_title":
            emitter.note(at, "title", text_of(payload, "customTitle"))
        elif kind == "chat_compression":
            info = object_of(payload, "info")
            before, after = count_of(info, "originalTokenCount"), count_of(info, "newTokenCount")
            emitter.emit(Compacted(at, ref, "", before, after))
        elif kind == "rewind":
            _rewind(emitter, text_of(record, "parentUuid"), at)
        elif kind == "slash_command":
            if text_of(payload, "phase") == "invocation":
                emitter.emit(SystemNotice(at, ref, "command", text_of(payload, "rawCommand")))
        elif kind not in _SILENT:
            emitter.count_unknown(f"system/{kind or '(no type)'}")


def _rewind(emitter: SessionEmitter, last_kept: str, at: int) -> None:
    """Take back the prompts after a record; all of them where there is no such record."""
    records, last = emitter.state.records, hash64(last_kept)
    ids = list(records)
    begin = ids.index(last) + 1 if last in records else 0
    taken_back = [key for key in ids[begin:] if records[key] == PROMPT]
    for key in taken_back:
        records[key] |= TAKEN_BACK
    if taken_back:
        emitter.emit(TurnsRolledBack(at, 0, tuple(taken_back)))


PARSER = QwenParser
