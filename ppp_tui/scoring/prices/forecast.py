"""How fast something is used up, and when it will be, with how sure that is.

Use in equal spans of the recent past gives a mean pace; its standard error, times 1.28, an interval that holds the true
mean in 80 of 100 cases if the spans are alike. Agents work in bursts, so the interval is wide, and that is the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from typing import Literal, NamedTuple

from ppp_tui.model.clock import HOUR_MS

Z80 = 1.2816
"""Standard errors to each side that hold 80 % of a normal distribution."""

MIN_SPANS = 4
"""Spans that a rate needs; fewer give none."""

BudgetState = Literal["none", "within", "near", "over"]
"""How spending stands to a budget; `none` where there is none."""


class BurnRate(NamedTuple):
    """Use per hour."""

    per_hour: float
    low: float
    """Of the 80 % interval, never below 0."""
    high: float


class Forecast(NamedTuple):
    """When something is used up, in Unix milliseconds; None for never within the time asked about."""

    at_ms: int | None
    earliest_ms: int | None
    latest_ms: int | None


class Projection(NamedTuple):
    """How much will have been used at some moment."""

    expected: float
    low: float
    high: float


NEVER = Forecast(None, None, None)
"""It lasts."""


def burn_rate(amounts: Sequence[float], span_ms: int) -> BurnRate | None:
    """Return the rate of use in equal, successive spans, empty ones included; None if they are too few or all empty."""
    count = len(amounts)
    if count < MIN_SPANS or not any(amounts):
        return None
    per_hour = HOUR_MS / span_ms
    mean = sum(amounts) / count
    variance = sum((amount - mean) ** 2 for amount in amounts) / (count - 1)
    error = Z80 * sqrt(variance / count)
    return BurnRate(mean * per_hour, max(0.0, mean - error) * per_hour, (mean + error) * per_hour)


def forecast_exhaustion(remaining: float, rate: BurnRate | None, now_ms: int, until_ms: int) -> Forecast:
    """Return when what remains is used up at a pace, before `until_ms`, where it is renewed."""
    if remaining <= 0:
        return Forecast(now_ms, now_ms, now_ms)
    if rate is None:
        return NEVER
    times = (_when(remaining, per_hour, now_ms, until_ms) for per_hour in (rate.per_hour, rate.high, rate.low))
    return Forecast(*times)


def project_use(used: float, rate: BurnRate | None, now_ms: int, until_ms: int) -> Projection | None:
    """Return how much will have been used at `until_ms`; None where no pace is known."""
    if rate is None:
        return None
    left = max(0, until_ms - now_ms) / HOUR_MS
    return Projection(used + rate.per_hour * left, used + rate.low * left, used + rate.high * left)


def gains_per_span(readings: Sequence[tuple[int, float]], since_ms: int, now_ms: int, span_ms: int) -> list[float]:
    """Return what a rising reading gained in equal spans, from readings (time, value) in ascending order.

    Before the first reading nothing is known to have been gained; a reading that falls began anew.
    """
    count = max(0, (now_ms - since_ms) // span_ms)
    gained = [0.0] * count
    for (_, before), (at_ms, value) in pairwise(readings):
        place = (at_ms - since_ms) // span_ms
        if 0 <= place < count:
            gained[place] += value - before if value >= before else value
    return gained


def budget_state(spent_micros: int, budget_usd: float, warn_percent: int) -> BudgetState:
    """Return how spending stands to a budget in dollars; near from `warn_percent` of it on."""
    if budget_usd <= 0:
        return "none"
    share = spent_micros / (budget_usd * 1_000_000)
    return "over" if share >= 1 else "near" if share * 100 >= warn_percent else "within"


def _when(remaining: float, per_hour: float, now_ms: int, until_ms: int) -> int | None:
    if per_hour <= 0:
        return None
    at_ms = now_ms + remaining / per_hour * HOUR_MS
    return round(at_ms) if at_ms < until_ms else None
