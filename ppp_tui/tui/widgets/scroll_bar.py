"""A scroll bar whose rows are kept: Textual draws each of them anew, through all its layers, as a list grows."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.filter import LineFilter
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip


class KeptScrollBar(ScrollBar):
    """Vertical scroll bar; rows that look the same are one strip, so that those that stay are not compared."""

    def __init__(self, *, thickness: int) -> None:
        super().__init__(vertical=True, name="vertical", thickness=thickness)
        self._filters: Sequence[LineFilter] = ()
        self._strips: dict[Segment, Strip] = {}

    def notify_style_update(self) -> None:
        """Draw in the new styles; called by Textual."""
        super().notify_style_update()
        self._strips.clear()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the strips of a region."""
        bar, width, height = self.render(), *self.size
        if not isinstance(bar, ScrollBarRender) or crop.column_span != (0, width):
            return super().render_lines(crop)
        style = self.app.console.get_style(bar.style)
        if style.color is None or style.bgcolor is None:
            return super().render_lines(crop)
        segments = bar.render_bar(
            size=height,
            virtual_size=bar.virtual_size,
            window_size=bar.window_size,
            position=bar.position,
            thickness=width,
            back_color=style.bgcolor,
            bar_color=style.color,
        ).segments
        filters = self.get_line_filters()
        if filters != self._filters:
            self._filters = filters
            self._strips.clear()
        return [self._strip(segment) for segment in list(segments)[crop.y : crop.bottom]]

    def _strip(self, segment: Segment) -> Strip:
        strip = self._strips.get(segment)
        if strip is None:
            strip = Strip([Segment(segment.text, self.rich_style + segment.style)])
            for line_filter in self._filters:
                strip = strip.apply_filter(line_filter, self.background_colors[1])
            self._strips[segment] = strip
        return strip
