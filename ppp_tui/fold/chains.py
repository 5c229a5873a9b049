"""Reducers of failures that are tried again: model requests, and calls that repeat although nothing was changed."""

from __future__ import annotations

from ppp_tui.fold import decisions
from ppp_tui.fold.state import MAX_TOOL_CHAINS, OpenCall, drop_oldest
from ppp_tui.fold.trajectory import TrajectoryFold
from ppp_tui.model.activity import ChainOutcome, ChainRow
from ppp_tui.model.event import (
    AssistantMessage,
    ReasoningEmitted,
    RequestFailed,
    ToolCallFinished,
    ToolCallStarted,
    TurnEnded,
    TurnStarted,
)

TOOL_FAILED = "tool_failed"
"""The reason of a chain of failing calls."""

_EDIT = "edit\n"
"""Begins the identity of an edit of files."""


def extend_request_chain(fold: TrajectoryFold, event: RequestFailed) -> None:
    """Begin a chain with a failed request, or add it to the open one."""
    state = fold.state
    chain = state.request_chain
    is_first = chain is None
    if chain is None:
        state.chain_count += 1
        chain = ChainRow(
            turn_number=state.turn_number,
            chain_number=state.chain_count,
            kind="request",
            project=state.fact("project"),
            model=event.model or state.fact("model"),
            fallback_model="",
            tool="",
            target="",
            reason=event.kind,
            attempts=0,
            wait_ms=None,
            started_at=fold.time_or_last(event.at),
            ended_at=None,
            outcome="open",
        )
    waited = event.wait_ms if not event.is_final else None
    is_last = event.is_final or bool(event.attempt and event.max_attempts and event.attempt >= event.max_attempts)
    chain = chain._replace(
        is_exhausted=int(is_last and (chain.attempts > 0 or (event.attempt or 0) > 1)),
        attempts=max(chain.attempts + 1, event.attempt or 0),
        wait_ms=chain.wait_ms if waited is None else (chain.wait_ms or 0) + waited,
        fallback_model=event.fallback_model or chain.fallback_model,
    )
    state.request_chain = chain
    fold.put_chain(chain)
    decisions.add_retry_decision(fold, chain, event, is_first=is_first)
    if event.is_final:
        _close_request(fold, event.at, "gave_up")
    elif event.model and event.fallback_model == state.fact("model"):
        # The other model has answered already: what took over was recorded afterwards.
        _close_request(fold, event.at, "recovered")


def end_request_chain(fold: TrajectoryFold, event: AssistantMessage | ReasoningEmitted | ToolCallStarted) -> None:
    """End a chain of failing requests: the model answers."""
    if fold.state.request_chain is not None:
        _close_request(fold, event.at, "recovered")


def give_up_chains(fold: TrajectoryFold, event: TurnStarted | TurnEnded) -> None:
    """Give up what failed until the end of the turn."""
    if fold.state.request_chain is not None:
        _close_request(fold, event.at, "gave_up")
    if fold.state.tool_chains:
        _start_afresh(fold, event.at)


def update_tool_chain(fold: TrajectoryFold, call: OpenCall, event: ToolCallFinished) -> None:
    """Begin or extend the chain of a call that failed; close the chain of one that failed before and went well."""
    state = fold.state
    if event.status == "ok" and not state.tool_chains:
        return
    identity = _identity(call)
    chain = state.tool_chains.pop(_earlier_identity(state.tool_chains, identity), None)
    if event.status == "failed":
        failed_at = fold.time_or_last(event.at)
        if chain is None:
            chain = ChainRow(
                turn_number=state.turn_number,
                chain_number=0,
                kind="tool",
                project=state.fact("project"),
                model=state.fact("model"),
                fallback_model="",
                tool=call.tool,
                target=call.target,
                reason=TOOL_FAILED,
                attempts=1,
                wait_ms=None,
                started_at=failed_at,
                ended_at=None,
                outcome="open",
            )
        else:
            chain = _numbered(fold, chain._replace(attempts=chain.attempts + 1, ended_at=failed_at))
            fold.put_chain(chain)
        state.tool_chains[identity] = chain
        drop_oldest(state.tool_chains, MAX_TOOL_CHAINS)
    elif event.status == "ok":
        if chain is not None:
            recovered_at = fold.time_or_last(event.at)
            _end_chain(fold, _numbered(fold, chain._replace(ended_at=recovered_at, outcome="recovered")), event.at)
        if call.edits or call.kind == "edit":
            _start_afresh(fold, event.at, keeps_edits=True)
    elif chain is not None:
        # A call that was denied or cancelled is no attempt.
        state.tool_chains[identity] = chain


def earlier_attempt(fold: TrajectoryFold, call: OpenCall) -> ChainRow | None:
    """Return the failures that a call goes on with, None where it is a first attempt."""
    chains = fold.state.tool_chains
    return chains.get(_earlier_identity(chains, _identity(call))) if chains else None


def _start_afresh(fold: TrajectoryFold, at: int, *, keeps_edits: bool = False) -> None:
    """End chains after a change: a call that failed before is no longer the same attempt.

    An edit that failed is still the same attempt, if `keeps_edits`, whatever other files were changed meanwhile.
    """
    chains = fold.state.tool_chains
    for identity, chain in list(chains.items()):
        if keeps_edits and identity.startswith(_EDIT):
            continue
        del chains[identity]
        if chain.chain_number:
            _end_chain(fold, chain._replace(outcome="gave_up", ended_at=chain.ended_at or fold.time_or_last(at)), at)


def _identity(call: OpenCall) -> str:
    """Return what attempts at the same thing share: the files of an edit, else the identity of the call."""
    return _EDIT + "\n".join(sorted(call.edits)) if call.edits else call.identity


def _earlier_identity(chains: dict[str, ChainRow], identity: str) -> str:
    """Return the identity under which an earlier attempt is remembered: of an edit, one of any file of it."""
    if identity in chains or not identity.startswith(_EDIT):
        return identity
    files = set(identity.removeprefix(_EDIT).split("\n"))
    return next(
        (other for other in chains if other.startswith(_EDIT) and files & set(other.removeprefix(_EDIT).split("\n"))),
        identity,
    )


def _numbered(fold: TrajectoryFold, chain: ChainRow) -> ChainRow:
    """Return the chain with a number, given on its first retry; it belongs to the turn of the retry."""
    if chain.chain_number:
        return chain
    state = fold.state
    state.chain_count += 1
    return chain._replace(turn_number=state.turn_number, chain_number=state.chain_count)


def _close_request(fold: TrajectoryFold, at: int, outcome: ChainOutcome) -> None:
    chain = fold.state.request_chain
    if chain is None:
        return
    model = fold.state.fact("model")
    _end_chain(
        fold,
        chain._replace(
            outcome=outcome,
            ended_at=fold.time_or_last(at),
            fallback_model=chain.fallback_model or (model if chain.model and model != chain.model else ""),
            is_exhausted=chain.is_exhausted if outcome == "gave_up" else 0,
        ),
        at,
    )
    fold.state.request_chain = None


def _end_chain(fold: TrajectoryFold, chain: ChainRow, at: int) -> None:
    """Write a chain that ended, and what follows from its end."""
    fold.put_chain(chain)
    decisions.add_retries(fold, chain, at)
