"""Numbers of foreign records: what is none, or out of bounds, is unknown."""

from __future__ import annotations

import pytest

from ppp_tui.sources.json_records import millis_from, number_of
from ppp_tui.sources.plain.made_lines import cost_of, unix_ms


@pytest.mark.parametrize(
    ("value", "number"), [(3, 3), (2.5, 2.5), (-1, -1), (0, 0), (True, None), (False, None), ("3", None), (None, None)]
)
def test_only_a_number_is_one_and_a_truth_value_is_none(value: object, number: float | None) -> None:
    assert number_of(value) == number


@pytest.mark.parametrize(
    ("seconds", "millis"),
    [
        (0, 0),
        (1.2345, 1234),
        (90, 90_000),
        (-0.1, None),
        (True, None),
        ("1", None),
        (float("inf"), None),
        (1e300, None),
    ],
)
def test_duration_in_seconds_becomes_milliseconds_or_is_unknown(seconds: object, millis: int | None) -> None:
    assert millis_from(seconds) == millis


@pytest.mark.parametrize(
    ("seconds", "at_ms"),
    [(1_795_000_000.5, 1_795_000_000_500), (0, 0), (-5, 0), (float("inf"), 0), (1e300, 0), (True, 0)],
)
def test_what_is_no_time_is_zero(seconds: object, at_ms: int) -> None:
    assert unix_ms(seconds) == at_ms


@pytest.mark.parametrize(("value", "cost"), [(0.25, 0.25), (0, 0.0), (-1, None), (float("nan"), None), (True, None)])
def test_cost_is_an_amount_or_unknown(value: object, cost: float | None) -> None:
    assert cost_of(value) == cost
