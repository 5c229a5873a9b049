"""What screens of reports share: several views of one subject, and the span of time that they cover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.widgets import Static

from ppp_tui.model.clock import DAY_MS
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.messages import DatabaseChanged
from ppp_tui.tui.screens.base import BaseScreen
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Key, Line, parts_of
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip

RANGES: tuple[tuple[str, int | None], ...] = (
    ("last 24 hours", 1),
    ("last 7 days", 7),
    ("last 30 days", 30),
    ("last 90 days", 90),
    ("all time", None),
)
"""Spans of time in words and in days, None for no bound; a key goes from one to the next."""

READ_MS = 5_000
"""A report is read again at most this often while agents work."""

MOST_SAID = 1_000
"""Characters of a row that are said in full."""

STALE_MS = 60_000
"""Ages in a report are at most this old."""


class ViewScreen(BaseScreen):
    """A report in several views, each a chart over a table; `read` shows the view that was chosen."""

    VIEWS: ClassVar[tuple[str, ...]] = ()
    """Names of the views; the first one is shown at first."""
    RANGE: ClassVar[int] = 2
    """Place among `RANGES` of the span that is covered at first."""

    def __init__(self) -> None:
        super().__init__()
        self.view = self.VIEWS[0]
        self._range = self.RANGE
        self._is_due = False
        self._read_at = 0

    @property
    def rows(self) -> LineTable:
        """The table under the chart."""
        return self.query_one("#rows", LineTable)

    @property
    def range_name(self) -> str:
        """The span that is covered, in words."""
        return RANGES[self._range][0]

    @property
    def since_ms(self) -> int | None:
        """Where that span begins, in Unix milliseconds; None for the beginning of everything."""
        days = RANGES[self._range][1]
        return None if days is None else self.ppp.ports.clock.now_ms() - days * DAY_MS

    def on_mount(self) -> None:
        """Show the first view."""
        super().on_mount()
        self.show_views()
        self.read_anew()

    def read(self) -> None:
        """Begin to read what is shown."""
        raise NotImplementedError

    def read_anew(self) -> None:
        """Read now, and not again for a while."""
        self._is_due, self._read_at = False, self.ppp.ports.clock.now_ms()
        self.read()

    def reload(self) -> None:
        """Something may have moved while another screen was shown."""
        if self._read_at:
            self.read_anew()

    def database_changed(self, _event: DatabaseChanged) -> None:
        """It is read again with a tick to come."""
        self._is_due = True

    def tick(self, now_ms: int) -> None:
        """Read what has moved meanwhile; ages grow even if nothing has."""
        if not 0 <= now_ms - self._read_at < (READ_MS if self._is_due else STALE_MS):
            self.read_anew()

    def view_notes(self) -> list[StripPart]:
        """What stands at the right of the names of the views."""
        return [StripPart(f"{self.range_name} ", "dim")]

    def show_views(self) -> None:
        """Draw the names of the views."""
        parts = [
            StripPart(one if place else f" {one}", "accent" if one == self.view else "dim", key=one)
            for place, one in enumerate(self.VIEWS)
        ]
        self.query_one("#views", TopStrip).set_parts(parts, self.view_notes())

    def say_row(self, lines: Sequence[Line], key: Key | None) -> None:
        """Say a row in full, which its table may have had to cut; nothing if there is no such row."""
        found = next((line for line in lines if line.key == key), None)
        text = "" if found is None else in_full(found)
        self.query_one("#sentence", Static).update(plain(text))

    def switch(self, view: str) -> None:
        """Show another view."""
        self.view = view
        self.show_views()
        self.read_anew()

    @on(TopStrip.Clicked, "#views")
    def _view_clicked(self, event: TopStrip.Clicked) -> None:
        event.stop()
        if event.key in self.VIEWS:
            self.switch(event.key)

    # Keys

    def action_next_tab(self) -> None:
        """The next view."""
        self.switch(self.VIEWS[(self.VIEWS.index(self.view) + 1) % len(self.VIEWS)])

    def action_previous_tab(self) -> None:
        """The view before."""
        self.switch(self.VIEWS[self.VIEWS.index(self.view) - 1])

    def action_next_range(self) -> None:
        """Cover the next span of time."""
        self._range = (self._range + 1) % len(RANGES)
        self.switch(self.view)

    def action_open_row(self) -> None:
        """From a row to what stands behind it."""
        (self.focused if isinstance(self.focused, LineTable) else self.rows).action_select()


def in_full(line: Line) -> str:
    """All cells of a line, two spaces apart."""
    texts = ("".join(part.text for part in parts_of(cell, line.tone)).strip() for cell in line.cells)
    return "  ".join(text for text in texts if text)[:MOST_SAID]
