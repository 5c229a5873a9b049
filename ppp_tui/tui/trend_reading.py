"""Reads trends for screens: judged in a thread, since a judgement takes milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING

from ppp_tui.query.measures import MEASURES
from ppp_tui.query.periods import MAX_DAILY_MS
from ppp_tui.query.scope import EVERYTHING, Scope
from ppp_tui.query.trends import MeasuredTrend, TrendGrain, judged_trend, shown_spans, trend_history
from ppp_tui.query.usage.spans import TimeSpan

if TYPE_CHECKING:
    from ppp_tui.tui.ports import DatabaseAccess


def grain_of_trend(span: TimeSpan) -> TrendGrain:
    """Return whether a trend over a span is shown by day or by week."""
    return "day" if span.high_ms - span.low_ms <= MAX_DAILY_MS else "week"


async def read_trends(
    database: DatabaseAccess,
    names: Sequence[str],
    span: TimeSpan | None,
    now_ms: int,
    zone: tzinfo,
    *,
    grain: TrendGrain = "day",
    scope: Scope = EVERYTHING,
) -> list[MeasuredTrend]:
    """Read measures over a span, or the usual one of days up to today; those without data in it are left out.

    Of a scope, project and agent count. Raises QueryFailedError and DatabaseMissingError.
    """
    since_ms, until_ms = (None, now_ms + 1) if span is None else span
    spans = shown_spans(since_ms, until_ms, grain, zone)
    histories = [
        await database.fetch(trend_history(MEASURES[name], spans, grain, now_ms, zone, scope=scope)) for name in names
    ]
    trends = await asyncio.to_thread(
        lambda: [
            judged_trend(MEASURES[name], points, len(spans), grain)
            for name, points in zip(names, histories, strict=True)
        ]
    )
    return [measured for measured in trends if any(judged.point.support for judged in measured.trend.points)]
