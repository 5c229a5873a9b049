"""Live: who needs me, who works, who is stuck; beside it the followed session as it happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import on, work
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from ppp_tui.query.errors import QueryFailedError
from ppp_tui.query.filters import EMPTY, Filter, FilterError, parse
from ppp_tui.query.rows import LiveRow, SessionRow, StepLine
from ppp_tui.query.sessions import session
from ppp_tui.query.steps import latest_steps
from ppp_tui.query.totals import activity, usage_points
from ppp_tui.tui.actions import bindings_for
from ppp_tui.tui.format import clock_time, tokens
from ppp_tui.tui.messages import ArchiveMoved
from ppp_tui.tui.panes.session_cells import LIVE_COLUMNS, folder, live_lines, spend_text
from ppp_tui.tui.panes.step_cells import FEED_COLUMNS, feed_line
from ppp_tui.tui.screens.base import BaseScreen
from ppp_tui.tui.widgets.chart import Chart
from ppp_tui.tui.widgets.command_line import CommandLine
from ppp_tui.tui.widgets.gauge import context_gauge
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Cell
from ppp_tui.tui.widgets.plot import Plot, Series
from ppp_tui.tui.widgets.top_strip import StripPart, TopStrip

FEED_STEPS = 200
"""Steps of the followed session that its feed goes back."""

HOUR_MS = 3_600_000
ACTIVITY_BUCKETS = 12
"""Cells of a session's sparkline: five minutes each."""


class LiveScreen(BaseScreen):
    """Sessions by what they do, and the followed one's feed."""

    KIND = "live"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("live"))

    def __init__(self) -> None:
        super().__init__()
        self._filter: Filter = EMPTY
        self._activity: dict[int, list[int]] = {}
        self._followed: int | None = None
        self._followed_row: SessionRow | None = None
        self._feed: list[StepLine] = []
        self._chart_minute = -1

    def compose_body(self) -> Iterator[Widget]:
        """The list with its chart, and the feed."""
        with Horizontal(id="live-body"):
            with Vertical(id="live-left"):
                yield LineTable(LIVE_COLUMNS, id="live-list", empty_text="looking for sessions…")
                yield Chart(
                    "tokens per minute, last hour",
                    id="live-chart",
                    is_ascii=self.ppp.ports.is_ascii,
                    classes="rule-top",
                )
            with Vertical(id="live-right", classes="rule-left"):
                yield TopStrip(id="feed-title")
                yield LineTable(FEED_COLUMNS, id="feed", has_header=False, follows=True, empty_text="nothing yet")
                yield TopStrip(id="feed-foot")

    def on_mount(self) -> None:
        """Show what is known already."""
        super().on_mount()
        self.query_one("#live-list", LineTable).focus()

    @property
    def rows(self) -> list[LiveRow]:
        """The sessions that the filter keeps."""
        return [row for row in self.ppp.board.rows if self._filter.keeps(row.state) and self._matches(row)]

    def _matches(self, row: LiveRow) -> bool:
        return not self._kept_ids or row.session.id in self._kept_ids if self._filter.terms else True

    _kept_ids: frozenset[int] = frozenset()

    def reload(self) -> None:
        """Fetch activity, chart and feed."""
        self.fetch_activity()
        self.fetch_feed()

    def tick(self, now_ms: int) -> None:
        """States and ages."""
        ports = self.ppp.ports
        table = self.query_one("#live-list", LineTable)
        rows = self.rows
        table.show_lines(live_lines(rows, now_ms, ports.zone, self._activity, is_ascii=ports.is_ascii))
        if self.ppp.board.is_loaded and not rows:
            table.set_empty_text(self._empty_text())
        if self._followed is None and rows:
            self.follow(rows[0].session.id)
        if now_ms // 60_000 != self._chart_minute:
            self.fetch_chart()
        self._show_feed(now_ms)

    def _empty_text(self) -> str:
        if self._filter.text:
            return "no session matches; Escape shows all"
        if self.ppp.board.ingest is not None and self.ppp.board.ingest.phase == "backlog":
            return "reading history…"
        places = ", ".join(self.ppp.ports.looked_in)
        hours = self.ppp.ports.settings.live.history_hours
        return f"no sessions in the last {hours} hours; looked in {places}; try: ppp-tui demo"

    def archive_moved(self, event: ArchiveMoved) -> None:
        """Sessions moved."""
        self.fetch_activity()
        self.fetch_chart()
        if self._followed is not None and event.concerns(self._followed):
            self.fetch_feed()

    # The followed session

    def follow(self, trajectory_id: int) -> None:
        """Show a session's feed."""
        if trajectory_id != self._followed:
            self._followed, self._feed, self._followed_row = trajectory_id, [], None
            self.fetch_feed()

    @work(exclusive=True, group="feed")
    async def fetch_feed(self) -> None:
        """Read the newest steps of the followed session."""
        if self._followed is None:
            return
        try:
            self._feed = await self.ppp.ports.archive.fetch(latest_steps(self._followed, FEED_STEPS))
            self._followed_row = await self.ppp.ports.archive.fetch(session(self._followed))
        except QueryFailedError as error:
            self.log.error(str(error))
        self._show_feed(self.ppp.ports.clock.now_ms())

    def _show_feed(self, now_ms: int) -> None:
        row = self._followed_row
        if row is None:
            return
        ports = self.ppp.ports
        self.query_one("#feed", LineTable).show_lines([feed_line(step, ports.zone, now_ms) for step in self._feed])
        title = f" {row.agent_name} · {folder(row.project)} · {row.title or row.native_id}"
        self.query_one("#feed-title", TopStrip).set_parts(
            [StripPart(title, "heading")], [StripPart("following ", "accent")]
        )
        gauge = context_gauge(row.context_tokens, row.context_window, 14, is_ascii=ports.is_ascii)
        right = [StripPart(f"{tokens(row.tree.tokens.total)} tokens"), StripPart(f"{spend_text(row.tree)} ")]
        self.query_one("#feed-foot", TopStrip).set_parts(
            [
                StripPart(" context", "dim"),
                *(StripPart(cell.text.strip(), cell.tone) for cell in gauge.cells if isinstance(cell, Cell)),
            ],
            right,
        )

    @on(LineTable.Highlighted, "#live-list")
    def _highlight(self, event: LineTable.Highlighted) -> None:
        if isinstance(event.key, int):
            self.follow(event.key)

    @on(LineTable.Selected, "#live-list")
    def _select(self, event: LineTable.Selected) -> None:
        if isinstance(event.key, int):
            self.ppp.open_trajectory(event.key)

    @on(LineTable.Selected, "#feed")
    def _select_step(self, event: LineTable.Selected) -> None:
        if self._followed is not None and isinstance(event.key, int):
            turn_number = (event.key >> 20) & ((1 << 20) - 1)
            self.ppp.open_trajectory(self._followed, turn_number)

    # Chart and sparklines

    @work(exclusive=True, group="activity")
    async def fetch_activity(self) -> None:
        """Read the sparklines of the sessions on the screen."""
        now_ms = self.ppp.ports.clock.now_ms()
        ids = [row.session.id for row in self.ppp.board.rows[:80]]
        try:
            self._activity = await self.ppp.ports.archive.fetch(
                activity(ids, now_ms - HOUR_MS, now_ms, ACTIVITY_BUCKETS)
            )
        except QueryFailedError as error:
            self.log.error(str(error))

    @work(exclusive=True, group="chart")
    async def fetch_chart(self) -> None:
        """Read the last hour's tokens by the minute."""
        now_ms = self.ppp.ports.clock.now_ms()
        self._chart_minute = now_ms // 60_000
        end = (now_ms // 60_000 + 1) * 60_000
        try:
            points = await self.ppp.ports.archive.fetch(usage_points(end - HOUR_MS, end, 60_000))
        except QueryFailedError as error:
            self.log.error(str(error))
            return
        agents = sorted({point.agent_name for point in points})
        minutes = range(60)
        values = {(point.agent_name, (point.at - end + HOUR_MS) // 60_000): point.tokens for point in points}
        series = tuple(
            Series(agent, tuple((float(minute), float(values.get((agent, minute), 0))) for minute in minutes))
            for agent in agents
        )
        zone = self.ppp.ports.zone
        plot = Plot(
            "line", series, tokens,
            lambda minute: clock_time(end - HOUR_MS + int(minute) * 60_000, zone, seconds=False),
            x_range=(0.0, 59.0),
        )  # fmt: skip
        self.query_one("#live-chart", Chart).show(plot if series else None)

    # Keys

    @property
    def chosen(self) -> SessionRow | None:
        """The session under the cursor."""
        key = self.query_one("#live-list", LineTable).cursor_key
        return next((row.session for row in self.ppp.board.rows if row.session.id == key), None)

    def action_open_row(self) -> None:
        """Open the session under the cursor."""
        if self.chosen is not None:
            self.ppp.open_trajectory(self.chosen.id)

    def action_follow_row(self) -> None:
        """Follow the session under the cursor, at its tail."""
        if self.chosen is not None:
            self.follow(self.chosen.id)
            self.query_one("#feed", LineTable).follow()

    async def action_next_needing(self) -> None:
        """To the next session that needs the person."""
        await self._go_needing(1)

    async def action_previous_needing(self) -> None:
        """To the previous one."""
        await self._go_needing(-1)

    async def _go_needing(self, step: int) -> None:
        needing = [row.session.id for row in self.rows if row.state.group == "needs you"]
        if not needing:
            self.notify("Nobody needs you.", timeout=2)
            return
        table = self.query_one("#live-list", LineTable)
        here = needing.index(table.cursor_key) if table.cursor_key in needing else (-1 if step > 0 else 0)
        await table.move_cursor_to(needing[(here + step) % len(needing)])

    def action_copy_resume(self) -> None:
        """Copy the resume command of the session under the cursor."""
        self.copy_resume(self.chosen)

    def action_edit_file(self) -> None:
        """Open the session's file."""
        if self.chosen is not None:
            self.edit(self.chosen.path)

    def action_filter_rows(self) -> None:
        """Filter while typing."""
        self.query_one(CommandLine).open_for("search", self._filter.text)

    def action_command(self) -> None:
        """Filter by predicates."""
        self.query_one(CommandLine).open_for("command", self._filter.text)

    @on(CommandLine.Changed)
    def _typing(self, event: CommandLine.Changed) -> None:
        line = self.query_one(CommandLine)
        try:
            chosen = parse(event.text, self.ppp.ports.clock.now_ms())
        except FilterError as error:
            line.set_note(str(error), is_error=True)
            return
        self.apply_filter(chosen)

    @on(CommandLine.Submitted)
    @on(CommandLine.Cancelled)
    def _typed(self, event: CommandLine.Submitted | CommandLine.Cancelled) -> None:
        if isinstance(event, CommandLine.Cancelled):
            self.apply_filter(EMPTY)
        self.query_one("#live-list", LineTable).focus()

    @work(exclusive=True, group="filter")
    async def apply_filter(self, chosen: Filter) -> None:
        """Show only what a filter keeps."""
        from ppp_tui.query.sessions import Sort, session_page

        kept: frozenset[int] = frozenset()
        if chosen.terms:
            try:
                found = await self.ppp.ports.archive.fetch(session_page(chosen, Sort(), 0, 2000))
            except QueryFailedError as error:
                self.query_one(CommandLine).set_note(str(error), is_error=True)
                return
            kept = frozenset(row.id for row in found) or frozenset({-1})
        self._filter, self._kept_ids = chosen, kept
        self.tick(self.ppp.ports.clock.now_ms())
        line = self.query_one(CommandLine)
        if line.is_open:
            line.set_matches(len(self.rows))

    def action_go_back(self) -> None:
        """End the filter."""
        if self._filter.text and not self.query_one(CommandLine).is_open:
            self.apply_filter(EMPTY)
        else:
            super().action_go_back()
