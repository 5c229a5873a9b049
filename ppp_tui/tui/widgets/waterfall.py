"""A span of time within another one as a bar: ``  ▐███▌   ``, exact to half a cell. Pure."""

from __future__ import annotations

from ppp_tui.tui.widgets.lines import Cell
from ppp_tui.tui.widgets.tones import Tone


def waterfall_bar(
    start_ms: int | None,
    end_ms: int | None,
    span_start_ms: int,
    span_end_ms: int,
    width: int,
    *,
    is_ascii: bool = False,
) -> str:
    """Return a bar from `start_ms` to `end_ms` within the span, in exactly `width` cells.

    Something that goes on (`end_ms` is None) reaches the end of the span and ends in ``▸``. Whatever happened within
    the span covers half a cell at least; what lies outside of it is cut off.
    """
    span = span_end_ms - span_start_ms
    if start_ms is None or width <= 0 or span <= 0:
        return " " * max(0, width)
    is_open = end_ms is None
    end = span_end_ms if end_ms is None else end_ms
    if end < span_start_ms or start_ms > span_end_ms:
        return " " * width
    halves = 2 * width
    first = max(0, min(halves - 1, (start_ms - span_start_ms) * halves // span))
    # Rounded up, so that any duration above zero covers the half cell in which it ended.
    last = max(first + 1, min(halves, -((span_start_ms - end) * halves // span)))
    cells = [_cell(first, last, place) for place in range(width)]
    if is_open:
        cells[-1] = "▸"
    text = "".join(cells)
    return text.translate(_TO_ASCII) if is_ascii else text


def waterfall_cell(
    start_ms: int | None,
    end_ms: int | None,
    span_start_ms: int,
    span_end_ms: int,
    width: int,
    tone: Tone = "accent",
    *,
    is_ascii: bool = False,
) -> Cell:
    """Return a waterfall bar as a table's cell."""
    return Cell(waterfall_bar(start_ms, end_ms, span_start_ms, span_end_ms, width, is_ascii=is_ascii), tone)


_TO_ASCII = str.maketrans({"█": "=", "▌": "=", "▐": "=", "▸": ">"})


def _cell(first: int, last: int, place: int) -> str:
    is_left = first <= 2 * place < last
    is_right = first <= 2 * place + 1 < last
    if is_left:
        return "█" if is_right else "▌"
    return "▐" if is_right else " "
