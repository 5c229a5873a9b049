"""Reducers of what follows from calls and failures: decisions of the agent, and signals of how well it went.

A row's number in its turn is made of the step's or the chain's number and of what the row is about, so that it does not
depend on how a file was cut into reads.
"""

from __future__ import annotations

import re

from ppp_tui.fold.state import OpenCall
from ppp_tui.fold.trajectory import TrajectoryFold
from ppp_tui.model.activity import ChainRow, DecisionRow, SignalRow
from ppp_tui.model.agent_codes import DecisionType, ReasonCode, SignalCode, SignalType
from ppp_tui.model.event import ModeStated, RequestFailed, ToolCallFinished, ToolCallStarted
from ppp_tui.model.ids import FIRST_STATED
from ppp_tui.scoring import tool_outcomes

_PLACES = 4
"""Row numbers that are reserved for each step or chain, one for each of the subjects below."""
_SUCCESS, _FAILURE, _RETRIEVAL, _CHAIN = range(_PLACES)
_CHOICE, _RETRY, _FALLBACK, _EXHAUSTED = range(_PLACES)
_MODE = 1

_TOOL_SUCCESS, _TOOL_FAILURE = SignalType.TOOL_SUCCESS.value, SignalType.TOOL_FAILURE.value
_EMPTY_RETRIEVAL, _NO_RESULTS = SignalType.EMPTY_RETRIEVAL.value, SignalCode.NO_RESULTS.value
_FIRST_ATTEMPT = SignalCode.FIRST_ATTEMPT.value

_INVALID_IN_NAME = re.compile(r"[^A-Za-z0-9_.:/@+-]+")
MAX_NAME_CHARS = 100


def add_choice(fold: TrajectoryFold, event: ToolCallStarted) -> None:
    """Add the decision that lies in the choice of a tool, if any is evident."""
    kind = event.kind
    if kind not in ("web", "search", "subagent", "plan"):
        return
    state = fold.state
    step = state.open_steps.get(event.key) if event.key else None
    if step is None or event.key in state.calls:
        # A call may be recorded twice; its tool was chosen once.
        return
    is_beside_another = kind == "subagent" and any(
        other.kind == "subagent" and other.status == "running" and other is not step
        for other in state.open_steps.values()
    )
    choice = tool_outcomes.choice_reason(kind, event.tool, is_beside_another=is_beside_another)
    if choice is not None:
        _decide(
            fold, event.at, (step.turn_number, step.step_number), _CHOICE, choice, selected=event.tool, is_step=True
        )


def add_mode(fold: TrajectoryFold, event: ModeStated) -> None:
    """Add the decision for a new permission mode, which says what the agent may do without asking."""
    state = fold.state
    mode, turn = event.mode[:MAX_NAME_CHARS], state.turn
    if mode == state.permission_mode or turn is None:
        # Before the first prompt nothing is decided: the first turn states its mode, too.
        return
    state.permission_mode = mode
    choice = tool_outcomes.mode_choice(mode)
    # It belongs to the turn, not to a step: no step and no chain has the number 0.
    _decide(fold, event.at, (turn.turn_number, 0), _MODE, choice, selected=mode)


def add_outcome(
    fold: TrajectoryFold,
    call: OpenCall,
    event: ToolCallFinished,
    *,
    earlier: ChainRow | None,
    has_run_tests: bool,
) -> None:
    """Add whether a call went well, at which attempt, why it failed, and whether a search was empty.

    `earlier` is the chain of failures that the call goes on with. A command whose tests failed did what it was to do.
    """
    status, kind = event.status, call.kind
    if kind not in tool_outcomes.TOOL_KINDS or status not in ("ok", "failed"):
        return
    is_ok = status == "ok"
    is_empty = None
    # A search in the shell that finds nothing exits with 1, which some agents do not take for a failure.
    if kind == "search" or not is_ok or event.exit_code:
        is_empty = tool_outcomes.is_empty_search(
            kind, call.target, event.exit_code, event.output_preview, event.output_length
        )
        is_ok = is_ok or has_run_tests or is_empty is True
    code = _attempt(fold, call, earlier) if fold.state.tool_chains else _FIRST_ATTEMPT
    _signal(fold, event.at, call, _SUCCESS, (_TOOL_SUCCESS, code, int(is_ok)))
    if is_empty is not None:
        _signal(fold, event.at, call, _RETRIEVAL, (_EMPTY_RETRIEVAL, _NO_RESULTS, int(is_empty)))
    if not is_ok:
        reason = tool_outcomes.failure_code(kind, event.exit_code, event.output_preview)
        if reason is not None:
            _signal(fold, event.at, call, _FAILURE, (_TOOL_FAILURE, reason.value, 1))


def add_retries(fold: TrajectoryFold, chain: ChainRow, at: int) -> None:
    """Add the retry signal of a chain of failures that ended, and the decision to give up if no retry was left."""
    code = tool_outcomes.retry_code(
        chain.attempts, is_recovered=chain.outcome == "recovered", is_exhausted=bool(chain.is_exhausted)
    )
    number = chain.chain_number * _PLACES + _CHAIN
    if code is not None and chain.chain_number and number < FIRST_STATED:
        row = SignalRow(
            turn_number=chain.turn_number,
            signal_number=number,
            step_number=None,
            signal_type=SignalType.RETRY_OCCURRED.value,
            signal_code=code.value,
            value=1,
            recorded_at=fold.time_or_last(at),
        )
        fold.signals[row.turn_number, number] = row
    if chain.is_exhausted:
        choice = DecisionType.RETRY_STRATEGY, ReasonCode.RETRY_BUDGET_EXHAUSTED
        _decide(fold, at, (chain.turn_number, chain.chain_number), _EXHAUSTED, choice, selected="give_up")


def add_retry_decision(fold: TrajectoryFold, chain: ChainRow, event: RequestFailed, *, is_first: bool) -> None:
    """Add what the agent does about a failed request, at the first of a chain, and if another model is asked."""
    owner = chain.turn_number, chain.chain_number
    if is_first:
        reason = tool_outcomes.retry_reason(event.kind, event.wait_ms, is_final=event.is_final)
        choice = DecisionType.RETRY_STRATEGY, reason
        _decide(fold, event.at, owner, _RETRY, choice, selected="give_up" if event.is_final else "retry")
    if event.fallback_model:
        choice = DecisionType.ORCHESTRATION_PATH, ReasonCode.FALLBACK_PATH
        _decide(fold, event.at, owner, _FALLBACK, choice, selected=event.fallback_model)


def _attempt(fold: TrajectoryFold, call: OpenCall, earlier: ChainRow | None) -> str:
    """Return whether a call is the first attempt, or follows one that failed, of the same tool or another."""
    if earlier is None and call.target:
        chains = fold.state.tool_chains.values()
        earlier = next((chain for chain in chains if chain.target == call.target), None)
    if earlier is None:
        return _FIRST_ATTEMPT
    return (SignalCode.AFTER_RETRY if earlier.tool == call.tool else SignalCode.FALLBACK_USED).value


def _signal(fold: TrajectoryFold, at: int, call: OpenCall, place: int, signal: tuple[str, str, int]) -> None:
    """Add a signal of a call: type, code and value. Nearly every call has one, so that this is short."""
    step = call.step_number
    number = step * _PLACES + place
    if number < FIRST_STATED:
        turn = call.turn_number
        fold.signals[turn, number] = SignalRow._make((turn, number, step, *signal, fold.time_or_last(at)))


def _decide(
    fold: TrajectoryFold,
    at: int,
    owner: tuple[int, int],
    place: int,
    choice: tuple[DecisionType, ReasonCode],
    selected: str,
    *,
    is_step: bool = False,
) -> None:
    """Add a decision about a step or a chain, named by its turn's and its own number; none if `selected` is no name."""
    turn_number, owner_number = owner
    number = owner_number * _PLACES + place
    name = _INVALID_IN_NAME.sub("_", selected)[:MAX_NAME_CHARS].lstrip(".:/@+-")
    if name and number < FIRST_STATED:
        fold.decisions[turn_number, number] = DecisionRow(
            turn_number=turn_number,
            decision_number=number,
            step_number=owner_number if is_step else None,
            decision_type=choice[0].value,
            selected=name,
            reason_code=choice[1].value,
            recorded_at=fold.time_or_last(at),
        )
