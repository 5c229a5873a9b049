"""A few fixed lines under a titled rule, such as figures, gauges, or a heat map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Unpack

from rich.segment import Segment
from textual.strip import Strip

from ppp_tui.text.cells import cell_width, cut
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.guarded import WidgetAttributes
from ppp_tui.tui.widgets.lines import Cell, CellLike, cell_segments, cell_text, parts_of
from ppp_tui.tui.widgets.tones import Toned


class Panel(Toned):
    """Widget that shows lines of cells, those at the bottom cut where there is no room."""

    ALLOW_SELECT = False

    def __init__(
        self,
        title: str = "",
        *,
        is_ascii: bool = False,
        **attributes: Unpack[WidgetAttributes],
    ) -> None:
        super().__init__(**attributes)
        self._title = title
        self._is_ascii = is_ascii
        self._lines: tuple[CellLike, ...] = ()
        self._lines_for: Callable[[int], Sequence[CellLike]] | None = None

    @property
    def text(self) -> str:
        """The shown lines as text."""
        return "\n".join(cell_text(line) for line in self._lines)

    def set_title(self, title: str) -> None:
        """Set the title of the rule above; '' for no rule."""
        if title != self._title:
            self._title = title
            self.refresh()

    def set_lines(self, lines: Sequence[CellLike]) -> None:
        """Show these lines; unchanged lines cost nothing."""
        self._lines_for = None
        self._set(lines)

    def set_lines_for(self, lines_for: Callable[[int], Sequence[CellLike]]) -> None:
        """Show the lines that `lines_for` returns for the current width, now and after each resize."""
        self._lines_for = lines_for
        self.on_resize()

    def on_resize(self) -> None:
        """Make lines for the new width."""
        if self._lines_for is not None:
            self._set(self._lines_for(self.size.width))

    def _set(self, lines: Sequence[CellLike]) -> None:
        if tuple(lines) != self._lines:
            is_other_height = len(lines) != len(self._lines)
            self._lines = tuple(lines)
            self.refresh(layout=is_other_height and self.styles.auto_dimensions)

    def get_content_height(self, _container: object, _viewport: object, _width: int) -> int:
        """Return the rows of all lines, for ``height: auto``."""
        return len(self._lines) + bool(self._title)

    def render_line(self, y: int) -> Strip:
        """Return the strip of row `y`: the rule with the title, or a line."""
        width = self.size.width
        if self._title and y == 0:
            return Strip(cell_segments(self._rule(width), width, "left", self._style))
        place = y - bool(self._title)
        if place >= len(self._lines):
            return Strip([Segment(" " * width, self._style("text"))], width)
        parts = parts_of(self._lines[place], "text")
        return Strip(cell_segments(parts, width, "left", self._style)).adjust_cell_length(width, self._style("text"))

    def _rule(self, width: int) -> list[Cell]:
        dash = "-" if self._is_ascii else "─"
        title = cut(plain(self._title), max(0, width - 4))
        return [
            Cell(f"{dash} ", "rule"),
            Cell(title, "heading"),
            Cell(f" {dash * max(0, width - cell_width(title) - 3)}", "rule"),
        ]
