"""Chart widget: lines over time or stacked bars, with a title and a legend, drawn outside of the event loop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Unpack

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip

from ppp_tui.text.cells import cell_width, cut
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.charts.bars import BarPiece, BarPlot, draw_bars, lay_out_bars
from ppp_tui.tui.widgets.charts.plot import LETTERS, Plot, draw, series_tone
from ppp_tui.tui.widgets.guarded import Guarded, WidgetAttributes
from ppp_tui.tui.widgets.lines import Cell, cell_segments
from ppp_tui.tui.widgets.tones import Tone, tone_style
from ppp_tui.tui.widgets.workers import work

DRAWING = "chart"
"""Worker group in which charts are drawn."""


class Chart(Guarded):
    """Widget that shows a `Plot` or `BarPlot`; while a new one is drawn, the old one stays."""

    ALLOW_SELECT = False

    @dataclass
    class BarClicked(Message):
        """Posted when a bar was clicked."""

        chart: Chart
        bar: int

        @property
        def control(self) -> Chart:
            """The chart that was clicked."""
            return self.chart

    def __init__(
        self,
        title: str = "",
        *,
        is_ascii: bool = False,
        empty_text: str = "nothing to draw yet",
        **attributes: Unpack[WidgetAttributes],
    ) -> None:
        super().__init__(**attributes)
        self._title = title
        self._is_ascii = is_ascii
        self._empty_text = empty_text
        self._plot: Plot | BarPlot | None = None
        self._cursor: int | None = None
        self._rows: list[list[BarPiece]] = []
        self._names: list[str] = []
        self._styles: dict[tuple[Tone, Tone | None], Style] = {}

    def set_title(self, title: str) -> None:
        """Set the title above the chart, which names its range and grouping."""
        if title != self._title:
            self._title = title
            self.refresh()

    def set_empty_text(self, text: str) -> None:
        """Set the text that is shown where there is nothing to draw."""
        if text != self._empty_text:
            self._empty_text = text
            self.refresh()

    def show(self, plot: Plot | BarPlot | None, cursor: int | None = None) -> None:
        """Show a plot, the bar at `cursor` marked; None shows nothing."""
        if (plot, cursor) != (self._plot, self._cursor):
            self._plot, self._cursor = plot, cursor
            self._redraw()

    def on_resize(self) -> None:
        """Draw the chart at its new size."""
        self._redraw()

    def notify_style_update(self) -> None:
        """Draw the chart in the new styles; called by Textual."""
        super().notify_style_update()
        self._styles.clear()
        if self.is_mounted:
            self._redraw()

    def on_click(self, event: events.Click) -> None:
        """Post a message with the bar that was clicked."""
        offset = event.get_content_offset(self)
        if offset is None or not isinstance(self._plot, BarPlot):
            return
        bar = lay_out_bars(self._plot, self.size.width).bar_at(offset.x)
        if bar is not None and bar < len(self._plot.bars):
            event.stop()
            self.post_message(self.BarClicked(self, bar))

    @property
    def _legend(self) -> list[tuple[str, Tone]]:
        """Return name and tone of each series."""
        plot = self._plot
        if plot is None:
            return []
        if isinstance(plot, BarPlot):
            return [(series.name, series.tone) for series in plot.series]
        return [(series.name, series_tone(plot, place)) for place, series in enumerate(plot.series)]

    @property
    def _head_height(self) -> int:
        return 1 if self._title or len(self._legend) > 1 else 0

    def _redraw(self) -> None:
        if not self.is_attached or not self.size:
            return
        if self._plot is None:
            self._rows = []
            self.refresh()
            return
        self._draw(self._plot, self._cursor)

    @work(exclusive=True, group=DRAWING)
    async def _draw(self, plot: Plot | BarPlot, cursor: int | None) -> None:
        width, height = self.size.width, self.size.height - self._head_height
        has_colours = self._has_colours
        rows = await asyncio.to_thread(
            _drawn, plot, width, height, cursor, has_colours=has_colours, is_ascii=self._is_ascii
        )
        names = [name for name, _ in self._legend]
        if (rows, names) != (self._rows, self._names):
            self._rows, self._names = rows, names
            self.refresh()

    @property
    def tells_by_colour(self) -> bool:
        """Whether series differ by colour; if not, each is drawn with a letter."""
        return not self._is_ascii and self._has_colours

    @property
    def _has_colours(self) -> bool:
        tones = [tone for _, tone in self._legend]
        if len(tones) < 2:
            return True
        colours = {self._style(tone).color for tone in tones}
        return len(colours) == len(tones) and not self.app.no_color

    def _style(self, tone: Tone, ground: Tone | None = None) -> Style:
        style = self._styles.get((tone, ground))
        if style is None:
            base = self.rich_style
            style = base if tone == "text" else base + tone_style(self, tone)
            if ground is not None:
                style += Style(bgcolor=self._style(ground).color)
            self._styles[tone, ground] = style
        return style

    def render_line(self, y: int) -> Strip:
        """Return the strip of row `y`: the head, then the drawn rows."""
        width = self.size.width
        if y < self._head_height:
            return Strip(cell_segments(self._head(width), width, "left", self._style))
        row = y - self._head_height
        if row >= len(self._rows) or self._plot is None:
            note = self._empty_text if self._plot is None and row == 0 else ""
            return Strip(cell_segments([Cell(note, "dim")], width, "left", self._style))
        segments = [Segment(text, self._style(tone, ground)) for text, tone, ground in self._rows[row]]
        return Strip(segments).adjust_cell_length(width, self._style("text"))

    def _head(self, width: int) -> list[Cell]:
        cells = [Cell(cut(plain(self._title), width), "strong")] if self._title else []
        legend = self._legend
        if len(legend) > 1:
            has_colours = self._has_colours and not self._is_ascii
            room = width - sum(cell_width(cell.text) for cell in cells)
            for place, (name, tone) in enumerate(legend):
                mark = "█" if isinstance(self._plot, BarPlot) else "━"
                sign = mark if has_colours else LETTERS[place % len(LETTERS)]
                entry = [Cell(f"{'  ' if cells else ''}{sign} ", tone), Cell(name, "dim")]
                more = f"  +{len(legend) - place}"
                room -= sum(cell_width(cell.text) for cell in entry)
                if room < (len(more) if place < len(legend) - 1 else 0):
                    # An entry that is cut says nothing; the number of those left out is cut with a long title.
                    return [*cells, Cell(more, "dim")]
                cells += entry
        return cells


def _drawn(
    plot: Plot | BarPlot, width: int, height: int, cursor: int | None, *, has_colours: bool, is_ascii: bool
) -> list[list[BarPiece]]:
    if isinstance(plot, BarPlot):
        return draw_bars(plot, width, height, cursor=cursor, has_colours=has_colours, is_ascii=is_ascii)
    rows = draw(plot, width, height, has_colours=has_colours, is_ascii=is_ascii)
    count = len(plot.series)
    return [
        [
            BarPiece(text, "dim" if series is None or series >= count else series_tone(plot, series))
            for text, series in row
        ]
        for row in rows
    ]
