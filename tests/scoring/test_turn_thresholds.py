"""What a turn tells against what is usual for its agent, each signal at a place of its own."""

from __future__ import annotations

import pytest

from ppp_tui.scoring.turn_thresholds import TurnCost, TurnSignal, UsualTurn, turn_signals

USUAL = UsualTurn(latency_ms=1000, far_latency_ms=5000, tokens=300)


def test_turn_at_the_limit_of_the_usual_exceeds_nothing() -> None:
    assert turn_signals(TurnCost(1000, 300, 89, 100), USUAL) == [
        TurnSignal(0, "latency_threshold", "exceeded_threshold", is_so=False),
        TurnSignal(1, "latency_threshold", "significantly_exceeded", is_so=False),
        TurnSignal(2, "token_usage", "high_usage", is_so=False),
        TurnSignal(3, "token_usage", "limit_approached", is_so=False),
    ]


def test_turn_beyond_it_exceeds_each_threshold_that_it_passed() -> None:
    signals = turn_signals(TurnCost(1001, 301, 90, 100), USUAL)
    assert [(signal.place, signal.is_so) for signal in signals] == [(0, True), (1, False), (2, True), (3, True)]
    assert [signal.is_so for signal in turn_signals(TurnCost(5001, None), USUAL)] == [True, True]


@pytest.mark.parametrize(
    ("turn", "usual", "places"),
    [
        (TurnCost(None, None), USUAL, []),
        (TurnCost(9000, 9000), UsualTurn(None, None, None), []),
        (TurnCost(None, 1), USUAL, [2]),
        (TurnCost(None, None, 50, None), USUAL, []),
        (TurnCost(None, None, 50, 100), UsualTurn(None, None, None), [3]),
    ],
)
def test_what_is_unknown_tells_nothing(turn: TurnCost, usual: UsualTurn, places: list[int]) -> None:
    assert [signal.place for signal in turn_signals(turn, usual)] == places
