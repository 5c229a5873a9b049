"""Turns the records of a Claude Code session into events.

One message of the agent is many records, one per content block; results interleave with later blocks of the same
message, so nothing depends on records lying side by side. `progress` records repeat whole messages of sub-agents with
their usage: they are signs of life and nothing else.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from ppp_tui.model.clock import from_text
from ppp_tui.model.event import Event, FactName, LaneEntered, Noted, Ref
from ppp_tui.sources.claude_code import answers, asides
from ppp_tui.sources.claude_code import state as states
from ppp_tui.sources.claude_code.places import is_subagent
from ppp_tui.sources.claude_code.records import Record, decode_record, is_record
from ppp_tui.sources.lines import LONGEST, Found, lines, mend, salvage
from ppp_tui.sources.source import Damage, Reading


class ClaudeParser:
    """Reads one session file."""

    def __init__(self, path: Path, state: bytes = b"") -> None:
        """Go on from a state. Raises ValueError for bytes that are none."""
        self.is_child_file = is_subagent(path)
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
                record = decode_record(line)
            except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
                self._recover(line, at)
            else:
                self._take(record, Ref(at, len(line)))
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
                record = self._decode(entry)
            except (msgspec.MsgspecError, RecursionError):
                # Well-formed, but of a shape that no version has shown yet.
                self.count_unknown("unreadable")
            else:
                self._take(record, Ref(entry.offset, len(entry.record)))

    def _decode(self, entry: Found) -> Record:
        """A record, mended where its text holds broken characters; the place is told."""
        try:
            return decode_record(entry.record)
        except (msgspec.DecodeError, UnicodeDecodeError):
            mended = mend(entry.record)
            if mended is None:
                raise
            record = decode_record(mended)
            self._reading.damage.append(Damage(entry.offset, len(entry.record), "not utf-8"))
            return record

    def _take(self, record: Record, ref: Ref) -> None:
        at = self._time(record.timestamp)
        kind = record.type
        if record.uuid:
            self._enter_lane(record)
            uuids = self.state_now.uuids
            uuids.append(record.uuid)
            del uuids[: -states.UUIDS]
            self._note_envelope(record, at)
        if kind == "assistant":
            answers.read_assistant(self, record, at, ref)
        elif kind == "user":
            answers.read_user_record(self, record, at, ref)
        else:
            asides.read_aside(self, record, at, ref)

    def _time(self, text: str | None) -> int:
        if not text:
            return 0
        try:
            self.state_now.last_at = from_text(text)
        except ValueError:
            return 0
        return self.state_now.last_at

    def _note_envelope(self, record: Record, at: int) -> None:
        facts = self.state_now.facts
        if record.cwd and facts.get("project") != record.cwd:
            # The folder that a session began in stays its project: commands that change it move the record's cwd.
            self.note(at, "project", facts.get("project") or record.cwd)
        if record.gitBranch and facts.get("branch") != record.gitBranch:
            self.note(at, "branch", record.gitBranch)
        if record.version and facts.get("agent_version") != record.version:
            self.note(at, "agent_version", record.version)
        if record.entrypoint and facts.get("entrypoint") != record.entrypoint:
            self.note(at, "entrypoint", record.entrypoint)

    def _enter_lane(self, record: Record) -> None:
        """An inline sub-agent (versions before sub-agents had files) is a lane of its own."""
        state = self.state_now
        lane = ""
        if record.isSidechain and not self.is_child_file:
            lane = record.agentId or state.chain.get(record.parentUuid or "") or record.uuid or ""
            state.chain[record.uuid or ""] = lane
            while len(state.chain) > states.CHAIN:
                del state.chain[next(iter(state.chain))]
        if lane != state.lane:
            state.lane = lane
            self.add(LaneEntered(lane, "" if lane else None))
