"""Begin of the user's day and week."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo


def midnight_ms(now_ms: int, zone: tzinfo) -> int:
    """Return the Unix milliseconds of the last midnight in a time zone."""
    now = datetime.fromtimestamp(now_ms / 1000, zone)
    return int(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)


def week_begin_ms(now_ms: int, zone: tzinfo) -> int:
    """Return the Unix milliseconds of the last Monday's midnight in a time zone."""
    midnight = datetime.fromtimestamp(midnight_ms(now_ms, zone) / 1000, zone)
    monday = midnight - timedelta(days=midnight.weekday())
    return int(monday.timestamp() * 1000)
