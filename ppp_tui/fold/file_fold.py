"""Folds the events of a session file, over all its trajectories, into rows.

A fold is pure: state and events in, state and rows out; nothing is read, waited for or looked up. Folding a file in
many parts gives the same rows as folding it at once, because all that later events need is in the state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ppp_tui.fold import calls, chains, context, decisions, deliveries, questions, requests, steps, traces, turns
from ppp_tui.fold.state import FileState, TrajectoryState, decode_state, encode_state
from ppp_tui.fold.trajectory import FoldOptions, TrajectoryFold
from ppp_tui.model import event as events_of
from ppp_tui.model import sent_event
from ppp_tui.model.event import Event, TrajectorySwitched
from ppp_tui.model.limits import MAX_TRAJECTORIES
from ppp_tui.model.rows import TrajectoryDelta

REDUCERS: dict[type, tuple[Callable[[TrajectoryFold, Any], None], ...]] = {
    events_of.MetadataLearned: (steps.note_fact,),
    events_of.TurnStarted: (turns.start_turn, chains.give_up_chains, context.count_prompt),
    events_of.PromptAdded: (turns.add_prompt, context.count_text),
    events_of.TurnEnded: (turns.end_turn, chains.give_up_chains),
    events_of.TurnsRolledBack: (turns.roll_back,),
    events_of.AssistantMessage: (turns.add_response, chains.end_request_chain, context.count_text),
    events_of.ReasoningEmitted: (turns.add_thinking, chains.end_request_chain),
    events_of.ToolCallStarted: (
        steps.start_step,
        chains.end_request_chain,
        decisions.add_choice,
        calls.open_call,
        context.count_input,
    ),
    # What a call read is counted before the call is forgotten.
    events_of.ToolCallFinished: (steps.end_step, context.count_output, calls.close_call),
    events_of.SystemNotice: (steps.add_notice,),
    events_of.QuestionAsked: (questions.add_question,),
    events_of.QuestionAnswered: (questions.keep_answers,),
    events_of.ViolationStated: (turns.add_violation,),
    events_of.RequestMeasured: (requests.measure_request,),
    # The turn's own window is set first: the context's row repeats it.
    events_of.ContextMeasured: (requests.measure_context, context.share_out_context),
    events_of.Compacted: (requests.add_compaction, context.count_compaction),
    events_of.RequestFailed: (requests.add_failed_request, chains.extend_request_chain, context.count_overflow),
    events_of.PullRequestLinked: (deliveries.link_pull_request,),
    events_of.LimitMeasured: (requests.measure_limit,),
    events_of.Heartbeat: (steps.note_heartbeat,),
    events_of.AgentWaiting: (steps.note_waiting,),
    sent_event.CallTraced: (traces.add_span,),
    sent_event.CallWaited: (traces.add_wait,),
    events_of.ModeStated: (decisions.add_mode,),
    events_of.SessionEnded: (steps.end_session,),
}
"""The reducers of each kind of event, in the order in which they are called."""


class FileFold:
    """The fold of one session file, over all its trajectories."""

    def __init__(self, state: bytes, options: FoldOptions, *, is_child: bool = False) -> None:
        """Go on from a stored state (b'' for a new file). Raises ValueError for invalid bytes.

        `is_child`: the file as a whole is a sub-agent's.
        """
        stored = decode_state(state)
        self._options = options
        self._is_child = is_child
        self._current = stored.current
        self._states = {trajectory.name: trajectory for trajectory in stored.trajectories}

    def fold(self, events: Iterable[Event]) -> list[TrajectoryDelta]:
        """Fold more events, in file order; return what they changed, one entry per trajectory touched."""
        touched: dict[str, TrajectoryFold] = {}
        fold: TrajectoryFold | None = None
        for event in events:
            if type(event) is TrajectorySwitched:
                fold = self._enter(event, touched)
                continue
            if fold is None:
                fold = self._trajectory(self._current, touched)
            for reduce in REDUCERS[type(event)]:
                reduce(fold, event)
        return [trajectory.finish() for trajectory in touched.values()]

    def state(self) -> bytes:
        """Return all that a later fold of this file needs to go on."""
        return encode_state(FileState(self._current, list(self._states.values())[-MAX_TRAJECTORIES:]))

    def _enter(self, event: TrajectorySwitched, touched: dict[str, TrajectoryFold]) -> TrajectoryFold:
        self._current = event.name
        fold = self._trajectory(event.name, touched)
        if event.at:
            fold.note_event(event.at, "TrajectorySwitched")
        if event.parent_name is not None:
            state = fold.state
            state.parent_name, state.parent_step, state.is_child = event.parent_name, event.parent_step, True
            fold.rows.parent_name, fold.rows.parent_step = event.parent_name, event.parent_step
        return fold

    def _trajectory(self, name: str, touched: dict[str, TrajectoryFold]) -> TrajectoryFold:
        fold = touched.get(name)
        if fold is None:
            state = self._states.pop(name, None) or TrajectoryState(name, is_child=self._is_child)
            self._states[name] = state
            fold = touched[name] = TrajectoryFold(state, self._options)
        return fold
