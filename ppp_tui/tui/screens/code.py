"""Code: size of each project, the files that agents use most, and which files to keep in the context."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.binding import BindingType
from textual.events import Resize
from textual.widget import Widget

from ppp_tui.model.project import NO_LABELS
from ppp_tui.query.periods import ALL_TIME
from ppp_tui.query.projects import project_labels
from ppp_tui.query.quality.codebases import codebase_types, largest_codebases, largest_files, projects
from ppp_tui.query.quality.context_use import newest_prompts, suggestions
from ppp_tui.query.quality.drilldown import file_visits
from ppp_tui.query.quality.file_use import Order, hot_files, hot_files_within
from ppp_tui.query.quality.rows import CodebaseLine, HotFile
from ppp_tui.query.query import Query
from ppp_tui.query.scope import Scope
from ppp_tui.tui.actions import bindings_for
from ppp_tui.tui.panes import code_cells as cells
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.panes.session_cells import folder
from ppp_tui.tui.screens.report_screen import ViewScreen
from ppp_tui.tui.widgets.charts.bars import BarPlot
from ppp_tui.tui.widgets.charts.chart import Chart
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.guarded import Container, Horizontal, Static, Vertical, WidgetPart
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Line
from ppp_tui.tui.widgets.status_bar import StripPart
from ppp_tui.tui.widgets.tab_strip import TabStrip
from ppp_tui.tui.widgets.workers import work

MOST_CODEBASES = 100
"""Maximum of codebases that are listed: those with the most code."""

MOST_FILES = 100
"""Maximum of hot files that are listed, and for which there are suggestions."""

MOST_LARGE = 50
"""Maximum of large files that are listed."""

TALL = 30
"""Terminal height from which on there is room for a chart."""

ORDERS: Mapping[Order, str] = {"uses": "most used", "reads": "most read", "edits": "most changed"}
"""What hot files are sorted by, in words; a key goes from one to the next."""


class CodePage(NamedTuple):
    """The tables and the plot of a view of one project."""

    columns: tuple[Column, ...]
    lines: Sequence[Line]
    title: str
    """What is shown, in words."""
    plot: BarPlot | None
    empty: str
    """Text in place of rows if there are none."""


class CodeScreen(ViewScreen):
    """Screen of codebases: chart and list of projects; below, views of the selected one with details of a row."""

    KIND = "code"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("code"))
    VIEWS = ("hot files", "keep or drop", "types")
    SUBJECT = "sessions"
    LEAST_PERIOD = ALL_TIME

    def __init__(self) -> None:
        super().__init__()
        self._order: Order = "uses"
        self._codebases: Mapping[str, CodebaseLine] = {}
        self._labels = NO_LABELS
        self._shown: tuple[str, ...] = ()
        self._behind: tuple[str, ...] = ()
        self._lines: Sequence[Line] = ()
        self._title = ""

    def compose_body(self) -> Iterator[Widget]:
        """Return chart, projects, views, the two tables of the selected project, and a suggestion in full."""
        with Container(id="code-body"):
            with Vertical(id="code-left"):
                yield Chart(is_ascii=self.ppp.ports.is_ascii, empty_text="nothing to draw", id="chart")
                yield LineTable(cells.PROJECT_COLUMNS, id="projects", classes="rule-top", empty_text="reading…")
                yield LineTable(cells.TYPE_COLUMNS, id="types", classes="rule-top", empty_text="not counted yet")
                yield LineTable(cells.LARGEST_COLUMNS, id="largest", classes="rule-top", empty_text="")
            with Vertical(id="code-right"):
                yield TabStrip(id="views", classes="rule-top")
                with Horizontal(id="body"):
                    yield LineTable(cells.TYPE_COLUMNS, id="rows", empty_text="")
                    with Vertical(id="right", classes="rule-left"):
                        yield LineTable(cells.LARGEST_COLUMNS, id="details", empty_text="")
                yield LineTable(cells.ADVICE_COLUMNS, id="advice", classes="rule-top", empty_text="")
                yield Static("", id="sentence", classes="rule-top", markup=False)

    def on_mount(self) -> None:
        """Read the projects."""
        super().on_mount()
        self.projects.focus()

    projects = WidgetPart(LineTable, "projects")
    """The table of projects."""

    details = WidgetPart(LineTable, "details")
    """The table of details of the row under the cursor."""

    @property
    def project(self) -> str:
        """The project under the cursor, '' if there is none."""
        return str(self.projects.cursor_key or "")

    def view_notes(self) -> list[StripPart]:
        """Return the project, and the period where the view depends on it."""
        title = [StripPart(self._title, "dim")] if self._title else []
        return title if self.view == "types" else [*title, *super().view_notes()]

    def short_view_notes(self) -> list[StripPart]:
        """Return the name of the period where the view depends on it."""
        return [] if self.view == "types" else super().short_view_notes()

    def read(self) -> None:
        """Read the projects, then the one under the cursor."""
        self.read_projects()

    @work(exclusive=True, group="projects")
    @read_or_report
    async def read_projects(self) -> None:
        """Read the projects anew, then the one under the cursor."""
        fetch = self.ppp.ports.database.fetch
        await self.read_data_span()
        counted = await fetch(largest_codebases(MOST_CODEBASES))
        used = await fetch(projects("file_sums"))
        self._labels = await fetch(project_labels())
        self._codebases = {codebase.project: codebase for codebase in counted}
        repositories = dict.fromkeys(map(self._labels.repository, used))
        others = [name for name in repositories if name not in self._codebases]
        lines = await asyncio.to_thread(
            cells.project_lines, counted, others, self.ppp.ports.clock.now_ms(), self._labels
        )
        if not self.is_attached:
            return
        self.projects.set_empty_text("No project was counted yet; ppp-tui index PATH counts one.")
        self.projects.show_lines(lines)
        self.read_project()

    @on(LineTable.Highlighted, "#projects")
    def _project_highlighted(self) -> None:
        self.read_project()

    @work(exclusive=True, group="project")
    @read_or_report
    async def read_project(self) -> None:
        """Read the view of the project under the cursor."""
        project, view = self.project, self.view
        if not project:
            return
        page = await (self._types(project) if view == "types" else self._files(project, view))
        if not self.is_attached or (project, view) != (self.project, self.view):
            return
        is_other, self._shown = (project, view) != self._shown, (project, view)
        chart = self.query_one("#chart", Chart)
        chart.display = page.plot is not None and self.size.height >= TALL
        chart.set_title(f" {page.title}")
        chart.show(page.plot)
        self._title = page.title
        self.show_views()
        self.rows.set_columns(page.columns)
        self.rows.set_empty_text(page.empty)
        self._lines = page.lines
        self.rows.show_lines(page.lines, is_other_list=is_other)
        self.query_one("#sentence").display = view == "keep or drop"
        self.show_row(self.rows, self._lines)
        self.read_details()
        if self.is_large:
            self.read_rest()

    @work(exclusive=True, group="rest")
    @read_or_report
    async def read_rest(self) -> None:
        """Read what a large terminal shows beside the view: the codebase by type, its largest files, and advice."""
        fetch, project = self.ppp.ports.database.fetch, self.project
        counted = self._codebases.get(project)
        types = [] if counted is None else await fetch(codebase_types(counted.id))
        files = [] if counted is None else await fetch(largest_files(counted.id, MOST_LARGE))
        advice = await self._files(project, "keep or drop")
        if self.is_attached and project == self.project:
            self.query_one("#types", LineTable).show_lines(cells.type_lines(types))
            self.query_one("#largest", LineTable).show_lines(cells.largest_lines(files))
            self.query_one("#advice", LineTable).show_lines(advice.lines)

    def on_resize(self, event: Resize) -> None:
        """Read what a larger terminal shows."""
        super().on_resize(event)
        if self.is_large and self._shown:
            self.read_rest()

    async def _types(self, project: str) -> CodePage:
        counted = self._codebases.get(project)
        types = [] if counted is None else await self.ppp.ports.database.fetch(codebase_types(counted.id))
        return CodePage(
            cells.TYPE_COLUMNS,
            cells.type_lines(types),
            f"lines by type, {folder(project, self._labels)}",
            cells.type_plot(types),
            "This project was not counted yet; ppp-tui index PATH counts it.",
        )

    async def _files(self, project: str, view: str) -> CodePage:
        fetch, now_ms = self.ppp.ports.database.fetch, self.ppp.ports.clock.now_ms()
        is_ascii = self.ppp.ports.is_ascii
        files = await fetch(self._hot(project))
        where = f"{folder(project, self._labels)}, {self.period.name}"
        empty = self.empty_text("no agent used a file here")
        if view == "hot files":
            lines = await asyncio.to_thread(cells.file_lines, files, now_ms, is_ascii=is_ascii)
            title = f"{ORDERS[self._order]} files, {where}"
            return CodePage(cells.FILE_COLUMNS, lines, title, None, empty)
        advice = await asyncio.to_thread(suggestions, files, await fetch(newest_prompts(project)), now_ms)
        lines = await asyncio.to_thread(cells.advice_lines, advice)
        return CodePage(cells.ADVICE_COLUMNS, lines, f"what to keep in the context, {where}", None, empty)

    def _hot(self, project: str) -> Query[list[HotFile]]:
        if self.period == ALL_TIME:
            return hot_files(project, self._order, MOST_FILES)
        low_ms, high_ms = self.bounds
        return hot_files_within(Scope(low_ms or None, high_ms, project), self._order, MOST_FILES)

    @on(LineTable.Highlighted, "#rows")
    def _row_highlighted(self) -> None:
        self.show_row(self.rows, self._lines)
        if self._shown and self._shown[1] != "types":
            self.read_details()

    @work(exclusive=True, group="details")
    @read_or_report
    async def read_details(self) -> None:
        """Read the largest files of the project, or who used the file under the cursor."""
        fetch, shown, key = self.ppp.ports.database.fetch, self._shown, self.rows.cursor_key
        if not shown:
            return
        project, view = shown
        counted = self._codebases.get(project)
        if view == "types":
            files = [] if counted is None else await fetch(largest_files(counted.id, MOST_LARGE))
            lines = cells.largest_lines(files)
        else:
            visits = [] if key is None else await fetch(file_visits(project, str(key)))
            lines = cells.visit_lines(visits, self.ppp.ports.zone)
        if not self.is_attached or shown != self._shown or (view != "types" and key != self.rows.cursor_key):
            return
        self.details.set_columns(cells.LARGEST_COLUMNS if view == "types" else cells.VISIT_COLUMNS)
        behind = (project, view, "" if view == "types" else str(key))
        is_other, self._behind = behind != self._behind, behind
        self.details.show_lines(lines, is_other_list=is_other)

    # Keys

    @on(LineTable.Selected, "#projects")
    def _project_selected(self) -> None:
        self.rows.focus()

    @on(LineTable.Selected, "#rows")
    def _row_selected(self) -> None:
        self.details.focus()

    @on(LineTable.Selected, "#details")
    def _detail_selected(self, event: LineTable.Selected) -> None:
        if "types" not in self._shown[1:]:
            self.open_row(event.key)

    def action_next_order(self) -> None:
        """Sort hot files by the next order."""
        orders = tuple(ORDERS)
        if self.view != "types":
            self._order = orders[(orders.index(self._order) + 1) % len(orders)]
        self.switch(self.view if self.view != "types" else "hot files")
