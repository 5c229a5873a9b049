"""Turns the messages of Kimi CLI's wire protocol into events.

Sub-agents of newer versions have a file of their own, and what their session's file repeats of it is left out. Those of
older versions stand in their session's file only.
"""

from __future__ import annotations

from pathlib import Path

from ppp_tui.model.clock import MAX_TIME_MS
from ppp_tui.model.event import Ref, TrajectorySwitched
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.json_records import JsonObject, number_of, object_of, text_of
from ppp_tui.sources.kimi_cli.discovery import project_of
from ppp_tui.sources.kimi_cli.messages import KimiEmitter, read_message
from ppp_tui.sources.kimi_cli.state import CODEC, MAX_CHILDREN, KimiMember, KimiState
from ppp_tui.sources.kimi_cli.tools import is_version_from
from ppp_tui.sources.parser_state import MAX_KEY_CHARS
from ppp_tui.sources.record_parser import RecordParser

_SUBAGENT = "SubagentEvent"

FIRST_WITH_ENDS = (1, 2)
"""The first version of the protocol that states where turns end."""


def is_record(decoded: object) -> bool:
    """Return whether a decoded object can be a line of a session."""
    return isinstance(decoded, dict) and ("timestamp" in decoded or decoded.get("type") == "metadata")


class KimiParser(RecordParser[KimiEmitter]):
    """Reads one session file."""

    def __init__(self, path: Path, state: bytes = b"") -> None:
        """Continue from a state. Raises ValueError for invalid bytes."""
        self._path = path
        super().__init__(EventEmitter(CODEC.decode(state)), CODEC, is_record)
        self._use_member()

    def _read(self, record: JsonObject, ref: Ref) -> None:
        emitter, message = self._emitter, object_of(record, "message")
        if message:
            if text_of(message, "type") == _SUBAGENT:
                message = self._enter_child(object_of(message, "payload"))
            else:
                self._enter("")
            if message:
                read_message(emitter, message, time_of(record), ref)
        elif text_of(record, "type") == "metadata":
            self._enter("")
            emitter.note(0, "project", project_of(self._path))
            emitter.state.has_ends = is_version_from(text_of(record, "protocol_version"), FIRST_WITH_ENDS)
        else:
            emitter.count_unknown(text_of(record, "type") or "(no type)")

    def _enter_child(self, payload: JsonObject) -> JsonObject:
        """Switch to a sub-agent without a file of its own and return its message, an empty one for any other."""
        call = (text_of(payload, "parent_tool_call_id") or text_of(payload, "task_tool_call_id"))[:MAX_KEY_CHARS]
        own_id, state = text_of(payload, "agent_id")[:MAX_KEY_CHARS], self._emitter.state
        if not call:
            return {}
        if own_id:
            main = state.members.get("")
            if main and call in main.calls:
                main.calls[call].child = own_id
            return {}
        self._enter(call)
        return object_of(payload, "event")

    def _enter(self, name: str) -> None:
        state = self._emitter.state
        if name == state.current:
            return
        state.current = name
        self._use_member()
        while len(state.members) > MAX_CHILDREN:
            del state.members[next(member for member in state.members if member not in ("", name))]
        self._emitter.emit(TrajectorySwitched(name, "" if name else None, name))

    def _use_member(self) -> None:
        state: KimiState = self._emitter.state
        self._emitter.facts = state.members.setdefault(state.current, KimiMember()).facts


def time_of(record: JsonObject) -> int:
    """Return a record's time, which it states in Unix seconds, in milliseconds; 0 for none."""
    seconds = number_of(record.get("timestamp"))
    return round(seconds * 1000) if seconds is not None and 0 < seconds <= MAX_TIME_MS / 1000 else 0


PARSER = KimiParser
