"""Numbers as a row of small bars: ``▁▂▅▇``, one cell per number or per group of numbers. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

_BARS = "▁▂▃▄▅▆▇█"
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_ASCII_BARS = "_.-:=+*#"


@lru_cache(maxsize=512)
def kept_sparkline(values: tuple[float | None, ...], width: int, *, is_ascii: bool = False) -> str:
    """Return the text of `sparkline`, kept for values that are drawn repeatedly."""
    return sparkline(values, width, is_ascii=is_ascii)


def sparkline(values: Sequence[float | None], width: int, *, top: float | None = None, is_ascii: bool = False) -> str:
    """Return `values` as bars in exactly `width` cells, the newest at the right end.

    Nothing known is a blank, zero the lowest bar, and anything more at least the bar above it. `top` is the value of
    the highest bar; without it the greatest value is. Groups show their greatest value, so that no peak is lost.
    """
    if width <= 0:
        return ""
    shown = _grouped(values, width)
    bars = _ASCII_BARS if is_ascii else _BARS
    highest = top if top is not None else max([value for value in shown if value is not None], default=0.0)
    text = "".join([" " if value is None else bars[_height(value, highest)] for value in shown])
    return text.rjust(width)


def tall_bars(values: Sequence[float], width: int, rows: int, top: float, *, is_ascii: bool = False) -> list[str]:
    """Return `values` as bars over several rows, the top row first; zero is the floor, nothing is drawn for it.

    Too many values are grouped, each group with its greatest; a few are as wide as find room, all alike.
    """
    shown = [value or 0.0 for value in _grouped(values, width)]
    cells = max(1, width // max(1, len(shown)))
    heights = [0 if value <= 0 or top <= 0 else max(1, round(value / top * rows * 8)) for value in shown]
    drawn = []
    for row in range(rows - 1, -1, -1):
        parts = [max(0, min(8, height - 8 * row)) for height in heights]
        signs = [("#" if part >= 4 else " ") if is_ascii else _EIGHTHS[part] for part in parts]
        drawn.append("".join(sign * cells for sign in signs).ljust(width))
    return drawn


def _grouped(values: Sequence[float | None], width: int) -> list[float | None]:
    if len(values) <= width:
        return list(values)
    groups: list[float | None] = []
    for place in range(width):
        group = values[place * len(values) // width : (place + 1) * len(values) // width]
        groups.append(max((value for value in group if value is not None), default=None))
    return groups


def _height(value: float, highest: float) -> int:
    if value <= 0 or highest <= 0:
        return 0
    return max(1, min(7, round(value / highest * 7)))
