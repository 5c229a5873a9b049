"""Pace and forecast: literal sums, and honesty where little is known."""

from __future__ import annotations

import pytest

from ppp_tui.scoring.prices.forecast import (
    NEVER,
    BurnRate,
    budget_state,
    burn_rate,
    forecast_exhaustion,
    gains_per_span,
    project_use,
)

HOUR = 3_600_000
FIVE = 300_000


def test_an_even_pace_is_certain() -> None:
    assert burn_rate([2.0] * 12, FIVE) == BurnRate(24.0, 24.0, 24.0)


def test_bursts_make_the_interval_wide_and_never_negative() -> None:
    # mean 1, standard deviation sqrt(12), standard error 1
    found = burn_rate([12.0] + [0.0] * 11, FIVE)
    assert found is not None
    assert (found.per_hour, found.low) == (12.0, 0.0)
    assert found.high == pytest.approx(12 * 2.2816)


@pytest.mark.parametrize("amounts", [[], [5.0, 5.0, 5.0], [0.0] * 12])
def test_too_little_makes_no_pace(amounts: list[float]) -> None:
    assert burn_rate(amounts, FIVE) is None


def test_when_a_limit_is_reached_with_its_interval() -> None:
    forecast = forecast_exhaustion(30.0, BurnRate(10.0, 5.0, 20.0), 0, 5 * HOUR)
    assert forecast == (3 * HOUR, round(1.5 * HOUR), None)


def test_what_lasts_until_it_is_renewed_is_never_reached() -> None:
    assert forecast_exhaustion(30.0, BurnRate(5.0, 5.0, 5.0), 0, 5 * HOUR) == NEVER
    assert forecast_exhaustion(30.0, None, 0, 5 * HOUR) == NEVER


def test_what_is_used_up_is_reached_now() -> None:
    assert forecast_exhaustion(0.0, None, 7, 9) == (7, 7, 7)


def test_a_projection_adds_the_pace_of_the_time_that_is_left() -> None:
    assert project_use(100.0, BurnRate(10.0, 5.0, 20.0), 0, 2 * HOUR) == (120.0, 110.0, 140.0)
    assert project_use(100.0, None, 0, 2 * HOUR) is None


def test_a_reading_that_falls_began_anew() -> None:
    readings = [(0, 90.0), (FIVE, 95.0), (2 * FIVE, 3.0), (3 * FIVE, 4.0)]
    assert gains_per_span(readings, 0, 4 * FIVE, FIVE) == [0.0, 5.0, 3.0, 1.0]


@pytest.mark.parametrize(
    ("spent", "budget", "expected"),
    [(5_000_000, 0, "none"), (7_999_999, 10, "within"), (8_000_000, 10, "near"), (10_000_000, 10, "over")],
)
def test_how_spending_stands_to_a_budget(spent: int, budget: float, expected: str) -> None:
    assert budget_state(spent, budget, 80) == expected


def test_forecasts_and_gains_count_from_their_own_beginning() -> None:
    now = 10 * HOUR
    assert project_use(100.0, BurnRate(10.0, 5.0, 20.0), now, now + 2 * HOUR) == (120.0, 110.0, 140.0)
    assert project_use(100.0, BurnRate(10.0, 5.0, 20.0), now, now - HOUR) == (100.0, 100.0, 100.0)
    assert forecast_exhaustion(10.0, BurnRate(10.0, 10.0, 10.0), now, now + 2 * HOUR) == (now + HOUR,) * 3
    readings = [(now - 1, 1.0), (now, 3.0), (now + FIVE, 4.0), (now + 2 * FIVE, 9.0)]
    assert gains_per_span(readings, now, now + 2 * FIVE, FIVE) == [2.0, 1.0]


@pytest.mark.parametrize(("budget", "expected"), [(0.0, "none"), (-1.0, "none"), (0.5, "near"), (1.0, "within")])
def test_no_budget_is_set_at_zero_and_below(budget: float, expected: str) -> None:
    assert budget_state(450_000, budget, 80) == expected
