"""Time as the project keeps it: integer Unix milliseconds in memory, UTC text with milliseconds in the database.

Text such as ``2026-11-20 19:24:00.123`` sorts as it reads, needs no time zone and is what SQLite's own date functions
understand. Only `SystemClock` reads the machine's clock.
"""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Protocol

SECOND_MS = 1000

MINUTE_MS = 60_000
"""Milliseconds in a minute."""

HOUR_MS = 3_600_000
"""Milliseconds in an hour."""

DAY_MS = 86_400_000
"""Milliseconds in a day."""


_EARLIEST_MS = 100_000_000_000
"""March 1973: a smaller value is a small number, not a time."""

_LATEST_MS = 7_258_118_400_000
"""The beginning of the year 2200."""

MAX_TIME_MS = 253_402_300_799_999
"""The last millisecond of the year 9999: later values are not times."""

_UNITS_MS = (1000, 1, 1e-3, 1e-6)
"""Milliseconds in each unit in which programs count time: a recent time in one of them is not recent in another."""

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH_JULIAN, _LATEST_JULIAN = 2_440_587.5, 3_000_000.0

UNTIMED = "1970-01-01 00:00:00.000"
"""Stands for an unknown time in columns that must hold one."""


class Clock(Protocol):
    """Protocol of a clock."""

    def now_ms(self) -> int:
        """Return Unix milliseconds, UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now_ms(self) -> int:
        """Return Unix milliseconds, UTC."""
        return time.time_ns() // 1_000_000


class FrozenClock:
    """A clock that moves only when it is set: for tests, pictures and the demo."""

    def __init__(self, at_ms: int) -> None:
        """Answer with these Unix milliseconds, until `at_ms` is set to others."""
        self.at_ms = at_ms

    def now_ms(self) -> int:
        """Return Unix milliseconds, UTC."""
        return self.at_ms


@lru_cache(maxsize=4096)
def _minute_text(minute: int) -> str:
    return datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%d %H:%M:")


@lru_cache(maxsize=4096)
def _minute_ms(minute: str) -> int:
    """Return the milliseconds of a time such as ``2026-11-20T10:05``. Raises ValueError for another shape."""
    if minute[4] != "-" or minute[7] != "-":
        # Basic forms and week dates of the same length are left to the general parser.
        raise ValueError(minute)
    day = date.fromisoformat(minute[:10]).toordinal() - _EPOCH_DAY
    return day * DAY_MS + int(minute[11:13]) * HOUR_MS + int(minute[14:16]) * MINUTE_MS


def to_text(at_ms: int) -> str:
    """Format Unix milliseconds as ``YYYY-MM-DD HH:MM:SS.mmm`` in UTC. Raises ValueError beyond the year 9999."""
    try:
        return f"{_minute_text(at_ms // MINUTE_MS)}{at_ms // 1000 % 60:02d}.{at_ms % 1000:03d}"
    except (OverflowError, OSError) as error:
        raise ValueError(f"{at_ms} ms is not a time that a calendar knows") from error


def to_iso(at_ms: int) -> str:
    """Return Unix milliseconds as ``YYYY-MM-DDTHH:MM:SS.mmmZ``. Raises ValueError beyond the year 9999."""
    return f"{to_text(at_ms).replace(' ', 'T')}Z"


def from_text(text: str) -> int:
    """Return Unix milliseconds of ISO 8601 text (``T`` or a space, ``Z`` or an offset, any fraction).

    Text without an offset is UTC. Raises ValueError for anything else.
    """
    if (len(text) == 24 and text[23] == "Z") or len(text) == 23:
        # The shape that nearly every record has; many records are of the same minute.
        try:
            return _minute_ms(text[:16]) + int(text[17:19]) * 1000 + int(text[20:23])
        except ValueError:
            pass
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    return int(parsed.timestamp() * 1000)


def parse_stored_time(value: object) -> int:
    """Return Unix milliseconds of a time that some program stored; 0 if it is missing, invalid or the epoch itself.

    ISO 8601 text (a trailing ``UTC`` too), or a number, also as text: Unix seconds, milli-, micro- or nanoseconds by
    its size, or a Julian day as SQLite's ``julianday`` gives it. Times before 1973 and after 2199 are invalid.
    """
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str):
        text = value.strip()
        try:
            return _as_recent(from_text(text.removesuffix("UTC").rstrip()))
        except (ValueError, OverflowError):
            pass
        value = text
    try:
        value = float(value)  # type: ignore[arg-type]  # what float refuses is not a time
    except (TypeError, ValueError, OverflowError):
        return 0
    if _EPOCH_JULIAN < value < _LATEST_JULIAN:
        return _as_recent((value - _EPOCH_JULIAN) * DAY_MS)
    return next((at_ms for unit in _UNITS_MS if (at_ms := _as_recent(value * unit))), 0)


def restored_time(stored: object) -> str:
    """Return a time that some program stored as the text that we store; `UNTIMED` where `parse_stored_time` gives 0."""
    at_ms = parse_stored_time(stored)
    return to_text(at_ms) if at_ms else UNTIMED


def _as_recent(at_ms: float) -> int:
    return round(at_ms) if _EARLIEST_MS <= at_ms <= _LATEST_MS else 0


def is_due(since_ms: int, now_ms: int, interval_ms: float) -> bool:
    """Return whether an interval has passed since a moment, or the clock was set back before it."""
    return not 0 <= now_ms - since_ms < interval_ms
