"""Events of a Copilot CLI session: of the session itself, and of the sub-agents whose records stand in its file."""

from __future__ import annotations

from ppp_tui.model.event import TrajectorySwitched
from ppp_tui.sources.copilot_cli.state import MAX_CHILDREN, CopilotChild, CopilotState
from ppp_tui.sources.emitter import EventEmitter


class CopilotEmitter(EventEmitter[CopilotState]):
    """Collects events, each after a switch to the trajectory that it belongs to."""

    def __init__(self, state: CopilotState) -> None:
        """Go on in the trajectory of the last event."""
        super().__init__(state)
        self._use_facts()

    def enter(self, name: str) -> None:
        """Switch to a trajectory: '' is the session's own, another name a sub-agent's, which may be new."""
        state = self.state
        if name == state.current:
            return
        if name and name not in state.children:
            state.children[name] = CopilotChild()
            while len(state.children) > MAX_CHILDREN:
                del state.children[next(iter(state.children))]
        state.current = name
        self._use_facts()
        child = state.children.get(name)
        self.emit(TrajectorySwitched(name, "" if name else None, child.call if child else ""))

    def _use_facts(self) -> None:
        child = self.state.children.get(self.state.current)
        self.facts = child.facts if child else self.state.facts
