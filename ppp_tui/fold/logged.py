"""Folds logged entries into what follows from them: tests run, files touched, failures tried again, a filled window.

Rows of turns, questions, steps and requests are the entries themselves; the writer makes those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ppp_tui.fold import chains
from ppp_tui.fold.entries import fact_events, step_events, usage_events
from ppp_tui.fold.file_fold import REDUCERS
from ppp_tui.fold.state import FileState, TrajectoryState, decode_state, encode_state
from ppp_tui.fold.trajectory import FoldOptions, TrajectoryFold
from ppp_tui.model.event import NOWHERE, AssistantMessage, Event, RequestMeasured, TurnEnded, TurnStarted
from ppp_tui.model.usage import UNPRICED, RequestPrice
from ppp_tui.scoring.prices.context_windows import Window, context_window
from ppp_tui.store.logged.effects import Derived
from ppp_tui.store.logged.entries import Entry, Started, StepLogged, TurnLogged, UsageLogged


class _NoPrices:
    """Windows by the model's name; prices are looked up later, by ingest."""

    def price(self, request: RequestMeasured, at_ms: int) -> RequestPrice:  # noqa: ARG002  the signature is that of every pricing
        """Return no price."""
        return UNPRICED

    def window(self, model: str, recorded: int | None, greatest: int) -> Window:
        """Return the window that is recorded, or goes with the name."""
        return Window(context_window(model, recorded, greatest, lambda _: None), is_inferred=not recorded)


_OPTIONS = FoldOptions(_NoPrices())


def derive(state: bytes, facts: Mapping[str, str], entries: Sequence[Entry], step_numbers: Sequence[int]) -> Derived:
    """Fold the entries of one trajectory, in the order in which they were logged.

    `state` is what an earlier fold of it returned, b'' for none; `facts` are what the database knows of it;
    `step_numbers` are the numbers of the steps among the entries, in their turns.
    """
    fold = TrajectoryFold(_stored(state, facts), _OPTIONS)
    numbers = iter(step_numbers)
    for entry in entries:
        if isinstance(entry, TurnLogged):
            _fold_turn(fold, entry)
        elif isinstance(entry, StepLogged):
            _enter_turn(fold, entry.number, entry.at)
            _fold_step(fold, entry, next(numbers))
        elif isinstance(entry, UsageLogged):
            _enter_turn(fold, entry.number, entry.at)
            if entry.model:
                fold.state.facts["model"] = entry.model
            _reduce(fold, usage_events(entry))
        elif isinstance(entry, Started):
            _reduce(fold, fact_events(entry))
    return Derived(fold.finish(), encode_state(FileState("", [fold.state])))


def _stored(state: bytes, facts: Mapping[str, str]) -> TrajectoryState:
    try:
        stored = decode_state(state).trajectories
    except ValueError:
        # Another version's: what comes is folded anew.
        stored = []
    return stored[0] if stored else TrajectoryState("", facts={name: value for name, value in facts.items() if value})


def _reduce(fold: TrajectoryFold, events: Sequence[Event]) -> None:
    for event in events:
        for reduce in REDUCERS[type(event)]:
            reduce(fold, event)


def _enter_turn(fold: TrajectoryFold, number: int, at: int) -> None:
    """Begin a turn with the first entry of a greater number than any before."""
    state = fold.state
    if state.turn is None or number > state.turn_number:
        _reduce(fold, [TurnStarted(at, NOWHERE, "", "", "logged", number)])


def _fold_turn(fold: TrajectoryFold, turn: TurnLogged) -> None:
    """Count a turn's text as conversation; what failed until its end is given up. An earlier turn changes nothing."""
    _enter_turn(fold, turn.number, max(0, turn.at - (turn.latency_ms or 0)))
    state = fold.state
    if turn.number != state.turn_number:
        return
    hidden = turn.hidden
    prompt_length = hidden.prompt_length if hidden else len(turn.prompt)
    response_length = hidden.response_length if hidden else len(turn.response)
    state.conversation_chars += prompt_length - state.prompt_length + response_length - state.response_length
    state.prompt_length, state.response_length = prompt_length, response_length
    fold.note_event(turn.at, "TurnEnded")
    if response_length:
        chains.end_request_chain(fold, AssistantMessage(turn.at, NOWHERE, turn.response, is_final=True))
    if turn.status != "open":
        chains.give_up_chains(fold, TurnEnded(turn.at, turn.status, turn.latency_ms, token_count=turn.token_count))


def _fold_step(fold: TrajectoryFold, step: StepLogged, number: int) -> None:
    """Fold a step under its row's number. What follows from a step of an earlier turn does not name the step."""
    state = fold.state
    key = step.key or f"#{step.number}.{number}"
    is_late = step.number != state.turn_number
    state.step_count = number - 1
    for event in step_events(step, key, is_open=key in state.open_steps):
        _reduce(fold, [event])
        if is_late and key in state.calls:
            state.calls[key].turn_number = step.number
