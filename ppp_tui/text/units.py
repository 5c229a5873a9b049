"""Values of measures as text, by what they are counted in."""

from __future__ import annotations

from typing import Literal

from ppp_tui.text.format import UNKNOWN, cost_micros, count, duration, percent, signed, tokens

Unit = Literal["count", "share", "score", "ms", "tokens", "micros"]
"""What a measure is counted in: `share` is from 0 to 1, `micros` are millionths of a dollar."""


def unit_text(value: float | None, unit: Unit, decimals: int = 0) -> str:
    """Return a value of a measure, shares with so many decimals."""
    if value is None:
        return UNKNOWN
    if unit == "score":
        return signed(value)
    if unit == "share":
        return percent(value, decimals=decimals)
    if unit == "ms":
        return duration(round(value))
    if unit == "tokens":
        return tokens(value)
    if unit == "micros":
        return cost_micros(round(value))
    if float(value).is_integer():
        return count(round(value))
    return f"{value:.1f}" if abs(value) >= 0.095 else f"{value:.2f}"


def apart_text(value: float, unit: Unit) -> str:
    """Return a difference as text with its sign."""
    if unit == "score":
        return signed(value)
    if unit == "share":
        return f"{signed(value * 100, 1)} pt"
    return ("−" if value < 0 else "+") + unit_text(abs(value), unit)
