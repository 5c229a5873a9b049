"""Whether a turn took longer, or more tokens, than is usual for its agent, by the user's own history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ppp_tui.model.agent_codes import SignalCode, SignalType

MIN_TURNS = 50
"""Turns of an agent from which on it is known what is usual."""

EXCEEDED_PERCENTILE, FAR_EXCEEDED_PERCENTILE = 90, 99
NEARLY_FULL = 0.9
"""The part of the context window from which on its limit is near."""


class UsualTurn(NamedTuple):
    """What is usual for an agent; None where too few turns tell."""

    latency_ms: int | None
    """Nine of ten turns took this time or less."""
    far_latency_ms: int | None
    """99 of 100 did."""
    tokens: int | None
    """Nine of ten turns took so many tokens or fewer."""


class TurnCost(NamedTuple):
    """What a turn took; None for what is unknown."""

    latency_ms: int | None
    tokens: int | None
    context_tokens: int | None = None
    context_window: int | None = None


class TurnSignal(NamedTuple):
    """A signal of a turn; `place` tells it from the others of the turn."""

    place: int
    signal_type: str
    signal_code: str
    is_so: bool


def baseline_of(turns: Sequence[TurnCost]) -> UsualTurn:
    """Return what is usual by turns of one agent, in any order."""
    latencies = sorted(turn.latency_ms for turn in turns if turn.latency_ms is not None)
    tokens = sorted(turn.tokens for turn in turns if turn.tokens is not None)
    return UsualTurn(
        _percentile(latencies, EXCEEDED_PERCENTILE),
        _percentile(latencies, FAR_EXCEEDED_PERCENTILE),
        _percentile(tokens, EXCEEDED_PERCENTILE),
    )


def turn_signals(turn: TurnCost, usual: UsualTurn) -> list[TurnSignal]:
    """Return what a turn tells against what is usual; nothing of what is unknown."""
    signals = []
    if turn.latency_ms is not None and usual.latency_ms is not None and usual.far_latency_ms is not None:
        latency = SignalType.LATENCY_THRESHOLD.value
        is_over, is_far_over = turn.latency_ms > usual.latency_ms, turn.latency_ms > usual.far_latency_ms
        signals.append(TurnSignal(0, latency, SignalCode.EXCEEDED_THRESHOLD.value, is_over))
        signals.append(TurnSignal(1, latency, SignalCode.SIGNIFICANTLY_EXCEEDED.value, is_far_over))
    usage = SignalType.TOKEN_USAGE.value
    if turn.tokens is not None and usual.tokens is not None:
        signals.append(TurnSignal(2, usage, SignalCode.HIGH_USAGE.value, turn.tokens > usual.tokens))
    if turn.context_tokens is not None and turn.context_window:
        is_near = turn.context_tokens >= NEARLY_FULL * turn.context_window
        signals.append(TurnSignal(3, usage, SignalCode.LIMIT_APPROACHED.value, is_near))
    return signals


def schema_code(kept: int, violated: int) -> str | None:
    """Return how answers that had to be JSON were: all of them, some or none; None where none was checked."""
    if not kept and not violated:
        return None
    code = SignalCode.VALIDATION_FAILED if not kept else SignalCode.PARTIAL_MATCH if violated else SignalCode.FULL_MATCH
    return code.value


def _percentile(ordered: Sequence[int], percentile: int) -> int | None:
    """Return the nearest rank of a percentile among ordered values; None for too few."""
    if len(ordered) < MIN_TURNS:
        return None
    return ordered[-(-len(ordered) * percentile // 100) - 1]
