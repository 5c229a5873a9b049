"""Base of tables: rows in sight, reading and drawing them, and highlights of changed ones.

`LineTable` adds the cursor, marks and the tail. The width of the scroll bar is always reserved, so that a list
that grows never makes the screen be laid out again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Unpack

from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.guarded import Guarded, WidgetAttributes
from ppp_tui.tui.widgets.highlight import TICK_S, Highlight
from ppp_tui.tui.widgets.line_painter import LinePainter, RowLook
from ppp_tui.tui.widgets.lines import Key, Line
from ppp_tui.tui.widgets.page_loader import PageLoader
from ppp_tui.tui.widgets.pages import LineChange, Pages
from ppp_tui.tui.widgets.workers import work

LOADING = "line-table"
"""Worker group in which pages are read."""


class TableView(ScrollView, Guarded):
    """Scrolling table without keys; `LineTable` adds cursor, marks and tail."""

    @dataclass
    class TableMessage(Message):
        """Base class of a table's messages; their handlers are named ``on_line_table_selected`` and so on."""

        table: TableView

        @property
        def control(self) -> TableView:
            """The table that sent the message."""
            return self.table

    @dataclass
    class Highlighted(TableMessage, namespace="line_table"):
        """Posted when the cursor moved to another row."""

        key: Key
        index: int

        def can_replace(self, message: Message) -> bool:
            """Return True for an older message of the same table, which does not matter any more."""
            return isinstance(message, TableView.Highlighted) and message.table is self.table

    @dataclass
    class Selected(TableMessage, namespace="line_table"):
        """Posted by Enter or a double click on a row."""

        key: Key
        index: int

    @dataclass
    class Marked(TableMessage, namespace="line_table"):
        """Posted when the user marked or unmarked a row."""

        key: Key
        is_marked: bool

    @dataclass
    class Sorted(TableMessage, namespace="line_table"):
        """Posted when the title of a column was clicked."""

        column_key: str

    @dataclass
    class FollowChanged(TableMessage, namespace="line_table"):
        """Posted when the table began or stopped following its tail."""

        is_following: bool

    @dataclass
    class Refitted(TableMessage, namespace="line_table"):
        """Posted when rows have another width than before, for whoever makes them to fit it."""

        def can_replace(self, message: Message) -> bool:
            """Return True for an older message of the same table: the width is asked for when it is handled."""
            return isinstance(message, TableView.Refitted) and message.table is self.table

    @dataclass
    class Failed(TableMessage, namespace="line_table"):
        """Posted when rows could not be read; the table keeps its rows, and tries again when scrolled or reloaded."""

        error: Exception

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        gap: int,
        has_header: bool,
        empty_text: str,
        **attributes: Unpack[WidgetAttributes],
    ) -> None:
        super().__init__(**attributes)
        self.painter = LinePainter(self, columns, gap)
        self._pages = Pages()
        self.loader = PageLoader(self._pages, self._window, self._took)
        self._glow = Highlight()
        self._glow_timer: Timer | None = None
        self._header_height = int(has_header)
        self._empty_text = empty_text
        self._sorted_by, self._is_descending = "", False

    def drop_content(self) -> None:
        """Let go of all rows."""
        self.loader.set_source(None, None)
        self._pages.clear()
        self.painter.clear()

    @property
    def total(self) -> int:
        """Number of rows in the list."""
        return self._pages.total

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Set the columns; rows must be set again with cells that fit them."""
        self.painter.set_columns(columns)
        self.refresh()

    def set_sort(self, column_key: str, *, is_descending: bool) -> None:
        """Show by which column the rows are sorted; the provider sorts them."""
        self._sorted_by, self._is_descending = column_key, is_descending
        self.refresh()

    def set_empty_text(self, text: str) -> None:
        """Set the text that is shown while there are no rows."""
        is_seen = text != self._empty_text and not self._pages.total
        self._empty_text = text
        if is_seen:
            self.refresh()

    def invalidate(self, keys: Iterable[Key] | None = None) -> None:
        """Read the rows `keys`, or all, again, and draw those that differ."""
        self._pages.mark_stale(keys)
        self._load()

    @property
    def body_width(self) -> int:
        """Width of a row without the scroll bar."""
        return max(0, self.size.width - self.scrollbar_size_vertical)

    @property
    def body_height(self) -> int:
        """Number of rows that fit on the screen."""
        return max(0, self.size.height - self._header_height)

    def is_in_sight(self, index: int) -> bool:
        """Return whether the row at `index` is on the screen."""
        return 0 <= index - self.scroll_offset.y < self.body_height

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Return the strip of row `y` on the screen."""
        self.painter.fit(self.body_width)
        strip = self._strip(y, self.scroll_offset.y - self._header_height)
        chip = self._chip() if y == self.size.height - 1 else ""
        return self.painter.with_chip(strip, chip) if chip else strip

    def draw_lines(self, crop: Region) -> list[Strip]:
        """Return the strips of a region; the painter caches them by content, wherever a row has moved to."""
        if self.styles.gutter:
            return super().draw_lines(crop)
        self.painter.fit(self.body_width)
        self.painter.set_filters(self.get_line_filters(), self.ground())
        offset = self.scroll_offset.y - self._header_height
        strips = [self._strip(y, offset) for y in crop.line_range]
        chip = self._chip() if crop.bottom >= self.size.height else ""
        if chip:
            strips[-1] = self.painter.with_chip(strips[-1], chip)
        if crop.x == 0 and self.show_vertical_scrollbar:
            # The missing cells are those of the scroll bar.
            return strips
        # A strip that is whole would be kept by itself, and only the garbage collector would find it.
        return [
            strip
            if crop.x == 0 and crop.right == strip.cell_length
            else strip.crop_extend(crop.x, crop.right, self.painter.base)
            for strip in strips
        ]

    def _strip(self, y: int, offset: int) -> Strip:
        """Return the strip at `y`, which shows the row `offset` places further on."""
        painter, pages = self.painter, self._pages
        if y < self._header_height:
            return painter.header(self._sorted_by, self._is_descending)
        index = y + offset
        if index >= pages.total:
            is_note = not pages.total and index == 0 and bool(self._empty_text)
            return painter.message(self._empty_text) if is_note else painter.blank()
        line = pages.line(index)
        look = self._row_look(index, line)
        return painter.placeholder(look) if line is None else painter.strip(line, look)

    def _row_look(self, index: int, line: Line | None) -> RowLook:  # noqa: ARG002  for tables that derive from it
        return RowLook(is_fresh=line is not None and line.key in self._glow)

    def _chip(self) -> str:
        """Return a note that is laid over the end of the last line in sight."""
        return ""

    def notify_style_update(self) -> None:
        """Draw the table in the new styles; called by Textual."""
        super().notify_style_update()
        self.painter.clear()

    def _refresh_rows(self, *indices: int) -> None:
        """Draw the rows at `indices` again, those in sight."""
        top, height = self.scroll_offset.y, self.body_height
        visible = {index for index in indices if 0 <= index - top < height}
        if len(visible) * 2 > height:
            self.refresh()
        elif visible:
            width, above = self.body_width, self._header_height - top
            self.refresh(*[Region(0, index + above, width, 1) for index in visible])

    def _refresh_span(self, first: int, end: int) -> None:
        """Draw the rows from `first` to before `end` again, those in sight."""
        top = self.scroll_offset.y
        start, stop = max(first, top), min(end, top + self.body_height)
        if start < stop:
            self.refresh(Region(0, start + self._header_height - top, self.body_width, stop - start))

    # Rows

    def _window(self) -> tuple[int, int]:
        height = self.body_height
        if not height and self.size.width and self.styles.auto_dimensions:
            # It grows with its rows in the next layout, which need not come before they are read.
            height = self.screen.size.height
        return self.scroll_offset.y - height, 3 * height

    def _resized(self) -> None:
        """Update the scroll bar without a layout, after list or screen changed in length."""
        old, new = self.virtual_size, Size(self.body_width, self._pages.total + self._header_height)
        if old != new:
            self.set_reactive(Widget.virtual_size, new)
            if old.width != new.width or max(old.height, new.height) > self.size.height:
                self._scroll_update(new)
        if self.styles.auto_dimensions and old.height != new.height:
            self.refresh(layout=True)
        if self.scroll_y > self.max_scroll_y:
            self._jump(self.max_scroll_y)
        if old.width != new.width:
            self.refresh()
            self.post_message(self.Refitted(self))
        elif old != new:
            least, most = sorted((old.height - self._header_height, new.height - self._header_height))
            self._refresh_span(least - 1, most)
        self._load()

    def _jump(self, y: int) -> None:
        """Scroll at once so that row `y` is the first in sight."""
        place = max(0, min(self.max_scroll_y, y))
        if self.scroll_y != place or self.scroll_target_y != place:
            self.scroll_to(y=place, animate=False)

    def _load(self) -> None:
        if self.is_attached and self.loader.is_needed():
            self._read()

    @work(group=LOADING)
    async def _read(self) -> None:
        try:
            await self.loader.run()
        except Exception as error:  # noqa: BLE001  a worker is a door: the screen that listens says what went wrong
            self._failed(error)

    def _failed(self, error: Exception) -> None:
        raise error

    async def _took(self, change: LineChange) -> None:
        self._touch(change)

    def _touch(self, change: LineChange) -> None:
        """Draw what `change` altered again, and highlight rows that existed before."""
        if change.changed_keys:
            self._glow.touch(change.changed_keys)
            if self._glow_timer is not None:
                self._glow_timer.resume()
        self._refresh_rows(*change.indices)

    def _cool(self) -> None:
        gone = self._glow.cool()
        if not self._glow and self._glow_timer is not None:
            self._glow_timer.pause()
        if gone:
            places = [self._pages.index_of(key) for key in gone]
            self._refresh_rows(*[place for place in places if place is not None])

    def on_mount(self) -> None:
        """Start the timer of highlights, paused until something changes."""
        self._glow_timer = self.set_interval(TICK_S, self._cool, pause=True)
        self._resized()
