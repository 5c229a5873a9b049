"""Figures of the status line: cost of today and this month, and how fast a limit fills."""

from __future__ import annotations

from datetime import tzinfo
from typing import NamedTuple

from ppp_tui.query.query import Query
from ppp_tui.query.usage.rows import NOTHING, UsageSums, add_up
from ppp_tui.query.usage.spans import TimeSpan, midnight, month_begin
from ppp_tui.query.usage.sums import usage


class DayAndMonthSpend(NamedTuple):
    """Usage of the user's running day and calendar month."""

    today: UsageSums
    month: UsageSums


def day_and_month_spend(now_ms: int, zone: tzinfo, *, with_month: bool = True) -> Query[DayAndMonthSpend]:
    """Query what was spent today, and `with_month` in all of this month; else the month is today's."""
    begin = midnight(now_ms, zone)
    month = month_begin(now_ms, zone) if with_month else begin
    usage_query = usage([TimeSpan(month, begin), TimeSpan(begin, midnight(now_ms, zone, 1))])

    def build(rows: list[tuple[object, ...]]) -> DayAndMonthSpend:
        sums = {bar.span: bar.sums for bar in usage_query.build(rows)}
        today = sums.get(1, NOTHING)
        return DayAndMonthSpend(today, add_up((sums.get(0, NOTHING), today)))

    return Query(usage_query.sql, build, usage_query.parameters)
