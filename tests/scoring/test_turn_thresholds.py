"""What a turn tells against what is usual for its agent."""

from __future__ import annotations

import pytest

from ppp_tui.scoring.turn_thresholds import TurnCost, UsualTurn, baseline_of, schema_code, turn_signals

USUAL = UsualTurn(latency_ms=900, far_latency_ms=5000, tokens=10_000)


def codes(turn: TurnCost, usual: UsualTurn = USUAL) -> list[tuple[str, bool]]:
    return [(signal.signal_code, signal.is_so) for signal in turn_signals(turn, usual)]


def test_usual_is_what_nine_of_ten_turns_took() -> None:
    turns = [TurnCost(number * 10, number) for number in range(1, 101)]
    assert baseline_of(turns[::-1]) == UsualTurn(900, 990, 90)


def test_fewer_than_50_turns_tell_nothing_and_unknown_figures_do_not_count() -> None:
    turns = [TurnCost(1000, None)] * 49 + [TurnCost(None, None)] * 50
    assert baseline_of(turns) == UsualTurn(None, None, None)
    assert baseline_of([*turns, TurnCost(1000, None)]) == UsualTurn(1000, 1000, None)


def test_a_turn_exceeds_a_threshold_only_beyond_it() -> None:
    assert codes(TurnCost(900, 10_000)) == [
        ("exceeded_threshold", False),
        ("significantly_exceeded", False),
        ("high_usage", False),
    ]
    assert codes(TurnCost(901, 10_001))[::2] == [("exceeded_threshold", True), ("high_usage", True)]
    assert codes(TurnCost(5001, None)) == [("exceeded_threshold", True), ("significantly_exceeded", True)]


def test_what_is_unknown_tells_nothing() -> None:
    assert codes(TurnCost(None, None)) == []
    assert codes(TurnCost(900, 10_000), UsualTurn(None, None, None)) == []
    assert codes(TurnCost(None, None, 95, None)) == []


def test_the_limit_is_near_from_nine_tenths_of_the_window_on() -> None:
    assert codes(TurnCost(None, None, 179_999, 200_000)) == [("limit_approached", False)]
    assert codes(TurnCost(None, None, 180_000, 200_000)) == [("limit_approached", True)]


@pytest.mark.parametrize(
    ("kept", "violated", "code"),
    [(0, 0, None), (2, 0, "full_match"), (1, 1, "partial_match"), (0, 3, "validation_failed")],
)
def test_answers_that_had_to_be_json_match_in_full_in_part_or_not(kept: int, violated: int, code: str | None) -> None:
    assert schema_code(kept, violated) == code
