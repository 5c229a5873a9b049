"""Spans of time as a user counts them, days and hours of their own zone, on top of sums by the UTC hour."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from ppp_tui.model.clock import DAY_MS, HOUR_MS, MINUTE_MS, to_text

__all__ = [
    "HOUR_MS",
    "MINUTE_MS",
    "SpanBounds",
    "TimeSpan",
    "cut_spans",
    "days",
    "hour_begin",
    "hour_name",
    "hours",
    "midnight",
    "month_begin",
    "months",
    "week_begin",
    "weeks",
]


class TimeSpan(NamedTuple):
    """From a moment to just before another, in Unix milliseconds."""

    low_ms: int
    high_ms: int


def midnight(at_ms: int, zone: tzinfo, days: int = 0) -> int:
    """Return the beginning of the user's day that holds a moment, or of the day so many days later."""
    return _day_begin(_local_day(at_ms, zone) + timedelta(days=days), zone)


def _local_day(at_ms: int, zone: tzinfo) -> datetime:
    """Return midnight of the user's day that holds a moment, without a zone."""
    local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
    return datetime(local.year, local.month, local.day, tzinfo=None)  # noqa: DTZ001 - made local


def _day_begin(day: datetime, zone: tzinfo) -> int:
    return int(day.replace(tzinfo=zone).timestamp() * 1000)


def month_begin(at_ms: int, zone: tzinfo) -> int:
    """Return the beginning of the user's calendar month that holds a moment."""
    local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)
    return int(datetime(local.year, local.month, 1, tzinfo=zone).timestamp() * 1000)


def week_begin(at_ms: int, zone: tzinfo, later: int = 0) -> int:
    """Return the beginning (Monday) of the user's week that holds a moment, or of the week so many weeks later."""
    return midnight(at_ms, zone, 7 * later - _local(at_ms, zone).weekday())


def days(since_ms: int, until_ms: int, zone: tzinfo) -> list[TimeSpan]:
    """Return the user's days from one moment to another; the first and the last may be cut."""
    spans: list[TimeSpan] = []
    low, day = since_ms, _local_day(since_ms, zone)
    while low < until_ms:
        # Which day follows is known without asking the zone: of years of days that is most of the time.
        day += timedelta(days=1)
        high = min(until_ms, _day_begin(day, zone))
        if high <= low:
            # Where clocks were set back over midnight, a day may seem to end where it begins.
            high = min(until_ms, low + DAY_MS)
            day = _local_day(high, zone)
        spans.append(TimeSpan(low, high))
        low = high
    return spans


def weeks(since_ms: int, until_ms: int, zone: tzinfo) -> list[TimeSpan]:
    """Return the user's weeks, from Monday on, from one moment to another; the first and the last may be cut."""
    return _cut_at(since_ms, until_ms, lambda low: week_begin(low, zone, 1))


def months(since_ms: int, until_ms: int, zone: tzinfo) -> list[TimeSpan]:
    """Return the user's calendar months from one moment to another; the first and the last may be cut."""
    return _cut_at(since_ms, until_ms, lambda low: month_begin(month_begin(low, zone) + 32 * DAY_MS, zone))


def _cut_at(since_ms: int, until_ms: int, next_begin: Callable[[int], int]) -> list[TimeSpan]:
    spans: list[TimeSpan] = []
    low = since_ms
    while low < until_ms:
        high = min(until_ms, next_begin(low))
        spans.append(TimeSpan(low, high))
        low = high
    return spans


def hours(since_ms: int, until_ms: int, zone: tzinfo = UTC) -> list[TimeSpan]:
    """Return the user's hours from one moment to another; the first and the last may be cut.

    Where clocks are set by half an hour, an hour that is cut by that is two.
    """
    spans: list[TimeSpan] = []
    low = since_ms
    while low < until_ms:
        high = min(until_ms, low + HOUR_MS - _past_hour_ms(low, zone))
        spans.append(TimeSpan(low, high))
        low = high
    return spans


def hour_begin(at_ms: int, zone: tzinfo) -> int:
    """Return the beginning of the user's hour that holds a moment."""
    return at_ms - _past_hour_ms(at_ms, zone)


def hour_name(at_ms: int, zone: tzinfo) -> str:
    """Return the name of the hour that holds a moment: with its offset, since a clock may strike an hour twice."""
    local = _local(at_ms, zone)
    return f"{local:%Y-%m-%d %H:00}{local.isoformat()[19:]}"


def _local(at_ms: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(at_ms // 1000, zone)


def _past_hour_ms(at_ms: int, zone: tzinfo) -> int:
    local = _local(at_ms, zone)
    return local.minute * MINUTE_MS + local.second * 1000 + at_ms % 1000


class SpanBounds(NamedTuple):
    """Spans as bounds in the rollups' text, each with its span's number; empty ones are left out."""

    hours: list[tuple[int, str, str]]
    days: list[tuple[int, str, str]]
    """Whole UTC days, where whole days were asked for."""
    months: list[tuple[int, str, str]]
    """Whole UTC months, where whole months were asked for."""
    edges: list[tuple[int, str, str, str]]
    """Parts of hours that spans begin or end in, each with its hour."""
    minutes: list[tuple[int, str, str, str]]
    """The whole minutes of those parts."""
    scraps: list[tuple[int, str, str, str]]
    """What is left of them: parts of minutes."""
    cut_hours: list[tuple[int, str, str, str]]
    """Those hours as a whole, numbered by themselves."""
    span_by_hour: dict[str, int]
    """Of each hour its span, where the pieces are hours in a row: `hours` then holds them as a single piece."""


def cut_spans(spans: Sequence[TimeSpan], *, with_days: bool, with_months: bool = False) -> SpanBounds:
    """Cut spans into whole UTC months and days where they are asked for, whole hours, and parts of hours at edges."""
    made = SpanBounds(hours=[], days=[], months=[], edges=[], minutes=[], scraps=[], cut_hours=[], span_by_hour={})
    cut_hours: dict[int, None] = {}
    pieces: list[tuple[int, int, int]] = []
    for number, span in enumerate(spans):
        low, high = -(-span.low_ms // HOUR_MS) * HOUR_MS, span.high_ms // HOUR_MS * HOUR_MS
        edges = [(span.low_ms, span.high_ms)] if low > high else [(span.low_ms, low), (high, span.high_ms)]
        for begin, end in edges:
            if begin < end:
                hour = begin // HOUR_MS * HOUR_MS
                cut_hours[hour] = None
                _add_edge(made, number, begin, end)
        if low < high:
            pieces += _cut(made, number, TimeSpan(low, high), with_days=with_days, with_months=with_months)
    made.cut_hours.extend(
        (number, minute_text(hour), minute_text(hour + HOUR_MS), minute_text(hour))
        for number, hour in enumerate(cut_hours)
    )
    _add_hours(made, pieces)
    return made


def _add_edge(made: SpanBounds, number: int, begin: int, end: int) -> None:
    """Add a part of an hour, as a whole and as whole minutes with what is left."""
    hour = minute_text(begin // HOUR_MS * HOUR_MS)
    made.edges.append((number, _moment(begin), _moment(end), hour))
    low, high = -(-begin // MINUTE_MS) * MINUTE_MS, end // MINUTE_MS * MINUTE_MS
    if low < high:
        made.minutes.append((number, minute_text(low), minute_text(high), hour))
    for first, last in [(begin, low), (high, end)] if low <= high else [(begin, end)]:
        if first < last:
            made.scraps.append((number, _moment(first), _moment(last), hour))


def _add_hours(made: SpanBounds, pieces: Sequence[tuple[int, int, int]]) -> None:
    low, high = min((piece[1] for piece in pieces), default=0), max((piece[2] for piece in pieces), default=0)
    span_by_hour = {begin: number for number, begin, end in pieces if end - begin == HOUR_MS}
    if 1 < len(pieces) == len(span_by_hour) == (high - low) // HOUR_MS:
        made.span_by_hour.update((minute_text(begin), number) for begin, number in span_by_hour.items())
        made.hours.append((0, minute_text(low), minute_text(high)))
    else:
        made.hours.extend((number, minute_text(begin), minute_text(end)) for number, begin, end in pieces)


def _cut(
    made: SpanBounds, number: int, span: TimeSpan, *, with_days: bool, with_months: bool
) -> list[tuple[int, int, int]]:
    """Return the pieces of a span that are made of hours, with its number, and add its days and months."""
    low, high = span
    first, last = -(-low // DAY_MS) * DAY_MS, high // DAY_MS * DAY_MS
    if not with_days or first >= last:
        return [(number, low, high)]
    days = [(first, last)]
    if with_months:
        # A millisecond before a month begins lies in the month before it.
        begin, end = month_begin(month_begin(first - 1, UTC) + 32 * DAY_MS, UTC), month_begin(last, UTC)
        if begin < end:
            days = [(first, begin), (end, last)]
            made.months.append((number, minute_text(begin), minute_text(end)))
    made.days.extend((number, minute_text(begin), minute_text(end)) for begin, end in days if begin < end)
    return [(number, begin, end) for begin, end in ((low, first), (last, high)) if begin < end]


def _moment(at_ms: int) -> str:
    return to_text(max(0, at_ms)) if at_ms % MINUTE_MS else minute_text(at_ms)


def minute_text(at_ms: int) -> str:
    """Return a moment as the rollups name its minute: ``2026-11-20 12:00``."""
    return to_text(max(0, at_ms))[:16]
