"""Quality: test runs, flaky tests, retries, questions and violations by agent, alerts, and trends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.events import Resize
from textual.widget import Widget

from ppp_tui.model.project import NO_LABELS
from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.performance.stats import FIRST_SESSIONS, StatsBy
from ppp_tui.query.performance.tasks import executions_of, sessions_of
from ppp_tui.query.periods import LAST_30_DAYS, Subject, shown_span
from ppp_tui.query.projects import project_labels
from ppp_tui.query.quality.alert_list import AlertLine, alert_list
from ppp_tui.query.quality.drilldown import chains_of_group, conduct_sessions, conduct_sums
from ppp_tui.query.quality.flaky_tests import flaky_tests
from ppp_tui.query.quality.retry_history import By, agents_not_recording_failures, retry_sums
from ppp_tui.query.quality.rows import FlakyTest, RetrySum, RunLine
from ppp_tui.query.quality.span_tests import span_tests
from ppp_tui.query.quality.suite_history import failures, regressions, suite_runs
from ppp_tui.query.scope import Scope
from ppp_tui.query.scores.score_settings import score_settings
from ppp_tui.query.sessions.session_lists import sessions
from ppp_tui.query.signals.sums import DecisionSum, SignalSum
from ppp_tui.query.signals.versions import VersionLine, version_changes, version_list
from ppp_tui.query.trends import MeasuredTrend, TrendGrain
from ppp_tui.tui.actions import bindings_for
from ppp_tui.tui.panes.quality import quality_cells as cells
from ppp_tui.tui.panes.quality import quality_plots as plots
from ppp_tui.tui.panes.quality.alert_cells import alert_lines, alert_time_lines
from ppp_tui.tui.panes.quality.measured_pages import read_success_page, read_tasks_page, read_trends_page
from ppp_tui.tui.panes.quality.quality_overview import QualityOverview
from ppp_tui.tui.panes.quality.quality_views import QUALITY_VIEWS, SUBJECTS, QualityPage, QualityView, Row, row_name
from ppp_tui.tui.panes.quality.signal_cells import signal_run_lines
from ppp_tui.tui.panes.quality.signal_reading import read_signals, runs_with
from ppp_tui.tui.panes.quality.success_cells import AgentSuccess, kind_lines
from ppp_tui.tui.panes.quality.suite_cells import (
    SUITE_COLUMNS,
    SUITE_RUN_COLUMNS,
    SuiteHistory,
    group_runs_by_suite,
    suite_lines,
    suite_run_lines,
)
from ppp_tui.tui.panes.quality.task_cells import TaskStatsGroup, task_lines
from ppp_tui.tui.panes.quality.version_cells import (
    change_lines,
    version_before,
    version_key,
    version_lines,
    version_plot,
)
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.panes.row_links import place_of
from ppp_tui.tui.panes.session_cells import folder
from ppp_tui.tui.panes.session_preview_text import SessionPreview
from ppp_tui.tui.panes.trend_cells import trend_plot, trend_point_lines
from ppp_tui.tui.screens.report_screen import ViewScreen
from ppp_tui.tui.widgets.charts.chart import Chart
from ppp_tui.tui.widgets.guarded import Horizontal, Static, Vertical, WidgetPart
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Key, Line
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.tab_strip import TabStrip
from ppp_tui.tui.widgets.workers import work

MAX_RUNS = 200
"""Maximum of test runs that are listed: the newest."""

MAX_SUITE_RUNS = 2_000
"""Maximum of test runs that are grouped by suite: the newest."""

MOST_PREVIEWED = 12
"""Maximum of rows below which there is room for a preview of a session."""

GROUPINGS: tuple[By, ...] = ("reason", "agent", "hour", "model", "project")
"""What retries are summed by; a key goes from one to the next."""

TASK_GROUPINGS: tuple[StatsBy, ...] = ("agent", "task", "version")
"""What tasks are grouped by."""


class QualityScreen(ViewScreen):
    """Screen of test runs, flaky tests, retries and conduct: a chart over a table, with details of the selected row."""

    KIND = "quality"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("quality"))
    VIEWS = tuple(QUALITY_VIEWS)
    LEAST_PERIOD = LAST_30_DAYS

    def __init__(self) -> None:
        super().__init__()
        self._by: By = "reason"
        self._trend_grain: TrendGrain | None = None
        self._tasks_by: StatsBy = "agent"
        self._project: str | None = None
        self._labels = NO_LABELS
        self._rows: Mapping[Key, Row] = {}
        self._shown_view: QualityView | None = None
        self._behind_key: tuple[QualityView, Key] | None = None
        self._details: Sequence[Line] = ()

    def compose_body(self) -> Iterator[Widget]:
        """Return views, chart, the two tables, the session of a detail, and the detail under the cursor in full."""
        yield TabStrip(id="views")
        yield Chart(is_ascii=self.ppp.ports.is_ascii, empty_text="nothing to draw in this span", id="chart")
        with Horizontal(id="body", classes="rule-top"):
            with Vertical(id="left"):
                yield LineTable(SUITE_COLUMNS, id="rows", empty_text="reading…")
                yield SessionPreview(self.ppp.ports, id="session", classes="rule-top")
            with Vertical(id="right", classes="rule-left"):
                yield TopStrip(id="details-title")
                yield LineTable(SUITE_RUN_COLUMNS, id="details", empty_text="")
        yield Static("", id="sentence", classes="rule-top", markup=False)
        yield QualityOverview(self.ppp.ports, id="overview")

    def on_mount(self) -> None:
        """Read the test runs."""
        super().on_mount()
        self.rows.focus()

    details = WidgetPart(LineTable, "details")
    """The table of details of the row under the cursor."""

    @property
    def subject(self) -> Subject:
        """The subject of the view."""
        return SUBJECTS.get(self.view, "tests")

    @property
    def scope(self) -> Scope:
        """The project and span of time that are covered."""
        low_ms, high_ms = self.bounds
        return Scope(since_ms=low_ms or None, until_ms=high_ms, project=self._project)

    def view_notes(self) -> list[StripPart]:
        """Return project and span of time."""
        where = self._project_notes or [StripPart("all projects", "dim")]
        return [*where, *super().view_notes()]

    def short_view_notes(self) -> list[StripPart]:
        """Return the project, if only one is shown, and the name of the span."""
        return [*self._project_notes, *super().short_view_notes()]

    @property
    def _project_notes(self) -> list[StripPart]:
        # Outcomes are those of all projects.
        project = None if self.view == "success" else self._project
        return [] if project is None else [StripPart(f"project {folder(project, self._labels)}", "accent")]

    def read(self) -> None:
        """Read the view, then the details of its row."""
        self.read_view()

    @work(exclusive=True, group="quality")
    @read_or_report
    async def read_view(self) -> None:
        """Read the view."""
        view = self.view
        await self.read_data_span()
        if view == "tasks" and self._shown_view is not QUALITY_VIEWS[view]:
            # All sessions take half a second: the newest ones stand there meanwhile.
            self._show_page(view, await read_tasks_page(self.ppp.ports, self._tasks_by, self.scope, FIRST_SESSIONS))
        page = await self._page(view)
        self._show_page(view, page)

    def _show_page(self, view: str, page: QualityPage) -> None:
        """Show what was read, unless another view is looked at by now."""
        if not self.is_attached or view != self.view:
            return
        look, is_other = QUALITY_VIEWS[view], self._shown_view is not QUALITY_VIEWS[view]
        if is_other:
            self._shown_view = look
            self.rows.set_columns(look.columns)
        chart = self.query_one("#chart", Chart)
        by = f" by {self._tasks_by}" if view == "tasks" else ""
        chart.set_title(f" {page.title}" if page.title else f" {look.chart}{by}, {self.period.name}")
        chart.set_empty_text(f" {self.empty_text(look.empty)}")
        chart.set_class(page.plot is None, "-empty")
        chart.show(page.plot)
        self._rows = page.rows
        self.rows.set_empty_text(self.empty_text(look.empty))
        self.show_views()
        self.rows.show_lines(page.lines, is_other_list=is_other)
        self.set_class(len(page.lines) > MOST_PREVIEWED, "-many")
        self.read_details()
        self._read_overview()

    def _read_overview(self) -> None:
        if self.is_large:
            self.query_one(QualityOverview).read(self.scope, self._labels)

    def on_resize(self, event: Resize) -> None:
        """Read the overview and the session of a detail where there is room for them now."""
        super().on_resize(event)
        if self._shown_view is not None:
            self._read_overview()
            self._show_session()

    async def _page(self, view: str) -> QualityPage:
        fetch, scope, now_ms = self.ppp.ports.database.fetch, self.scope, self.ppp.ports.clock.now_ms()
        self._labels = await fetch(project_labels())
        targets = self.ppp.ports.settings.targets
        if view == "retries":
            sums = await fetch(retry_sums(scope, self._by, self.ppp.ports.zone))
            labels = self._labels if self._by == "project" else None
            lines = cells.retry_lines(sums, targets.retry_success_percent, labels)
            plot = plots.retry_plot(sums, is_by_hour=self._by == "hour")
            title = cells.retry_title(self._by, self.period.name, await fetch(agents_not_recording_failures()))
            return QualityPage({cells.retry_key(entry): entry for entry in sums}, lines, plot, title)
        if view == "conduct":
            agents = await fetch(conduct_sums(scope))
            return QualityPage(
                {entry.agent_name: entry for entry in agents}, cells.conduct_lines(agents), plots.conduct_plot(agents)
            )
        if view == "tasks":
            return await read_tasks_page(self.ppp.ports, self._tasks_by, scope)
        if view == "versions":
            versions = await fetch(version_list(scope))
            lines = version_lines(versions, now_ms)
            return QualityPage({version_key(line): line for line in versions}, lines, version_plot(versions))
        if view == "signals":
            signals = await read_signals(fetch, scope)
            return QualityPage(signals.rows, signals.lines, plots.signal_plot(signals.signals))
        if view == "alerts":
            alerts = await fetch(alert_list(scope, has_closed=True))
            lines = alert_lines(alerts, now_ms, self._labels, is_shared=self.is_shared)
            return QualityPage({alert.id: alert for alert in alerts}, lines, plots.alert_plot(alerts))
        span = shown_span(self.period, self.data, now_ms, self.ppp.ports.zone)
        if view == "trends":
            return await read_trends_page(self.ppp.ports, span, self._trend_grain, scope)
        if view == "success":
            return await read_success_page(self.ppp.ports)
        zone = self.ppp.ports.zone
        tests_by_piece = await fetch(span_tests(plots.rate_pieces(span, zone), scope))
        plot, title = plots.rate_plot(tests_by_piece, span, zone), plots.rate_title(span, self.period)
        if view == "flaky":
            tests = await fetch(flaky_tests(scope))
            lines = await asyncio.to_thread(cells.flaky_lines, tests, now_ms, self._labels)
            return QualityPage({cells.flaky_key(entry): entry for entry in tests}, lines, plot, title)
        if view == "suites":
            runs = await fetch(suite_runs(scope, MAX_SUITE_RUNS))
            flaky = await fetch(flaky_tests(scope))
            histories = await asyncio.to_thread(group_runs_by_suite, runs, flaky, self._labels)
            lines = suite_lines(histories, now_ms, targets.pass_rate_percent, self._labels)
            return QualityPage({history.key: history for history in histories}, lines, plot, title)
        runs = await fetch((suite_runs if view == "runs" else regressions)(scope, MAX_RUNS))
        lines = await asyncio.to_thread(cells.run_lines, runs, now_ms, targets.pass_rate_percent, self._labels)
        return QualityPage({entry.id: entry for entry in runs}, lines, plot, title)

    @on(LineTable.Highlighted, "#rows")
    def _row_highlighted(self) -> None:
        self.read_details()

    @property
    def row(self) -> Row | None:
        """The row of the report under the cursor, None if there is none."""
        key = self.rows.cursor_key
        return None if key is None else self._rows.get(key)

    @work(exclusive=True, group="details")
    @read_or_report
    async def read_details(self) -> None:
        """Read the details of the row under the cursor."""
        row, look, key = self.row, self._shown_view, self.rows.cursor_key
        if look is None:
            return
        lines = [] if row is None else await self._behind(row)
        if not self.is_attached or row != self.row:
            return
        behind = None if key is None else (look, key)
        is_other, self._behind_key = behind != self._behind_key, behind
        self.details.set_columns(look.details)
        self.details.set_empty_text("" if row is None else look.nothing)
        self._details = lines
        self.details.show_lines(lines, is_other_list=is_other)
        self._show_detail()
        title = "" if row is None else f" {look.behind}: {row_name(row)}"
        self.query_one("#details-title", TopStrip).set_parts([StripPart(title, "heading")])

    @on(LineTable.Highlighted, "#details")
    def _show_detail(self) -> None:
        self.show_row(self.details, self._details)
        self._show_session()

    @property
    def _session(self) -> int | None:
        """The session of the detail under the cursor, or else of the row; None if they belong to none."""
        place, row = place_of(str(self.details.cursor_key)), self.row
        if place is not None:
            return place[0]
        return row.trajectory_id if isinstance(row, RunLine) else row.session if isinstance(row, AlertLine) else None

    @work(exclusive=True, group="session")
    async def _show_session(self) -> None:
        """Show below the rows what the session of the detail under the cursor came to."""
        session, preview = self._session, self.query_one("#session", SessionPreview)
        rows = []
        try:
            if session is not None and self.is_large:
                rows = await self.ppp.ports.database.fetch(sessions([session]))
        except READ_ERRORS as error:
            self.ppp.show_trouble(str(error))
        if self.is_attached and session == self._session:
            self.set_class(bool(rows), "-session")
            preview.show_session(next(iter(rows), None))

    async def _behind(self, row: Row) -> list[Line]:
        fetch, now_ms = self.ppp.ports.database.fetch, self.ppp.ports.clock.now_ms()
        if isinstance(row, SuiteHistory):
            return suite_run_lines(row, now_ms, self.ppp.ports.settings.targets.pass_rate_percent)
        if isinstance(row, RunLine):
            return cells.failure_lines(row, await fetch(failures(row.id)) if row.failed else [])
        if isinstance(row, FlakyTest):
            return cells.flip_lines(row, self.ppp.ports.zone)
        if isinstance(row, MeasuredTrend):
            chart = self.query_one("#chart", Chart)
            chart.set_title(f" {row.measure.title} by {row.grain}, {self.period.name}, over the span before")
            chart.show(trend_plot(row, self.ppp.ports.zone))
            return trend_point_lines(row, self.ppp.ports.zone)
        if isinstance(row, AlertLine):
            alerts = [alert for alert in self._rows.values() if isinstance(alert, AlertLine)]
            return alert_time_lines(row.rule, alerts, now_ms, self.ppp.ports.zone, is_shared=self.is_shared)
        if isinstance(row, AgentSuccess):
            return kind_lines(row)
        if isinstance(row, TaskStatsGroup):
            by, name = self._tasks_by, row.stats.name
            weights, of_sessions = score_settings(self.ppp.ports.settings).technical, row.is_of_sessions
            query = sessions_of(by, name, self.scope, weights) if of_sessions else executions_of(by, name, self.scope)
            return task_lines(await fetch(query), now_ms, is_shared=self.is_shared)
        if isinstance(row, VersionLine):
            before = version_before([line for line in self._rows.values() if isinstance(line, VersionLine)], row)
            if before is None:
                return []
            changes = await fetch(version_changes(row.agent, before.version, row.version, self.scope))
            return change_lines(changes, fewest_runs=min(before.runs, row.runs))
        if isinstance(row, DecisionSum | SignalSum):
            runs = await fetch(runs_with(row, self.scope))
            return signal_run_lines(runs, now_ms, self._labels, is_shared=self.is_shared)
        if isinstance(row, RetrySum):
            return cells.chain_lines(
                await fetch(chains_of_group(self._by, row.key, row.kind, self.scope, zone=self.ppp.ports.zone)), now_ms
            )
        asking = await fetch(conduct_sessions(self.scope._replace(agent=row.agent_name)))
        return cells.session_lines(asking, now_ms, self._labels, is_shared=self.is_shared)

    # Keys

    @on(LineTable.Selected, "#rows")
    def _row_selected(self) -> None:
        row = self.row
        if isinstance(row, RunLine):
            self.ppp.open_trajectory(row.trajectory_id, row.turn_number)
        elif isinstance(row, AlertLine):
            self.ppp.open_trajectory(row.session, None)
        elif row is not None:
            self.details.focus()

    @on(LineTable.Selected, "#details")
    def _detail_selected(self, event: LineTable.Selected) -> None:
        self.open_row(event.key)

    def action_next_grouping(self) -> None:
        """Sum retries, or tasks, by the next grouping; show trends by week, or by day."""
        if self.view == "retries":
            self._by = GROUPINGS[(GROUPINGS.index(self._by) + 1) % len(GROUPINGS)]
        elif self.view == "tasks":
            place = TASK_GROUPINGS.index(self._tasks_by) + 1
            self._tasks_by = TASK_GROUPINGS[place % len(TASK_GROUPINGS)]
        elif self.view == "trends":
            self._trend_grain = "day" if isinstance(self.row, MeasuredTrend) and self.row.grain == "week" else "week"
        else:
            self.notify("Retries, tasks and trends alone are grouped: l and h lead to those views.", timeout=3)
            return
        self.switch(self.view)

    def action_one_project(self) -> None:
        """Show the project of the row under the cursor alone, or all projects again."""
        row = self.row
        if self._project is not None:
            self._project = None
        elif isinstance(row, SuiteHistory | RunLine | FlakyTest | AlertLine):
            self._project = self._labels.repository(row.project)
        elif isinstance(row, RetrySum) and self._by == "project":
            self._project = row.key
        else:
            self.notify("This row belongs to no single project: choose one among the tests.", timeout=3)
            return
        self.switch(self.view)
