"""Sub-agents whose messages stand in the `progress` records of their parent's session (2.0 to 2.1.42).

Each is a trajectory of the file, named as its own file would be. The texts that it wrote between its calls are not
repeated there; its last one is the result of the call that started it.
"""

from __future__ import annotations

import re

from ppp_tui.model.event import AssistantMessage, Ref, TurnEnded
from ppp_tui.model.event_values import TurnStatus
from ppp_tui.sources.claude_code.emitter import ClaudeEmitter, agent_trajectory_name
from ppp_tui.sources.claude_code.lenient_decode import decode_part, read_record
from ppp_tui.sources.claude_code.records import EMPTY, UNREADABLE, ProgressData, Record, decode_record
from ppp_tui.sources.claude_code.tools import ClaudeResult

AGENT_PROGRESS = "agent_progress"

_LAUNCHED = "Async agent launched"
_RESUMING = re.compile(r"agentId: \S+ \(for resuming")
_USAGE, _USAGE_END = "<usage>", "</usage>"
_ENDS: dict[str, TurnStatus] = {
    "ok": "completed",
    "failed": "failed",
    "denied": "interrupted",
    "cancelled": "interrupted",
}


def embedded_record(record: Record, progress: ProgressData) -> Record | None:
    """Return the sub-agent's record in a progress record, with fields of its envelope; None if there is none."""
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
    """Return the record that holds the message: the one in a progress record, else the record itself."""
    if record.type != "progress":
        return record
    return embedded_record(record, decode_part(record.data, ProgressData)) or record


def touch(emitter: ClaudeEmitter, at: int) -> None:
    """Mark the current trajectory's sub-agent as at work."""
    trajectory = emitter.state.trajectories[emitter.state.current_trajectory]
    trajectory.is_open, trajectory.last_at = True, max(at, trajectory.last_at)


def end(emitter: ClaudeEmitter, agent_id: str, returned: ClaudeResult, at: int, ref: Ref) -> None:
    """End a sub-agent, with the result of the call that started it as its last message."""
    state, name = emitter.state, agent_trajectory_name(agent_id)
    trajectory = state.trajectories.get(name)
    if trajectory is None or not trajectory.is_open or returned.text.startswith(_LAUNCHED):
        return
    parent, trajectory.is_open = state.current_trajectory, False
    emitter.enter_trajectory(name)
    text = without_trailer(returned.text)
    if text and returned.status == "ok":
        emitter.emit(AssistantMessage(at, ref, text, "", is_final=True))
    emitter.emit(TurnEnded(at, _ENDS.get(returned.status, "unknown"), returned.duration_ms))
    emitter.enter_trajectory(parent)


def without_trailer(text: str) -> str:
    """Return the result of a sub-agent without what the program wrote behind it: how to resume it, what it used."""
    resuming = _RESUMING.search(text)
    end = resuming.start() if resuming else len(text)
    if text.rstrip().endswith(_USAGE_END) and (usage := text.find(_USAGE)) >= 0:
        end = min(end, usage)
    return text[:end].strip()


def end_open(emitter: ClaudeEmitter, status: TurnStatus) -> None:
    """End the sub-agents whose call never returned, at the time of their last record."""
    state = emitter.state
    parent = state.current_trajectory
    for name, trajectory in [entry for entry in state.trajectories.items() if entry[1].is_open]:
        if name != parent:
            trajectory.is_open = False
            emitter.enter_trajectory(name)
            emitter.emit(TurnEnded(trajectory.last_at, status))
    emitter.enter_trajectory(parent)
