"""Folds of failures that are tried again: model requests, and calls that are repeated although nothing was changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppp_tui.ingest.lane import shorten
from ppp_tui.ingest.work_state import CHAINS, OpenCall
from ppp_tui.model.event import AgentSpoke, RequestFailed, StepEnded, StepStarted, Thought, TurnEnded, TurnStarted
from ppp_tui.model.work import ChainOutcome, ChainRow

if TYPE_CHECKING:
    from ppp_tui.ingest.work import WorkFold

TOOL_FAILED = "tool_failed"
"""The reason of a chain of failing calls."""

_EDIT = "edit\n"
"""Begins the identity of an edit of files."""


def fail(fold: WorkFold, event: RequestFailed) -> None:
    """A request failed: the first of a chain, or one more."""
    state, lane = fold.state, fold.lane
    chain = state.request_chain
    if chain is None:
        state.chains += 1
        chain = ChainRow(
            state.turn_number, state.chains, "request", lane.fact("project"), event.model or lane.fact("model"), "", "",
            "", event.kind, 0, None, fold.when(event.at), None, "open",
        )  # fmt: skip
    waited = event.wait_ms if not event.is_final else None
    is_last = event.is_final or bool(event.attempt and event.max_attempts and event.attempt >= event.max_attempts)
    chain = chain._replace(
        is_exhausted=int(is_last and (chain.attempts > 0 or (event.attempt or 0) > 1)),
        attempts=max(chain.attempts + 1, event.attempt or 0),
        wait_ms=chain.wait_ms if waited is None else (chain.wait_ms or 0) + waited,
        fallback_model=event.fallback_model or chain.fallback_model,
    )
    state.request_chain = chain
    _put(fold, chain)
    if event.is_final:
        _close_request(fold, event.at, "gave_up")
    elif event.model and event.fallback_model == lane.fact("model"):
        # The other model has answered already: what took over was recorded afterwards.
        _close_request(fold, event.at, "recovered")


def recover(fold: WorkFold, event: AgentSpoke | Thought | StepStarted) -> None:
    """The model answers: a chain of failing requests is over."""
    if fold.state.request_chain is not None:
        _close_request(fold, event.at, "recovered")


def give_up(fold: WorkFold, event: TurnStarted | TurnEnded) -> None:
    """The turn is over: what failed until then is given up."""
    if fold.state.request_chain is not None:
        _close_request(fold, event.at, "gave_up")
    start_afresh(fold, event.at)


def start_afresh(fold: WorkFold, at: int, *, keeps_edits: bool = False) -> None:
    """Something was changed: a call that failed before is no longer the same attempt.

    An edit that failed is still the same attempt, if `keeps_edits`, whatever other files were changed meanwhile.
    """
    state = fold.state
    for identity, chain in list(state.tool_chains.items()):
        if keeps_edits and identity.startswith(_EDIT):
            continue
        del state.tool_chains[identity]
        if chain.chain_number:
            _put(fold, chain._replace(outcome="gave_up", ended_at=chain.ended_at or fold.when(at)))


def end_call(fold: WorkFold, call: OpenCall, event: StepEnded) -> None:
    """A call failed, or went well after it had failed before."""
    state, lane = fold.state, fold.lane
    identity = _identity(call)
    chain = state.tool_chains.pop(_earlier(state.tool_chains, identity), None)
    at = fold.when(event.at)
    if event.status == "failed":
        if chain is None:
            chain = ChainRow(
                state.turn_number, 0, "tool", lane.fact("project"), lane.fact("model"), "", call.tool, call.target,
                TOOL_FAILED, 1, None, at, None, "open",
            )  # fmt: skip
        else:
            chain = _number(fold, chain._replace(attempts=chain.attempts + 1, ended_at=at))
            _put(fold, chain)
        state.tool_chains[identity] = chain
        shorten(state.tool_chains, CHAINS)
    elif event.status == "ok":
        if chain is not None:
            _put(fold, _number(fold, chain._replace(ended_at=at, outcome="recovered")))
        if call.edits or call.kind == "edit":
            start_afresh(fold, event.at, keeps_edits=True)
    elif chain is not None:
        # A call that was denied or cancelled is no attempt.
        state.tool_chains[identity] = chain


def _identity(call: OpenCall) -> str:
    """The same for attempts at the same: edits of one file, however they go about it; else equal calls."""
    return _EDIT + "\n".join(sorted(call.edits)) if call.edits else call.identity


def _earlier(chains: dict[str, ChainRow], identity: str) -> str:
    """The identity under which an earlier attempt is remembered: of an edit, one of any file of it."""
    if identity in chains or not identity.startswith(_EDIT):
        return identity
    files = set(identity.removeprefix(_EDIT).split("\n"))
    return next(
        (known for known in chains if known.startswith(_EDIT) and files & set(known.removeprefix(_EDIT).split("\n"))),
        identity,
    )


def _number(fold: WorkFold, chain: ChainRow) -> ChainRow:
    """A chain that is one now; all of it belongs to the turn that goes on with it."""
    if chain.chain_number:
        return chain
    fold.state.chains += 1
    return chain._replace(turn_number=fold.state.turn_number, chain_number=fold.state.chains)


def _close_request(fold: WorkFold, at: int, outcome: ChainOutcome) -> None:
    state = fold.state
    chain = state.request_chain
    if chain is None:
        return
    model = fold.lane.fact("model")
    fallback = chain.fallback_model or (model if chain.model and model != chain.model else "")
    is_exhausted = chain.is_exhausted if outcome == "gave_up" else 0
    _put(
        fold,
        chain._replace(outcome=outcome, ended_at=fold.when(at), fallback_model=fallback, is_exhausted=is_exhausted),
    )
    state.request_chain = None


def _put(fold: WorkFold, chain: ChainRow) -> None:
    fold.chains[chain.turn_number, chain.chain_number] = chain
