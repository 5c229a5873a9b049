"""Where handlers of Claude Code's records put what they read, trajectory by trajectory."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.model.event import TrajectorySwitched
from ppp_tui.model.ids import hash64
from ppp_tui.sources.claude_code.chain import RecordChain
from ppp_tui.sources.claude_code.discovery import identify, is_subagent
from ppp_tui.sources.claude_code.prompts import text_of
from ppp_tui.sources.claude_code.records import EMPTY, Record, fields
from ppp_tui.sources.claude_code.state import AGENT_LANE, CHAIN, LANES, ClaudeState, Lane
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember


class LaneEmitter(EventEmitter[ClaudeState]):
    """The events of one session file: of its main trajectory, and of sub-agents whose messages stand in it."""

    def __init__(self, state: ClaudeState, path: Path) -> None:
        """Go on from a state. Raises ValueError for one that holds no chain of records."""
        super().__init__(state)
        self.chain = RecordChain(state.records)
        self.is_child_file = is_subagent(path)
        self.file_lane = path.stem if self.is_child_file else ""
        """The lane that this file itself would be in its parent's."""
        self._is_parent_unknown = self.is_child_file and not identify(path).parent_native_id
        self._envelope: tuple[object, ...] = ()
        """What the last record of the lane told of it: as long as records tell the same, nothing of it is news."""
        self.facts = self._lane(state.lane).facts

    def enter_record(self, record: Record, at: int) -> bool:
        """Enter the lane that a record belongs to, and note what it tells of it; False for one that was read before."""
        # A resumed or branched session writes records again: the first copy counts.
        is_inline = record.isSidechain and not self.is_child_file
        if not record.uuid:
            if self.state.lane:
                self.enter_lane(self._lane_of(record) if is_inline else "")
            return True
        if not self.chain.enter(record):
            return False
        if is_inline:
            # A sub-agent of versions before sub-agents had files is a lane of its own.
            self.enter_lane(self._lane_of(record))
        elif self.state.lane:
            self.enter_lane("")
        envelope = (
            record.cwd,
            record.gitBranch,
            record.version,
            record.entrypoint,
            record.sessionId,
            record.attributionAgent,
        )
        if envelope != self._envelope or record.forkedFrom is not EMPTY:
            self._note_envelope(record, at)
            self._envelope = envelope
        return True

    def enter_lane(self, lane: str, parent_step: str = "") -> None:
        """The events that follow belong to this lane, '' being the main one, which a call of the parent's started."""
        state = self.state
        if lane == state.lane:
            return
        state.lane = lane
        entered = self._lane(lane)
        entered.parent_step = parent_step or entered.parent_step
        self.facts, self._envelope = entered.facts, ()
        self.emit(TrajectorySwitched(lane, "" if lane else None, entered.parent_step))

    def enter_agent(self, record: Record, parent_step: str) -> int:
        """Enter the lane of a sub-agent whose record stands in one of its parent's; returns the record's time."""
        self.enter_lane(lane_name(record.agentId or ""), parent_step)
        at = self.time_of(record.timestamp)
        self._note_envelope(record, at)
        return at

    def _note_envelope(self, record: Record, at: int) -> None:
        facts = self.facts
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

    def _lane_of(self, record: Record) -> str:
        state, uuid = self.state, (record.uuid or "")[:MAX_KEY_CHARS]
        lane = lane_name(record.agentId or "")
        lane = lane or state.chain.get(record.parentUuid or "") or uuid
        if uuid:
            remember(state.chain, uuid, lane, CHAIN)
        if lane and lane not in state.lanes:
            call = state.tasks.get(hash64(text_of(record.message.content)), "") if record.message else ""
            state.lanes[lane] = Lane(parent_step=call)
        return lane or state.lane

    def _lane(self, name: str) -> Lane:
        lanes = self.state.lanes
        lane = lanes.get(name)
        if lane is None:
            lane = lanes[name] = Lane()
        while len(lanes) > LANES:
            # The oldest one but the main one and the one that is entered: of sub-agents, one that has ended.
            others = [other for other in lanes if other not in ("", name)]
            del lanes[next((other for other in others if not lanes[other].is_open), others[0])]
        return lane


def lane_name(agent_id: str) -> str:
    """Return the lane of a sub-agent, '' without an id."""
    return f"{AGENT_LANE}{agent_id}"[:MAX_KEY_CHARS] if agent_id else ""
