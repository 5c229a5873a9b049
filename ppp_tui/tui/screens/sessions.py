"""Sessions: the list of all trajectories, with filter, sort order and marks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.events import Resize
from textual.widget import Widget

from ppp_tui.model.live import WAITING_GROUPS
from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions.filters import EMPTY, Filter, FilterError, parse
from ppp_tui.query.sessions.session_lists import (
    SORT_NAMES,
    Sort,
    SortName,
    first_session_ids,
    has_cheap_pages,
    has_hosts,
    session_count,
    session_ids,
    session_page,
    sessions,
)
from ppp_tui.query.sessions.user_marks import has_pins
from ppp_tui.text.format import counted
from ppp_tui.tui.actions import bindings_for, key_of
from ppp_tui.tui.messages import DatabaseChanged
from ppp_tui.tui.panes.session_cells import HOST_COLUMNS, SESSION_COLUMNS, TEAM_COLUMNS, session_line
from ppp_tui.tui.panes.session_preview_text import SessionPreview
from ppp_tui.tui.screens.base import BaseScreen
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.guarded import Horizontal
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Line
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.workers import work

_COLUMN_OF: dict[SortName, str] = {name: "" if name == "started" else name for name in SORT_NAMES}
"""The column that shows the order; an order without a column stands in the title alone."""

MAX_PINS = 200
"""Pinned sessions that stand at the top; of more, the first of the list's order."""

PREVIEW_WIDTH = 160
"""Terminal width from which on there is a preview beside the list."""


class SessionsScreen(BaseScreen):
    """Screen with the list of all sessions."""

    KIND = "sessions"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("sessions"))
    PANES = ("#sessions", "#session-preview")

    def __init__(self) -> None:
        super().__init__()
        self._filter: Filter = EMPTY
        self._sort = Sort()
        self._rows: dict[int, SessionRow] = {}
        self._groups: dict[int, str] = {}
        self._total = -1
        self._ids: list[int] | None = None
        """Ids of all sessions of the list, for orders in which a page costs as much to read as all of it."""
        self._pins: list[int] = []
        """Pinned sessions that the filter keeps, in the list's order: they stand at its top."""
        self._is_due = False
        """Whether sessions changed since those ids were read."""
        self._is_started = False
        """Whether the list shows the current filter and order."""
        self._is_starting = False
        self._columns: tuple[Column, ...] = SESSION_COLUMNS

    def compose_body(self) -> Iterator[Widget]:
        """Return a title, the table and the preview."""
        yield TopStrip(id="sessions-title")
        with Horizontal(id="sessions-body"):
            self._columns = TEAM_COLUMNS if self.ppp.ports.is_team else SESSION_COLUMNS
            yield LineTable(self._columns, id="sessions", empty_text="reading…")
            yield SessionPreview(self.ppp.ports, id="session-preview", classes="rule-left")

    def on_mount(self) -> None:
        """Read the first page of rows."""
        super().on_mount()
        self.query_one(LineTable).focus()
        self.start_over()

    def reload(self) -> None:
        """Read the list again, unless its first reading is still going on."""
        if not self._is_starting:
            self.read_list()

    def database_changed(self, _event: DatabaseChanged) -> None:
        """Read the list again: at once where that is cheap, otherwise with a later tick."""
        if has_cheap_pages(self._filter, self._sort):
            self.reload()
        else:
            self._is_due = True

    def tick(self, _now_ms: int) -> None:
        """Update the signs of sessions whose state changed, and read the list if it is due."""
        if self._is_due and not self._is_starting:
            self._is_due = False
            self.reload()
        groups = {row.session.id: row.state.group for row in self.ppp.board.rows}
        changed = {key for key in {*groups, *self._groups} if groups.get(key) != self._groups.get(key)}
        self._groups = dict(groups)
        if changed and self._is_started:
            self.query_one(LineTable).invalidate(changed)

    async def _page(self, start: int, count: int) -> list[Line]:
        rows = await self._read_rows(start, count)
        self._rows.update({row.id: row for row in rows})
        states = {row.session.id: row for row in self.ppp.board.rows}
        ports, marks = self.ppp.ports, self.ppp.marks
        now_ms = ports.clock.now_ms()
        await marks.load([row.id for row in rows], now_ms)
        line = partial(session_line, zone=ports.zone, now_ms=now_ms, columns=self._columns, is_ascii=ports.is_ascii)
        return [line(row, states.get(row.id), marks=marks.signs_of(row)) for row in rows]

    async def _read_rows(self, start: int, count: int) -> list[SessionRow]:
        fetch = self.ppp.ports.database.fetch
        ids = (self._pins if self._ids is None else self._ids)[start : start + count]
        by_id = {row.id: row for row in await fetch(sessions(ids))} if ids else {}
        rows = [by_id[identity] for identity in ids if identity in by_id]
        if self._ids is None and len(ids) < count:
            after_pins = max(0, start - len(self._pins))
            rows += await fetch(session_page(self._filter, self._sort, after_pins, count - len(ids), self._pins))
        return rows

    def start_over(self) -> None:
        """Show the list from its top, under the current filter and order."""
        self._is_started = False
        self.read_list()

    @work(exclusive=True, group="list")
    async def read_list(self) -> None:
        """Read the list again if filter or order changed, otherwise the rows in sight."""
        if self._is_started:
            await self._recount()
            return
        self._is_starting = True
        try:
            await self._start_over()
        finally:
            self._is_starting = False

    async def _start_over(self) -> None:
        table = self.query_one(LineTable)
        first = await self._show_first()
        if await self._count():
            table.set_empty_text(self._empty_text())
            if first and self._ids is not None and self._ids[: len(first)] == first:
                table.set_total(self._total)
                table.invalidate()
            else:
                table.set_source(self._page, self._total)
            self._is_started = True
        descending = self._sort.is_descending
        table.set_sort(_COLUMN_OF[self._sort.name], is_descending=descending)
        line = self.query_one(CommandLine)
        if line.is_open:
            line.set_matches(self._total)

    def _show_hosts(self, has_any: bool) -> None:
        """Show the column of machines once there are others."""
        columns = TEAM_COLUMNS if self.ppp.ports.is_team else HOST_COLUMNS if has_any else SESSION_COLUMNS
        if columns is not self._columns:
            self._columns = columns
            table = self.query_one(LineTable)
            table.set_columns(columns)
            table.set_source(self._page, max(0, self._total))

    def _empty_text(self) -> str:
        """Return what to do where no session is shown."""
        if self._filter.text:
            keys = f"{key_of('go_back')} shows all, {key_of('command')} changes the filter"
            return f"no session matches {self._filter.text}: {keys}"
        if self.ppp.ports.is_team:
            return "no sessions are shared with you: members see their own, leads and admins those of the team"
        return f"no sessions yet: {key_of('go_live')} lists the folders that are searched"

    async def _show_first(self) -> list[int]:
        """Show the beginning of a list that takes long to read, and return the ids of its sessions."""
        kept, sort = self._filter, self._sort
        if has_cheap_pages(kept, sort):
            return []
        try:
            first = await self.ppp.ports.database.fetch(first_session_ids(kept, sort))
        except READ_ERRORS:
            # The whole list is read next, and reports the failure.
            return []
        if first:
            self._ids, self._total = first, len(first)
            self.query_one(LineTable).set_source(self._page, self._total)
            self._show_title(is_complete=False)
        return first

    async def _recount(self) -> None:
        table = self.query_one(LineTable)
        before = self._total
        if await self._count() and before >= 0:
            if self._total != before and self._sort == Sort():
                table.shift_rows(len(self._pins), self._total - before)
            else:
                table.set_total(self._total)
            table.invalidate()

    async def _count(self) -> bool:
        try:
            await self._read_total()
        except READ_ERRORS as error:
            self.ppp.show_trouble(str(error))
            return False
        self._show_title()
        return True

    async def _read_total(self) -> None:
        ports, kept, sort = self.ppp.ports, self._filter, self._sort
        fetch = ports.database.fetch
        self._show_hosts(await fetch(has_hosts()))
        pinned = parse(f"{kept.text} pinned", ports.clock.now_ms(), ports.zone)
        self._pins = await fetch(session_ids(pinned, sort, MAX_PINS)) if await fetch(has_pins()) else []
        if has_cheap_pages(kept, sort, self._pins):
            self._total, self._ids = await fetch(session_count(kept)), None
        else:
            first = dict.fromkeys(self._pins)
            self._ids = [*first, *(number for number in await fetch(session_ids(kept, sort)) if number not in first)]
            self._total = len(self._ids)

    def _show_title(self, *, is_complete: bool = True) -> None:
        order = f"by {self._sort.name} {'↓' if self._sort.is_descending else '↑'}"
        number = counted(self._total, "session")
        number = number if is_complete else f"{number} so far"
        left = [StripPart(f" {number}", "heading"), StripPart(order, "dim")]
        if self._filter.text:
            left.append(StripPart(f"filter {self._filter.text}", "accent"))
        marked = self.query_one(LineTable).marked_keys
        right = [StripPart(f"{len(marked)} marked ", "accent")] if marked else []
        self.query_one("#sessions-title", TopStrip).set_parts(left, right)

    @property
    def session_under_cursor(self) -> SessionRow | None:
        """The session under the cursor, None if there is none."""
        key = self.query_one(LineTable).cursor_key
        return self._rows.get(key) if isinstance(key, int) else None

    @on(LineTable.Highlighted)
    def _highlight(self) -> None:
        self.show_preview()

    def on_resize(self, event: Resize) -> None:
        """Show the preview only where there is room beside the list."""
        super().on_resize(event)
        preview = self.query_one(SessionPreview)
        is_shown = self.size.width >= PREVIEW_WIDTH
        if preview.display != is_shown:
            preview.display = is_shown
            self.show_preview()

    def show_preview(self) -> None:
        """Show figures and last words of the session under the cursor once the cursor rests."""
        self.query_one(SessionPreview).show_session(self.session_under_cursor)

    @on(LineTable.Selected)
    def _select(self, event: LineTable.Selected) -> None:
        if isinstance(event.key, int):
            self.ppp.open_trajectory(event.key)

    @on(LineTable.Marked)
    def _mark(self) -> None:
        self._show_title()

    @on(LineTable.Sorted)
    def _sort_by_column(self, event: LineTable.Sorted) -> None:
        name = next((sort for sort, column in _COLUMN_OF.items() if column == event.column_key), None)
        if name is not None:
            same = name == self._sort.name
            self._sort = Sort(name, not self._sort.is_descending if same else True)
            self.start_over()

    def action_open_row(self) -> None:
        """Open the session under the cursor."""
        self.query_one(LineTable).action_select()

    def action_sort_rows(self) -> None:
        """Sort by the next column."""
        sort_index = SORT_NAMES.index(self._sort.name)
        self._sort = Sort(SORT_NAMES[(sort_index + 1) % len(SORT_NAMES)], True)
        self.start_over()

    def action_reverse_rows(self) -> None:
        """Reverse the order."""
        self._sort = self._sort._replace(is_descending=not self._sort.is_descending)
        self.start_over()

    @work(exclusive=True, group="needing")
    async def action_next_needing(self) -> None:
        """Move the cursor to the next session that needs the user, in Live's order."""
        await self._go_needing(1)

    @work(exclusive=True, group="needing")
    async def action_previous_needing(self) -> None:
        """Move the cursor to the previous session that needs the user."""
        await self._go_needing(-1)

    async def _go_needing(self, step: int) -> None:
        needing = [row.session.id for row in self.ppp.board.rows if row.state.group in WAITING_GROUPS]
        if not needing:
            self.notify("No session waits for you.", timeout=2)
            return
        table = self.query_one(LineTable)
        cursor_place = needing.index(table.cursor_key) if table.cursor_key in needing else (-1 if step > 0 else 0)
        target = needing[(cursor_place + step) % len(needing)]
        if not await table.move_cursor_to(target):
            self.notify("The session that waits for you is far from here in this list: press 1 for Live.", timeout=4)

    async def action_compare(self) -> None:
        """Open Compare with the marked sessions."""
        await self.compare(self.query_one(LineTable).marked_keys)

    def action_copy_resume(self) -> None:
        """Copy the resume command of the session under the cursor."""
        self.copy_resume(self.session_under_cursor)

    def action_bring_up(self) -> None:
        """Switch to the terminal pane in which the agent of the session under the cursor runs."""
        self.bring_up(self.session_under_cursor)

    def action_first_unread(self) -> None:
        """Open the session under the cursor at its first unread turn."""
        self.open_first_unread(self.session_under_cursor)

    def action_pin(self) -> None:
        """Pin the session under the cursor, or unpin it."""
        self.toggle_pin(self.session_under_cursor)
        self.marks_changed()

    def action_label(self) -> None:
        """Open the command line for a label of the session under the cursor."""
        self.open_label_line(self.session_under_cursor)

    def marks_changed(self) -> None:
        """Draw the list with the new label, or the pin in its place."""
        self.reload()

    def action_edit_file(self) -> None:
        """Open the file of the session under the cursor."""
        if self.session_under_cursor is not None:
            self.edit_session(self.session_under_cursor)

    def action_filter_rows(self) -> None:
        """Open the command line for words that filter the list as they are typed."""
        self.query_one(CommandLine).open_for("search", self._filter.text)

    def action_command(self) -> None:
        """Open the command line for predicates that filter the list."""
        self.query_one(CommandLine).open_for("command", self._filter.text)

    @on(CommandLine.Changed)
    def _typing(self, event: CommandLine.Changed) -> None:
        if event.mode == "label":
            return
        line = self.query_one(CommandLine)
        try:
            typed = parse(event.text, self.ppp.ports.clock.now_ms(), self.ppp.ports.zone)
        except FilterError as error:
            line.set_note(str(error), is_error=True)
            return
        if typed.needs_states:
            line.set_note("a state depends on the clock: filter by it on Live", is_error=True)
            return
        self.apply_filter(typed)

    @on(CommandLine.Submitted)
    @on(CommandLine.Cancelled)
    def _typed(self, event: CommandLine.Submitted | CommandLine.Cancelled) -> None:
        if isinstance(event, CommandLine.Cancelled) and event.mode != "label":
            self.apply_filter(EMPTY)
        self.query_one(LineTable).focus()

    def apply_filter(self, wanted: Filter) -> None:
        """Show only the sessions that a filter keeps."""
        self._filter = wanted
        self.start_over()

    def action_go_back(self) -> None:
        """Clear the filter."""
        if self._filter.text and not self.query_one(CommandLine).is_open:
            self.apply_filter(EMPTY)
        else:
            super().action_go_back()
