"""Events of a Copilot CLI session: of the session itself, and of the sub-agents whose records stand in its file."""

from __future__ import annotations

from ppp_tui.sources.copilot_cli.state import MAX_CHILDREN, CopilotChild, CopilotState
from ppp_tui.sources.emitter import FamilyEmitter


class CopilotEmitter(FamilyEmitter[CopilotState]):
    """Collects events, each after a switch to the trajectory that it belongs to."""

    def enter(self, name: str) -> None:
        """Switch to a trajectory: '' is the session's own, another name a sub-agent's, which may be new."""
        children = self.state.children
        if name not in ("", self.state.current) and name not in children:
            children[name] = CopilotChild()
            while len(children) > MAX_CHILDREN:
                del children[next(iter(children))]
        super().enter(name)
