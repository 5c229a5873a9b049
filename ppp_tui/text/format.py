"""How numbers, costs, times and durations look, on screens, in reports and in the status line alike.

An unknown value is ``–``, a lower bound carries ``≥``, an estimate ``~``, and a minus sign is ``−``.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Literal

from ppp_tui.model.clock import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

Certainty = Literal["exact", "lower bound", "estimate"]
"""How a figure is to be read: exactly, at least, or about."""

UNKNOWN = "–"
"""Shown for an unknown value, never 0."""

_PREFIX: dict[Certainty, str] = {"exact": "", "lower bound": "≥", "estimate": "~"}

_AGE_UNITS = (
    (MINUTE_MS, SECOND_MS, "s"),
    (HOUR_MS, MINUTE_MS, "m"),
    (DAY_MS, HOUR_MS, "h"),
    (1000 * DAY_MS, DAY_MS, "d"),
)
"""Limits below which an age is shown in a unit: limit, unit in milliseconds, its letter."""


def certainty(*, is_lower_bound: bool, is_estimate: bool = False) -> Certainty:
    """Return how certain a figure is; an estimate stays one even if it is a lower bound, too."""
    return "estimate" if is_estimate else "lower bound" if is_lower_bound else "exact"


def count(number: int | None) -> str:
    """Return a whole number with its thousands separated: ``1,234``."""
    return UNKNOWN if number is None else f"{number:,}".replace("-", "−")


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: ``1 request``, ``1,200 requests``, ``0 trajectories``."""
    return f"{count(number)} {noun if number == 1 else plural or noun + 's'}"


def tokens(number: float | None, certainty: Certainty = "exact") -> str:
    """Return a number of tokens in at most five characters: ``812``, ``33.1k``, ``410k``, ``1.2M``."""
    if number is None:
        return UNKNOWN
    return _PREFIX[certainty] + _scaled(number, 1000, ("", "k", "M", "B", "T"))


def size(n_bytes: int | None) -> str:
    """Return a number of bytes in powers of 1024: ``640 B``, ``1.2 GB``."""
    if n_bytes is None:
        return UNKNOWN
    return _scaled(n_bytes, 1024, (" B", " kB", " MB", " GB", " TB"))


def _scaled(number: float, step: int, units: tuple[str, ...]) -> str:
    sign, value = ("−", -float(number)) if number < 0 else ("", float(number))
    for unit in units[:-1]:
        text = f"{value:.0f}" if unit == units[0] or value >= 99.95 else f"{value:.1f}"
        if float(text) < step:
            return f"{sign}{text}{unit}"
        value /= step
    return f"{sign}{value:.1f}{units[-1]}" if value < 99.95 else f"{sign}{value:.0f}{units[-1]}"


def cost_micros(micros: int | None, certainty: Certainty = "exact") -> str:
    """Return millionths of a dollar as dollars: ``$0.42``, ``≥$18.42``, ``$1,234``; ``<$0.01`` below a cent."""
    if micros is None:
        return UNKNOWN
    prefix = _PREFIX[certainty]
    sign, value = ("−", -micros) if micros < 0 else ("", micros)
    if 0 < value < 5_000:
        return f"{sign}<$0.01" if certainty == "exact" else f"{prefix}{sign}$0.00"
    dollars = value / 1_000_000
    return f"{prefix}{sign}${dollars:,.2f}" if dollars < 999.995 else f"{prefix}{sign}${dollars:,.0f}"


def fine_cost(micros: int | None) -> str:
    """Return millionths of a dollar as dollars, below ten cents with four decimals: ``$0.0079``, ``$1.20``."""
    if micros is None or not 0 < micros < 99_950:
        return cost_micros(micros)
    return f"${micros / 1_000_000:.4f}" if micros >= 50 else "<$0.0001"


def percent(ratio: float | None, certainty: Certainty = "exact", *, decimals: int = 0) -> str:
    """Return a ratio as a percentage: 0.34 is ``34%``. Never rounded up to 100 nor down to 0 from something else."""
    if ratio is None:
        return UNKNOWN
    value = ratio * 100
    text = f"{value:.{decimals}f}"
    step = 10**-decimals
    if float(text) >= 100 > value:
        text = f"{100 - step:.{decimals}f}"
    elif float(text) == 0 and value > 0:
        return f"<{step:.{decimals}f}%"
    return f"{_PREFIX[certainty]}{text}%".replace("-", "−")


def signed(value: float | None, decimals: int = 2) -> str:
    """Return a score or a difference with its sign: ``+0.05``, ``−0.50``, ``0.00``."""
    if value is None:
        return UNKNOWN
    text = f"{value:+.{decimals}f}".replace("-", "−")
    return text[1:] if float(text[1:]) == 0 else text


def age(ms: int | None) -> str:
    """Return how long ago, in its largest unit: ``4s``, ``12m``, ``3h``, ``2d``, ``3y``. The future is ``0s``."""
    if ms is None:
        return UNKNOWN
    past = max(0, ms)
    for limit, unit_ms, unit in _AGE_UNITS:
        if past < limit:
            return f"{past // unit_ms}{unit}"
    return f"{past // (365 * DAY_MS)}y"


def age_holds_ms(ms: int) -> int:
    """Return the milliseconds until `age` changes."""
    if ms < 0:
        return SECOND_MS - ms
    unit_ms = next((unit_ms for limit, unit_ms, _ in _AGE_UNITS if ms < limit), 365 * DAY_MS)
    return unit_ms - ms % unit_ms


def duration(ms: int | None, certainty: Certainty = "exact") -> str:
    """Return how long something took: ``40ms``, ``0.2s``, ``48s``, ``3:12``, ``≥1:02:03``."""
    if ms is None:
        return UNKNOWN
    if certainty != "exact":
        return _PREFIX[certainty] + duration(ms)
    if ms < 0:
        return "−" + duration(-ms)
    if ms < 95:
        return f"{ms}ms"
    if ms < 9_950:
        return f"{ms / SECOND_MS:.1f}s"
    seconds = (ms + 500) // SECOND_MS
    if seconds < 60:
        return f"{seconds}s"
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def time_left(ms: int) -> str:
    """Return how long something will still take, to the minute: ``12m``, ``3h05m``, ``2d04h``."""
    minutes = max(0, ms) // MINUTE_MS
    if minutes >= 2 * 1440:
        return f"{minutes // 1440}d{minutes % 1440 // 60:02d}h"
    return f"{minutes // 60}h{minutes % 60:02d}m" if minutes >= 60 else f"{minutes}m"


def clock_time(at_ms: int | None, zone: tzinfo, *, seconds: bool = True) -> str:
    """Return the time of day in `zone`: ``14:02:11``, or ``14:02`` without seconds."""
    return UNKNOWN if at_ms is None else _local(at_ms, zone, "%H:%M:%S" if seconds else "%H:%M")


def date_time(at_ms: int | None, zone: tzinfo, *, seconds: bool = True) -> str:
    """Return date and time in `zone`: ``2026-11-20 14:02:11``, or without seconds."""
    return UNKNOWN if at_ms is None else _local(at_ms, zone, "%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def _local(at_ms: int, zone: tzinfo, pattern: str) -> str:
    try:
        return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(zone).strftime(pattern)
    except (OverflowError, OSError, ValueError):
        # An invalid time in a file must not break the screen that shows it.
        return UNKNOWN


def bracketed(host: str) -> str:
    """Return a host as it is written in an address: an IPv6 one in brackets."""
    return f"[{host}]" if ":" in host else host
