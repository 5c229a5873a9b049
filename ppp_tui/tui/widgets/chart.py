"""The chart: lines over time or stacked bars, with a title and a legend, drawn beside the event loop."""

from __future__ import annotations

import asyncio

from rich.segment import Segment
from rich.style import Style
from textual import work
from textual.strip import Strip

from ppp_tui.text.cells import cut
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.guarded import Guarded
from ppp_tui.tui.widgets.lines import Cell, cell_segments
from ppp_tui.tui.widgets.plot import LETTERS, Plot, PlotPiece, draw, series_tone
from ppp_tui.tui.widgets.tones import Tone, tone_style

DRAWING = "chart"
"""Worker group in which charts are drawn."""


class Chart(Guarded):
    """Shows one `Plot`. While a new one is drawn, the old one stays."""

    ALLOW_SELECT = False

    def __init__(
        self,
        title: str = "",
        *,
        is_ascii: bool = False,
        empty_text: str = "nothing to draw yet",
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._title = title
        self._is_ascii = is_ascii
        self._empty_text = empty_text
        self._plot: Plot | None = None
        self._rows: list[list[PlotPiece]] = []
        self._names: list[str] = []
        self._styles: dict[Tone, Style] = {}

    def set_title(self, title: str) -> None:
        """Says above the chart what it shows: range and grouping included."""
        self._title = title
        self.refresh()

    def show(self, plot: Plot | None) -> None:
        """Draws `plot` from now on; None for nothing."""
        if plot != self._plot:
            self._plot = plot
            self._redraw()

    def on_resize(self) -> None:
        """Draws again in the new size."""
        self._redraw()

    def notify_style_update(self) -> None:
        """Called by Textual when styles or the theme change."""
        super().notify_style_update()
        self._styles.clear()
        if self.is_mounted:
            self._redraw()

    @property
    def _head_height(self) -> int:
        return 1 if self._title or (self._plot is not None and len(self._plot.series) > 1) else 0

    def _redraw(self) -> None:
        if not self.is_attached or not self.size:
            return
        if self._plot is None:
            self._rows = []
            self.refresh()
            return
        self._draw(self._plot)

    @work(exclusive=True, group=DRAWING)
    async def _draw(self, plot: Plot) -> None:
        width, height = self.size.width, self.size.height - self._head_height
        has_colours = self._has_colours(plot)
        rows = await asyncio.to_thread(draw, plot, width, height, has_colours=has_colours, is_ascii=self._is_ascii)
        names = [one.name for one in plot.series]
        if (rows, names) != (self._rows, self._names):
            self._rows, self._names = rows, names
            self.refresh()

    @property
    def tells_by_colour(self) -> bool:
        """Whether series differ by their colours; where they do not, each is drawn with a letter of its own."""
        return not self._is_ascii and (self._plot is None or self._has_colours(self._plot))

    def _has_colours(self, plot: Plot) -> bool:
        if len(plot.series) < 2:
            return True
        colours = {self._style(series_tone(plot, index)).color for index in range(len(plot.series))}
        return len(colours) == len(plot.series) and not self.app.no_color

    def _style(self, tone: Tone) -> Style:
        style = self._styles.get(tone)
        if style is None:
            style = self.rich_style if tone == "text" else self._style("text") + tone_style(self, tone)
            self._styles[tone] = style
        return style

    def render_line(self, y: int) -> Strip:
        """The strip at `y`: the head, then the rows as drawn."""
        width = self.size.width
        if y < self._head_height:
            return Strip(cell_segments(self._head(width), width, "left", self._style))
        row = y - self._head_height
        if row >= len(self._rows) or self._plot is None:
            note = self._empty_text if not self._rows and row == 0 else ""
            return Strip(cell_segments([Cell(note, "dim")], width, "left", self._style))
        count = len(self._plot.series)
        segments = [
            Segment(text, self._style("dim" if series is None or series >= count else series_tone(self._plot, series)))
            for text, series in self._rows[row]
        ]
        return Strip(segments).adjust_cell_length(width, self._style("text"))

    def _head(self, width: int) -> list[Cell]:
        cells = [Cell(cut(plain(self._title), width), "strong")] if self._title else []
        plot = self._plot
        if plot is not None and len(plot.series) > 1:
            has_colours = self._has_colours(plot) and not self._is_ascii
            for index, one in enumerate(plot.series):
                mark = "━" if has_colours else LETTERS[index % len(LETTERS)]
                cells.append(Cell(f"{'  ' if cells else ''}{mark} ", series_tone(plot, index)))
                cells.append(Cell(one.name, "dim"))
        return cells
