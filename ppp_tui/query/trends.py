"""Trends as queries: one measure by day or week, with the span before it and what was usual."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Literal, NamedTuple

from ppp_tui.model.clock import DAY_MS
from ppp_tui.query.measures import TrendMeasure, trend_points
from ppp_tui.query.query import Query
from ppp_tui.query.scope import EVERYTHING, Scope
from ppp_tui.query.usage.spans import TimeSpan, days, midnight, week_begin, weeks
from ppp_tui.scoring.trends import ChangePoint, JudgedPoint, Trend, TrendPoint, judge_trend
from ppp_tui.text.format import date_time
from ppp_tui.text.units import unit_text

__all__ = [
    "ChangePoint",
    "JudgedPoint",
    "MeasuredTrend",
    "Trend",
    "TrendGrain",
    "TrendPoint",
    "change_text",
    "day_text",
    "judged_trend",
    "measured_trend",
    "newest_point",
    "shown_spans",
    "trend_history",
    "unusual_text",
    "usual_text",
]

TrendGrain = Literal["day", "week"]
"""How much time a point of a trend holds."""

SHOWN_SPANS: dict[TrendGrain, int] = {"day": 30, "week": 26}
"""Points that are shown where the user names no beginning."""

HISTORY_SPANS: dict[TrendGrain, int] = {"day": 60, "week": 26}
"""Least points before the shown ones, for baselines."""

MAX_SHOWN_SPANS = 750
"""Most points that are shown: two years of days."""


class MeasuredTrend(NamedTuple):
    """A measure with its trend."""

    measure: TrendMeasure
    grain: TrendGrain
    trend: Trend


def shown_spans(since_ms: int | None, until_ms: int, grain: TrendGrain, zone: tzinfo) -> list[TimeSpan]:
    """Return the days or weeks of the user's calendar that are shown, whole ones, the last holding `until_ms` - 1.

    Raises ValueError where they would be more than `MAX_SHOWN_SPANS`, or none.
    """
    last = until_ms - 1
    if since_ms is None:
        since_ms = midnight(last, zone, (1 - SHOWN_SPANS[grain]) * (1 if grain == "day" else 7))
    if since_ms > last:
        raise ValueError("there is no time between the bounds")
    begin = _begin(since_ms, grain, zone)
    if (last - begin) // (DAY_MS * (1 if grain == "day" else 7)) >= MAX_SHOWN_SPANS:
        raise ValueError(f"a trend shows {MAX_SHOWN_SPANS} {grain}s at most")
    end = midnight(last, zone, 1) if grain == "day" else _begin(last, grain, zone, 1)
    return days(begin, end, zone) if grain == "day" else weeks(begin, end, zone)


def _begin(at_ms: int, grain: TrendGrain, zone: tzinfo, later: int = 0) -> int:
    return midnight(at_ms, zone, later) if grain == "day" else week_begin(at_ms, zone, later)


def trend_history(
    measure: TrendMeasure,
    shown: Sequence[TimeSpan],
    grain: TrendGrain,
    now_ms: int,
    zone: tzinfo,
    *,
    scope: Scope = EVERYTHING,
) -> Query[list[TrendPoint]]:
    """Return a measure over shown spans and earlier ones: as many again, and enough for a baseline.

    Only project and agent of a scope are used.
    """
    before = max(len(shown), HISTORY_SPANS[grain])
    low = shown[0].low_ms
    begin = midnight(low, zone, -before * (1 if grain == "day" else 7))
    history = [*(days if grain == "day" else weeks)(max(0, begin), low, zone), *shown]
    return trend_points(measure, history, now_ms, scope)


def judged_trend(measure: TrendMeasure, points: Sequence[TrendPoint], shown: int, grain: TrendGrain) -> MeasuredTrend:
    """Judge the last `shown` points of a history. Takes milliseconds: not for the event loop."""
    first = next((number for number, point in enumerate(points) if point.support > 0), len(points))
    # Before the first data nothing was recorded: values are unknown there, not 0.
    recorded = [point if number >= first else point._replace(value=None) for number, point in enumerate(points)]
    return MeasuredTrend(measure, grain, judge_trend(recorded, shown, measure.scale))


def measured_trend(
    measure: TrendMeasure,
    shown: Sequence[TimeSpan],
    grain: TrendGrain,
    now_ms: int,
    zone: tzinfo,
    *,
    scope: Scope = EVERYTHING,
) -> Query[MeasuredTrend]:
    """Return a measure over shown spans, judged."""
    query = trend_history(measure, shown, grain, now_ms, zone, scope=scope)
    return Query(query.sql, lambda rows: judged_trend(measure, query.build(rows), len(shown), grain), query.parameters)


def newest_point(measured: MeasuredTrend) -> JudgedPoint | None:
    """Return the newest point in which something happened; None where nothing did."""
    return next((judged for judged in reversed(measured.trend.points) if judged.point.support), None)


def day_text(at_ms: int, zone: tzinfo) -> str:
    """Return the day that holds a moment: ``2026-11-20``."""
    return date_time(at_ms, zone)[:10]


def change_text(change: ChangePoint, measured: MeasuredTrend, zone: tzinfo) -> str:
    """Return a change point in words: ``cost: $9.10 a day since 2026-11-03, $4.02 before.``"""
    measure = measured.measure
    after, before = (unit_text(value, measure.unit, 1) for value in (change.after, change.before))
    a_span = f" a {measured.grain}" if measure.is_sum else ""
    if after == before:
        after, before = (f"{value:.4g}" for value in (change.after, change.before))
    return f"{measure.title}: {after}{a_span} since {day_text(change.at_ms, zone)}, {before} before."


def usual_text(judged: JudgedPoint, measured: MeasuredTrend) -> str:
    """Return what was usual before a value: ``$2.10 to $12.40``; '' without a baseline."""
    if judged.baseline is None:
        return ""
    low, high = (unit_text(bound, measured.measure.unit, 1) for bound in (judged.baseline.low, judged.baseline.high))
    return f"{low} to {high}"


def unusual_text(judged: JudgedPoint, measured: MeasuredTrend, zone: tzinfo) -> str:
    """Return an anomaly as a sentence, with its baseline; '' for a usual value."""
    if not judged.is_anomaly or judged.baseline is None:
        return ""
    value = unit_text(judged.point.value, measured.measure.unit, 1)
    word = "high" if (judged.deviations or 0.0) > 0 else "low"
    return (
        f"{day_text(judged.point.low_ms, zone)}: {value} is unusually {word}; {usual_text(judged, measured)} was usual "
        f"(the {judged.baseline.spans} {measured.grain}s before)."
    )
