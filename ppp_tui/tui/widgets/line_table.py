"""A table of any number of rows, of which only those in sight cost anything.

Rows come page by page from a coroutine (`set_source`), or all at once (`show_lines`). The cursor belongs to a row, not
to a place: rows that come above it do not move it off its row. What changed glows for a second. A table that follows
its tail stays there until the user scrolls away, and then says how many rows have come since.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Unpack

from textual import events
from textual.binding import Binding, BindingType

from ppp_tui.text.format import count as count_text
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.guarded import WidgetAttributes
from ppp_tui.tui.widgets.line_painter import PAINTER_CLASSES, RowLook
from ppp_tui.tui.widgets.lines import Key, Line
from ppp_tui.tui.widgets.page_loader import Locate, Provider
from ppp_tui.tui.widgets.pages import LineChange
from ppp_tui.tui.widgets.row_cursor import RowCursor
from ppp_tui.tui.widgets.table_view import TableView


class LineTable(TableView, can_focus=True):
    """Table with a cursor, marks, and optionally a tail to follow."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*PAINTER_CLASSES}
    ALLOW_SELECT = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor_down", "Down", show=False, id="table.down"),
        Binding("up,k", "cursor_up", "Up", show=False, id="table.up"),
        Binding("pagedown", "page_down", "Page down", show=False, id="table.page-down"),
        Binding("pageup", "page_up", "Page up", show=False, id="table.page-up"),
        Binding("home,g", "cursor_first", "First", show=False, id="table.first"),
        Binding("end,G", "cursor_last", "Last", show=False, id="table.last"),
        Binding("enter", "select", "open", id="table.open"),
        Binding("space", "mark", "Mark", show=False, id="table.mark"),
    ]

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        gap: int = 2,
        has_header: bool = True,
        follows: bool = False,
        empty_text: str = "",
        **attributes: Unpack[WidgetAttributes],
    ) -> None:
        super().__init__(columns, gap=gap, has_header=has_header, empty_text=empty_text, **attributes)
        self._cursor = RowCursor(self._pages)
        self._follows = follows
        self._is_following = follows
        self._new_count = 0
        self._marked: dict[Key, None] = {}
        self._height_before = 0
        """Number of rows that fit when the table had a height last; 0 before its first layout."""

    # Content

    def set_source(self, provider: Provider, total: int, locate: Locate | None = None) -> None:
        """Show `total` rows read by `provider`, from the top, or from the end if the table follows its tail.

        `locate` finds the cursor's row again when rows came or went far from it.
        """
        self.loader.set_source(provider, locate)
        self._pages.clear()
        self._pages.total = total
        self._cursor.move_to(0)
        self._resized()
        if self._follows:
            self.follow()
        else:
            self._jump(0)

    def set_total(self, total: int) -> None:
        """Set the number of rows after rows were appended or removed at the end; `shift_rows` is for other places."""
        grown = total - self._pages.total
        if grown:
            self._pages.set_total(total)
            self._grew(grown)

    def shift_rows(self, index: int, count: int) -> None:
        """Insert `count` rows at `index`, or remove them if negative; cursor and view stay with their rows."""
        top = self.scroll_offset.y
        self._pages.shift(index, count)
        self._cursor.shift(index, count)
        self._resized()
        if self._is_following:
            self.follow()
        elif top > index:
            self._jump(top + count)

    def show_lines(self, lines: Sequence[Line], *, is_other_list: bool = False) -> None:
        """Show exactly `lines`, for short lists in memory; the cursor stays on its row if that is among them.

        With `is_other_list` keys mean other rows than before: the cursor starts anew, no row is marked and none glows.
        """
        key, before = None if is_other_list else self._cursor.key, self._pages.total
        self.loader.set_source(None, None)
        if is_other_list:
            self._pages.replace_all(())
            self._cursor.move_to(0)
            self._marked.clear()
            self._new_count = 0
            self._set_following(self._follows)
        grown = len(lines) - self._pages.total
        change = self._pages.replace_all(lines)
        has_grown = bool(grown) or len(lines) != before
        if has_grown:
            self._grew(grown)
        self._touch(change)
        if self._is_following:
            if not has_grown:
                self.follow()
            return
        index = None if key is None else self._pages.index_of(key)
        if index is None or grown or index != self._cursor.index:
            self._settle_cursor(index)
        if is_other_list:
            self._jump(0)

    # Cursor, marks and tail

    @property
    def cursor_key(self) -> Key | None:
        """Key of the row under the cursor; None if there is none or it has not been loaded yet."""
        return self._cursor.key

    @property
    def cursor_index(self) -> int:
        """Index of the row under the cursor."""
        return self._cursor.index

    @property
    def marked_keys(self) -> tuple[Key, ...]:
        """Keys of the marked rows, in the order in which they were marked."""
        return tuple(self._marked)

    def set_marked(self, keys: Iterable[Key]) -> None:
        """Mark exactly the rows `keys`."""
        self._marked = dict.fromkeys(keys)
        self.refresh()

    def move_cursor(self, index: int, direction: int = 1) -> None:
        """Put the cursor on the row at `index` and scroll to it; `direction` leads away from headings."""
        self._place_cursor(index, direction)
        self._reveal_cursor()
        self._update_following()

    async def move_cursor_to(self, key: Key) -> bool:
        """Put the cursor on the row `key`; False if it is not in the list."""
        index = await self.loader.find(key)
        if index is not None:
            self.move_cursor(index)
        return index is not None

    @property
    def is_following(self) -> bool:
        """Whether the table follows its tail, so that appended rows come into sight."""
        return self._is_following

    @property
    def new_count(self) -> int:
        """Number of rows that were appended since the user left the tail."""
        return self._new_count

    def follow(self) -> None:
        """Go to the last row, and follow the tail if the table can."""
        self._place_cursor(self._pages.total - 1, -1)
        self._jump(self.max_scroll_y)
        self._set_following(self._follows)

    def hold(self) -> None:
        """Stop following the tail until the user returns to it."""
        self._set_following(False)

    def _place_cursor(self, index: int, direction: int) -> None:
        old = self._cursor.index
        is_moved = self._cursor.move_to(index, direction)
        if is_moved:
            self._refresh_rows(old, self._cursor.index)
        if is_moved and self._cursor.key is not None:
            self.post_message(self.Highlighted(self, self._cursor.key, self._cursor.index))

    def _reveal_cursor(self) -> None:
        index, top = self._cursor.index, self.scroll_offset.y
        if not self.body_height or self.is_in_sight(index):
            return
        # A heading right above the cursor comes into sight with it: it says what the row is.
        above = self._pages.line(index - 1) if index else None
        first = index - 1 if above is not None and above.is_heading else index
        self._jump(first if index < top else index - self.body_height + 1)

    def _settle_cursor(self, index: int | None) -> None:
        """Move the cursor to `index`, where its row is now; with None it takes the row at its place."""
        if index is None:
            self._place_cursor(self._cursor.index, 1)
            return
        moved = index - self._cursor.index
        was_in_sight = self.is_in_sight(self._cursor.index)
        self._place_cursor(index, 1)
        if moved and self.scroll_offset.y > 0:
            self._jump(self.scroll_offset.y + moved)
        if was_in_sight:
            self._reveal_cursor()

    def _window(self) -> tuple[int, int]:
        # A table that is hidden, or was not laid out yet, has a cursor all the same, by whose row others go.
        return super()._window() if self.body_height else (self._cursor.index, 1)

    def _failed(self, error: Exception) -> None:
        self.post_message(self.Failed(self, error))

    async def _took(self, change: LineChange) -> None:
        self._touch(change)
        if self._cursor.strayed() and self._cursor.key is not None and not self._is_following:
            self._settle_cursor(await self.loader.find(self._cursor.key))
        else:
            self._place_cursor(self._cursor.index, -1 if self._is_following else 1)

    def _grew(self, grown: int) -> None:
        """Handle `grown` rows that were appended: follow the tail, or count them as new."""
        was_following = self._is_following
        self._resized()
        if was_following:
            self.follow()
            return
        if self._cursor.index >= self._pages.total:
            self._place_cursor(self._pages.total - 1, -1)
        if self._follows:
            self._new_count = max(0, self._new_count + grown)
            self._refresh_span(self.scroll_offset.y + self.body_height - 1, self.scroll_offset.y + self.body_height)

    def _update_following(self) -> None:
        """Follow the tail if the cursor is at it, otherwise stop following."""
        self._set_following(self._follows and self.is_vertical_scroll_end and self._cursor.is_last)

    def _set_following(self, is_following: bool) -> None:
        if is_following:
            self._new_count = 0
        if is_following != self._is_following:
            self._is_following = is_following
            self.post_message(self.FollowChanged(self, is_following))
            self.refresh()

    # Drawing

    def _row_look(self, index: int, line: Line | None) -> RowLook:
        is_cursor = index == self._cursor.index and not (line is not None and line.is_heading)
        if line is None:
            return RowLook(is_cursor, self.has_focus)
        return RowLook(is_cursor, is_cursor and self.has_focus, line.key in self._marked, line.key in self._glow)

    def _chip(self) -> str:
        return f"+{count_text(self._new_count)} new ↓ G" if self._new_count else ""

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Read rows that came into sight, and update whether the tail is followed."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._load()
            self._update_following()

    def on_resize(self) -> None:
        """Keep the tail, or else a cursor that was in sight, in sight."""
        before = self._height_before
        was_in_sight = not before or 0 <= self._cursor.index - self.scroll_offset.y < before
        self._height_before = self.body_height or before
        self._resized()
        if self._is_following:
            self.follow()
        elif was_in_sight:
            self._reveal_cursor()

    # Keys and mouse

    def action_cursor_down(self) -> None:
        """Move the cursor one row down."""
        self.move_cursor(self._cursor.index + 1, 1)

    def action_cursor_up(self) -> None:
        """Move the cursor one row up; above the first row, scroll to the headings before it."""
        old = self._cursor.index
        self.move_cursor(old - 1, -1)
        if self._cursor.index == old:
            self._jump(0)

    def action_page_down(self) -> None:
        """Move the cursor one page down."""
        self.move_cursor(self._cursor.index + max(1, self.body_height - 1), 1)

    def action_page_up(self) -> None:
        """Move the cursor one page up."""
        self.move_cursor(self._cursor.index - max(1, self.body_height - 1), -1)

    def action_cursor_first(self) -> None:
        """Move the cursor to the first row."""
        self.move_cursor(0, 1)
        self._jump(0)

    def action_cursor_last(self) -> None:
        """Move the cursor to the last row, and follow the tail if the table can."""
        self.follow()

    def action_select(self) -> None:
        """Post `Selected` for the row under the cursor."""
        if self._cursor.key is not None:
            self.post_message(self.Selected(self, self._cursor.key, self._cursor.index))

    def action_mark(self) -> None:
        """Mark the row under the cursor, or unmark it, and move one row down."""
        key = self._cursor.key
        if key is None:
            return
        is_marked = key not in self._marked
        if is_marked:
            self._marked[key] = None
        else:
            del self._marked[key]
        self._refresh_rows(self._cursor.index)
        self.post_message(self.Marked(self, key, is_marked))
        self.action_cursor_down()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor, open on a double click; sort on the header, and go to the tail on the note."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        event.stop()
        if offset.y < self._header_height:
            column = self.painter.column_at(offset.x)
            if column is not None:
                self.post_message(self.Sorted(self, column.key))
            return
        chip = self._chip()
        if chip and offset.y == self.size.height - 1 and offset.x >= self.body_width - len(chip) - 2:
            self.follow()
            return
        index = self.scroll_offset.y + offset.y - self._header_height
        line = self._pages.line(index)
        if line is None or line.is_heading:
            return
        self.move_cursor(index)
        if event.chain == 2:
            self.action_select()
