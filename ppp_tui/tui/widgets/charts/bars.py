"""Stacked bars in eighths of a cell: zero on the axis, equal widths, every series as tall as its share. Pure.

A bar's height is rounded once, to eighths of a cell; its series share these eighths by the largest remainder, so that
a small series is never drawn taller than it is. Where colours do not tell series apart, each is drawn with a letter of
its own, and the share is of whole cells.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from ppp_tui.text.cells import cut, pad
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.charts.plot import LEAST_HEIGHT, LEAST_WIDTH, LETTERS, nice_ticks
from ppp_tui.tui.widgets.tones import Tone

MAX_BAR_CELLS = 12
"""Maximum width of a bar, so that few bars do not fill the chart."""

MAX_SLOT_CELLS = 21
"""Maximum of cells from the start of one bar to the start of the next: room for its label."""

LABEL_CELLS = 10
"""Width of a label of the value axis."""

SUB = 8
"""Parts into which a cell is divided for heights."""

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_GHOST, _ASCII_GHOST = "░", "."


class BarSeries(NamedTuple):
    """Name and tone of one part of each bar."""

    name: str
    tone: Tone


class Bar(NamedTuple):
    """One bar."""

    label: str
    """Text below the bar where there is room."""
    values: tuple[float, ...]
    """One value for each series, from the bottom to the top."""
    before: float | None = None
    """The bar of the period before, drawn as a shadow behind; None for none."""
    figure: str = ""
    """Text on the bar where there is room."""

    @property
    def total(self) -> float:
        """The sum of its series."""
        return sum(max(0.0, value) for value in self.values)


class BarPlot(NamedTuple):
    """A chart of stacked bars."""

    series: tuple[BarSeries, ...]
    bars: tuple[Bar, ...]
    y_label: Callable[[float], str]
    """Formats a value of the axis."""
    top: float | None = None
    """The highest value of the axis; None for the highest bar's."""


class BarPiece(NamedTuple):
    """A piece of a row; `ground` is the background of the part of a cell that the sign leaves free."""

    text: str
    tone: Tone
    ground: Tone | None = None


class BarLayout(NamedTuple):
    """Positions and width of bars."""

    gutter: int
    """Cells before the first slot, for labels and axis."""
    slot: int
    """Cells from the start of one bar to the start of the next."""
    bar: int
    """Width of a bar."""
    merged: int
    """Number of the plot's bars that one drawn bar holds: above one only if there are too few cells."""

    def bar_at(self, x: int) -> int | None:
        """Return the index of the bar at a cell of the picture, None if there is no bar."""
        if x < self.gutter:
            return None
        return (x - self.gutter) // self.slot * self.merged


class _Picture(NamedTuple):
    plot: BarPlot
    layout: BarLayout
    height: int
    """Rows of the bars themselves."""
    top: float
    letters: bool
    is_ascii: bool


def lay_out_bars(plot: BarPlot, width: int) -> BarLayout:
    """Return the positions of a plot's bars in a picture of some width."""
    ticks = nice_ticks(_top(plot), 5)
    gutter = 2 + max(len(cut(plain(plot.y_label(tick)), LABEL_CELLS)) for tick in ticks)
    room, count = max(1, width - gutter), max(1, len(plot.bars))
    merged = -(-count // room)
    slot = max(1, min(MAX_SLOT_CELLS, room // -(-count // merged)))
    bar = slot if slot < 3 else slot - 1 if slot < 9 else slot - 2 if slot < 14 else slot - 3
    return BarLayout(gutter, slot, min(MAX_BAR_CELLS, bar), merged)


def merge_bars(plot: BarPlot, merged: int) -> BarPlot:
    """Return bars that each add up so many; a label is that of the first one."""
    if merged <= 1:
        return plot
    groups = [plot.bars[start : start + merged] for start in range(0, len(plot.bars), merged)]
    bars = tuple(
        Bar(
            group[0].label,
            tuple(map(sum, zip(*(bar.values for bar in group), strict=True))),
            sum([bar.before or 0.0 for bar in group]) if any(bar.before is not None for bar in group) else None,
        )
        for group in groups
    )
    return plot._replace(bars=bars)


def share_out(values: Sequence[float], parts: int) -> list[int]:
    """Divide `parts` among values by the largest remainder; nothing goes to values that are not above zero."""
    total = sum(max(0.0, value) for value in values)
    if total <= 0 or parts <= 0:
        return [0] * len(values)
    exact = [max(0.0, value) / total * parts for value in values]
    shares = [int(part) for part in exact]
    by_remainder = sorted(range(len(values)), key=lambda place: (shares[place] - exact[place], place))
    for place in by_remainder[: parts - sum(shares)]:
        shares[place] += 1
    return shares


def draw_bars(
    plot: BarPlot,
    width: int,
    height: int,
    *,
    cursor: int | None = None,
    has_colours: bool = True,
    is_ascii: bool = False,
) -> list[list[BarPiece]]:
    """Draw the chart in `height` rows of at most `width` cells; no rows without values or room."""
    if width < LEAST_WIDTH or height < LEAST_HEIGHT or not any(bar.total or bar.before for bar in plot.bars):
        return []
    layout = lay_out_bars(plot, width)
    merged = merge_bars(plot, layout.merged)
    letters = is_ascii or (len(plot.series) > 1 and not has_colours)
    rows = height - 3
    picture = _Picture(merged, layout, rows, _top(merged), letters=letters, is_ascii=is_ascii)
    place = None if cursor is None else cursor // layout.merged
    columns = [_column(picture, bar) for bar in merged.bars]
    labels = _tick_labels(picture)
    drawn = []
    for row in range(rows, -1, -1):
        pieces = _axis(picture, labels.get(row, ""))
        blank = " " if row not in labels else "." if is_ascii else "┈"
        for number, column in enumerate(columns):
            pieces += _slot_pieces(picture, column, row, blank, is_cursor=number == place)
        drawn.append(pieces)
    drawn.append(_ground_line(picture, labels.get(-1, ""), place))
    drawn.append(_bar_labels(picture, width, place))
    return drawn


def _top(plot: BarPlot) -> float:
    if plot.top is not None:
        return plot.top
    return max((max(bar.total, bar.before or 0.0) for bar in plot.bars), default=0.0) or 1.0


class _Column(NamedTuple):
    """What a bar shows in each row."""

    cells: list[tuple[str, Tone, Tone | None]]
    ghost_rows: int
    figure_row: int
    figure: str


def _column(picture: _Picture, bar: Bar) -> _Column:
    sub = 1 if picture.letters else SUB
    parts = round(bar.total / picture.top * picture.height * sub) if bar.total > 0 else 0
    parts = max(int(bar.total > 0), min(picture.height * sub, parts))
    shares = share_out(bar.values, parts)
    owners = [place for place, share in enumerate(shares) for _ in range(share)]
    cells = [_cell(picture, owners[start : start + sub], sub) for start in range(0, len(owners), sub) if owners[start:]]
    ghost = 0 if bar.before is None else round(max(0.0, bar.before) / picture.top * picture.height)
    return _Column(cells, min(picture.height, ghost), len(cells), bar.figure)


def _cell(picture: _Picture, owners: Sequence[int], sub: int) -> tuple[str, Tone, Tone | None]:
    """Return sign, tone and ground of a cell whose parts, from the bottom, belong to `owners`."""
    by_size = sorted(dict.fromkeys(owners), key=lambda place: (-owners.count(place), place))
    series = picture.plot.series
    if picture.letters:
        letter = "#" if len(series) == 1 else LETTERS[by_size[0] % len(LETTERS)]
        return letter, series[by_size[0]].tone, None
    if len(owners) < sub or len(by_size) == 1:
        return _EIGHTHS[len(owners)], series[by_size[0]].tone, None
    lower, upper = sorted(by_size[:2])
    both = owners.count(lower) + owners.count(upper)
    split = max(1, min(sub - 1, round(owners.count(lower) / both * sub)))
    return _EIGHTHS[split], series[lower].tone, series[upper].tone


def _tick_labels(picture: _Picture) -> dict[int, str]:
    """Return labels by row, counted from the lowest row of the bars; the row of the axis itself is −1."""
    ticks = nice_ticks(picture.top, max(2, min(5, picture.height // 3)))
    labels: dict[int, str] = {}
    for tick in ticks:
        row = round(tick / picture.top * picture.height - 0.5) if tick else -1
        if row <= picture.height:
            labels.setdefault(row, cut(plain(picture.plot.y_label(tick)), LABEL_CELLS))
    return labels


def _axis(picture: _Picture, label: str) -> list[BarPiece]:
    room = picture.layout.gutter - 2
    line = "|" if picture.is_ascii else "┤" if label else "│"
    return [BarPiece(f"{pad(label, room, 'right')} {line}", "dim")]


def _slot_pieces(picture: _Picture, column: _Column, row: int, blank: str, *, is_cursor: bool) -> list[BarPiece]:
    slot, bar = picture.layout.slot, picture.layout.bar
    # A figure keeps a cell's distance from the next one.
    if row == column.figure_row and column.cells and column.figure and len(column.figure) <= slot - (slot > 2):
        tone: Tone = "strong" if is_cursor else "dim"
        return [BarPiece(pad(column.figure.center(bar).rstrip(), slot), tone)]
    shadow = _ASCII_GHOST if picture.is_ascii else _GHOST
    is_ghost = row < column.ghost_rows
    if row < len(column.cells):
        sign, tone, ground = column.cells[row]
        pieces = [BarPiece(sign * bar, tone, ground)]
        rest = slot - bar
        if rest and is_ghost:
            return [*pieces, BarPiece(shadow, "ghost"), *([BarPiece(blank * (rest - 1), "rule")] if rest > 1 else [])]
        return [*pieces, BarPiece(blank * rest, "rule")] if rest else pieces
    if not is_ghost:
        return [BarPiece(blank * slot, "rule")]
    if slot == bar:
        return [BarPiece(shadow * bar, "ghost")]
    return [BarPiece(blank, "rule"), BarPiece(shadow * bar, "ghost"), BarPiece(blank * (slot - bar - 1), "rule")]


def _ground_line(picture: _Picture, label: str, cursor: int | None) -> list[BarPiece]:
    layout = picture.layout
    thin, thick, cross = ("-", "=", "+") if picture.is_ascii else ("─", "━", "┼")
    pieces = [BarPiece(f"{pad(label, layout.gutter - 2, 'right')} {cross}", "dim")]
    for number in range(len(picture.plot.bars)):
        if number == cursor:
            pieces.append(BarPiece(thick * layout.bar, "accent"))
            pieces.append(BarPiece(thin * (layout.slot - layout.bar), "dim"))
        else:
            pieces.append(BarPiece(thin * layout.slot, "dim"))
    return pieces


def _bar_labels(picture: _Picture, width: int, cursor: int | None) -> list[BarPiece]:
    """Return labels of every bar, or of evenly spaced bars where they do not fit; the cursor's bar always has one."""
    bars, layout = picture.plot.bars, picture.layout
    widest = max((len(bar.label) for bar in bars), default=0)
    step = max(1, -(-(widest + 1) // layout.slot))
    shown = {number for number in range(len(bars)) if (len(bars) - 1 - number) % step == 0}
    pieces, at = [BarPiece(" " * layout.gutter, "text")], layout.gutter
    if cursor is not None and cursor not in shown:
        shown = {number for number in shown if abs(number - cursor) >= step} | {cursor}
    for number in sorted(shown):
        label = cut(plain(bars[number].label), max(1, step * layout.slot - 1))
        middle = max(0, layout.bar - len(label)) // 2
        start = min(layout.gutter + number * layout.slot + middle, width - len(label))
        if start < at + (at > layout.gutter):
            continue
        pieces += [BarPiece(" " * (start - at), "text"), BarPiece(label, "accent" if number == cursor else "dim")]
        at = start + len(label)
    return pieces
