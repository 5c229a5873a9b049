"""Turns the lines of a Codex rollout into events.

The same message stands in a rollout twice, as an event and as an item of the model's history: events are read, items
only where there are no events (the oldest form). Tokens come from one record per response where the version writes
them, else from the growth of the thread's total, which re-sent counts do not move.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from ppp_tui.model.clock import from_text
from ppp_tui.model.event import Event, FactName, Noted, Ref
from ppp_tui.sources.codex import happenings, items, measures
from ppp_tui.sources.codex import state as states
from ppp_tui.sources.codex.records import Line, Payload, decode_bare, decode_line, is_record, loose
from ppp_tui.sources.lines import LONGEST, lines, salvage
from ppp_tui.sources.source import Damage, Reading

_SILENT_TYPES = frozenset(
    {"world_state", "inter_agent_communication", "inter_agent_communication_metadata", "ghost_snapshot"}
)


class CodexParser:
    """Reads one rollout."""

    def __init__(self, path: Path, state: bytes = b"") -> None:
        """Go on from a state. Raises ValueError for bytes that are none."""
        del path
        self.state_now = states.decode(state)
        self._reading = Reading()

    def state(self) -> bytes:
        """All that a later parser needs."""
        return states.encode(self.state_now)

    def feed(self, chunk: bytes, offset: int) -> Reading:
        """Read whole lines."""
        reading = self._reading = Reading()
        for at, line in lines(chunk, offset):
            if len(line) > LONGEST:
                reading.damage.append(Damage(at, len(line), "too long"))
                continue
            try:
                record = decode_line(line)
            except (msgspec.MsgspecError, RecursionError):
                self._recover(line, at)
            else:
                self._take(record, Ref(at, len(line)), line)
        return reading

    def add(self, event: Event) -> None:
        """Say something."""
        self._reading.events.append(event)

    def count_unknown(self, name: str) -> None:
        """Meet something that this version does not know."""
        self._reading.unknown[name] = self._reading.unknown.get(name, 0) + 1

    def note(self, at: int, name: FactName, value: str | None) -> None:
        """Say a fact, if it is news."""
        if value and self.state_now.facts.get(name) != value:
            self.state_now.facts[name] = value
            self.add(Noted(at, name, value))

    def _recover(self, line: bytes, offset: int) -> None:
        found, damage = salvage(line, offset, is_record)
        self._reading.damage += damage
        for entry in found:
            try:
                record = decode_line(entry.record)
            except (msgspec.MsgspecError, RecursionError):
                # Well-formed, but of a shape that no version has shown yet.
                self.count_unknown("unreadable")
            else:
                self._take(record, Ref(entry.offset, len(entry.record)), entry.record)

    def _take(self, line: Line, ref: Ref, content: bytes) -> None:
        at = _time(line.timestamp)
        payload = line.payload
        kind = line.type or ""
        if payload is None:
            self._take_bare(line, at, ref, content)
        elif kind == "event_msg":
            happenings.read_event(self, payload, at, ref)
        elif kind == "response_item":
            items.read_item(self, payload, at, ref)
        elif kind == "token_usage_record":
            measures.read_usage_record(self, payload, at, ref)
        elif kind == "turn_context":
            happenings.read_context(self, payload, at)
        elif kind == "session_meta":
            self._describe(payload, at)
        elif kind == "compacted":
            measures.read_compaction(self, at, ref)
        elif kind not in _SILENT_TYPES:
            self.count_unknown(kind or "(no type)")

    def _take_bare(self, line: Line, at: int, ref: Ref, content: bytes) -> None:
        """A line of the oldest form: the session's description, the state of a tool, or an item itself."""
        if line.record_type:
            return
        try:
            payload = decode_bare(content)
        except (msgspec.MsgspecError, RecursionError):
            self.count_unknown("unreadable")
            return
        if line.type:
            self.state_now.is_bare = True
            items.read_item(self, payload, at, ref)
        elif payload.id:
            self._describe(payload, at)
        else:
            self.count_unknown("(no type)")

    def _describe(self, payload: Payload, at: int) -> None:
        """The first description is the thread's own; a fork repeats its parent's after it."""
        state = self.state_now
        if state.has_meta:
            return
        state.has_meta = True
        self.note(at, "native_id", payload.id)
        self.note(at, "project", payload.cwd)
        self.note(at, "branch", payload.git.branch if payload.git else "")
        self.note(at, "agent_version", payload.cli_version)
        self.note(at, "entrypoint", payload.originator)
        self.note(at, "forked_from", payload.forked_from_id)
        self.note(at, "agent_role", payload.agent_nickname or payload.agent_role)
        self.note(at, "parent_native_id", payload.parent_thread_id or _parent(payload))


def _parent(payload: Payload) -> str:
    told = loose(payload.source)
    for name in ("subagent", "thread_spawn"):
        told = told.get(name) if isinstance(told, dict) else None
    parent = told.get("parent_thread_id") if isinstance(told, dict) else None
    return parent if isinstance(parent, str) else ""


def _time(text: str | None) -> int:
    if not text:
        return 0
    try:
        return from_text(text)
    except ValueError:
        return 0
