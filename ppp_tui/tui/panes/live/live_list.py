"""The list of live sessions as cards, its cursor on the session that needs the user most."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from ppp_tui.model.live import WAITING_GROUPS
from ppp_tui.query.rows import LiveRow
from ppp_tui.query.sessions.filters import Filter
from ppp_tui.query.sessions.live import GROUPS
from ppp_tui.query.sessions.session_lists import Sort, session_ids
from ppp_tui.tui.dashboard_state import DashboardState
from ppp_tui.tui.panes.live.live_cells import (
    GAP,
    LIVE_COLUMNS,
    MARGIN,
    STRIP_COLUMNS,
    WIDE_COLUMNS,
    Extras,
    ListRoom,
    LiveLines,
    continuation_of,
    none_yet,
    trouble_lines,
)
from ppp_tui.tui.panes.live.live_extras import ExtrasReader
from ppp_tui.tui.panes.live.live_filter import LiveFilter
from ppp_tui.tui.panes.mark_book import MarkBook
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.line_painter import RowLook
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Line
from ppp_tui.tui.widgets.workers import work

EXTRAS_MS = 1_000
"""Extras are read at most this often."""

OLD_EXTRAS_MS = 60_000
"""Extras are read again after this time even if nothing happens: sparklines move, sub-agents end."""

MATCHED_SESSIONS = 500
"""Number of newest sessions that predicates filter; Live shows no more than those."""


class LiveList(LineTable):
    """Table of live sessions under headings by group; the cursor stays on its session when that moves."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "open", id="table.open")]

    def __init__(self, ports: Ports, marks: MarkBook, *, id: str) -> None:
        super().__init__(LIVE_COLUMNS, gap=GAP, has_header=False, empty_text="looking for sessions…", id=id)
        self._ports = ports
        self._board: DashboardState | None = None
        self._lines = LiveLines(ports.zone, is_ascii=ports.is_ascii)
        self._extras = Extras()
        self._reader = ExtrasReader(ports)
        self._marks = marks
        self._is_extras_due = False
        self._extras_at = 0
        self.is_strip = False
        """Whether the list is a narrow strip: one line per session, no headings."""
        self.is_wide = False
        """Whether all columns have room."""
        self.is_moved = False
        """Whether the user moved the cursor; until then it stays on the session that needs them most."""
        self.filter = LiveFilter()
        """The filter in effect."""
        self._kept_rows: list[LiveRow] = []
        self._kept_of: tuple[object, object, object] = ((), None, None)
        """What `_kept_rows` were made of."""
        self._lines_shown: list[Line] | None = None
        self.wanted = self.filter
        """The filter that takes effect when the database has answered."""

    @property
    def rows(self) -> list[LiveRow]:
        """The sessions that the filter keeps, in order; the same list object as last time if nothing changed."""
        board_rows = self._board.rows if self._board is not None else ()
        marks = self._extras.marks
        if not all(now is before for now, before in zip((board_rows, self.filter, marks), self._kept_of, strict=True)):
            self._kept_of = (board_rows, self.filter, marks)
            is_on = self.filter.is_on
            kept = [row for row in board_rows if not is_on or self.filter.keeps(row)]
            self._kept_rows = self._pinned_first(kept)
        return self._kept_rows

    def _pinned_first(self, rows: list[LiveRow]) -> list[LiveRow]:
        """Return rows in the order of their groups, in each group those that the user pinned at the top."""
        pinned = {number for number, mark in self._extras.marks.items() if mark.is_pinned}
        if not pinned:
            return rows
        return sorted(rows, key=lambda row: (GROUPS.index(row.state.group), row.session.id not in pinned))

    @property
    def cursor_row(self) -> LiveRow | None:
        """The session or sub-agent under the cursor, None if there is none."""
        key = self.cursor_key
        rows = self._board.rows if self._board is not None else ()
        row = next((row for row in rows if row.session.id == key), None)
        children = (child for family in self._extras.children.values() for child in family)
        return row or next((child for child in children if child.session.id == key), None)

    @property
    def extras(self) -> Extras:
        """What cards show of sessions beyond their rows."""
        return self._extras

    def show_board(self, board: DashboardState, now_ms: int) -> None:
        """Show the sessions of the dashboard's state; only rows that look different are drawn again."""
        if self._board is None or board.sessions is not self._board.sessions:
            self._is_extras_due = True
        self._board = board
        since_ms = now_ms - self._extras_at
        is_old = not 0 <= since_ms < OLD_EXTRAS_MS
        if board.rows and (is_old or (self._is_extras_due and not 0 <= since_ms < EXTRAS_MS)):
            self._is_extras_due, self._extras_at = False, now_ms
            self._sessions_changed()
        rows = self.rows
        room = ListRoom(max(1, self.body_width - MARGIN), max(1, self.body_height), self.is_strip, self.is_wide)
        lines = self._lines.lines(rows, now_ms, self._extras, room) if rows else self._nothing(board)
        if lines is not self._lines_shown:
            self._lines_shown = lines
            self.show_lines(lines)
            if not self.is_moved and lines and not self._is_home():
                self._go_home()

    def fit(self, *, is_strip: bool, is_wide: bool) -> None:
        """Choose the columns for a terminal of that size."""
        if (is_strip, is_wide) != (self.is_strip, self.is_wide):
            self.is_strip, self.is_wide = is_strip, is_wide
            self.set_columns(STRIP_COLUMNS if is_strip else WIDE_COLUMNS if is_wide else LIVE_COLUMNS)
            self._redraw()

    def _is_home(self) -> bool:
        """Return whether the cursor is on the first session, and everything above it in sight."""
        first = self._pages.line(self.cursor_index - 1) if self.cursor_index == 1 else None
        is_first = not self.cursor_index or (first is not None and first.is_heading)
        return is_first and self.cursor_key is not None and not self.scroll_offset.y

    def _go_home(self) -> None:
        """Put the cursor on the first session; groups are sorted by how much they need the user."""
        self.move_cursor(0)
        self._jump(0)

    def stay_with_needing(self) -> None:
        """Put the cursor on the session that needs the user most, and keep it there until the user moves it."""
        self.is_moved = False
        self._go_home()

    def _sessions_changed(self) -> None:
        self.fetch_extras()
        if self.wanted.predicates.terms:
            self.match()

    def _nothing(self, board: DashboardState) -> list[Line]:
        if not board.is_loaded:
            # Without a readable database the list shows the reason alone.
            return [] if not board.trouble else trouble_lines(board.trouble, max(20, self.body_width - MARGIN))
        if board.rows:
            self.set_empty_text("no session matches; Escape shows all")
            return []
        if board.ingest is not None and board.ingest.phase == "backlog":
            self.set_empty_text("reading history…")
            return []
        self.set_empty_text("")
        if self.is_strip:
            return [Line("none", ("no sessions yet",), is_heading=True)]
        return none_yet(self._ports.looked_in(), self._ports.settings.live.history_hours, is_team=self._ports.is_team)

    async def go_needing(self, step: int) -> bool:
        """Move the cursor to the next session that waits for the user, with -1 to the previous; False if none waits."""
        needing = [row.session.id for row in self.rows if row.state.group in WAITING_GROUPS]
        if not needing:
            return False
        cursor_place = needing.index(self.cursor_key) if self.cursor_key in needing else (-1 if step > 0 else 0)
        self.is_moved = True
        return await self.move_cursor_to(needing[(cursor_place + step) % len(needing)])

    def _redraw(self) -> None:
        if self._board is not None:
            self.show_board(self._board, self._ports.clock.now_ms())

    def show_marks(self) -> None:
        """Draw the user's marks again."""
        self._extras = self._with_marks(self._extras)
        self._redraw()

    def _with_marks(self, extras: Extras) -> Extras:
        rows = self._board.rows if self._board is not None else ()
        marks = {row.session.id: self._marks.mark_of(row.session.id) for row in rows}
        return extras._replace(marks=marks, unread=self._marks.unread(rows))

    # Cards of several lines

    def _card_end(self, index: int) -> int:
        """Return the index of the line after the card that begins at `index`."""
        end = index + 1
        while end < self.total and continuation_of(self._pages.line(end)) is not None:
            end += 1
        return end

    def _row_look(self, index: int, line: Line | None) -> RowLook:
        look = super()._row_look(index, line)
        if line is None or not line.is_heading:
            return look
        number = continuation_of(line)
        if number is None or number != self.cursor_key:
            return look
        return look._replace(is_below_cursor=True, is_focused=self.has_focus)

    def _place_cursor(self, index: int, direction: int) -> None:
        old = self.cursor_index
        super()._place_cursor(index, direction)
        if self.cursor_index != old:
            for first in (old, self.cursor_index):
                self._refresh_span(first, self._card_end(first))

    def _reveal_cursor(self) -> None:
        index, top, height = self.cursor_index, self.scroll_offset.y, self.body_height
        above = self._pages.line(index - 1) if index else None
        is_below_heading = above is not None and above.is_heading and continuation_of(above) is None
        first, end = index - is_below_heading, self._card_end(index)
        if not height or (first >= top and end <= top + height):
            return
        self._jump(first if first < top else min(first, end - height))

    def on_focus(self) -> None:
        """Draw all lines of the card under the cursor with focus."""
        self.refresh()

    def on_blur(self) -> None:
        """Draw all lines of the card under the cursor without focus."""
        self.refresh()

    def on_resize(self) -> None:
        """Wrap cards to the new width."""
        super().on_resize()
        self._redraw()

    def action_cursor_down(self) -> None:
        """Move the cursor one row down."""
        self.is_moved = True
        super().action_cursor_down()

    def action_cursor_up(self) -> None:
        """Move the cursor one row up."""
        self.is_moved = True
        super().action_cursor_up()

    def action_page_down(self) -> None:
        """Move the cursor one page down."""
        self.is_moved = True
        super().action_page_down()

    def action_page_up(self) -> None:
        """Move the cursor one page up."""
        self.is_moved = True
        super().action_page_up()

    def action_cursor_first(self) -> None:
        """Move the cursor to the first row, and keep it on the session that needs the user most."""
        self.is_moved = False
        super().action_cursor_first()

    def action_cursor_last(self) -> None:
        """Move the cursor to the last row."""
        self.is_moved = True
        super().action_cursor_last()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the card that was clicked, and open it on a double click."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        self.is_moved = True
        number = continuation_of(self._pages.line(self.scroll_offset.y + offset.y))
        index = self._pages.index_of(number) if number is not None else None
        if index is None:
            super().on_click(event)
            return
        event.stop()
        self.move_cursor(index)
        if event.chain == 2:
            self.action_select()

    # Extras

    @work(exclusive=True, group="live-extras")
    @read_or_report
    async def fetch_extras(self) -> None:
        """Read what cards show beyond rows."""
        rows = self.rows
        await self._marks.load([row.session.id for row in rows], self._ports.clock.now_ms())
        self._extras = self._with_marks(await self._reader.read(rows))
        self._redraw()

    # Filters

    @dataclass
    class Filtered(Message):
        """Posted when another filter has taken effect."""

        number: int
        """Number of sessions that the filter keeps."""

    def show_only(self, wanted: LiveFilter) -> None:
        """Apply a filter; the database is asked only for predicates that rows alone cannot decide."""
        self.wanted = wanted
        if wanted.predicates.terms and wanted.predicates != self.filter.predicates:
            self.match()
        else:
            kept = self.filter.kept if wanted.predicates.terms else None
            self._apply(replace(wanted, kept=kept))

    def _apply(self, narrowed: LiveFilter) -> None:
        self.filter = narrowed
        self._redraw()
        self.post_message(self.Filtered(len(self.rows)))

    @work(exclusive=True, group="live-filter")
    @read_or_report
    async def match(self) -> None:
        """Ask the database which sessions match the predicates, after the filter or sessions changed."""
        kept = await self._kept(self.wanted.predicates) if self.wanted.predicates.terms else None
        self._apply(replace(self.wanted, kept=kept))

    async def _kept(self, predicates: Filter) -> frozenset[int]:
        return frozenset(await self._ports.database.fetch(session_ids(predicates, Sort(), MATCHED_SESSIONS)))
