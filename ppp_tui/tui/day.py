"""The person's day."""

from __future__ import annotations

from datetime import datetime, tzinfo


def midnight_ms(now_ms: int, zone: tzinfo) -> int:
    """Unix milliseconds of the last midnight in a time zone."""
    now = datetime.fromtimestamp(now_ms / 1000, zone)
    return int(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)
