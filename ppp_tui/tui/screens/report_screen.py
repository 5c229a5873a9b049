"""Base classes of report screens: one period for all of them, and several views of one subject."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on

from ppp_tui.query.periods import (
    PERIODS,
    TODAY,
    Period,
    Subject,
    data_span,
    period_span,
    shown_span,
    smallest_period,
)
from ppp_tui.query.time_grammar import SPAN_FORMS, read_span
from ppp_tui.query.usage.spans import TimeSpan
from ppp_tui.text.format import UNKNOWN, date_time
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.actions import key_of
from ppp_tui.tui.messages import DatabaseChanged
from ppp_tui.tui.screens.base import BaseScreen
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.guarded import Static, WidgetPart
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Line, cell_text
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.tab_strip import TabStrip

READ_MS = 5_000
"""A report is read again at most this often while agents work."""

MAX_SENTENCE_CHARS = 1_000
"""Characters of a row that are shown in full below its table."""

STALE_MS = 60_000
"""Ages in a report are at most this old."""


class ReportScreen(BaseScreen):
    """Base class of a report on a period: the user's, which all reports share, or the smallest that holds data."""

    SUBJECT: ClassVar[Subject] = "usage"
    """The subject of the report, which opens on the smallest period that holds some of it."""
    LEAST_PERIOD: ClassVar[Period] = TODAY
    """The smallest period that the report opens on."""

    def __init__(self) -> None:
        super().__init__()
        self._opening: Period | None = None
        self.data: TimeSpan | None = None
        """Span from the oldest to the newest data, None if there are none or they are not read yet."""

    @property
    def is_shared(self) -> bool:
        """Whether what is shown lies in a store that a team shares."""
        return self.ppp.ports.is_team

    @property
    def subject(self) -> Subject:
        """The subject that is shown now."""
        return self.SUBJECT

    @property
    def period(self) -> Period:
        """The period that is covered."""
        return self.ppp.period or self._opening or self.LEAST_PERIOD

    @property
    def bounds(self) -> TimeSpan:
        """The bounds of the period, 0 for no bound at the begin."""
        return period_span(self.period, self.ppp.ports.clock.now_ms(), self.ppp.ports.zone)

    async def read_data_span(self) -> None:
        """Read the span of the data; at first, select the smallest period that holds some.

        Raises QueryFailedError and DatabaseMissingError.
        """
        ports = self.ppp.ports
        self.data = await ports.database.fetch(data_span(self.subject))
        if self._opening is None and self.data is not None:
            self._opening = smallest_period(self.data, ports.clock.now_ms(), ports.zone, self.LEAST_PERIOD)

    def reopen(self) -> None:
        """Let the next reading select the period again, since another subject is shown."""
        self._opening = None

    def period_changed(self) -> None:
        """Show the new period."""
        raise NotImplementedError

    def period_text(self) -> str:
        """Return the period with its dates: ``last 7 days: 2026-11-14 to 2026-11-20``."""
        ports = self.ppp.ports
        span = shown_span(self.period, self.data, ports.clock.now_ms(), ports.zone)
        first, last = (date_time(at_ms, ports.zone)[:10] for at_ms in (span.low_ms, span.high_ms - 1))
        return f"{self.period.name}: {first}" if first == last else f"{self.period.name}: {first} to {last}"

    def empty_text(self, nothing: str) -> str:
        """Return a sentence for an empty period: when the newest data are, and the key that shows them."""
        if self.data is None:
            return f"{nothing} yet"
        ports, span = self.ppp.ports, self.bounds
        if span.low_ms <= self.data.high_ms and self.data.low_ms < span.high_ms:
            return f"{nothing} ({self.period.name})"
        day = date_time(self.data.high_ms, ports.zone)[:10]
        return f"{nothing} ({self.period.name}). The last day with any is {day}: {key_of('all_time')} shows all of time"

    def set_period(self, period: Period) -> None:
        """Set the period of all reports."""
        self.ppp.period = period
        self.period_changed()

    # Keys

    def action_next_range(self) -> None:
        """Set the next period."""
        period_index = PERIODS.index(self.period) if self.period in PERIODS else -1
        self.set_period(PERIODS[(period_index + 1) % len(PERIODS)])

    def action_all_time(self) -> None:
        """Set the period to all of time."""
        self.set_period(PERIODS[-1])

    def action_write_period(self) -> None:
        """Open the command line for a period."""
        line = self.query_one(CommandLine)
        line.open_for("period", "" if self.period in PERIODS else self.period.name)
        line.set_note(SPAN_FORMS)

    @on(CommandLine.Changed)
    def _check_period(self, event: CommandLine.Changed) -> None:
        line, ports = self.query_one(CommandLine), self.ppp.ports
        if not event.text.strip():
            line.set_note(SPAN_FORMS)
            return
        try:
            span = read_span(event.text, ports.clock.now_ms(), ports.zone)
        except ValueError as error:
            line.set_note(str(error), is_error=True)
        else:
            first, last = (date_time(at_ms, ports.zone, seconds=False) for at_ms in (span.low_ms, span.high_ms))
            line.set_note(f"{first} to {last}")

    @on(CommandLine.Submitted)
    @on(CommandLine.Cancelled)
    def _close_period(self, event: CommandLine.Submitted | CommandLine.Cancelled) -> None:
        self.focus_main()
        if isinstance(event, CommandLine.Submitted) and event.text.strip():
            self.set_period(Period(event.text.strip().lower()))

    def focus_main(self) -> None:
        """Put the focus on the main table."""
        raise NotImplementedError

    def show_row(self, table: LineTable, lines: Sequence[Line]) -> None:
        """Show the row under the cursor in full, which the table may have had to cut; nothing if there is none."""
        line = next((line for line in lines if line.key == table.cursor_key), None)
        text = "" if line is None else in_full(line, table.painter.columns)
        # Its height is fixed: another text moves nothing.
        self.query_one("#sentence", Static).update(plain(text), layout=False)


class ViewScreen(ReportScreen):
    """Base class of a report with several views, each a chart over a table; `read` shows the view in `self.view`."""

    VIEWS: ClassVar[tuple[str, ...]] = ()
    """Names of the views; the first one is shown at first."""

    def __init__(self) -> None:
        super().__init__()
        self.view = self.VIEWS[0]
        self._is_due = False
        self._read_at = 0

    rows = WidgetPart(LineTable, "rows")
    """The table under the chart."""

    def on_mount(self) -> None:
        """Show the first view."""
        super().on_mount()
        self.show_views()
        self.read_anew()

    def read(self) -> None:
        """Start reading the current view."""
        raise NotImplementedError

    def read_anew(self) -> None:
        """Read the current view now, and not again before `READ_MS` have passed."""
        self._is_due, self._read_at = False, self.ppp.ports.clock.now_ms()
        self.read()

    def reload(self) -> None:
        """Read again what may have changed while another screen was shown."""
        if self._read_at:
            self.show_views()
            self.read_anew()

    def database_changed(self, _event: DatabaseChanged) -> None:
        """Mark the view as outdated, to be read again with a later tick."""
        self._is_due = True

    def tick(self, now_ms: int) -> None:
        """Read an outdated view again; ages grow even if nothing has changed."""
        if not 0 <= now_ms - self._read_at < (READ_MS if self._is_due else STALE_MS):
            self.read_anew()

    def view_notes(self) -> list[StripPart]:
        """Return the parts of the line of views that stand at its right."""
        return [StripPart(f"{self.period_text()} ", "dim")]

    def short_view_notes(self) -> list[StripPart]:
        """Return the same for a line that has no room for them, of the most important alone."""
        return [StripPart(f"{self.period.name} ", "dim" if self.period in PERIODS else "accent")]

    def show_views(self) -> None:
        """Draw the names of the views."""
        tabs = [(name, name) for name in self.VIEWS]
        self.query_one("#views", TabStrip).set_tabs(tabs, self.view, self.view_notes(), self.short_view_notes())

    def switch(self, view: str) -> None:
        """Switch to another view."""
        if view != self.view:
            self.reopen()
        self.view = view
        self.show_views()
        self.read_anew()

    def period_changed(self) -> None:
        """Read the current view of the new period."""
        self.switch(self.view)

    def focus_main(self) -> None:
        """Put the focus on the rows."""
        self.rows.focus()

    @on(TopStrip.Clicked, "#views")
    def _view_clicked(self, event: TopStrip.Clicked) -> None:
        event.stop()
        if event.key in self.VIEWS:
            self.switch(event.key)

    # Keys

    def action_next_tab(self) -> None:
        """Switch to the next view."""
        self.switch(self.VIEWS[(self.VIEWS.index(self.view) + 1) % len(self.VIEWS)])

    def action_previous_tab(self) -> None:
        """Switch to the previous view."""
        self.switch(self.VIEWS[self.VIEWS.index(self.view) - 1])

    def action_open_row(self) -> None:
        """Select the row under the cursor: show its details, or open the turn that a detail leads to."""
        (self.focused if isinstance(self.focused, LineTable) else self.rows).action_select()


def in_full(line: Line, columns: Sequence[Column]) -> str:
    """Return all cells of a line that are not empty, each behind the title of its column, two spaces apart."""
    texts = [cell_text(cell).strip() for cell in line.cells]
    named = [
        f"{column.title} {text}".strip()
        for column, text in zip(columns, texts, strict=False)
        if text.strip(f" {UNKNOWN}")
    ]
    return "  ".join(named)[:MAX_SENTENCE_CHARS]
