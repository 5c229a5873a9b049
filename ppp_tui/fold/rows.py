"""Builds rows out of a trajectory's state: once per read, not per event."""

from __future__ import annotations

from hashlib import sha256
from typing import cast

from msgspec.structs import astuple

from ppp_tui.fold.state import ContextDraft, StepDraft, TrajectoryState, TurnDraft
from ppp_tui.model.activity import ContextRow
from ppp_tui.model.event_values import Origin, TurnStatus
from ppp_tui.model.rows import StepRow, TurnRow
from ppp_tui.scoring.context import share_out

SEPARATOR = "\n\n"
"""Separates two texts of one prompt or response."""

_STEP_COLUMNS = len(StepRow._fields)


def turn_row(state: TrajectoryState, turn: TurnDraft, *, keeps_text: bool) -> TurnRow:
    """Return the newest turn with its whole text, or with hashes in its place."""
    return TurnRow(
        turn_number=turn.turn_number,
        key_hash=turn.key_hash,
        origin=cast("Origin", turn.origin),
        status=cast("TurnStatus", turn.status),
        timestamp=turn.timestamp,
        ended_at=turn.ended_at,
        latency_ms=turn.latency_ms,
        first_token_ms=turn.first_token_ms,
        context_tokens=turn.context_tokens,
        context_window=turn.context_window,
        prompt=SEPARATOR.join(state.prompt_parts) if keeps_text else "",
        response=SEPARATOR.join(state.response_parts) if keeps_text else "",
        prompt_length=state.prompt_length,
        response_length=state.response_length,
        prompt_hash=None if keeps_text else join_digests(state.prompt_parts),
        response_hash=None if keeps_text else join_digests(state.response_parts),
        scored_by=turn.scored_by,
        token_count=turn.token_count,
        is_window_inferred=turn.is_window_inferred,
    )


def step_row(step: StepDraft) -> StepRow:
    """Return the row of a step."""
    return StepRow._make(astuple(step)[:_STEP_COLUMNS])


def digest(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def join_digests(digests: list[str]) -> str:
    """Return one hash for several texts, given theirs. That of a single text stays, so that equals are recognised."""
    return digests[0] if len(digests) == 1 else digest("".join(digests))


def context_row(context: ContextDraft) -> ContextRow:
    """Return what fills the window, its tokens shared out by the characters that were counted."""
    used = context.used_tokens
    system = files = tools = conversation = 0
    if used is not None:
        system, files, tools, conversation = share_out(
            used, context.system_tokens, context.conversation_chars, context.file_chars, context.tool_chars
        )
    return ContextRow(
        turn_number=context.turn_number,
        used_tokens=used,
        peak_tokens=context.peak_tokens,
        window_tokens=context.window_tokens,
        system_tokens=system,
        file_tokens=files,
        tool_tokens=tools,
        conversation_tokens=conversation,
        compactions=context.compactions,
        overflows=context.overflows,
        is_window_inferred=bool(context.is_window_inferred),
    )
