"""Usage: where tokens and money go over time, by group, and how blocks, limits and budgets stand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widget import Widget

from ppp_tui.query.connect import DatabaseMissingError
from ppp_tui.query.errors import QueryFailedError
from ppp_tui.query.usage.spans import MINUTE_MS
from ppp_tui.tui.actions import bindings_for
from ppp_tui.tui.messages import DatabaseChanged
from ppp_tui.tui.panes.usage.usage_cells import total_parts, usage_columns, usage_lines
from ppp_tui.tui.panes.usage.usage_plot import plot_of, title_of
from ppp_tui.tui.panes.usage.usage_strip import NOT_YOUR_BILL, outlook_lines
from ppp_tui.tui.screens.base import BaseScreen
from ppp_tui.tui.usage_reading import (
    RANGES,
    SHOWN_GROUPINGS,
    Range,
    UsageOutlook,
    UsageReading,
    UsageSelection,
    read_outlook,
    read_usage,
)
from ppp_tui.tui.widgets.chart import Chart
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Key
from ppp_tui.tui.widgets.plot import Plot
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip

READ_MS: Mapping[Range, int] = {
    "today": 2_000,
    "last 7 days": 5_000,
    "last 30 days": 10_000,
    "last 90 days": 30_000,
}
"""While sessions move, everything is read again at most this often: the more is added up, the less a moment matters."""

OUTLOOK = ("#usage-money", "#usage-blocks", "#usage-limits")
"""The strips that tell how things stand."""


class UsageScreen(BaseScreen):
    """A chart, its groups, and how spending and limits stand."""

    KIND = "usage"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("usage"))

    def __init__(self) -> None:
        super().__init__()
        self.choice = UsageSelection()
        """What is shown."""
        self._shown: UsageSelection | None = None
        self._read_at = -MINUTE_MS
        self._is_due = False

    def compose_body(self) -> Iterator[Widget]:
        """Chart, sum, table, outlook."""
        yield Chart(
            " reading…",
            is_ascii=self.ppp.ports.is_ascii,
            empty_text=" nothing was used then, or nothing has a price",
            id="usage-chart",
        )
        yield TopStrip(id="usage-total")
        yield LineTable(usage_columns(self.choice.grouping), id="usage-table", empty_text="reading…")
        with Vertical(id="usage-outlook", classes="rule-top"):
            yield from (TopStrip(gap=4, id=name.removeprefix("#")) for name in OUTLOOK)

    def on_mount(self) -> None:
        """Read what is chosen."""
        super().on_mount()
        self.table.focus()
        self.read()

    @property
    def table(self) -> LineTable:
        """The groups."""
        return self.query_one("#usage-table", LineTable)

    def reload(self) -> None:
        """Something may have moved while another screen was shown."""
        if self._shown is not None:
            self.read()

    def database_changed(self, _event: DatabaseChanged) -> None:
        """Something was used, perhaps: it is read with a tick to come."""
        self._is_due = True

    def tick(self, now_ms: int) -> None:
        """Read what was used meanwhile; with every minute forecasts are others."""
        is_new_minute = now_ms // MINUTE_MS != self._read_at // MINUTE_MS
        if is_new_minute or (self._is_due and not 0 <= now_ms - self._read_at < READ_MS[self.choice.range]):
            self.read()

    @work(exclusive=True, group="usage")
    async def read(self, cursor: Key | None = None) -> None:
        """Read what is chosen, and put the cursor on a row if one is named."""
        ports, choice = self.ppp.ports, self.choice
        now_ms = ports.clock.now_ms()
        self._read_at, self._is_due = now_ms, False
        try:
            reading = await read_usage(ports.database, choice, now_ms, ports.zone)
            plot = await asyncio.to_thread(plot_of, reading, ports.zone)
            if self.is_attached:
                await self._show_reading(reading, plot, cursor)
            outlook = await read_outlook(ports.database, ports.settings.budget, now_ms, ports.zone)
        except (QueryFailedError, DatabaseMissingError) as error:
            self.ppp.tell_trouble(str(error))
            return
        if self.is_attached:
            self._show_outlook(outlook)

    async def _show_reading(self, reading: UsageReading, plot: Plot | None, cursor: Key | None) -> None:
        ports, table, chart = self.ppp.ports, self.table, self.query_one("#usage-chart", Chart)
        chart.set_title(title_of(reading, ports.zone))
        chart.show(plot)
        has_colours = chart.tells_by_colour
        lines = await asyncio.to_thread(usage_lines, reading, ports.settings.targets, has_colours=has_colours)
        if not self.is_attached:
            return
        before, self._shown = self._shown, reading.choice
        is_other = before is None or before[1:] != reading.choice[1:]
        parts = [StripPart(cell.text, cell.tone) for cell in total_parts(reading)] or [
            StripPart("nothing was used", "dim")
        ]
        parts[0] = parts[0]._replace(text=f" {parts[0].text}")
        self.query_one("#usage-total", TopStrip).set_parts(parts)
        table.set_columns(usage_columns(reading.choice.grouping))
        table.set_empty_text("nothing was used; d shows another range")
        table.show_lines(lines, is_other_list=is_other)
        if cursor is not None:
            await table.move_cursor_to(cursor)

    def _show_outlook(self, outlook: UsageOutlook) -> None:
        money, *others = outlook_lines(outlook, self.ppp.ports.zone)
        first, *strips = (self.query_one(name, TopStrip) for name in OUTLOOK)
        first.set_parts(money, [NOT_YOUR_BILL])
        for strip, parts in zip(strips, others, strict=True):
            strip.set_parts(parts)

    def choose(self, choice: UsageSelection) -> None:
        """Show something else."""
        self.choice = choice
        self.read()

    # Keys

    @on(LineTable.Selected)
    def _select(self, event: LineTable.Selected) -> None:
        shown = self._shown
        if shown is None or shown != self.choice:
            return
        if shown.grouping == "session":
            self.ppp.open_trajectory(int(event.key))
            return
        self.choose(shown._replace(grouping="session", only=((shown.grouping, str(event.key)),)))

    @on(LineTable.Failed)
    def _fail(self, event: LineTable.Failed) -> None:
        self.ppp.tell_trouble(str(event.error))

    def action_open_row(self) -> None:
        """From a group to its sessions, from a session to its turns."""
        self.table.action_select()

    def action_go_back(self) -> None:
        """From the sessions of a group back to the groups."""
        if not self.choice.only:
            super().action_go_back()
            return
        grouping, key = self.choice.only[0]
        self.choice = self.choice._replace(grouping=grouping, only=())
        self.read(key)

    def action_next_range(self) -> None:
        """The next range of time."""
        place = RANGES.index(self.choice.range)
        self.choose(self.choice._replace(range=RANGES[(place + 1) % len(RANGES)]))

    def action_next_grouping(self) -> None:
        """Groups of another kind, of everything that was used."""
        place = SHOWN_GROUPINGS.index(self.choice.only[0][0] if self.choice.only else self.choice.grouping)
        following = SHOWN_GROUPINGS[(place + 1) % len(SHOWN_GROUPINGS)]
        self.choose(self.choice._replace(grouping=following, only=()))

    def action_next_theme(self) -> None:
        """The next theme, which may know no colours: rows are marked as the chart draws them."""
        super().action_next_theme()
        self.read()

    def action_next_measure(self) -> None:
        """Cost instead of tokens, or tokens instead of cost."""
        self.choose(self.choice._replace(measure="tokens" if self.choice.measure == "cost" else "cost"))
