"""Usage by the hour as the totals keep it, for a picture of the days of the week."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import NamedTuple

from ppp_tui.model.clock import from_text, to_text
from ppp_tui.query.query import Query
from ppp_tui.query.usage.spans import TimeSpan

MAX_HOURS = 24 * 366
"""The newest hours that are looked at."""


class HourTotal(NamedTuple):
    """What was used within an hour."""

    at_ms: int
    """Its begin."""
    cost_micros: int
    tokens: int


class WeekGrid(NamedTuple):
    """Sums by day of the week (from Monday) and hour of the day, in the user's zone."""

    cost_micros: tuple[tuple[int, ...], ...]
    tokens: tuple[tuple[int, ...], ...]


def hour_totals(span: TimeSpan) -> Query[list[HourTotal]]:
    """Return the hours of a span in which anything was used, the newest first, `MAX_HOURS` at most."""
    return Query(
        "SELECT hour, cost_micros, input_tokens + output_tokens + cache_read_tokens + cache_write_tokens "
        f"FROM total_hours WHERE hour >= :low AND hour < :high ORDER BY hour DESC LIMIT {MAX_HOURS}",
        lambda rows: [HourTotal(from_text(row[0]), row[1], row[2]) for row in rows],
        {"low": to_text(span.low_ms)[:16], "high": to_text(span.high_ms)[:16]},
    )


def week_grid(totals: Iterable[HourTotal], zone: tzinfo) -> WeekGrid:
    """Add hours up by day of the week and hour of the day. Takes milliseconds for a year: not for the event loop."""
    cost = [[0] * 24 for _ in range(7)]
    tokens = [[0] * 24 for _ in range(7)]
    for total in totals:
        local = datetime.fromtimestamp(total.at_ms / 1000, zone)
        cost[local.weekday()][local.hour] += total.cost_micros
        tokens[local.weekday()][local.hour] += total.tokens
    return WeekGrid(tuple(map(tuple, cost)), tuple(map(tuple, tokens)))
