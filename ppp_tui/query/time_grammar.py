"""The one grammar of times that a user writes, on the command line and in filters.

`2026-11`, `2026-11-20`, `2026-11-20T14:30`, with seconds, ``Z`` or an offset if wanted; `today` and `yesterday`; or how
long ago: `30s`, `90m`, `12h`, `7d`, `2w`, counted back from now to the millisecond.
"""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from ppp_tui.model.clock import DAY_MS, HOUR_MS, MINUTE_MS, from_text
from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.query.usage.spans import TimeSpan, midnight

TIME_FORMS = (
    "a day (2026-11-20), month (2026-11) or minute (2026-11-20T14:30), today, yesterday, or how long ago (7d, 12h)"
)
"""What may be written, in words."""

_AGE = lazy_pattern(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)([smhdw])\Z")
_UNIT_MS = {"s": 1000, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS, "w": 7 * DAY_MS}
_DATE = lazy_pattern(
    r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2})(?:[Tt ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]{1,9})?)?"
    r"([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?)?\Z"
)
_MAX_AGE_MS = 400_000 * DAY_MS


def read_age(text: str) -> int | None:
    """Return how long an age such as `7d` is, in milliseconds; None for other text."""
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
    try:
        return _read_date(word, zone)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{text} is no time: write {TIME_FORMS}") from None


def _read_date(text: str, zone: tzinfo) -> TimeSpan:
    matched = _DATE.match(text)
    if matched is None:
        raise ValueError(text)
    year, month, day, hour, minute, second, fraction, offset = matched.groups()
    if offset is not None:
        written = f"{year}-{month:0>2}-{day:0>2}T{hour:0>2}:{minute}:{second or '00'}{(fraction or '.0')[:7]}{offset}"
        begin_ms = from_text(written.upper())
    else:
        begin = datetime(int(year), int(month), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001 - made local below
        if minute is None:
            follows = begin + timedelta(days=1) if day is not None else _next_month(begin)
            return TimeSpan(_local_ms(begin, zone), _local_ms(follows, zone))
        begin_ms = _local_ms(begin, zone) + int(float(fraction or 0) * 1000)
    return TimeSpan(max(0, begin_ms), max(0, begin_ms) + (MINUTE_MS if second is None else 1 if fraction else 1000))


def _next_month(begin: datetime) -> datetime:
    return begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)


def _local_ms(naive: datetime, zone: tzinfo) -> int:
    return max(0, int(naive.replace(tzinfo=zone).timestamp() * 1000))
