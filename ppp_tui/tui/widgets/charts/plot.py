"""Lines drawn by plotext, as rows of text with the series that each piece belongs to.

plotext has one figure for the whole process, so one drawing is made at a time. Its colours serve as names of series
only; a chart that may not tell its series apart by colour gives each of them a mark of its own. Where plotext cannot be
loaded, each series becomes a sparkline.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.text.cells import cut, pad
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.sparkline import sparkline
from ppp_tui.tui.widgets.tones import SERIES, Tone

Label = Callable[[float], str]
"""Formats a value of an axis."""

LETTERS = "*+xo#@"
"""Marks of the series where colours do not distinguish them."""

LEAST_WIDTH, LEAST_HEIGHT = 16, 4
"""Minimum size of a chart in cells and lines; a smaller one is not drawn."""

_FIRST_COLOUR = 16
"""Colour number of the first series; the sixteen below it are plotext's own."""

_SGR = lazy_pattern(r"\x1b\[([0-9;]*)m")
_TO_ASCII = str.maketrans("│┤├─┬┴┼┌┐└┘█", "|||---+++++#")
_LOCK = threading.Lock()


class Series(NamedTuple):
    """One line of a plot."""

    name: str
    points: tuple[tuple[float, float], ...]
    """Pairs of x and y."""
    tone: Tone | None = None
    """None means the tone of its index among the series."""


class Plot(NamedTuple):
    """Everything that a chart of lines shows."""

    series: tuple[Series, ...]
    y_label: Label
    x_label: Label | None = None
    """None means no labels on the x axis."""
    x_range: tuple[float, float] | None = None
    """None means from the first to the last point."""
    y_top: float | None = None
    """The highest value of the y axis; None means the greatest point."""


class PlotPiece(NamedTuple):
    """A piece of a drawn row; `series` is None for axes and labels."""

    text: str
    series: int | None


def series_tone(plot: Plot, index: int) -> Tone:
    """Return the tone of a series."""
    return plot.series[index].tone or SERIES[index % len(SERIES)]


def nice_ticks(top: float, count: int) -> list[float]:
    """Return round values from 0 to at least `top`, at most `count` steps."""
    if not math.isfinite(top) or top <= 0:
        return [0.0, 1.0]
    rough = top / max(1, count)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next((factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * (1 - 1e-9)), 10 * power)
    return [number * step for number in range(math.ceil(top / step - 1e-9) + 1)]


def draw(
    plot: Plot, width: int, height: int, *, has_colours: bool = True, is_ascii: bool = False
) -> list[list[PlotPiece]]:
    """Draw the chart in `height` rows of at most `width` cells."""
    clean = plot._replace(series=tuple(series._replace(points=_finite(series.points)) for series in plot.series))
    if width < LEAST_WIDTH or height < LEAST_HEIGHT or not any(series.points for series in clean.series):
        return []
    try:
        import plotext  # 40 ms and more, so it is loaded with the first chart
    except (ImportError, OSError):
        return _sparklines(clean, width, height, is_ascii=is_ascii)
    with _LOCK:
        text = _drawn(plotext, clean, width, height, has_colours=has_colours, is_ascii=is_ascii)
    return [_pieces(row.translate(_TO_ASCII) if is_ascii else row) for row in text.split("\n")[:height]]


def _finite(points: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for x, y in points if math.isfinite(x) and math.isfinite(y))


def _drawn(plotext: Any, plot: Plot, width: int, height: int, *, has_colours: bool, is_ascii: bool) -> str:
    # The terminal is standard error's, and plotext knows standard output's only.
    plotext.terminal.limit(width=False, height=False)
    figure = plotext.figure
    figure.clear()
    figure.plot_size(width, height)
    figure.theme("colorless")
    figure.axes(False, side="upper", axis="x")
    figure.axes(False, side="right", axis="y")
    marks = [_mark(plotext, index, has_colours, is_ascii) for index in range(len(plot.series))]
    _draw_lines(figure, plot, marks, width)
    top = plot.y_top if plot.y_top is not None else _greatest(plot)
    ticks = nice_ticks(top, max(1, min(5, (height - 1) // 3)))
    labels = [cut(plain(plot.y_label(tick)), 10) for tick in ticks]
    widest = max(len(label) for label in labels)
    figure.ruler("y").lim(0, ticks[-1]).ticks(ticks, labels=[label.rjust(widest) for label in labels])
    text = str(figure.build().string())
    figure.clear()
    return text


def _mark(plotext: Any, index: int, has_colours: bool, is_ascii: bool) -> Any:
    symbol = LETTERS[index % len(LETTERS)]
    if has_colours and not is_ascii:
        symbol = "braille"
    return plotext.marker(symbol, pixel=plotext.pixel(foreground=_FIRST_COLOUR + index))


def _greatest(plot: Plot) -> float:
    return max((y for series in plot.series for _, y in series.points), default=0.0)


def _draw_lines(figure: Any, plot: Plot, marks: Sequence[Any], width: int) -> None:
    for series, mark in zip(plot.series, marks, strict=True):
        if series.points:
            xs, ys = zip(*series.points, strict=True)
            figure.draw(figure.signal(list(xs), list(ys), marker=mark).lines(True))
    xs_all = [x for series in plot.series for x, _ in series.points]
    first, last = plot.x_range or (min(xs_all), max(xs_all))
    if last <= first:
        last = first + 1
    ruler = figure.ruler("x").lim(first, last)
    if plot.x_label is None:
        ruler.frequency(0)
        return
    count = max(1, min(6, width // 16))
    ticks = [first + (last - first) * step / count for step in range(count + 1)]
    ruler.ticks(ticks, labels=[cut(plain(plot.x_label(tick)), 12) for tick in ticks])


def _pieces(row: str) -> list[PlotPiece]:
    """Return a row of plotext's output as pieces by series, without its escape sequences."""
    pieces: list[PlotPiece] = []
    series: int | None = None
    parts = _SGR.split(row)
    for place, part in enumerate(parts):
        if place % 2:
            code = part.removeprefix("38;5;") if part.startswith("38;5;") else ""
            series = int(code) - _FIRST_COLOUR if code.isdecimal() and int(code) >= _FIRST_COLOUR else None
        elif part:
            pieces.append(PlotPiece(plain(part), series))
    return pieces


def _sparklines(plot: Plot, width: int, height: int, *, is_ascii: bool) -> list[list[PlotPiece]]:
    names = [cut(plain(series.name), 12) for series in plot.series]
    room = max((len(name) for name in names), default=0) + 1
    rows = []
    for index, series in enumerate(plot.series[:height]):
        line = sparkline([y for _, y in series.points], width - room, is_ascii=is_ascii)
        rows.append([PlotPiece(pad(names[index], room), None), PlotPiece(line, index)])
    return rows
