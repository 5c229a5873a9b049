"""Compare: marked trajectories side by side, or one agent (model) against another over all their sessions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal, get_args

from textual import on, work
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from ppp_tui.model.ids import CHILD_BITS, trajectory_of
from ppp_tui.query.connect import DatabaseMissingError
from ppp_tui.query.errors import QueryFailedError
from ppp_tui.query.scores.compare import (
    GroupBy,
    MetricDifference,
    aligned_turns,
    compare_groups,
    group_names,
    run_figures,
    samples,
)
from ppp_tui.query.scores.score_settings import ScoreSettings, score_settings
from ppp_tui.text.sanitize import plain
from ppp_tui.tui.actions import bindings_for
from ppp_tui.tui.messages import CompareChosen, DatabaseChanged
from ppp_tui.tui.panes.compare_cells import (
    DIFFERENCE_COLUMNS,
    NAME_COLUMNS,
    difference_lines,
    metric_lines,
    name_lines,
    sample_text,
    side_columns,
    title_of,
    turn_lines,
)
from ppp_tui.tui.screens.base import MOST_COMPARED, BaseScreen
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip

View = Literal["sessions", "agents", "models", "reasoning efforts"]
VIEWS: tuple[View, ...] = get_args(View)
"""What is compared."""

_GROUPED: dict[View, GroupBy] = {
    "agents": "agent",
    "models": "model",
    "reasoning efforts": "reasoning_effort",
}


class CompareScreen(BaseScreen):
    """Two to four marked sessions, or two groups."""

    KIND = "compare"
    BINDINGS: ClassVar[list[BindingType]] = list(bindings_for("compare"))

    def __init__(self) -> None:
        super().__init__()
        self.view: View = "sessions"
        """What is compared."""
        self._shown: tuple[int, ...] = ()
        self._differences: Sequence[MetricDifference] = ()

    def compose_body(self) -> Iterator[Widget]:
        """The names of the views; two tables for sessions, two for groups."""
        yield TopStrip(id="compare-views")
        with Vertical(id="compare-sessions"):
            yield LineTable(side_columns(MOST_COMPARED), id="metrics", empty_text="")
            yield LineTable(
                side_columns(MOST_COMPARED), id="aligned", classes="rule-top", has_header=False, empty_text=""
            )
        with Horizontal(id="compare-groups"):
            yield LineTable(NAME_COLUMNS, id="names", empty_text="reading…")
            with Vertical(id="compare-right", classes="rule-left"):
                yield TopStrip(id="groups-title")
                yield LineTable(DIFFERENCE_COLUMNS, id="differences", empty_text="")
                yield Static("", id="sentence", classes="rule-top", markup=False)

    def on_mount(self) -> None:
        """Marked sessions if there are any, else agents."""
        super().on_mount()
        self.switch("sessions" if self.ppp.compared else "agents")

    @property
    def _scores(self) -> ScoreSettings:
        return score_settings(self.ppp.ports.settings)

    def switch(self, view: View) -> None:
        """Compare something else."""
        self.view = view
        self.query_one("#compare-sessions").display = view == "sessions"
        self.query_one("#compare-groups").display = view != "sessions"
        marked = f"{len(self.ppp.compared)} marked" if self.ppp.compared else "space marks, c compares"
        parts = [
            StripPart(f" {one}" if not place else one, "accent" if one == view else "dim", key=one)
            for place, one in enumerate(VIEWS)
        ]
        profile = StripPart(f"profile {self._scores.profile} ", "dim")
        self.query_one("#compare-views", TopStrip).set_parts(parts, [StripPart(marked, "dim"), profile])
        self.query_one("#metrics" if view == "sessions" else "#names", LineTable).focus()
        self.reload()

    def reload(self) -> None:
        """Read what is compared anew."""
        if self.view == "sessions":
            self.read_sessions()
        else:
            self.read_names()

    def database_changed(self, event: DatabaseChanged) -> None:
        """A session that is shown moved; groups are read again when they are looked at again."""
        if self.view == "sessions" and any(event.concerns(one) for one in self.ppp.compared):
            self.read_sessions()

    @work(exclusive=True, group="compare")
    async def read_sessions(self) -> None:
        """Read the marked sessions."""
        ids = self.ppp.compared
        metrics, aligned = self.query_one("#metrics", LineTable), self.query_one("#aligned", LineTable)
        if not ids:
            metrics.set_empty_text("Mark two to four sessions with space on Live or Sessions, then press c there.")
            metrics.show_lines([], is_other_list=True)
            aligned.show_lines([], is_other_list=True)
            return
        fetch = self.ppp.ports.database.fetch
        try:
            found = await fetch(run_figures(ids, self._scores.technical))
            turns = await fetch(aligned_turns([one.run.trajectory_id or 0 for one in found]))
        except (QueryFailedError, DatabaseMissingError) as error:
            self.ppp.tell_trouble(str(error))
            return
        if not self.is_attached:
            return
        is_other = self._shown != ids
        self._shown = ids
        for table in (metrics, aligned):
            table.set_columns(side_columns(len(found)))
        lines = metric_lines(found, self._scores.profile, is_enabled=self._scores.is_enabled)
        metrics.show_lines(lines, is_other_list=is_other)
        aligned.set_empty_text("no turns")
        aligned.show_lines(turn_lines(turns), is_other_list=is_other)

    @work(exclusive=True, group="compare")
    async def read_names(self) -> None:
        """Read the agents, models or reasoning efforts that there are, and compare two of them."""
        by = _GROUPED[self.view]
        try:
            found = await self.ppp.ports.database.fetch(group_names(by))
        except (QueryFailedError, DatabaseMissingError) as error:
            self.ppp.tell_trouble(str(error))
            return
        if not self.is_attached:
            return
        names = self.query_one("#names", LineTable)
        names.set_empty_text("no sessions yet")
        names.show_lines(name_lines(found))
        chosen = [name for name in map(str, names.marked_keys) if name in {one.name for one in found}]
        chosen += [one.name for one in found if one.name not in chosen]
        await self._compare(by, chosen[:2], {one.name: one.sessions for one in found})

    async def _compare(self, by: GroupBy, names: Sequence[str], sessions: Mapping[str, int]) -> None:
        table, title = self.query_one("#differences", LineTable), self.query_one("#groups-title", TopStrip)
        if len(names) < 2:
            table.set_empty_text(f"A comparison needs sessions of two {self.view}.")
            table.show_lines([], is_other_list=True)
            return
        try:
            drawn = await self.ppp.ports.database.fetch(samples(by, names, weights=self._scores.technical))
        except (QueryFailedError, DatabaseMissingError) as error:
            self.ppp.tell_trouble(str(error))
            return
        pairs = [(name, drawn[name]) for name in names]
        self._differences = await asyncio.to_thread(
            compare_groups, pairs[0], pairs[1], self._scores.profile, is_enabled=self._scores.is_enabled
        )
        if not self.is_attached:
            return
        counts = " against ".join(f"{name} ({sample_text(len(members), sessions[name])})" for name, members in pairs)
        title.set_parts([StripPart(f" {counts}", "heading")], [StripPart("space marks two others ", "dim")])
        table.show_lines(difference_lines(self._differences, is_ascii=self.ppp.ports.is_ascii))
        self._tell()

    @on(LineTable.Marked, "#names")
    def _marked(self, event: LineTable.Marked) -> None:
        names = self.query_one("#names", LineTable)
        names.set_marked(names.marked_keys[-2:])
        event.stop()
        self.read_names()

    @on(LineTable.Highlighted, "#differences")
    def _tell(self) -> None:
        key = self.query_one("#differences", LineTable).cursor_key
        told = next((entry for entry in self._differences if entry.metric.name == key), None)
        text = "" if told is None else f"{title_of(told.metric).capitalize()}: {told.difference.sentence}"
        self.query_one("#sentence", Static).update(plain(text))

    @on(CompareChosen)
    def _compare_chosen(self) -> None:
        self.switch("sessions")

    @on(TopStrip.Clicked, "#compare-views")
    def _view_clicked(self, event: TopStrip.Clicked) -> None:
        event.stop()
        self.switch(next(view for view in VIEWS if view == event.key))

    # Keys

    @on(LineTable.Selected, "#aligned")
    def _turn_selected(self, event: LineTable.Selected) -> None:
        if isinstance(event.key, int):
            self.ppp.open_trajectory(trajectory_of(event.key), event.key & ((1 << CHILD_BITS) - 1))

    @on(LineTable.Selected, "#metrics")
    def _metric_selected(self) -> None:
        self.query_one("#aligned", LineTable).focus()

    @on(LineTable.Selected, "#names")
    def _name_selected(self) -> None:
        self.query_one("#differences", LineTable).focus()

    def action_open_row(self) -> None:
        """From measures to turns, from groups to their differences; open the turn under the cursor."""
        if isinstance(self.focused, LineTable):
            self.focused.action_select()

    def action_next_tab(self) -> None:
        """Compare something else."""
        self.switch(VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)])

    def action_previous_tab(self) -> None:
        """The view before."""
        self.switch(VIEWS[VIEWS.index(self.view) - 1])
