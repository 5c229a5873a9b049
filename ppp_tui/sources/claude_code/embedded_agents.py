"""Sub-agents whose messages stand in the `progress` records of the session that started them (2.0 to 2.1.42).

Each is a lane of the file, named as its own file would be. The texts that it wrote between its calls are not repeated
there; its last one is the result of the call that started it.
"""

from __future__ import annotations

import re

from ppp_tui.model.event import AssistantMessage, Ref, TurnEnded
from ppp_tui.model.event_values import TurnStatus
from ppp_tui.sources.claude_code.emitter import LaneEmitter, lane_name
from ppp_tui.sources.claude_code.lenient_decode import decode_part, read_record
from ppp_tui.sources.claude_code.records import EMPTY, UNREADABLE, ProgressData, Record, decode_record
from ppp_tui.sources.claude_code.tools import ClaudeResult

AGENT_PROGRESS = "agent_progress"

_LAUNCHED = "Async agent launched"
_TRAILER = re.compile(r"\n?agentId: \S+ \(for resuming.*\Z|\n?<usage>.*</usage>\s*\Z", re.DOTALL)
_ENDS: dict[str, TurnStatus] = {
    "ok": "completed",
    "failed": "failed",
    "denied": "interrupted",
    "cancelled": "interrupted",
}


def embedded_record(record: Record, progress: ProgressData) -> Record | None:
    """The sub-agent's own record in a progress record, with what its envelope says; None where there is none."""
    if progress.message is EMPTY or not progress.agentId:
        return None
    try:
        try:
            inner = decode_record(progress.message)
        except UNREADABLE:
            inner = read_record(bytes(progress.message)).record
    except UNREADABLE:
        return None
    if inner.type not in ("assistant", "user") or inner.message is None:
        return None
    inner.isSidechain, inner.agentId = True, progress.agentId
    inner.timestamp = inner.timestamp or record.timestamp
    inner.sessionId, inner.cwd, inner.gitBranch = record.sessionId, record.cwd, record.gitBranch
    inner.version, inner.entrypoint = record.version, record.entrypoint
    return inner


def message_record(record: Record) -> Record:
    """The record that holds the message: of a progress record the one in it, else the record itself."""
    if record.type != "progress":
        return record
    return embedded_record(record, decode_part(record.data, ProgressData)) or record


def touch(emitter: LaneEmitter, at: int) -> None:
    """Note that the sub-agent whose lane is entered is at work."""
    lane = emitter.state.lanes[emitter.state.lane]
    lane.is_open, lane.last_at = True, max(at, lane.last_at)


def end(emitter: LaneEmitter, agent_id: str, returned: ClaudeResult, at: int, ref: Ref) -> None:
    """The call that started a sub-agent returns: the sub-agent has said its last word."""
    state, name = emitter.state, lane_name(agent_id)
    lane = state.lanes.get(name)
    if lane is None or not lane.is_open or returned.text.startswith(_LAUNCHED):
        return
    parent, lane.is_open = state.lane, False
    emitter.enter_lane(name)
    text = _TRAILER.sub("", returned.text).strip()
    if text and returned.status == "ok":
        emitter.emit(AssistantMessage(at, ref, text, "", is_final=True))
    emitter.emit(TurnEnded(at, _ENDS.get(returned.status, "unknown"), returned.duration_ms))
    emitter.enter_lane(parent)


def end_open(emitter: LaneEmitter, status: TurnStatus) -> None:
    """End the sub-agents that never returned, each with the last that it did."""
    state = emitter.state
    parent = state.lane
    for name, lane in [entry for entry in state.lanes.items() if entry[1].is_open]:
        if name != parent:
            lane.is_open = False
            emitter.enter_lane(name)
            emitter.emit(TurnEnded(lane.last_at, status))
    emitter.enter_lane(parent)
