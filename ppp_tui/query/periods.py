"""Periods that a report covers: today, some days, this month, all of time, or a span that the user wrote."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any, Literal, NamedTuple

from ppp_tui.model.clock import DAY_MS
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import to_ms
from ppp_tui.query.time_grammar import read_span
from ppp_tui.query.usage.spans import TimeSpan, days, hours, midnight, month_begin, months, weeks


class Period(NamedTuple):
    """A named span of time that moves with the clock; `period_span` gives its bounds."""

    name: str
    """One of `PERIODS`, or what the user wrote."""


TODAY, THIS_MONTH, ALL_TIME = Period("today"), Period("this month"), Period("all time")
LAST_7_DAYS, LAST_30_DAYS, LAST_90_DAYS = Period("last 7 days"), Period("last 30 days"), Period("last 90 days")

PERIODS = (TODAY, LAST_7_DAYS, LAST_30_DAYS, LAST_90_DAYS, THIS_MONTH, ALL_TIME)
"""The periods that a key goes through, in this order."""

_DAYS: Mapping[Period, int] = {TODAY: 1, LAST_7_DAYS: 7, LAST_30_DAYS: 30, LAST_90_DAYS: 90}

Grain = Literal["hour", "day", "week", "month"]
"""How much time one bar of a chart holds."""

MAX_HOURLY_MS, MAX_DAILY_MS, MAX_WEEKLY_MS = 2 * DAY_MS, 100 * DAY_MS, 430 * DAY_MS
"""The longest spans that are shown by the hour, by the day and by the week."""

Subject = Literal["usage", "sessions", "tests", "retries", "alerts"]
"""What a report is about."""

_BOUNDS: Mapping[Subject, tuple[str, str]] = {
    "usage": ("hour", "total_hours"),
    "sessions": ("last_at", "trajectory_summaries WHERE last_at IS NOT NULL"),
    "tests": ("at", "test_runs WHERE is_copy = 0"),
    "retries": ("hour", "retry_hours"),
    "alerts": ("since", "alerts"),
}


def period_span(period: Period, now_ms: int, zone: tzinfo) -> TimeSpan:
    """Return the bounds of a period; those of all time are 0 and the end of today.

    Raises ValueError where the user wrote no span.
    """
    tomorrow = midnight(now_ms, zone, 1)
    if period == ALL_TIME:
        return TimeSpan(0, tomorrow)
    if period == THIS_MONTH:
        return TimeSpan(month_begin(now_ms, zone), tomorrow)
    if period in _DAYS:
        return TimeSpan(midnight(now_ms, zone, 1 - _DAYS[period]), tomorrow)
    return read_span(period.name, now_ms, zone)


def data_span(subject: Subject) -> Query[TimeSpan | None]:
    """Return when the oldest and the newest data of a subject were recorded, to the hour; None if there are none."""
    column, table = _BOUNDS[subject]
    ends = f"(SELECT min({column}) FROM {table}), (SELECT max({column}) FROM {table})"
    return Query(f"SELECT {ends}", _read_data_span)


def _read_data_span(rows: list[tuple[Any, ...]]) -> TimeSpan | None:
    oldest, newest = map(to_ms, rows[0]) if rows else (None, None)
    return None if oldest is None or newest is None else TimeSpan(oldest, newest)


def smallest_period(data: TimeSpan | None, now_ms: int, zone: tzinfo, least: Period = TODAY) -> Period:
    """Return the smallest period from `least` on that holds data; `least` itself if there are none at all."""
    if data is None:
        return least
    wanted = (*(period for period in PERIODS if period in _DAYS), ALL_TIME)
    for period in wanted[wanted.index(least) :]:
        if period_span(period, now_ms, zone).low_ms <= data.high_ms:
            return period
    return ALL_TIME


def shown_span(period: Period, data: TimeSpan | None, now_ms: int, zone: tzinfo) -> TimeSpan:
    """Return the span that a chart of a period shows: years without any data at either end are left out.

    Raises ValueError where the user wrote no span.
    """
    span = period_span(period, now_ms, zone)
    is_long = period == ALL_TIME or span.high_ms - span.low_ms > MAX_WEEKLY_MS
    if not is_long:
        return span
    if data is None or data.high_ms < span.low_ms or data.low_ms >= span.high_ms:
        return TimeSpan(max(span.low_ms, midnight(span.high_ms - 1, zone)), span.high_ms)
    low = max(span.low_ms, midnight(data.low_ms, zone))
    return TimeSpan(low, max(low + 1, min(span.high_ms, midnight(data.high_ms, zone, 1))))


def grain_of(span: TimeSpan) -> Grain:
    """Return how much time a bar should hold, so that a span has about a hundred of them at most."""
    length = span.high_ms - span.low_ms
    if length <= MAX_HOURLY_MS:
        return "hour"
    if length <= MAX_DAILY_MS:
        return "day"
    return "week" if length <= MAX_WEEKLY_MS else "month"


def pieces_of(span: TimeSpan, grain: Grain, zone: tzinfo) -> list[TimeSpan]:
    """Cut a span into hours, days, weeks or months of the user's calendar."""
    cut = {"hour": hours, "day": days, "week": weeks, "month": months}[grain]
    return cut(span.low_ms, span.high_ms, zone)
