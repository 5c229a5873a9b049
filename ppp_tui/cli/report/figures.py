"""How figures look in what commands print: what nobody knows is ``–``, a lower bound carries ``≥``."""

from __future__ import annotations

UNKNOWN = "–"
"""A figure that nobody knows; it is never shown as 0."""


def dollars(micros: int | None, *, is_lower_bound: bool = False, is_approximate: bool = False) -> str:
    """Millionths of a dollar as dollars and cents: ``$0.42``, ``≥$1,234.50``; ``<$0.01`` for less than half a cent.

    ``~`` stands before what may be more or less.
    """
    if micros is None:
        return UNKNOWN
    mark = "~" if is_approximate else "≥" if is_lower_bound else ""
    sign, value = ("-", -micros) if micros < 0 else ("", micros)
    if 0 < value < 5_000 and not mark:
        return f"{sign}<$0.01"
    return f"{mark}{sign}${value / 1_000_000:,.2f}"


def count(number: int | None) -> str:
    """A whole number, in groups of three."""
    return UNKNOWN if number is None else f"{number:,}"


def requests(number: int) -> str:
    """Return a number of requests in words: ``1 request``, ``1,200 requests``."""
    return f"{count(number)} request{'' if number == 1 else 's'}"


def percent(ratio: float | None) -> str:
    """A ratio as a percentage: 0.342 is ``34.2%``."""
    if ratio is None:
        return UNKNOWN
    written = f"{ratio * 100:,.1f}%"
    return "99.9%" if written == "100.0%" and ratio < 1 else written


def ratio(percentage: float | None) -> float | None:
    """Return a percentage as a ratio: 34.2 is 0.342."""
    return None if percentage is None else round(percentage / 100, 6)


def seconds(ms: int | None, *, is_lower_bound: bool = False) -> str:
    """How long something took: ``0.4s``, ``48.0s``, ``3:12``, ``≥1:02:03``."""
    if ms is None:
        return UNKNOWN
    if is_lower_bound:
        return f"≥{seconds(ms)}"
    if ms < 60_000:
        return f"{ms / 1000:.1f}s"
    minutes, second = divmod(round(ms / 1000), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def hours_minutes(ms: int) -> str:
    """How long something will take: ``12m``, ``3h05m``, ``2d04h``."""
    minutes = max(0, ms) // 60_000
    if minutes >= 2 * 1440:
        return f"{minutes // 1440}d{minutes % 1440 // 60:02d}h"
    return f"{minutes // 60}h{minutes % 60:02d}m" if minutes >= 60 else f"{minutes}m"


def stated(number: int | None) -> str:
    """Return tokens that a program stated as one number, marked since nothing tells what they were spent on."""
    return f"~{tokens(number)}" if number else UNKNOWN


def tokens(number: int | None) -> str:
    """A count of tokens in three or four digits: ``840``, ``12.3k``, ``1.24M``."""
    if number is None:
        return UNKNOWN
    for size, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if abs(number) >= size:
            return f"{number / size:.2f}{unit}" if abs(number) < 10 * size else f"{number / size:.1f}{unit}"
    return str(number)
