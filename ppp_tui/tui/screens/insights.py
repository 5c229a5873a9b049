"""Insights: what agents are used for, how each kind of task goes, which failures recur, and threads of sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.binding import BindingType
from textual.events import Resize
from textual.widget import Widget

from ppp_tui.query.periods import LAST_7_DAYS, shown_span
from ppp_tui.query.projects import project_labels
from ppp_tui.query.quality.insights import FailedStep, recurring_failures, task_kinds, threads
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions.filters import EMPTY
from ppp_tui.query.sessions.session_lists import Sort, session_ids, sessions
from ppp_tui.query.usage.rows import EVERYTHING
from ppp_tui.tui.actions import bindings_for
from ppp_tui.tui.panes import insight_cells as cells
from ppp_tui.tui.panes.insight_details import agent_text, day_bars, failed_step_text
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.panes.session_cells import SESSION_COLUMNS, session_line
from ppp_tui.tui.panes.session_preview_text import SessionPreview
from ppp_tui.tui.screens.report_screen import ViewScreen
from ppp_tui.tui.widgets.charts.chart import Chart
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.detail_text import DetailText
from ppp_tui.tui.widgets.guarded import Horizontal, Vertical
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.lines import Line
from ppp_tui.tui.widgets.tab_strip import TabStrip
from ppp_tui.tui.widgets.text_lines import TextLine
from ppp_tui.tui.widgets.workers import work

MOST_BEHIND = 50
"""Sessions that are listed behind a row."""

PREVIEWS = 3
"""Maximum of sessions that are shown side by side: the one under the cursor, and the next ones."""

PREVIEW_CELLS = 59
"""Width that each of them needs."""

ROOM_WIDTH, ROOM_HEIGHT = 100, 30
"""Terminal size from which on what a row sums up is read; the style sheet shows it from there on."""

NO_ROW = "None"
"""The key of the row under the cursor where there is none."""

Behind = tuple[int, ...] | tuple[FailedStep, ...]
"""What a row sums up: sessions by id, or failures."""


class InsightPage(NamedTuple):
    """The table of a view, and by the keys of its rows the text about each and what it sums up."""

    columns: tuple[Column, ...]
    lines: Sequence[Line]
    texts: Mapping[str, Sequence[TextLine]]
    behind: Mapping[str, Behind]


class InsightsScreen(ViewScreen):
    """Screen of kinds of tasks, failures that recur and threads, with details of the row under the cursor."""

    KIND = "insights"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("insights"))
    VIEWS = ("tasks", "failures", "threads")
    SUBJECT = "sessions"
    LEAST_PERIOD = LAST_7_DAYS

    def __init__(self) -> None:
        super().__init__()
        self._page = InsightPage((), (), {}, {})
        self._shown = ""
        self._entries: Sequence[tuple[SessionRow | None, FailedStep | None]] = ()
        """Sessions, or failures with theirs, that the row under the cursor sums up, in the order of their table."""

    def compose_body(self) -> Iterator[Widget]:
        """Return the views, the table, what its row sums up and when, the text about it, and a session of it."""
        yield TabStrip(id="views")
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield LineTable(cells.TASK_COLUMNS, id="rows", empty_text="reading…")
                yield LineTable(SESSION_COLUMNS, id="behind", classes="rule-top", empty_text="")
            with Vertical(id="right", classes="rule-left"):
                yield DetailText(id="about")
                yield Chart(id="days", classes="rule-top", is_ascii=self.ppp.ports.is_ascii, empty_text=" ")
        with Horizontal(id="previews", classes="rule-top"):
            for place in range(PREVIEWS):
                yield SessionPreview(self.ppp.ports, id=f"preview-{place}", classes="rule-left" if place else "")

    def on_mount(self) -> None:
        """Read the first view."""
        super().on_mount()
        self.rows.focus()

    def read(self) -> None:
        """Start reading the current view."""
        self.read_view()

    @work(exclusive=True, group="view")
    @read_or_report
    async def read_view(self) -> None:
        """Read the current view; the pool forms the groups."""
        view = self.view
        await self.read_data_span()
        page = await self._read_page(view)
        if not self.is_attached or view != self.view:
            return
        is_other, self._shown, self._page = view != self._shown, view, page
        self.show_views()
        self.rows.set_columns(page.columns)
        self.rows.set_empty_text(self.empty_text(f"no {view}"))
        self.rows.show_lines(page.lines, is_other_list=is_other)
        self._show_about()

    async def _read_page(self, view: str) -> InsightPage:
        ports, span = self.ppp.ports, self.bounds
        fetch, is_ascii = ports.database.fetch, ports.is_ascii
        if view == "tasks":
            groups = await fetch(task_kinds(span, EVERYTHING))
            labels = await fetch(project_labels())
            texts = [cells.task_text(group, labels) for group in groups]
            behind = [group.sessions for group in groups]
            return _page(cells.TASK_COLUMNS, cells.task_lines(groups, is_ascii=is_ascii), texts, behind)
        if view == "failures":
            failures = await fetch(recurring_failures(span, EVERYTHING))
            texts = [cells.failure_text(failure) for failure in failures]
            steps = [failure.newest for failure in failures]
            return _page(cells.FAILURE_COLUMNS, cells.failure_lines(failures, is_ascii=is_ascii), texts, steps)
        joined = await fetch(threads(span, EVERYTHING))
        if not joined:
            # Each session is a conversation of its own then.
            newest = await fetch(session_ids(EMPTY, Sort("last"), MOST_BEHIND))
            return InsightPage(cells.THREAD_COLUMNS, (), {NO_ROW: cells.no_thread_text()}, {NO_ROW: tuple(newest)})
        texts = [cells.thread_text(thread, ports.zone) for thread in joined]
        behind = [thread.sessions for thread in joined]
        return _page(cells.THREAD_COLUMNS, cells.thread_lines(joined, ports.zone), texts, behind)

    @on(LineTable.Highlighted, "#rows")
    def _show_about(self) -> None:
        self._show_text()
        self._read_behind()

    @property
    def _has_room(self) -> bool:
        return self.size.width >= ROOM_WIDTH and self.size.height >= ROOM_HEIGHT

    def _show_text(self, *more: TextLine) -> None:
        """Show the text about the row under the cursor, and more lines below it."""
        text = self._page.texts.get(str(self.rows.cursor_key), ())
        self.query_one("#about", DetailText).set_lines([*text, *more])

    @work(exclusive=True, group="behind")
    @read_or_report
    async def _read_behind(self) -> None:
        """Read what the row under the cursor sums up, where there is room for it."""
        key = str(self.rows.cursor_key)
        behind = self._page.behind.get(key, ())[:MOST_BEHIND] if self._has_room else ()
        ids = {entry.session if isinstance(entry, FailedStep) else entry for entry in behind}
        rows = await self.ppp.ports.database.fetch(sessions(tuple(ids))) if ids else []
        if not self.is_attached or key != str(self.rows.cursor_key):
            return
        by_id = {row.id: row for row in rows}
        steps = [step for step in behind if isinstance(step, FailedStep)]
        newest = sorted(rows, key=lambda row: -(row.last_at or 0))
        self._entries = [(by_id.get(step.session), step) for step in steps] or [(row, None) for row in newest]
        self._show_behind(steps, newest)
        self._show_text(*agent_text(rows))
        self._show_days(steps, newest)
        self._show_previews()

    def _show_behind(self, steps: Sequence[FailedStep], newest: Sequence[SessionRow]) -> None:
        """List the failures, or else the sessions, that the row under the cursor sums up."""
        table = self.query_one("#behind", LineTable)
        if steps:
            lines = cells.failed_step_lines(steps, {row.id: row.title for row in newest})
            table.set_columns(cells.FAILED_STEP_COLUMNS)
        else:
            ports = self.ppp.ports
            now_ms = ports.clock.now_ms()
            lines = [session_line(row, None, ports.zone, now_ms, is_ascii=ports.is_ascii) for row in newest]
            table.set_columns(SESSION_COLUMNS)
        table.show_lines(lines, is_other_list=True)

    def _show_days(self, steps: Sequence[FailedStep], rows: Sequence[SessionRow]) -> None:
        """Draw when the sessions were, or in which the failures are."""
        ports, chart = self.ppp.ports, self.query_one("#days", Chart)
        span = shown_span(self.period, self.data, ports.clock.now_ms(), ports.zone)
        counted = f"newest {MOST_BEHIND} " if max(len(steps), len(rows)) >= MOST_BEHIND else ""
        chart.set_title(f" {counted}{'failures' if steps else 'sessions'} by the session's last day")
        chart.show(day_bars(rows, Counter(step.session for step in steps), span, ports.zone))

    @on(LineTable.Highlighted, "#behind")
    def _show_previews(self) -> None:
        """Show the session under the cursor and the next ones, each below its failure if failures are listed."""
        most = min(PREVIEWS, self.size.width // PREVIEW_CELLS)
        cursor = min(self.query_one("#behind", LineTable).cursor_index, max(0, len(self._entries) - 1))
        # Failures of one session come one after another: another session says more beside it.
        shown: dict[int, tuple[SessionRow, FailedStep | None]] = {}
        for row, step in self._entries[cursor:]:
            if row is not None and len(shown) < most:
                shown.setdefault(row.id, (row, step))
        previewed = list(shown.values())
        for place in range(PREVIEWS):
            preview = self.query_one(f"#preview-{place}", SessionPreview)
            preview.display = place < len(previewed)
            if preview.display:
                row, step = previewed[place]
                preview.show_session(row, failed_step_text(step) if step is not None else ())

    def on_resize(self, event: Resize) -> None:
        """Show what a row sums up where there is room for it now."""
        super().on_resize(event)
        if self._shown:
            self._read_behind()

    @on(LineTable.Selected, "#behind")
    def _behind_selected(self, event: LineTable.Selected) -> None:
        if isinstance(event.key, int):
            self.ppp.open_trajectory(event.key, None)
        else:
            self.open_row(event.key)

    @on(LineTable.Selected, "#rows")
    def _row_selected(self, event: LineTable.Selected) -> None:
        self.open_row(event.key)


def _page(
    columns: tuple[Column, ...], lines: Sequence[Line], texts: Sequence[Sequence[TextLine]], behind: Sequence[Behind]
) -> InsightPage:
    keys = [str(line.key) for line in lines]
    by_key = dict(zip(keys, behind, strict=True))
    return InsightPage(columns, lines, dict(zip(keys, texts, strict=True)), by_key)
