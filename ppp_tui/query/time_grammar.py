"""The one grammar of times that a user writes: on the command line, in filters and as the span of a report.

`2026`, `2026-11`, `2026-11-20`, `2026-11-20T14:30`, with seconds, ``Z`` or an offset if wanted; `today`, `yesterday`,
`this week`, `last month` and the like; or how long ago: `30s`, `90m`, `12h`, `7d`, `2w`, counted back from now to the
millisecond. A span is one of these, `since` one of these, or two of them with ``..`` in between (`2026-07-01..15`).
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from ppp_tui.model.clock import DAY_MS, HOUR_MS, MINUTE_MS, from_text
from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.query.usage.spans import TimeSpan, midnight

TIME_FORMS = (
    "a day (2026-11-20), month (2026-11) or minute (2026-11-20T14:30), today, yesterday, last week, "
    "or how long ago (7d, 12h)"
)
"""The forms that are accepted, in words."""

SPAN_FORMS = "2026-07, 2026-07-01..15, since last week, last month, or 45d"
"""Examples of spans."""

_AGE = lazy_pattern(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)([smhdw])\Z")
_UNIT_MS = {"s": 1000, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS, "w": 7 * DAY_MS}
_DATE = lazy_pattern(
    r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2})(?:[Tt ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]{1,9})?)?"
    r"([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?)?\Z"
)
_MAX_AGE_MS = 400_000 * DAY_MS
_YEAR = lazy_pattern(r"[0-9]{4}\Z")
_CALENDAR = lazy_pattern(r"(this|last)[ -](week|month|year)\Z")
_SINCE = lazy_pattern(r"since\s+(.+)\Z")
_RANGE = lazy_pattern(r"(.*?)\s*\.\.\s*(.*)\Z")
_DAY_NUMBER = lazy_pattern(r"[0-9]{1,2}\Z")


def read_age(text: str) -> int | None:
    """Return an age such as `7d` in milliseconds; None for other text."""
    matched = _AGE.match(text.strip().lower())
    return None if matched is None else min(_MAX_AGE_MS, int(float(matched[1]) * _UNIT_MS[matched[2]]))


def read_time(text: str, now_ms: int, zone: tzinfo) -> TimeSpan:
    """Return the span that a written time names; of an age, the empty one at that moment. Raises ValueError."""
    word = text.strip().lower()
    age_ms = read_age(word)
    if age_ms is not None:
        at = max(0, now_ms - age_ms)
        return TimeSpan(at, at)
    if word in ("today", "yesterday"):
        first = -1 if word == "yesterday" else 0
        return TimeSpan(midnight(now_ms, zone, first), midnight(now_ms, zone, first + 1))
    calendar = _CALENDAR.match(word)
    if calendar is not None:
        return _calendar_span(calendar[2], now_ms, zone, is_last=calendar[1] == "last")
    try:
        return _read_date(word, zone)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{text} is not a time: write {TIME_FORMS}") from None


def read_span(text: str, now_ms: int, zone: tzinfo) -> TimeSpan:
    """Return the span that a user wrote; an age and `since` reach from their begin to now. Raises ValueError."""
    word = text.strip().lower()
    since, bounds = _SINCE.match(word), _RANGE.match(word)
    if since is not None:
        span = TimeSpan(read_time(since[1], now_ms, zone).low_ms, now_ms)
    elif bounds is not None:
        first, last = bounds[1], bounds[2]
        if _DAY_NUMBER.match(last) and "-" in first:
            last = f"{first.rpartition('-')[0]}-{last}"
        begin = read_time(first, now_ms, zone).low_ms if first else 0
        span = TimeSpan(begin, read_time(last, now_ms, zone).high_ms if last else now_ms)
    else:
        span = read_time(word, now_ms, zone)
        if span.low_ms == span.high_ms:
            span = TimeSpan(span.low_ms, now_ms)
    if span.low_ms >= span.high_ms:
        raise ValueError(f"{text} holds no time: it ends before it begins")
    return span


def _calendar_span(unit: str, now_ms: int, zone: tzinfo, *, is_last: bool) -> TimeSpan:
    """Return this week (from Monday), month or year, or the one before."""
    today = datetime.fromtimestamp(now_ms / 1000, zone)
    day = datetime(today.year, today.month, today.day)  # noqa: DTZ001 - made local below
    if unit == "week":
        begin = day - timedelta(days=day.weekday() + 7 * is_last)
        end = begin + timedelta(days=7)
    elif unit == "month":
        begin = day.replace(day=1)
        begin = (begin - timedelta(days=1)).replace(day=1) if is_last else begin
        end = _next_month(begin)
    else:
        begin = datetime(day.year - is_last, 1, 1)  # noqa: DTZ001 - made local below
        end = begin.replace(year=begin.year + 1)
    return TimeSpan(_local_ms(begin, zone), _local_ms(end, zone))


def _read_date(text: str, zone: tzinfo) -> TimeSpan:
    if _YEAR.match(text):
        begin = datetime(int(text), 1, 1)  # noqa: DTZ001 - made local below
        return TimeSpan(_local_ms(begin, zone), _local_ms(begin.replace(year=begin.year + 1), zone))
    matched = _DATE.match(text)
    if matched is None:
        raise ValueError(text)
    year, month, day, hour, minute, second, fraction, offset = matched.groups()
    if offset is not None:
        written = f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}:{second or '00'}{(fraction or '.0')[:7]}{offset}"
        begin_ms, shown_again_ms = from_text(written.upper()), 0
    else:
        begin = datetime(int(year), int(month), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001 - made local below
        if minute is None:
            follows = begin + timedelta(days=1) if day is not None else _next_month(begin)
            return TimeSpan(_local_ms(begin, zone), _local_ms(follows, zone))
        begin_ms = _local_ms(begin, zone) + int(float(fraction or 0) * 1000)
        # Where clocks go back, a time names two moments: the span reaches from the first to the end of the second.
        shown_again_ms = max(0, _local_ms(begin.replace(fold=1), zone) - _local_ms(begin, zone))
    length_ms = MINUTE_MS if second is None else 1 if fraction else 1000
    return TimeSpan(max(0, begin_ms), max(0, begin_ms) + shown_again_ms + length_ms)


def _next_month(begin: datetime) -> datetime:
    return begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)


def _local_ms(naive: datetime, zone: tzinfo) -> int:
    return max(0, int(naive.replace(tzinfo=zone).timestamp() * 1000))
