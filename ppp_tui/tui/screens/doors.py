"""Doors: what is open to other programs, what came in, and where it differs from session files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.events import Resize
from textual.widget import Widget

from ppp_tui.model.clock import HOUR_MS, SECOND_MS
from ppp_tui.query.doors import received_hours, received_sums, waiting_sessions
from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.sessions.session_lists import sessions
from ppp_tui.query.usage.received import received_checks
from ppp_tui.tui.actions import bindings_for
from ppp_tui.tui.panes import door_cells as cells
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.panes.row_links import place_of
from ppp_tui.tui.panes.session_preview_text import SessionPreview
from ppp_tui.tui.screens.base import BaseScreen
from ppp_tui.tui.widgets.charts.chart import Chart
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.guarded import Horizontal, Static, Vertical, WidgetPart
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.text_lines import TextLine
from ppp_tui.tui.widgets.workers import work

READ_MS = 2 * SECOND_MS
"""Doors are looked at so often: what comes in by them is written each second."""


NO_REQUESTS = " No request was received within a day of a session that is read, too."


class DoorsScreen(BaseScreen):
    """Screen of doors, with what came in by the one under the cursor and the sessions that were received."""

    KIND = "doors"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("doors"))

    def __init__(self) -> None:
        super().__init__()
        self._reading = cells.DoorsReading()
        self._read_at = 0

    def compose_body(self) -> Iterator[Widget]:
        """Return the table of doors, the text about one, the received sessions, and the one under the cursor."""
        yield LineTable(cells.DOOR_COLUMNS, id="doors", empty_text="reading…")
        with Horizontal(id="body", classes="rule-top"):
            yield DetailText(id="about")
            yield DetailText(id="uses", classes="rule-left")
            with Vertical(id="checks", classes="rule-left"):
                yield Static(" requests of sessions that were both read and received", id="doors-title", markup=False)
                yield LineTable(cells.CHECK_COLUMNS, id="rows", empty_text="reading…")
                yield Chart(
                    " requests received, by hour",
                    is_ascii=self.ppp.ports.is_ascii,
                    empty_text=NO_REQUESTS,
                    id="hours",
                    classes="rule-top",
                )
                yield SessionPreview(self.ppp.ports, id="session", classes="rule-top")

    def on_mount(self) -> None:
        """Read the doors."""
        super().on_mount()
        self.doors.focus()
        self.read()

    doors = WidgetPart(LineTable, "doors")
    """The table of doors."""

    rows = WidgetPart(LineTable, "rows")
    """The table of received sessions."""

    def reload(self) -> None:
        """Read again what may have changed while another screen was shown."""
        if self._read_at:
            self.read()

    def tick(self, now_ms: int) -> None:
        """Read again while the screen is shown: what is open changes without a commit."""
        if self.is_current and not 0 <= now_ms - self._read_at < READ_MS:
            self.read()

    @work(exclusive=True, group="doors")
    async def read(self) -> None:
        """Read which doors are open, and the database's counts of what they received."""
        ports = self.ppp.ports
        self._read_at = ports.clock.now_ms()
        doors = await asyncio.to_thread(ports.doors)
        now_ms = ports.clock.now_ms()
        reading = cells.DoorsReading(doors)
        try:
            fetch = ports.database.fetch
            reading = reading._replace(sums=await fetch(received_sums()), checks=await fetch(received_checks()))
            sent = {receiver: revision for door in doors for receiver, revision in door.sent_up_to.items()}
            reading = reading._replace(hours=await fetch(received_hours(now_ms - cells.SHOWN_HOURS * HOUR_MS)))
            waiting = {receiver: await fetch(waiting_sessions(revision)) for receiver, revision in sent.items()}
            reading = reading._replace(waiting=waiting)
        except READ_ERRORS as error:
            self.ppp.show_trouble(str(error))
        if not self.is_attached:
            return
        self._reading = reading
        self.doors.show_lines(cells.door_lines(doors, now_ms, is_ascii=ports.is_ascii))
        self.rows.set_empty_text("No session was both read and received.")
        self.rows.show_lines(cells.check_lines(reading.checks, now_ms))
        self.query_one("#hours", Chart).show(cells.hour_bars(reading.hours, now_ms, ports.zone))
        self._show_about(keep_place=True)

    @on(LineTable.Highlighted, "#doors")
    def _door_highlighted(self) -> None:
        self._show_about(keep_place=False)

    def _show_about(self, *, keep_place: bool) -> None:
        doors, zone = self._reading.doors, self.ppp.ports.zone
        door = next((door for door in doors if door.kind == self.doors.cursor_key), None)
        lines = (
            [] if door is None else [*cells.door_text(door, self._reading, zone), TextLine(""), *cells.use_text(door)]
        )
        if door is not None and self.is_large:
            # There is room for all of them: the one under the cursor comes first.
            ordered = [door, *(other for other in doors if other is not door)]
            lines = [line for each in ordered for line in cells.titled_text(each, self._reading, zone)]
            uses = [line for each in ordered for line in cells.use_text(each)]
            _show(self.query_one("#uses", DetailText), uses, keep_place=keep_place)
        _show(self.query_one("#about", DetailText), lines, keep_place=keep_place)

    def on_resize(self, event: Resize) -> None:
        """Tell of all doors, and show the session under the cursor, where there is room for them now."""
        super().on_resize(event)
        if self._reading.doors:
            self._show_about(keep_place=True)
            self._show_session()

    @on(LineTable.Highlighted, "#rows")
    @work(exclusive=True, group="session")
    @read_or_report
    async def _show_session(self) -> None:
        """Show what the received session under the cursor came to, where there is room for it."""
        place = place_of(str(self.rows.cursor_key))
        if place is None or not self.is_large:
            return
        rows = await self.ppp.ports.database.fetch(sessions([place[0]]))
        self.query_one(SessionPreview).show_session(next(iter(rows), None))

    def action_open_row(self) -> None:
        """Select the row under the cursor: go on to the received sessions, or open one."""
        (self.focused if isinstance(self.focused, LineTable) else self.rows).action_select()

    @on(LineTable.Selected, "#doors")
    def _door_selected(self) -> None:
        self.rows.focus()

    @on(LineTable.Selected, "#rows")
    def _row_selected(self, event: LineTable.Selected) -> None:
        self.open_row(event.key)


def _show(pane: DetailText, lines: list[TextLine], *, keep_place: bool) -> None:
    """Show lines; unchanged ones cost nothing."""
    if list(pane.lines) != lines:
        pane.set_lines(lines, keep_place=keep_place)
