"""Compare: marked trajectories side by side, or two agents (models, people) over their sessions of a period."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal, get_args

from textual import on
from textual.binding import BindingType
from textual.events import Resize
from textual.widget import Widget

from ppp_tui.query.periods import ALL_TIME
from ppp_tui.query.scope import Scope
from ppp_tui.query.scores.compare import (
    METRICS,
    GroupBy,
    GroupName,
    MetricDifference,
    compare_groups,
    group_names,
    samples,
)
from ppp_tui.query.scores.compared_groups import Sides, title_of
from ppp_tui.query.scores.score_settings import ScoreSettings, score_settings
from ppp_tui.query.sessions.session_lists import sessions
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.actions import bindings_for
from ppp_tui.tui.messages import CompareChosen, DatabaseChanged
from ppp_tui.tui.panes.compare_groups import (
    BEHIND_COLUMNS,
    NAME_COLUMNS,
    answer_lines,
    behind_lines,
    difference_lines,
    fitting_columns,
    marks_lines,
    measure_sentence,
    name_lines,
)
from ppp_tui.tui.panes.compare_solo import mark_cells, solo_answer_lines, solo_columns, solo_lines, solo_sentence
from ppp_tui.tui.panes.compared_sessions import ComparedSessions
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.panes.session_preview_text import SessionPreview
from ppp_tui.tui.screens.base import MOST_COMPARED
from ppp_tui.tui.screens.report_screen import ReportScreen
from ppp_tui.tui.widgets.guarded import Horizontal, Static, Vertical, WidgetPart
from ppp_tui.tui.widgets.line_painter import GUTTER
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.panel import Panel
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.tab_strip import TabStrip
from ppp_tui.tui.widgets.workers import work

View = Literal["sessions", "agents", "models", "reasoning efforts", "people", "machines"]
TEAM_VIEWS: tuple[View, ...] = get_args(View)
"""What can be compared in a store that a team shares."""

OWN_VIEWS: tuple[View, ...] = TEAM_VIEWS[:-2]
"""What can be compared in one's own database."""

_GROUPED: dict[View, GroupBy] = {
    "agents": "agent",
    "models": "model",
    "reasoning efforts": "reasoning_effort",
    "people": "person",
    "machines": "machine",
}


class CompareScreen(ReportScreen):
    """Screen that compares two to four marked sessions, or two groups of sessions."""

    KIND = "compare"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("compare"))
    SUBJECT = "sessions"
    LEAST_PERIOD = ALL_TIME

    def __init__(self) -> None:
        super().__init__()
        self.view: View = "sessions"
        """What is compared now."""
        self._differences: Sequence[MetricDifference] = ()
        self._sides: Sides | None = None

    def compose_body(self) -> Iterator[Widget]:
        """Return the tabs, what shows sessions, and for groups the answer, a forest plot and the sessions of it."""
        is_ascii = self.ppp.ports.is_ascii
        yield TabStrip(id="compare-views")
        yield ComparedSessions(self.ppp.ports, MOST_COMPARED, id="compare-sessions")
        with Horizontal(id="compare-groups"):
            yield LineTable(NAME_COLUMNS, id="names", empty_text="reading…")
            with Horizontal(id="compare-main", classes="rule-left"):
                with Vertical(id="compare-right"):
                    yield Panel(id="answer")
                    yield LineTable((), id="differences", classes="rule-top", empty_text="")
                    yield Panel("every session is a mark", is_ascii=is_ascii, id="marks")
                    with Horizontal(id="behind-pair"):
                        yield LineTable(BEHIND_COLUMNS, id="behind", empty_text="no sessions")
                        yield LineTable(
                            BEHIND_COLUMNS, id="behind-second", classes="rule-left", empty_text="no sessions"
                        )
                    yield Static("", id="sentence", classes="rule-top", markup=False)
                yield SessionPreview(self.ppp.ports, id="solo", classes="rule-left")

    def on_mount(self) -> None:
        """Compare the marked sessions if there are any, else agents."""
        super().on_mount()
        self.switch("sessions" if self.ppp.compared else "agents")

    @property
    def _scores(self) -> ScoreSettings:
        return score_settings(self.ppp.ports.settings)

    @property
    def _views(self) -> tuple[View, ...]:
        return TEAM_VIEWS if self.ppp.ports.is_team else OWN_VIEWS

    compared = WidgetPart(ComparedSessions, "compare-sessions")
    """The sessions that are compared, or of which some can be marked."""

    differences = WidgetPart(LineTable, "differences")
    """The table with the forest plot."""

    def switch(self, view: View) -> None:
        """Switch to another view."""
        self.view = view
        self.query_one("#compare-sessions").display = view == "sessions"
        self.query_one("#compare-groups").display = view != "sessions"
        self.remove_class("-behind")
        self._show_views()
        self.focus_main()
        self.reload()

    def focus_main(self) -> None:
        """Put the focus on the sessions, or on the names of the groups."""
        if self.view == "sessions":
            self.compared.focus_main()
        else:
            self.query_one("#names", LineTable).focus()

    def _show_views(self) -> None:
        marked = f"{len(self.ppp.compared)} marked" if self.ppp.compared else "space marks, c compares"
        note = marked if self.view == "sessions" else self.period_text()
        notes = [StripPart(note, "dim"), StripPart(f"profile {self._scores.profile} ", "dim")]
        tabs = self.query_one("#compare-views", TabStrip)
        tabs.set_tabs([(name, name) for name in self._views], self.view, notes, notes[:1])

    def reload(self) -> None:
        """Read what is compared again."""
        if self.view == "sessions":
            self.read_sessions()
        else:
            self.read_names()

    def period_changed(self) -> None:
        """Compare the groups over the new period."""
        if self.view == "sessions":
            self.notify("Marked sessions are compared as they are; a period is for agents and models.", timeout=3)
        self.reload()

    def database_changed(self, event: DatabaseChanged) -> None:
        """Read the compared sessions again if one changed; groups are read when the screen is shown the next time."""
        if self.view == "sessions" and any(event.concerns(trajectory_id) for trajectory_id in self.ppp.compared):
            self.read_sessions()

    def read_sessions(self) -> None:
        """Read the marked sessions; without any, those that can be marked."""
        self.compared.read(self.ppp.compared, has_room=self.is_large)

    @work(exclusive=True, group="compare")
    @read_or_report
    async def read_names(self) -> None:
        """Read the agents, models or whatever is compared of the period, and compare two of them."""
        by = _GROUPED[self.view]
        await self.read_data_span()
        low_ms, high_ms = self.bounds
        scope = Scope() if self.period == ALL_TIME else Scope(since_ms=low_ms, until_ms=high_ms)
        groups = await self.ppp.ports.database.fetch(group_names(by, scope))
        if not self.is_attached:
            return
        self._show_views()
        names = self.query_one("#names", LineTable)
        names.set_empty_text("none")
        names.show_lines(name_lines(groups))
        by_name = {group.name: group for group in groups}
        marked = [by_name[name] for name in map(str, names.marked_keys) if name in by_name]
        await self._compare(by, [*marked, *(group for group in groups if group not in marked)][:2], scope)

    @read_or_report
    async def _compare(self, by: GroupBy, groups: Sequence[GroupName], scope: Scope) -> None:
        lack = self.empty_text(f"A comparison needs sessions of two {self.view}")
        self.set_class(len(groups) == 1, "-solo")
        if not groups:
            self._sides, self._differences = None, ()
            self.query_one("#answer", Panel).set_lines([])
            self.differences.set_empty_text(lack)
            self.differences.set_columns(solo_columns())
            self.differences.show_lines([], is_other_list=True)
            self._show_measure()
            return
        names = tuple(group.name for group in groups)
        settings = self._scores
        drawn = await self.ppp.ports.database.fetch(samples(by, names, weights=settings.technical, scope=scope))
        sides = Sides(names, tuple(drawn[name] for name in names), tuple(group.sessions for group in groups))
        differences: Sequence[MetricDifference] = ()
        if len(names) == 2:
            first, second = ((name, drawn[name]) for name in names)
            differences = await asyncio.to_thread(
                compare_groups, first, second, settings.profile, is_enabled=settings.is_enabled
            )
        if not self.is_attached:
            return
        self._sides, self._differences = sides, differences
        answer = answer_lines(differences, sides) if differences else solo_answer_lines(sides, lack)
        self.query_one("#answer", Panel).set_lines(answer)
        self._show_forest()

    @on(LineTable.Refitted, "#differences")
    def _show_forest(self) -> None:
        """Draw the differences, with the forest plot as wide as there is room, or the measures of a group alone."""
        sides, table, is_ascii = self._sides, self.differences, self.ppp.ports.is_ascii
        if sides is None:
            return
        if len(sides.names) == 1:
            scores, cells = self._scores, mark_cells(table.body_width)
            table.set_columns(solo_columns(cells))
            table.show_lines(solo_lines(sides, scores.profile, cells, is_enabled=scores.is_enabled, is_ascii=is_ascii))
            self._show_measure()
            return
        columns, cells = fitting_columns(sides, table.body_width - GUTTER)
        table.set_columns(columns)
        table.show_lines(difference_lines(self._differences, sides, cells, is_ascii=is_ascii))
        self._show_measure()

    def on_resize(self, event: Resize) -> None:
        """Read previews where there is room for them now."""
        super().on_resize(event)
        if self.view == "sessions" and self.compared.has_room != self.is_large:
            self.read_sessions()

    @on(LineTable.Highlighted, "#differences")
    def _show_measure(self) -> None:
        """Show the measure under the cursor in detail: a sentence, a mark for each session, and the sessions."""
        sides, profile, key = self._sides, self._scores.profile, self.differences.cursor_key
        metric = next((metric for metric in METRICS if metric.name == key), None)
        entry = next((entry for entry in self._differences if entry.metric.name == key), None)
        tables = [self.query_one(selector, LineTable) for selector in ("#behind", "#behind-second")]
        marks, sentence = self.query_one("#marks", Panel), self.query_one("#sentence", Static)
        if metric is None or sides is None:
            sentence.update("", layout=False)
            marks.set_lines([])
            for table in tables:
                table.show_lines([], is_other_list=True)
            return
        text = solo_sentence(metric, sides, profile) if entry is None else measure_sentence(entry, sides)
        sentence.update(plain(text), layout=False)
        marks.set_title(f"{title_of(metric)}: every session is a mark")
        marks.set_lines_for(lambda _width: marks_lines(metric, sides, profile, is_ascii=self.ppp.ports.is_ascii))
        now_ms = self.ppp.ports.clock.now_ms()
        # On a large terminal each group has a table of its own, so that both stand side by side.
        parts = [sides.names[:1], sides.names[1:]] if self.is_large else [sides.names, ()]
        for table, names in zip(tables, parts, strict=True):
            table.show_lines(
                behind_lines(metric, sides, profile, now_ms, names, is_shared=self.is_shared), is_other_list=True
            )

    @on(LineTable.Highlighted, "#behind")
    @work(exclusive=True, group="solo")
    @read_or_report
    async def _show_solo(self) -> None:
        """Show the session under the cursor where a group stands alone."""
        preview, key = self.query_one("#solo", SessionPreview), self.query_one("#behind", LineTable).cursor_key
        if not preview.display or not isinstance(key, int):
            return
        rows = await self.ppp.ports.database.fetch(sessions([key]))
        preview.show_session(next(iter(rows), None))

    @on(LineTable.Marked, "#names")
    def _marked(self, event: LineTable.Marked) -> None:
        names = self.query_one("#names", LineTable)
        names.set_marked(names.marked_keys[-2:])
        event.stop()
        self.read_names()

    @on(CompareChosen)
    def _compare_chosen(self) -> None:
        self.switch("sessions")

    @on(TopStrip.Clicked, "#compare-views")
    def _view_clicked(self, event: TopStrip.Clicked) -> None:
        event.stop()
        self.switch(next(view for view in self._views if view == event.key))

    # Keys

    @on(ComparedSessions.Picked)
    def _sessions_picked(self, event: ComparedSessions.Picked) -> None:
        event.stop()
        self.ppp.compared = event.ids
        self.switch("sessions")

    async def action_compare(self) -> None:
        """Compare the sessions that are marked here; before that, show the list to mark them in."""
        if self.view == "sessions" and self.compared.is_picking:
            self.compared.compare_marked()
        else:
            self.ppp.compared = ()
            self.switch("sessions")

    @on(LineTable.Selected, "#names")
    def _name_selected(self) -> None:
        self.differences.focus()

    @on(LineTable.Selected, "#differences")
    def _measure_selected(self) -> None:
        self.add_class("-behind")
        self.query_one("#behind", LineTable).focus()

    @on(LineTable.Selected, "#behind")
    @on(LineTable.Selected, "#behind-second")
    def _session_selected(self, event: LineTable.Selected) -> None:
        if isinstance(event.key, int):
            self.ppp.open_trajectory(event.key)

    def action_open_row(self) -> None:
        """Go from groups to differences to the sessions behind one, and from measures to turns."""
        if isinstance(self.focused, LineTable):
            self.focused.action_select()

    def action_go_back(self) -> None:
        """Go from the sessions behind a measure back to the measures."""
        if not self.has_class("-behind"):
            super().action_go_back()
            return
        self.remove_class("-behind")
        self.differences.focus()

    def action_next_tab(self) -> None:
        """Switch to the next view."""
        self.switch(self._views[(self._views.index(self.view) + 1) % len(self._views)])

    def action_previous_tab(self) -> None:
        """Switch to the previous view."""
        self.switch(self._views[self._views.index(self.view) - 1])
