"""Turns the records of a Claude Code session into events.

One message of the agent is many records, one per content block; results interleave with later blocks of the same
message, so nothing depends on records lying side by side. Sub-agents whose messages stand in the session's own file,
inline or within `progress` records, are lanes beside the main one.
"""

from __future__ import annotations

from pathlib import Path

from ppp_tui.model.clock import from_text
from ppp_tui.model.event import Event, FactName, LaneEntered, Noted, Ref
from ppp_tui.model.ids import hash64
from ppp_tui.sources.claude_code import answers, asides
from ppp_tui.sources.claude_code import state as states
from ppp_tui.sources.claude_code.agent_lanes import lane_name
from ppp_tui.sources.claude_code.chain import RecordChain
from ppp_tui.sources.claude_code.places import identify, is_subagent
from ppp_tui.sources.claude_code.prompts import text_of
from ppp_tui.sources.claude_code.records import EMPTY, UNREADABLE, Record, decode_record, fields, is_record
from ppp_tui.sources.claude_code.shapes import as_text, is_object, read_record
from ppp_tui.sources.lines import LONGEST, Found, lines, salvage
from ppp_tui.sources.source import Damage, Reading, kind_of


class ClaudeParser:
    """Reads one session file."""

    def __init__(self, path: Path, state: bytes = b"") -> None:
        """Go on from a state. Raises ValueError for bytes that are none."""
        self.is_child_file = is_subagent(path)
        self.file_lane = path.stem if self.is_child_file else ""
        """The lane that this file itself would be in its parent's."""
        self.state_now = states.decode(state)
        self.chain = RecordChain(self.state_now.records)
        self._is_parent_unknown = self.is_child_file and not identify(path).parent_native_id
        self._facts = self._lane(self.state_now.lane).facts
        self._reading = Reading()

    def state(self, *, keeps_text: bool = True) -> bytes:
        """All that a later parser needs; without `keeps_text` nothing of what was written."""
        self.state_now.records = self.chain.state()
        return states.encode(self.state_now if keeps_text else states.without_text(self.state_now))

    def feed(self, chunk: bytes, offset: int) -> Reading:
        """Read whole lines."""
        reading = self._reading = Reading()
        for at, line in lines(chunk, offset):
            if len(line) >= LONGEST:
                reading.damage.append(Damage(at, len(line), "too long"))
                continue
            content = line if line.isascii() else as_text(line)
            try:
                record = decode_record(content)
            except UNREADABLE:
                self._recover(line, at)
            else:
                if content is not line:
                    reading.damage.append(Damage(at, len(line), "not utf-8"))
                self._take(record, Ref(at, len(line)))
        return reading

    def add(self, event: Event) -> None:
        """Say something."""
        self._reading.events.append(event)

    def count_unknown(self, name: str) -> None:
        """Meet something that this version does not know."""
        name = kind_of(name)
        self._reading.unknown[name] = self._reading.unknown.get(name, 0) + 1

    def note(self, at: int, name: FactName, value: str | None) -> None:
        """Say a fact about the lane, if it is news."""
        if value and self._facts.get(name) != value[: states.LONGEST_FACT]:
            self._facts[name] = value = value[: states.LONGEST_FACT]
            self.add(Noted(at, name, value))

    def _recover(self, line: bytes, offset: int) -> None:
        """Read a line that is no record as it stands."""
        if is_object(as_text(line)):
            self._take_odd(Found(offset, line))
            return
        found, damage = salvage(line, offset, is_record)
        self._reading.damage += damage
        for entry in found:
            self._take_odd(entry)

    def _take_odd(self, entry: Found) -> None:
        """Read a whole object whose characters may be broken, or whose shape no version has shown yet."""
        ref = Ref(entry.offset, len(entry.record))
        try:
            record, odd, is_mended = read_record(entry.record)
        except UNREADABLE:
            self.count_unknown("unreadable")
            return
        if is_mended:
            self._reading.damage.append(Damage(*ref, "not utf-8"))
        for name in odd:
            self.count_unknown(f"field/{name}")
        self._take(record, ref)

    def _take(self, record: Record, ref: Ref) -> None:
        at = _time(record.timestamp)
        # A resumed or branched session writes records again: the first copy counts.
        if record.uuid and not self.chain.enter(record):
            return
        if record.uuid or self.state_now.lane:
            self._enter_lane(record)
        if record.uuid:
            self._note_envelope(record, at)
        kind = record.type
        if kind == "assistant":
            answers.read_assistant(self, record, at, ref)
        elif kind == "user":
            answers.read_user_record(self, record, at, ref)
        else:
            asides.read_aside(self, record, at, ref)

    def _note_envelope(self, record: Record, at: int) -> None:
        facts = self._facts
        if record.cwd and "project" not in facts:
            # The folder that a session began in stays its project: commands that change it move the record's cwd.
            self.note(at, "project", record.cwd)
        if record.gitBranch and facts.get("branch") != record.gitBranch:
            self.note(at, "branch", record.gitBranch)
        if record.version and facts.get("agent_version") != record.version:
            self.note(at, "agent_version", record.version)
        if record.entrypoint and facts.get("entrypoint") != record.entrypoint:
            self.note(at, "entrypoint", record.entrypoint)
        if record.attributionAgent and self.is_child_file:
            self.note(at, "agent_role", record.attributionAgent)
        if self._is_parent_unknown:
            self.note(at, "parent_native_id", record.sessionId)
        if record.forkedFrom is not EMPTY and "forked_from" not in facts:
            origin = fields(record.forkedFrom).get("sessionId")
            self.note(at, "forked_from", origin if isinstance(origin, str) else None)

    def _enter_lane(self, record: Record) -> None:
        """An inline sub-agent (versions before sub-agents had files) is a lane of its own."""
        self.enter_lane(self._lane_of(record) if record.isSidechain and not self.is_child_file else "")

    def enter_lane(self, lane: str, parent_step: str = "") -> None:
        """The events that follow belong to this lane, '' being the main one, which a call of the parent's started."""
        state = self.state_now
        if lane == state.lane:
            return
        state.lane = lane
        entered = self._lane(lane)
        entered.parent_step = parent_step or entered.parent_step
        self._facts = entered.facts
        self.add(LaneEntered(lane, "" if lane else None, entered.parent_step))

    def enter_agent(self, record: Record, parent_step: str) -> int:
        """Enter the lane of a sub-agent whose record stands in one of its parent's; returns the record's time."""
        self.enter_lane(lane_name(record.agentId or ""), parent_step)
        at = _time(record.timestamp)
        self._note_envelope(record, at)
        return at

    def _lane_of(self, record: Record) -> str:
        state, uuid = self.state_now, (record.uuid or "")[: states.LONGEST_KEY]
        lane = lane_name(record.agentId or "")
        lane = lane or state.chain.get(record.parentUuid or "") or uuid
        if uuid:
            states.remember(state.chain, uuid, lane, states.CHAIN)
        if lane and lane not in state.lanes:
            call = state.tasks.get(hash64(text_of(record.message.content)), "") if record.message else ""
            state.lanes[lane] = states.Lane(parent_step=call)
        return lane or state.lane

    def _lane(self, name: str) -> states.Lane:
        lanes = self.state_now.lanes
        found = lanes.get(name)
        if found is None:
            found = lanes[name] = states.Lane()
        while len(lanes) > states.LANES:
            # The oldest one but the main one and the one that is entered: of sub-agents, one that has ended.
            others = [known for known in lanes if known not in ("", name)]
            del lanes[next((known for known in others if not lanes[known].is_open), others[0])]
        return found


def _time(text: str | None) -> int:
    """Unix milliseconds, 0 for what is no time."""
    if not text:
        return 0
    try:
        return from_text(text)
    except ValueError:
        return 0
