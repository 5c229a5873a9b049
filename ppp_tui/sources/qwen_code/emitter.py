"""Events of a Qwen Code session: of the session itself, and of the sub-agents in its telemetry."""

from __future__ import annotations

from ppp_tui.model.event import Ref, TurnStarted
from ppp_tui.sources.emitter import FamilyEmitter
from ppp_tui.sources.json_records import JsonObject, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS
from ppp_tui.sources.qwen_code.state import MAX_CHILDREN, AgentCall, Child, QwenState


class SessionEmitter(FamilyEmitter[QwenState]):
    """Collects events, each after a switch to the trajectory that it belongs to."""

    def enter_child(self, event: JsonObject, at: int, ref: Ref) -> None:
        """Switch to the sub-agent of a telemetry event, and begin its only turn if it is new."""
        kind = text_of(event, "subagent_name")
        name = child_name(event)
        state = self.state
        if name not in state.children:
            call_key, call = self._call_of(kind)
            call.child = name
            state.children[name] = Child(call=call_key)
            self._drop_oldest(name)
            self.enter(name)
            self.note(at, "agent_role", kind)
            self.emit(TurnStarted(at, ref, name, call.prompt, "system"))
        self.enter(name)

    def _call_of(self, kind: str) -> tuple[str, AgentCall]:
        """Return the first call for such a sub-agent that has none yet; an empty one if the program started it."""
        for key, call in self.state.agent_calls.items():
            if call.agent == kind and not call.child:
                return key, call
        return "", AgentCall(kind, "")

    def _drop_oldest(self, name: str) -> None:
        children = self.state.children
        while len(children) > MAX_CHILDREN:
            del children[next(other for other in children if other != name)]


def child_name(event: JsonObject) -> str:
    """Return the name of a sub-agent's trajectory: the middle of ids such as ``session#general-purpose-x1y2#0``."""
    parts = text_of(event, "prompt_id").split("#")
    return (parts[1] if len(parts) == 3 and parts[1] else text_of(event, "subagent_name"))[:MAX_KEY_CHARS]
