"""Folds the events of a session file into turns and rows.

A fold is pure: state and events in, state and rows out; nothing is read, waited for or looked up. Folding a file in
many parts gives the same rows as folding it at once, because all that later events need is in the state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ppp_tui.ingest import asking, conversation, effects, measures
from ppp_tui.ingest.judge import HEURISTIC, Judge
from ppp_tui.ingest.lane import LANES_KEPT, FileState, LaneState, decode, encode
from ppp_tui.ingest.lane_fold import LaneFold, Pricing
from ppp_tui.model import event as events_of
from ppp_tui.model.event import Event, LaneEntered
from ppp_tui.model.rows import LaneRows

_FOLDS: dict[type, Callable[[LaneFold, Any], None]] = {
    events_of.Noted: effects.note_fact,
    events_of.TurnStarted: conversation.start_turn,
    events_of.PromptAdded: conversation.add_prompt,
    events_of.TurnEnded: conversation.end_turn,
    events_of.TurnsRolledBack: conversation.roll_back,
    events_of.AgentSpoke: conversation.speak,
    events_of.Thought: conversation.think,
    events_of.StepStarted: effects.start_step,
    events_of.StepEnded: effects.end_step,
    events_of.Remarked: effects.remark,
    events_of.QuestionAsked: asking.ask,
    events_of.QuestionAnswered: asking.take_answer,
    events_of.ViolationStated: conversation.violate,
    events_of.RequestMeasured: measures.measure_request,
    events_of.ContextMeasured: measures.measure_context,
    events_of.Compacted: measures.compact,
    events_of.RequestFailed: measures.fail_request,
    events_of.LimitMeasured: measures.measure_limit,
    events_of.Progressed: effects.progress,
    events_of.Waited: effects.wait,
    events_of.SessionEnded: effects.end_session,
}


class Assembler:
    """The fold of one session file, over all its lanes."""

    def __init__(
        self,
        state: bytes,
        pricing: Pricing,
        *,
        is_child: bool = False,
        keeps_text: bool = True,
        judge: Judge = HEURISTIC,
        is_judged: bool = True,
    ) -> None:
        """Go on from a stored state (b'' for a new file). Raises ValueError for bytes that are no state.

        `is_child` tells that the file as a whole is a sub-agent's; without `keeps_text` no text of a prompt, response,
        question or tool is in what comes out, only lengths and hashes. `judge` says how much a question asks; unless
        `is_judged`, what comes out is marked as still to be judged.
        """
        stored = decode(state)
        self._pricing = pricing
        self._is_child = is_child
        self._keeps_text = keeps_text
        self._judge = judge
        self._is_judged = is_judged
        self._current = stored.current
        self._lanes = {lane.lane: lane for lane in stored.lanes}

    def fold(self, events: Iterable[Event]) -> list[LaneRows]:
        """Take in more events, in file order; returns what they changed, one entry per lane touched."""
        touched: dict[str, LaneFold] = {}
        fold: LaneFold | None = None
        for event in events:
            kind = type(event)
            if kind is LaneEntered:
                fold = self._enter(event, touched)  # type: ignore[arg-type]
                continue
            if fold is None:
                fold = self._lane(self._current, touched)
            _FOLDS[kind](fold, event)
            fold.work.observe(event)
        return [lane.finish() for lane in touched.values()]

    def state(self) -> bytes:
        """All that a later assembler needs to go on."""
        kept = list(self._lanes.values())[-LANES_KEPT:]
        return encode(FileState(self._current, kept))

    def _enter(self, event: LaneEntered, touched: dict[str, LaneFold]) -> LaneFold:
        self._current = event.lane
        fold = self._lane(event.lane, touched)
        if event.at:
            fold.see(event.at, "LaneEntered")
        if event.parent_lane is not None:
            state = fold.state
            state.parent_lane, state.parent_step, state.is_child = event.parent_lane, event.parent_step, True
            fold.rows.parent_lane, fold.rows.parent_step = event.parent_lane, event.parent_step
        return fold

    def _lane(self, name: str, touched: dict[str, LaneFold]) -> LaneFold:
        fold = touched.get(name)
        if fold is None:
            state = self._lanes.pop(name, None) or LaneState(name, is_child=self._is_child)
            self._lanes[name] = state
            fold = touched[name] = LaneFold(
                state, self._pricing, keeps_text=self._keeps_text, judge=self._judge, is_judged=self._is_judged
            )
        return fold
