"""Folds of how work goes: test runs, files, failures that are tried again, what fills the context.

Looks at the events after the lane itself has taken them in, and keeps its own state and rows beside the lane's.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ppp_tui.ingest import work_chains, work_context, work_steps
from ppp_tui.ingest.work_state import WorkState
from ppp_tui.model import event as events_of
from ppp_tui.model.clock import to_text
from ppp_tui.model.work import AccessRow, ChainRow, ChangeRow, ContextRow, RunRow, WorkRows

if TYPE_CHECKING:
    from ppp_tui.ingest.lane import LaneState
    from ppp_tui.model.event import Event

_LATEST_MS = 253_402_300_799_999


class WorkFold:
    """The work of one lane while its events are folded."""

    def __init__(self, lane: LaneState, *, keeps_text: bool) -> None:
        """Go on from the lane's state, which is changed in place."""
        self.lane = lane
        self.keeps_text = keeps_text
        self.runs: list[RunRow] = []
        self.changes: list[ChangeRow] = []
        self.chains: dict[tuple[int, int], ChainRow] = {}
        self.accesses: list[AccessRow] = []
        self.contexts: dict[int, ContextRow] = {}

    @property
    def state(self) -> WorkState:
        """Where the fold stands."""
        return self.lane.work

    def observe(self, event: Event) -> None:
        """Take in an event that the lane has taken in."""
        state = self.state
        if self.lane.turn_number != state.turn_number or type(event) is events_of.TurnStarted:
            state.turn_number = self.lane.turn_number
            state.runs = state.changes = state.chains = state.accesses = 0
            state.context = None
        for look in _FOLDS.get(type(event), ()):
            look(self, event)

    def finish(self) -> WorkRows:
        """The rows that were touched since the fold began."""
        return WorkRows(
            self.runs, self.changes, list(self.chains.values()), self.accesses, list(self.contexts.values())
        )  # fmt: skip

    def when(self, at: int) -> str:
        """Archive text of a time; where an event has none, of the lane's last one."""
        known = at if 0 < at <= _LATEST_MS else self.lane.live.last_at
        return to_text(known) if known else self.lane.started_at or to_text(0)

    def named(self, text: str) -> str:
        """A text that names a thing; where no text is kept, a hash by which equal names are seen."""
        if self.keeps_text or not text:
            return text
        return f"#{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


_FOLDS: dict[type, tuple[Callable[[WorkFold, Any], None], ...]] = {
    events_of.TurnStarted: (work_chains.give_up, work_context.hear),
    events_of.PromptAdded: (work_context.hear_more,),
    events_of.TurnEnded: (work_chains.give_up,),
    events_of.AgentSpoke: (work_chains.recover, work_context.speak),
    events_of.Thought: (work_chains.recover,),
    events_of.StepStarted: (work_chains.recover, work_steps.start, work_context.call),
    events_of.StepEnded: (work_context.come_back, work_steps.end),
    events_of.RequestFailed: (work_chains.fail, work_context.overflow),
    events_of.ContextMeasured: (work_context.measure,),
    events_of.Compacted: (work_context.condense,),
}
