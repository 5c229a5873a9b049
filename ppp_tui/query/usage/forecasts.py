"""What is to come: how fast money and limits are used now, and when a block, a limit or a budget will be at its end.

Queries give the recent past, pure functions of `scoring` judge it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import NamedTuple

from ppp_tui.query.query import Query
from ppp_tui.query.usage.rows import EVERYTHING, LimitReading, UsageFilter, UsageSums
from ppp_tui.query.usage.spans import HOUR_MS, MINUTE_MS, TimeSpan, midnight, month_begin
from ppp_tui.query.usage.sums import usage
from ppp_tui.scoring.prices.forecast import (
    NEVER,
    BudgetState,
    BurnRate,
    Forecast,
    Projection,
    budget_state,
    burn_rate,
    forecast_exhaustion,
    gains_per_span,
    project_use,
)

SPAN_MS = 5 * MINUTE_MS
"""Spans in which the pace of the last hour is measured."""

STALE_MS = 15 * MINUTE_MS
"""A reading of a limit that is older may have been overtaken."""

DAY_SPANS_MS = HOUR_MS
"""Spans in which the pace of the last day is measured, for what lies further ahead than an hour or two."""


class LimitOutlook(NamedTuple):
    """A usage limit now, and when it would be reached before it is renewed."""

    reading: LimitReading
    is_stale: bool
    """The reading is old, or its window has ended since."""
    pace: BurnRate | None
    """Percentage points per hour."""
    forecast: Forecast


class BudgetOutlook(NamedTuple):
    """One of the user's budgets, and when it would be spent before its next day or month."""

    name: str
    """`day` or `month`."""
    budget_usd: float
    spent_micros: int
    state: BudgetState
    is_lower_bound: bool
    forecast: Forecast
    projection: Projection | None
    """Millionths of a dollar by its end, at the pace of the last day."""


def recent_cost(
    now_ms: int, usage_filter: UsageFilter = EVERYTHING, span_ms: int = SPAN_MS, count: int = 12
) -> Query[list[float]]:
    """Query millionths of a dollar in each of the last spans of time, the oldest first; the last ends now."""
    end = now_ms // MINUTE_MS * MINUTE_MS
    spans = [TimeSpan(end - (count - place) * span_ms, end - (count - place - 1) * span_ms) for place in range(count)]
    usage_query = usage(spans, "none", usage_filter)

    def build(rows: list[tuple[object, ...]]) -> list[float]:
        sums = {bar.span: bar.sums.cost_micros for bar in usage_query.build(rows)}
        return [float(sums.get(place, 0)) for place in range(count)]

    return Query(usage_query.sql, build, usage_query.parameters)


def limit_outlook(latest: LimitReading, history: Sequence[LimitReading], now_ms: int) -> LimitOutlook:
    """Return how a limit stands; `history` holds its readings of the last hour, in order."""
    has_ended = latest.resets_at is not None and latest.resets_at <= now_ms
    is_stale = has_ended or now_ms - latest.at > STALE_MS
    readings = [(reading.at, reading.used_percent) for reading in history if reading.at <= now_ms]
    rate = burn_rate(gains_per_span(readings, now_ms - HOUR_MS, now_ms, SPAN_MS), SPAN_MS)
    if has_ended or latest.resets_at is None:
        return LimitOutlook(latest, is_stale, rate, NEVER)
    return LimitOutlook(
        latest, is_stale, rate, forecast_exhaustion(100 - latest.used_percent, rate, now_ms, latest.resets_at)
    )


def block_projection(cost_micros: int, recent: Sequence[float], now_ms: int, ends_ms: int) -> Projection | None:
    """Return the cost of a block at its end, at the pace of the last hour."""
    return project_use(cost_micros, burn_rate(recent, SPAN_MS), now_ms, ends_ms)


def budget_outlook(
    name: str, budget_usd: float, warn_percent: int, sums: UsageSums, hourly: Sequence[float], now_ms: int, ends_ms: int
) -> BudgetOutlook:
    """Return how a budget stands; `hourly` is what each of the last 24 hours cost."""
    rate = burn_rate(hourly, DAY_SPANS_MS)
    spent = sums.cost_micros
    remaining = budget_usd * 1_000_000 - spent
    return BudgetOutlook(
        name=name,
        budget_usd=budget_usd,
        spent_micros=spent,
        state=budget_state(spent, budget_usd, warn_percent),
        is_lower_bound=sums.is_lower_bound,
        forecast=forecast_exhaustion(remaining, rate, now_ms, ends_ms),
        projection=project_use(spent, rate, now_ms, ends_ms),
    )


def budget_ends(now_ms: int, zone: tzinfo) -> tuple[int, int]:
    """Return when the user's day and their calendar month end."""
    month = month_begin(now_ms, zone)
    return midnight(now_ms, zone, 1), month_begin(month + 32 * 24 * HOUR_MS, zone)
