"""Usage: tokens and money over time and by group, and how blocks, limits and budgets stand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import ClassVar, NamedTuple

from textual import on
from textual.binding import BindingType
from textual.events import Resize
from textual.widget import Widget

from ppp_tui.query.periods import Period
from ppp_tui.query.trends import MeasuredTrend
from ppp_tui.query.usage.rows import Grouping, grouping_words
from ppp_tui.query.usage.spans import MINUTE_MS
from ppp_tui.tui.actions import bindings_for
from ppp_tui.tui.messages import DatabaseChanged
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.panes.trend_cells import trend_summary
from ppp_tui.tui.panes.usage.usage_cells import (
    DEAREST_COLUMNS,
    PROMPT_COLUMNS,
    dearest_lines,
    prompt_lines,
    total_parts,
    usage_columns,
    usage_lines,
)
from ppp_tui.tui.panes.usage.usage_panels import (
    GROUPING_KEY,
    MEASURE_KEY,
    NOT_YOUR_BILL,
    bar_parts,
    choice_parts,
    figure_lines,
    hour_lines,
    is_one_day,
    money_parts,
    multiple_lines,
    outlook_lines,
    week_lines,
)
from ppp_tui.tui.panes.usage.usage_plot import plot_of, title_of, written_span
from ppp_tui.tui.screens.report_screen import ReportScreen
from ppp_tui.tui.trend_reading import read_trends
from ppp_tui.tui.usage_reading import (
    SHOWN_GROUPINGS,
    TEAM_GROUPINGS,
    UsageOutlook,
    UsageReading,
    UsageSelection,
    read_outlook,
    read_usage,
)
from ppp_tui.tui.widgets.charts.bars import BarPlot
from ppp_tui.tui.widgets.charts.chart import Chart
from ppp_tui.tui.widgets.guarded import Horizontal, Vertical, WidgetPart
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Key
from ppp_tui.tui.widgets.panel import Panel
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.workers import work

READ_MS: Mapping[str, int] = {"hour": 2_000, "day": 10_000, "week": 30_000, "month": 60_000}
"""Figures are read again at most this often while sessions change."""


LEAST_MULTIPLES = 3
"""Groups from which on each has a small chart of its own."""


class _Place(NamedTuple):
    """A state of the screen that going back returns to."""

    period: Period | None
    choice: UsageSelection
    cursor: Key | None


class UsageScreen(ReportScreen):
    """Screen of tokens and cost: a chart with its groups, blocks, limits and budgets, and the hours of the week."""

    KIND = "usage"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("usage"))

    def __init__(self) -> None:
        super().__init__()
        self.choice = UsageSelection()
        """What is shown."""
        self._shown: UsageReading | None = None
        self._plot: BarPlot | None = None
        self._bar: int | None = None
        self._places: list[_Place] = []
        self._read_at = -MINUTE_MS
        self._is_due = False

    def compose_body(self) -> Iterator[Widget]:
        """Return choices, figures, the chart with its side panel, the bar under the cursor, and the groups."""
        is_ascii = self.ppp.ports.is_ascii
        yield TopStrip(id="usage-choices")
        yield Panel(id="usage-figures")
        with Horizontal(id="usage-top"):
            yield Chart(" reading…", is_ascii=is_ascii, id="usage-chart")
            with Vertical(id="usage-side", classes="rule-left"):
                yield Panel("limits and budgets", is_ascii=is_ascii, id="usage-limits")
                yield Panel("hours of the week", is_ascii=is_ascii, id="usage-week")
        yield Panel("each on the same scale", is_ascii=is_ascii, id="usage-multiples")
        yield TopStrip(id="usage-bar")
        yield TopStrip(id="usage-trend", classes="-empty")
        yield LineTable(usage_columns(self.choice.grouping), id="usage-table", empty_text="reading…")
        with Horizontal(id="usage-rest", classes="rule-top"):
            with Vertical(id="usage-sessions"):
                yield LineTable(DEAREST_COLUMNS, id="usage-dearest", empty_text="")
                yield LineTable(usage_columns("project"), id="usage-also", classes="rule-top", empty_text="")
            yield LineTable(PROMPT_COLUMNS, id="usage-prompts", classes="rule-left", empty_text="")
        yield TopStrip(id="usage-total", classes="rule-top")
        yield TopStrip(gap=4, id="usage-money")

    def on_mount(self) -> None:
        """Read the current choice."""
        super().on_mount()
        self.table.focus()
        self.read()

    table = WidgetPart(LineTable, "usage-table")
    """The table of groups."""

    def focus_main(self) -> None:
        """Put the focus on the groups."""
        self.table.focus()

    def reload(self) -> None:
        """Read again what may have changed while another screen was shown."""
        if self._shown is not None:
            self.read()

    def database_changed(self, _event: DatabaseChanged) -> None:
        """Mark the figures as outdated, to be read again with a later tick."""
        self._is_due = True

    def tick(self, now_ms: int) -> None:
        """Read outdated figures again; forecasts change with every minute."""
        is_new_minute = now_ms // MINUTE_MS != self._read_at // MINUTE_MS
        wait_ms = READ_MS[self._shown.grain if self._shown is not None else "hour"]
        if is_new_minute or (self._is_due and not 0 <= now_ms - self._read_at < wait_ms):
            self.read()

    @work(exclusive=True, group="usage")
    @read_or_report
    async def read(self, cursor: Key | None = None) -> None:
        """Read the current choice, and put the cursor on the row `cursor` if it is given."""
        ports = self.ppp.ports
        now_ms = ports.clock.now_ms()
        self._read_at, self._is_due = now_ms, False
        await self.read_data_span()
        choice = self.choice = self.choice._replace(period=self.period)
        reading = await read_usage(ports.database, choice, now_ms, ports.zone, has_prompts=self.is_large)
        plot = await asyncio.to_thread(plot_of, reading, ports.zone)
        if self.is_attached:
            await self._show_reading(reading, plot, cursor)
        outlook = await read_outlook(ports.database, ports.settings.budget, now_ms, ports.zone)
        if self.is_attached:
            self._show_outlook(outlook)
        if self.is_large:
            also = choice._replace(grouping="model" if choice.grouping == "project" else "project")
            await self._show_also(await read_usage(ports.database, also, now_ms, ports.zone, is_brief=True))
        trends = await read_trends(ports.database, [choice.measure], None, now_ms, ports.zone)
        if self.is_attached:
            self._show_trend(trends)

    async def _show_reading(self, reading: UsageReading, plot: BarPlot | None, cursor: Key | None) -> None:
        ports, table, chart = self.ppp.ports, self.table, self.query_one("#usage-chart", Chart)
        before, self._shown, self._plot = self._shown, reading, plot
        if before is None or before.spans != reading.spans:
            self._bar = None
        chart.set_title(title_of(reading, ports.zone))
        is_used = bool(reading.total.requests or reading.stated)
        chart.set_empty_text(
            f" {'nothing of it has a price; m shows tokens' if is_used else self.empty_text('nothing was used')}"
        )
        chart.show(plot, self._bar)
        lines = await asyncio.to_thread(
            usage_lines,
            reading,
            ports.settings.targets,
            has_colours=chart.tells_by_colour,
            has_unicode=not ports.is_ascii,
        )
        if not self.is_attached:
            return
        parts = [StripPart(cell.text, cell.tone) for cell in total_parts(reading)] or [
            StripPart("nothing was used", "dim")
        ]
        parts[0] = parts[0]._replace(text=f" {parts[0].text}")
        self.query_one("#usage-total", TopStrip).set_parts(parts, [NOT_YOUR_BILL])
        self.query_one("#usage-figures", Panel).set_lines(figure_lines(reading, ports.clock.now_ms(), ports.zone))
        self._show_week(reading)
        multiples = self.query_one("#usage-multiples", Panel)
        self._fit_top(is_one_day=is_one_day(reading))
        # Two groups are told apart in the chart itself, and the hours of a day by group stand beside it.
        multiples.set_class(is_one_day(reading) or len(reading.groups) < LEAST_MULTIPLES, "-empty")
        multiples.set_lines_for(partial(multiple_lines, reading, is_ascii=ports.is_ascii))
        self._show_choices()
        self._show_bar()
        table.set_columns(usage_columns(reading.choice.grouping))
        table.set_empty_text(self.empty_text("nothing was used"))
        is_other = before is None or before.choice[1:] != reading.choice[1:]
        table.show_lines(lines, is_other_list=is_other)
        dearest = self.query_one("#usage-dearest", LineTable)
        self.query_one("#usage-rest").set_class(not reading.dearest, "-empty")
        now_ms = ports.clock.now_ms()
        dearest.show_lines(dearest_lines(reading, now_ms, is_ascii=ports.is_ascii))
        self.query_one("#usage-prompts", LineTable).show_lines(prompt_lines(reading, now_ms))
        if cursor is not None:
            await table.move_cursor_to(cursor)

    async def _show_also(self, reading: UsageReading) -> None:
        """Show the same use by another grouping beside the sessions that used most."""
        ports, table = self.ppp.ports, self.query_one("#usage-also", LineTable)
        lines = await asyncio.to_thread(usage_lines, reading, ports.settings.targets, has_unicode=not ports.is_ascii)
        if self.is_attached:
            # The first column names the colour of a group in the chart, which has no bars of these.
            table.set_columns(usage_columns(reading.choice.grouping)[1:])
            table.show_lines([line._replace(cells=line.cells[1:]) for line in lines])

    def _fit_top(self, *, is_one_day: bool) -> None:
        """Make the chart as high as the span deserves, and style no other widget for it."""
        top = self.query_one("#usage-top")
        if top.has_class("-day") != is_one_day:
            top.set_class(is_one_day, "-day", update=False)
            self.app.stylesheet.update_nodes([top])

    def _show_week(self, reading: UsageReading) -> None:
        """Show the hours of the week, or of a single day those of each group."""
        week, ports = self.query_one("#usage-week", Panel), self.ppp.ports
        week.display = reading.week is not None
        subject = f"{reading.choice.measure}, {reading.choice.period.name}"
        if is_one_day(reading):
            week.set_title(f"hours by {grouping_words(reading.choice.grouping)}, {subject}")
            week.set_lines_for(partial(hour_lines, reading, ports.zone, is_ascii=ports.is_ascii))
        else:
            week.set_title(f"hours of the week, {subject}")
            week.set_lines_for(partial(week_lines, reading, is_ascii=ports.is_ascii))

    def _show_choices(self) -> None:
        """Draw the periods, groupings and measures, the current ones marked."""
        parts = choice_parts(self.choice, self.period, self._groupings, self.size.width)
        self.query_one("#usage-choices", TopStrip).set_parts(*parts)

    def _show_outlook(self, outlook: UsageOutlook) -> None:
        ports = self.ppp.ports
        self.query_one("#usage-money", TopStrip).set_parts(money_parts(outlook))
        limits = outlook_lines(outlook, ports.zone, is_team=ports.is_team, is_ascii=ports.is_ascii)
        self.query_one("#usage-limits", Panel).set_lines(limits)

    def _show_trend(self, trends: Sequence[MeasuredTrend]) -> None:
        """Show what is unusual in the last 30 days of all usage, and when its level changed."""
        parts = [StripPart(" all usage, last 30 days:", "dim")]
        parts += [StripPart(*trend_summary(measured, self.ppp.ports.zone)[:2]) for measured in trends]
        strip = self.query_one("#usage-trend", TopStrip)
        strip.set_class(not trends, "-empty")
        strip.set_parts(parts)

    def _show_bar(self) -> None:
        reading = self._shown
        strip = self.query_one("#usage-bar", TopStrip)
        if reading is None or self._plot is None:
            strip.set_parts([StripPart(" ", "dim")])
            return
        if self._bar is None:
            strip.set_parts([StripPart(" ← → go from bar to bar, o opens one", "dim")])
        else:
            strip.set_parts(bar_parts(reading, self._bar, self.ppp.ports.zone), [StripPart("o opens it ", "dim")])

    def choose(self, choice: UsageSelection) -> None:
        """Show another combination of period, grouping and measure."""
        self.choice = choice
        self.read()

    def period_changed(self) -> None:
        """Show the same choice of the new period."""
        self.choose(self.choice._replace(period=self.period))

    def on_resize(self, event: Resize) -> None:
        """Draw everything whose form depends on the width again, and read what there is room for now."""
        super().on_resize(event)
        if self._shown is not None:
            self._show_choices()
            if self.is_large and not self._shown.prompts:
                self.read()

    @on(TopStrip.Clicked, "#usage-choices")
    def _choice_clicked(self, event: TopStrip.Clicked) -> None:
        event.stop()
        if event.key.startswith(GROUPING_KEY):
            grouping = next(name for name in self._groupings if name == event.key.removeprefix(GROUPING_KEY))
            self.choose(self.choice._replace(grouping=grouping, only=()))
        elif event.key.startswith(MEASURE_KEY):
            self.choose(self.choice._replace(measure="tokens" if event.key.endswith("tokens") else "cost"))
        else:
            self.set_period(Period(event.key))

    # The cursor of the chart

    @on(Chart.BarClicked)
    def _bar_clicked(self, event: Chart.BarClicked) -> None:
        self._move_bar(event.bar)

    def _move_bar(self, place: int) -> None:
        if self._shown is None or self._plot is None:
            return
        self._bar = max(0, min(len(self._shown.spans) - 1, place))
        self.query_one("#usage-chart", Chart).show(self._plot, self._bar)
        self._show_bar()

    def action_next_bar(self) -> None:
        """Move the bar cursor to the next bar; without a cursor, to the newest."""
        self._move_bar(len(self._shown.spans) if self._shown and self._bar is None else (self._bar or 0) + 1)

    def action_previous_bar(self) -> None:
        """Move the bar cursor to the previous bar; without a cursor, to the newest."""
        self._move_bar(len(self._shown.spans) if self._shown and self._bar is None else (self._bar or 0) - 1)

    def action_open_bar(self) -> None:
        """List the sessions of the bar under the cursor."""
        if self._shown is None or self._bar is None:
            self.notify("← and → put the cursor on a bar first.", timeout=3)
            return
        self._places.append(_Place(self.ppp.period, self.choice, self.table.cursor_key))
        self.ppp.period = Period(written_span(self._shown.spans[self._bar], self.ppp.ports.zone))
        self.choose(self.choice._replace(period=self.period, grouping="session"))

    # Keys

    @on(LineTable.Selected, "#usage-dearest")
    def _dearest_selected(self, event: LineTable.Selected) -> None:
        self.ppp.open_trajectory(int(event.key))

    @on(LineTable.Selected, "#usage-prompts")
    def _prompt_selected(self, event: LineTable.Selected) -> None:
        self.open_row(event.key)

    @on(LineTable.Selected, "#usage-table")
    def _select(self, event: LineTable.Selected) -> None:
        reading = self._shown
        if reading is None or reading.choice != self.choice:
            return
        choice = reading.choice
        if choice.grouping == "session":
            self.ppp.open_trajectory(int(event.key))
            return
        self._places.append(_Place(self.ppp.period, choice, event.key))
        self.choose(choice._replace(grouping="session", only=((choice.grouping, str(event.key)),)))

    def action_open_row(self) -> None:
        """Go from a group to its sessions, from a session to its turns."""
        (self.focused if isinstance(self.focused, LineTable) else self.table).action_select()

    def action_go_back(self) -> None:
        """Return from the sessions of a group or a bar to the place where they were opened."""
        if not self._places:
            super().action_go_back()
            return
        place = self._places.pop()
        if place.choice.period != self.choice.period and self.choice.only:
            # The user set a period during the reading: it is kept.
            place = place._replace(period=self.ppp.period)
        self.ppp.period = place.period
        self.choice = place.choice._replace(period=self.period)
        self.read(place.cursor)

    @property
    def _groupings(self) -> tuple[Grouping, ...]:
        return TEAM_GROUPINGS if self.ppp.ports.is_team else SHOWN_GROUPINGS

    def action_next_grouping(self) -> None:
        """Switch to the next grouping, over everything that was used."""
        place = self._groupings.index(self.choice.only[0][0] if self.choice.only else self.choice.grouping)
        following = self._groupings[(place + 1) % len(self._groupings)]
        self._places.clear()
        self.choose(self.choice._replace(grouping=following, only=()))

    def action_next_theme(self) -> None:
        """Switch to the next theme, and mark rows as the chart draws them: it may have no colours."""
        super().action_next_theme()
        self.read()

    def action_next_measure(self) -> None:
        """Switch from tokens to cost, or from cost to tokens."""
        self.choose(self.choice._replace(measure="tokens" if self.choice.measure == "cost" else "cost"))
