"""Turns the lines of a Cursor transcript into events.

A line has no time and no id, a call no result. The only time is a sentence before a prompt, to the minute.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import msgspec

from ppp_tui.model.event import (
    AssistantMessage,
    Ref,
    RequestFailed,
    TurnEnded,
    TurnStarted,
)
from ppp_tui.model.event_values import StepKind, TurnStatus
from ppp_tui.model.failure import failure_kind
from ppp_tui.model.ids import hash64
from ppp_tui.sources.cursor_cli.discovery import project_of
from ppp_tui.sources.json_records import JsonObject, compact_json, content_text, object_of, objects_of, text_of
from ppp_tui.sources.parser_state import StateCodec, remember
from ppp_tui.sources.record_parser import OneTrajectoryParser
from ppp_tui.sources.tags import tagged_text
from ppp_tui.sources.toolbox import Toolbox, call_finished

MAX_TURNS = 1000
"""Turns that are remembered: a copy of one begins none."""

_KINDS: dict[str, StepKind] = {
    "Shell": "shell",
    "Execute": "shell",
    "Read": "read",
    "Write": "edit",
    "StrReplace": "edit",
    "Edit": "edit",
    "ApplyPatch": "edit",
    "Delete": "edit",
    "Grep": "search",
    "Glob": "search",
    "LS": "search",
    "SemanticSearch": "search",
    "WebSearch": "web",
    "WebFetch": "web",
    "Task": "subagent",
    "Subagent": "subagent",
    "AskQuestion": "ask",
    "TodoWrite": "plan",
    "CreatePlan": "plan",
}
TOOLS = Toolbox(_KINDS, {"Shell": "command", "Execute": "command", "Write": "contents", "ApplyPatch": "patch"})

_TIME = re.compile(
    r"\s*<timestamp>[A-Z][a-z]+day, ([A-Z][a-z]{2}) (\d{1,2}), (\d{4}), (\d{1,2}):(\d{2}) ([AP]M) "
    r"\(UTC([+-]\d{1,2})?(?::(\d{2}))?\)</timestamp>"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_REDACTED = "[REDACTED]"
"""Stands for thoughts, which are not recorded."""

_ENDS: dict[str, TurnStatus] = {"success": "completed", "aborted": "interrupted", "error": "failed"}


class CursorState(msgspec.Struct, array_like=True):
    """The state of the parser."""

    facts: dict[str, str] = {}
    turns: dict[int, bool] = {}
    """Chains at the prompts of turns."""
    chain: int = 0
    """Hash of all lines so far, a line that is repeated at once counted as one: it tells equal prompts apart."""
    last: int = 0
    """Hash of the last line."""


CODEC = StateCodec(CursorState, "Cursor CLI")


def is_record(decoded: object) -> bool:
    """Return whether a decoded object can be a line of a transcript."""
    return isinstance(decoded, dict) and ("role" in decoded or decoded.get("type") == "turn_ended")


class CursorParser(OneTrajectoryParser[CursorState]):
    """Reads one transcript."""

    codec = CODEC
    is_record = staticmethod(is_record)

    def _read(self, record: JsonObject, ref: Ref) -> None:
        role, message = text_of(record, "role"), object_of(record, "message")
        self._advance(record)
        if role == "user":
            self._read_prompt(content_text(message.get("content")), ref)
        elif role == "assistant":
            self._read_answer(message, ref)
        elif text_of(record, "type") == "turn_ended":
            self._end_turn(record, ref)
        else:
            self._emitter.count_unknown(role or text_of(record, "type") or "(no type)")

    def _advance(self, record: JsonObject) -> None:
        state, line = self._emitter.state, hash64(compact_json(record))
        if line != state.last:
            state.chain, state.last = hash64(f"{state.chain}:{line}"), line

    def _read_prompt(self, text: str, ref: Ref) -> None:
        emitter, state = self._emitter, self._emitter.state
        if state.chain in state.turns:
            return
        remember(state.turns, state.chain, True, MAX_TURNS)
        at, query = time_of(text), tagged_text(text, "user_query")
        emitter.note(at, "project", project_of(self._path))
        # Two sessions may well begin with the same words: only the name of the file tells them apart.
        key = f"{self._path.stem}:{state.chain:x}"
        emitter.emit(TurnStarted(at, ref, key, (text if query is None else query).strip()))

    def _read_answer(self, message: JsonObject, ref: Ref) -> None:
        emitter = self._emitter
        blocks = objects_of(message, "content")
        has_calls = any(block.get("type") == "tool_use" for block in blocks)
        text = content_text(message.get("content")).replace(_REDACTED, "").strip()
        if text:
            emitter.emit(AssistantMessage(0, ref, text, is_final=False if has_calls else None))
        for number, block in enumerate(blocks):
            kind = text_of(block, "type")
            if kind == "tool_use":
                key = call_key(str(ref.offset), number)
                arguments = object_of(block, "input")
                emitter.emit(TOOLS.call_started(text_of(block, "name"), key, arguments, 0, ref, ""))
                # The record is written at its end, without a status.
                emitter.emit(call_finished(key, "unknown", "", at=0, ref=ref))
            elif kind not in ("text", "tool_result"):
                emitter.count_unknown(f"block/{kind or '(no type)'}")

    def _end_turn(self, record: JsonObject, ref: Ref) -> None:
        status, error = text_of(record, "status"), text_of(record, "error")
        if status == "error":
            self._emitter.emit(RequestFailed(0, ref, failure_kind(None, error), error, is_final=True))
        else:
            self._emitter.emit(TurnEnded(0, _ENDS.get(status, "unknown")))


def call_key(offset: str, number: int) -> str:
    """Return the key of a call, which has no id: its line's offset and its place among the line's blocks."""
    return f"{offset}#{number}"


def time_of(prompt: str) -> int:
    """Return the time that a prompt is preceded by, in Unix milliseconds; 0 for none and for any other wording."""
    matched = _TIME.match(prompt)
    if matched is None or matched[1] not in _MONTHS:
        return 0
    hour = int(matched[4]) % 12 + (12 if matched[6] == "PM" else 0)
    hours, minutes = int(matched[7] or 0), int(matched[8] or 0)
    try:
        offset = timedelta(hours=hours, minutes=minutes if hours >= 0 else -minutes)
        month = _MONTHS.index(matched[1]) + 1
        moment = datetime(int(matched[3]), month, int(matched[2]), hour, int(matched[5]), tzinfo=timezone(offset))
    except ValueError:
        return 0
    return max(0, round(moment.timestamp() * 1000))


PARSER = CursorParser
