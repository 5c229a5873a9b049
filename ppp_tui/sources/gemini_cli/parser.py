"""Turns the lines of a Gemini CLI session into events.

A line is the session's header, a message, a change of the session's fields (``$set``) or a rewind. A message is written
again, whole, whenever it gained something: what was read of it before is not told again. ``$set.messages`` puts another
history in the place of the messages before; all of it that a user or a model said was a line of its own.
"""

from __future__ import annotations

import re
from pathlib import Path

from ppp_tui.model.event import Compacted, FactName, Ref, TurnsRolledBack
from ppp_tui.model.ids import hash64
from ppp_tui.sources.emitter import MAX_FACT_CHARS, EventEmitter
from ppp_tui.sources.gemini_cli import messages
from ppp_tui.sources.gemini_cli.discovery import is_subagent, project_of
from ppp_tui.sources.gemini_cli.state import CODEC, PROMPT, TAKEN_BACK, GeminiState
from ppp_tui.sources.genai_parts import joined_text, parts_of
from ppp_tui.sources.json_records import JsonObject, object_of, objects_of, text_of
from ppp_tui.sources.parser_state import remember
from ppp_tui.sources.record_parser import OneTrajectoryParser

MAX_CONDENSED = 20
"""Condensed histories that are remembered."""

_ACKNOWLEDGED = "Got it. Thanks for the additional context!"
"""What the program puts into the model's mouth after the summary of a condensed conversation."""

_WORKSPACE = re.compile(r"\*\*Workspace Directories:\*\*\n\s*- (.+)")
_FACTS: tuple[FactName, ...] = ("native_id", "project", "title")
_MARKS = frozenset({"$set", "$rewindTo", "projectHash"})


def is_record(decoded: object) -> bool:
    """Return whether a decoded object can be a line of a session."""
    if not isinstance(decoded, dict):
        return False
    return not _MARKS.isdisjoint(decoded) or {"id", "timestamp", "type", "content"} <= decoded.keys()


class GeminiParser(OneTrajectoryParser[GeminiState]):
    """Reads one session file."""

    codec = CODEC
    is_record = staticmethod(is_record)

    def __init__(self, path: Path, state: bytes = b"") -> None:
        """Continue from a state. Raises ValueError for invalid bytes."""
        super().__init__(path, state)
        self._is_child = is_subagent(path)

    def _read(self, record: JsonObject, ref: Ref) -> None:
        emitter = self._emitter
        if "$rewindTo" in record:
            _rewind(emitter, text_of(record, "$rewindTo"))
        elif "$set" in record:
            self._read_fields(object_of(record, "$set"), ref)
        elif "projectHash" in record and "id" not in record:
            self._read_header(record)
            for message in objects_of(record, "messages"):
                self._read_message(message, ref)
        elif "id" in record:
            self._read_message(record, ref)
        else:
            emitter.count_unknown("(no type)")

    def _read_message(self, message: JsonObject, ref: Ref) -> None:
        state = self._emitter.state
        if not state.has_begun:
            state.has_begun = True
            at = self._emitter.time_of(text_of(message, "timestamp"))
            for name in _FACTS:
                self._emitter.note(at, name, state.waiting_facts.get(name))
            state.waiting_facts = {}
        messages.read_message(self._emitter, message, ref, is_child=self._is_child)

    def _note(self, at: int, name: FactName, value: str) -> None:
        """Emit a fact, or keep it until the session has a message: each start of the program begins one."""
        state = self._emitter.state
        if state.has_begun:
            self._emitter.note(at, name, value)
        elif value:
            state.waiting_facts[name] = value[:MAX_FACT_CHARS]

    def _lacks_project(self) -> bool:
        return "project" not in self._emitter.facts and "project" not in self._emitter.state.waiting_facts

    def _read_header(self, record: JsonObject) -> None:
        at = self._emitter.time_of(text_of(record, "startTime"))
        if not self._is_child:
            self._note(at, "native_id", text_of(record, "sessionId"))
        if self._lacks_project():
            folders = record.get("directories")
            first = folders[0] if isinstance(folders, list) and folders else ""
            self._note(at, "project", first if isinstance(first, str) and first else project_of(self._path))
        self._note(at, "title", text_of(record, "summary"))

    def _read_fields(self, fields: JsonObject, ref: Ref) -> None:
        emitter, at = self._emitter, self._emitter.time_of(text_of(fields, "lastUpdated"))
        self._note(at, "title", text_of(fields, "summary"))
        history = objects_of(fields, "messages")
        if history and self._lacks_project():
            matched = _WORKSPACE.search(joined_text(parts_of(history[0].get("content"))))
            self._note(at, "project", matched[1].strip() if matched else "")
        _read_history(emitter, history, at, ref)


def _rewind(emitter: EventEmitter[GeminiState], message_id: str) -> None:
    """Take back the prompts from a message on; all of them where the message is unknown, as the program does."""
    read, first = emitter.state.messages, hash64(message_id)
    ids = list(read)
    begin = ids.index(first) if first in read else 0
    taken_back = [key for key in ids[begin:] if read[key] & PROMPT and not read[key] & TAKEN_BACK]
    for key in ids[begin:]:
        read[key] |= TAKEN_BACK
    if taken_back:
        emitter.emit(TurnsRolledBack(0, 0, tuple(taken_back)))


def _read_history(emitter: EventEmitter[GeminiState], history: list[JsonObject], at: int, ref: Ref) -> None:
    """Emit that a conversation was condensed, the first time that its replaced history is read."""
    for message in history:
        if message.get("type") == "gemini" and joined_text(parts_of(message.get("content"))) == _ACKNOWLEDGED:
            key = hash64(text_of(message, "id"))
            if key not in emitter.state.condensed:
                remember(emitter.state.condensed, key, 1, MAX_CONDENSED)
                emitter.emit(Compacted(at, ref, "", emitter.state.context_tokens or None))


PARSER = GeminiParser
