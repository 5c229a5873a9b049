"""The emitter of Claude Code's events, which knows the trajectory that each record belongs to."""

from __future__ import annotations

from pathlib import Path

from ppp_tui.model.event import TrajectorySwitched
from ppp_tui.model.ids import hash64
from ppp_tui.sources.claude_code.chain import RecordChain
from ppp_tui.sources.claude_code.discovery import identify, is_subagent
from ppp_tui.sources.claude_code.prompts import text_of
from ppp_tui.sources.claude_code.records import EMPTY, Record, fields
from ppp_tui.sources.claude_code.state import AGENT_PREFIX, CHAIN, FILE_TRAJECTORIES, ClaudeState, FileTrajectory
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember


class ClaudeEmitter(EventEmitter[ClaudeState]):
    """Emitter for one session file: for its main trajectory, and for sub-agents whose messages stand in it."""

    def __init__(self, state: ClaudeState, path: Path) -> None:
        """Continue from a state. Raises ValueError for a state without a valid chain of records."""
        super().__init__(state)
        self.chain = RecordChain(state.records)
        self.is_child_file = is_subagent(path)
        self.name_in_parent = path.stem if self.is_child_file else ""
        """Name that this file's trajectory has where its records stand in the parent's file."""
        self._is_parent_unknown = self.is_child_file and not identify(path).parent_native_id
        self._envelope: tuple[object, ...] = ()
        """Common fields of the trajectory's last record, to note only those that change."""
        self.facts = self._trajectory(state.current_trajectory).facts

    def enter_record(self, record: Record, at: int) -> bool:
        """Enter a record's trajectory, and note its common fields. False for a record that was read before."""
        # A resumed or branched session writes records again: the first copy counts.
        is_inline = record.isSidechain and not self.is_child_file
        if not record.uuid:
            if self.state.current_trajectory:
                self.enter_trajectory(self._name_of(record) if is_inline else "")
            return True
        if not self.chain.enter(record):
            return False
        if is_inline:
            # A sub-agent of versions before sub-agents had files is a trajectory of its own.
            self.enter_trajectory(self._name_of(record))
        elif self.state.current_trajectory:
            self.enter_trajectory("")
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

    def enter_trajectory(self, name: str, parent_step: str = "") -> None:
        """Emit that further events belong to a trajectory, '' being the main one; the call `parent_step` started it."""
        state = self.state
        if name == state.current_trajectory:
            return
        state.current_trajectory = name
        entered = self._trajectory(name)
        entered.parent_step = parent_step or entered.parent_step
        self.facts, self._envelope = entered.facts, ()
        self.emit(TrajectorySwitched(name, "" if name else None, entered.parent_step))

    def enter_agent(self, record: Record, parent_step: str) -> int:
        """Enter the trajectory of a sub-agent whose record stands in its parent's. Return the record's time."""
        self.enter_trajectory(agent_trajectory_name(record.agentId or ""), parent_step)
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

    def _name_of(self, record: Record) -> str:
        state, uuid = self.state, (record.uuid or "")[:MAX_KEY_CHARS]
        name = agent_trajectory_name(record.agentId or "")
        name = name or state.chain.get(record.parentUuid or "") or uuid
        if uuid:
            remember(state.chain, uuid, name, CHAIN)
        if name and name not in state.trajectories:
            call = state.tasks.get(hash64(text_of(record.message.content)), "") if record.message else ""
            state.trajectories[name] = FileTrajectory(parent_step=call)
        return name or state.current_trajectory

    def _trajectory(self, name: str) -> FileTrajectory:
        trajectories = self.state.trajectories
        trajectory = trajectories.get(name)
        if trajectory is None:
            trajectory = trajectories[name] = FileTrajectory()
        while len(trajectories) > FILE_TRAJECTORIES:
            # Drop the oldest but the main one and the current one, an ended one if there is any.
            others = [other for other in trajectories if other not in ("", name)]
            del trajectories[next((other for other in others if not trajectories[other].is_open), others[0])]
        return trajectory


def agent_trajectory_name(agent_id: str) -> str:
    """Return the name of a sub-agent's trajectory within the file, '' without an id."""
    return f"{AGENT_PREFIX}{agent_id}"[:MAX_KEY_CHARS] if agent_id else ""
