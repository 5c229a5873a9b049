"""Paints the lines of a table as strips of a fixed width, and caches them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.cache import FIFOCache
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip
from textual.widget import Widget

from ppp_tui.text.cells import cut, pad
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.widgets.columns import Column, lay_out
from ppp_tui.tui.widgets.lines import Brush, Line, heading_segments, line_segments
from ppp_tui.tui.widgets.tones import Tone, tone_style

KEPT_STRIPS = 120
"""Maximum of cached strips, of about 5 kB each: two screens of rows, in each of a dozen tables."""

KEPT_CELLS = 1500
"""Maximum of cached cells of one look, of about 700 bytes each: two screens full."""

GUTTER = 2
"""Cells before the first column, for cursor and mark."""

CURSOR = "▸"
CURSOR_ELSEWHERE = "▹"
"""Where the cursor stands while another pane has the focus: told apart without colours, too."""
MARK = "✓"
PLACEHOLDER = "·"

PAINTER_CLASSES = frozenset(
    f"line-table--{part}" for part in ("cursor", "cursor-blurred", "fresh", "marked", "header", "placeholder", "chip")
)
"""Component classes that a table painted by `LinePainter` must list."""


class RowLook(NamedTuple):
    """The parts of a row's look that do not come from its line."""

    is_cursor: bool = False
    is_focused: bool = False
    is_marked: bool = False
    is_fresh: bool = False
    is_below_cursor: bool = False
    """Whether the line continues the row of the cursor, which stands above it."""


class LinePainter:
    """Paints the lines of one table; `clear` whenever its styles change."""

    def __init__(self, widget: Widget, columns: Sequence[Column], gap: int) -> None:
        self._widget = widget
        self._columns = tuple(columns)
        self._gap = gap
        self._width = -1
        self._widths: tuple[int, ...] = ()
        # Entries of Textual's other cache refer to each other: each time it is cleared they wait for the collector.
        self._strips: FIFOCache[tuple[Line, RowLook], Strip] = FIFOCache(KEPT_STRIPS)
        self._base: Style | None = None
        self._brushes: dict[RowLook, Brush] = {}
        self._gutters: dict[RowLook, list[Segment]] = {}
        """The cells before the first column."""
        self._filters: tuple[LineFilter, ...] = ()
        self._background = Color(0, 0, 0)
        self._fixed: dict[tuple[object, ...], Strip] = {}
        """Cached strips that hold no row, such as header and messages."""
        self.painted = 0
        """Number of strips made so far; tests measure work by it."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, those without room included."""
        return self._columns

    @property
    def widths(self) -> tuple[int, ...]:
        """Width of each column at the last width; 0 for a column without room."""
        return self._widths

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Set the columns."""
        self._columns = tuple(columns)
        self._width = -1

    def clear(self) -> None:
        """Drop all cached strips and styles."""
        self._strips.clear()
        self._fixed.clear()
        self._brushes.clear()
        self._gutters.clear()
        self._base = None

    def set_filters(self, filters: Sequence[LineFilter], background: Color) -> None:
        """Apply these filters to everything that is painted."""
        if self._filters != tuple(filters) or self._background != background:
            self._filters, self._background = tuple(filters), background
            self.clear()

    def _filtered(self, segments: list[Segment]) -> list[Segment]:
        for line_filter in self._filters:
            segments = line_filter.apply(segments, self._background)
        return segments

    def _note(self, text: str, style: Style) -> Strip:
        """Return a strip with a text."""
        return Strip(self._filtered([Segment(pad(text, self._width), style)]), self._width)

    @property
    def base(self) -> Style:
        """The table's own style, below all others."""
        if self._base is None:
            self._base = self._widget.rich_style
        return self._base

    def fit(self, width: int) -> None:
        """Set the width of a row, which the columns share."""
        if width != self._width:
            self._width = width
            self._widths = lay_out(self._columns, width - GUTTER, self._gap)
            self._strips.clear()
            self._fixed.clear()
            self._brushes.clear()

    def strip(self, line: Line, look: RowLook) -> Strip:
        """Return the strip of a row."""
        key = (line, look)
        strip = self._strips.get(key)
        if strip is None:
            self.painted += 1
            strip = self._paint(line, look)
            self._strips.set(key, strip)
        return strip

    def blank(self) -> Strip:
        """Return the strip of an empty line."""
        strip = self._fixed.get(("blank",))
        if strip is None:
            strip = self._fixed["blank",] = self._note("", self.base)
        return strip

    def placeholder(self, look: RowLook) -> Strip:
        """Return the strip of a row that has not been loaded yet."""
        style = self._style(look, "text") + self._part("placeholder")
        gutter = _cursor_of(look)
        return self._note(f"{gutter} {PLACEHOLDER}", style)

    def message(self, text: str) -> Strip:
        """Return the strip of a sentence in place of rows."""
        style = self.base + self._part("placeholder")
        return self._note(" " * GUTTER + plain(text), style)

    def header(self, sorted_by: str, is_descending: bool) -> Strip:
        """Return the strip of the column titles, with an arrow at the sorted one."""
        key = (sorted_by, is_descending)
        if key not in self._fixed:
            self._fixed[key] = self._header(sorted_by, is_descending)
        return self._fixed[key]

    def _header(self, sorted_by: str, is_descending: bool) -> Strip:
        style = self.base + self._part("header")
        cells: list[str] = []
        for column, width in zip(self._columns, self._widths, strict=True):
            if not width:
                continue
            title = plain(column.title)
            if column.key == sorted_by:
                title = cut(title, width - 1) + ("▾" if is_descending else "▴")
            cells.append(pad(title, width, column.align))
        text = " " * GUTTER + (" " * self._gap).join(cells)
        return self._note(text, style)

    def with_chip(self, strip: Strip, text: str) -> Strip:
        """Return `strip` with a note over its right end."""
        label = cut(f" {text} ", self._width)
        chip = Segment(label, self.base + self._part("chip"))
        chip_strip = Strip(self._filtered([chip]))
        return Strip.join([strip.crop(0, self._width - chip_strip.cell_length), chip_strip])

    def column_at(self, x: int) -> Column | None:
        """Return the column at cell `x` of the table, None between columns."""
        end = GUTTER
        for column, width in zip(self._columns, self._widths, strict=True):
            if width:
                end += width + self._gap
                if x < end:
                    return column
        return None

    def _paint(self, line: Line, look: RowLook) -> Strip:
        brush = self._brushes.get(look)
        if brush is None or len(brush.made) > KEPT_CELLS:
            brush = self._brushes[look] = Brush(_Styles(self._style, look).__getitem__, self._filtered, {})
        gutter = self._gutters.get(look)
        if gutter is None:
            text = _cursor_of(look) + (MARK if look.is_marked else " ")
            gutter = self._gutters[look] = self._filtered([Segment(text, brush.style_of("text"))])
        inner = max(0, self._width - GUTTER)
        if line.is_heading:
            segments = [*gutter, *self._filtered(heading_segments(line, inner, brush.style_of))]
            taken = inner
        else:
            made, taken = line_segments(line, self._columns, self._widths, self._gap, brush)
            segments = [*gutter, *made]
        if taken < inner:
            segments += self._filtered([Segment(" " * (inner - taken), brush.style_of("text"))])
        strip = Strip(segments, GUTTER + max(taken, inner))
        return strip if self._width >= GUTTER and taken <= inner else strip.crop(0, self._width)

    def _style(self, look: RowLook, tone: Tone) -> Style:
        style = self.base
        if look.is_fresh:
            style += self._part("fresh")
        if look.is_marked:
            style += self._part("marked")
        if look.is_cursor or look.is_below_cursor:
            style += self._part("cursor" if look.is_focused else "cursor-blurred")
        if tone == "text" or style.reverse:
            # In a reversed row a tone's colour would become a patch of background.
            return style
        return style + tone_style(self._widget, tone)

    def _part(self, name: str) -> Style:
        return self._widget.get_component_rich_style(f"line-table--{name}", partial=True)


class _Styles(dict[Tone, Style]):
    """The styles of tones in rows of one look, each made when it is first asked for."""

    def __init__(self, made: Callable[[RowLook, Tone], Style], look: RowLook) -> None:
        super().__init__()
        self._made = made
        self._look = look

    def __missing__(self, tone: Tone) -> Style:
        style = self[tone] = self._made(self._look, tone)
        return style


def _cursor_of(look: RowLook) -> str:
    if not look.is_cursor:
        return " "
    return CURSOR if look.is_focused else CURSOR_ELSEWHERE
