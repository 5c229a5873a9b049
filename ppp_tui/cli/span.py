"""Times as a person writes them on the command line: ``2026-11-20``, ``2026-11-20 14:30``, ``today``, ``7d``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, tzinfo

import click

from ppp_tui.query.spans import HOUR_MS, MINUTE_MS, Span, midnight

WRITTEN = "a day such as 2026-11-20, a minute such as '2026-11-20 14:30', today, yesterday, or an age such as 7d or 12h"
"""What may be written, in words."""

_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2}))?\Z", re.ASCII)
_AGE = re.compile(r"(\d{1,5})([hdw])\Z", re.ASCII)
_LENGTHS = {"d": 1, "w": 7}


def chosen_span(
    since: str | None, until: str | None, now_ms: int, zone: tzinfo, *, days: int, is_by_hour: bool
) -> Span:
    """What ``--since`` and ``--until`` say. Raises click.UsageError.

    Without the first, so many days up to today, or with `is_by_hour` the last 24 hours; without the second, up to the
    end of today.
    """
    tomorrow = midnight(now_ms, zone, 1)
    end = _read("--until", until, now_ms, zone)[1] if until else tomorrow
    if since:
        begin = _read("--since", since, now_ms, zone)[0]
    elif is_by_hour:
        begin = min(now_ms, end - 1) // HOUR_MS * HOUR_MS - 23 * HOUR_MS
    else:
        begin = midnight(min(end - 1, tomorrow - 1), zone, 1 - days)
    if begin >= end:
        raise click.UsageError("--since lies after --until: there is no time between them.")
    return Span(begin // MINUTE_MS * MINUTE_MS, end // MINUTE_MS * MINUTE_MS)


def _read(option: str, text: str, now_ms: int, zone: tzinfo) -> tuple[int, int]:
    """Where what was written begins and ends: a day counts as a whole."""
    word = text.strip().lower()
    if word in ("today", "yesterday"):
        first = -1 if word == "yesterday" else 0
        return midnight(now_ms, zone, first), midnight(now_ms, zone, first + 1)
    if age := _AGE.match(word):
        number = int(age[1])
        if age[2] == "h":
            return now_ms - number * HOUR_MS, now_ms - number * HOUR_MS + MINUTE_MS
        first = -number * _LENGTHS[age[2]]
        return midnight(now_ms, zone, first), midnight(now_ms, zone, first + 1)
    try:
        begin, length = _date(text.strip(), zone)
        return int(begin.timestamp() * 1000), int((begin + length).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise click.UsageError(f"{option} {text}: write {WRITTEN}.") from None


def _date(text: str, zone: tzinfo) -> tuple[datetime, timedelta]:
    matched = _DATE.match(text)
    if matched is None:
        raise ValueError(text)
    year, month, day, hour, minute = (int(part or 0) for part in matched.groups())
    length = timedelta(days=1) if matched[4] is None else timedelta(minutes=1)
    return datetime(year, month, day, hour, minute, tzinfo=zone), length
