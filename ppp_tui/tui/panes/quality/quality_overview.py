"""Tables below the view of Quality on a large terminal: conduct, retries, test runs, askers, regressions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import NamedTuple

from textual import on
from textual.widget import Widget

from ppp_tui.model.project import Labels
from ppp_tui.query.quality.drilldown import conduct_sessions, conduct_sums
from ppp_tui.query.quality.retry_history import retry_sums
from ppp_tui.query.quality.suite_history import regressions, suite_runs
from ppp_tui.query.scope import Scope
from ppp_tui.tui.messages import OpenTrajectory
from ppp_tui.tui.panes.quality import quality_cells as cells
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.panes.row_links import place_of
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.guarded import Guarded, Horizontal, Vertical
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.workers import work

MAX_RUNS = 50
"""Newest test runs and regressions that are listed."""


class _Table(NamedTuple):
    title: str
    columns: tuple[Column, ...]
    empty: str
    is_short: bool = False
    """Whether it takes no more lines than it has rows."""


_LEFT = {
    "conduct": _Table("questions and violations by agent", cells.CONDUCT_COLUMNS, "no sessions", is_short=True),
    "retries": _Table(
        "failures that were tried again, by reason", cells.RETRY_COLUMNS, "nothing was retried", is_short=True
    ),
    "runs": _Table("newest test runs", cells.RUN_COLUMNS, "no test runs"),
}
_RIGHT = {
    "askers": _Table("sessions that asked or violated", cells.SESSION_COLUMNS, "nothing asked, nothing violated"),
    "regressions": _Table("runs that fell below the one before", cells.RUN_COLUMNS, "no regressions"),
}


class QualityOverview(Horizontal, Guarded):
    """The tables in two columns; nothing is read while they are not displayed."""

    def __init__(self, ports: Ports, *, id: str) -> None:
        super().__init__(id=id, classes="rule-top")
        self._ports = ports
        self._places: dict[int, tuple[int, int]] = {}
        """Trajectory and turn of each test run, by its id."""

    def compose(self) -> Iterator[Widget]:
        """Return a heading and a table for each kind of row."""
        for side, tables in (("left", _LEFT), ("right", _RIGHT)):
            with Vertical(id=f"overview-{side}", classes="rule-left" if side == "right" else ""):
                for name, table in tables.items():
                    with Vertical(classes="overview -short" if table.is_short else "overview"):
                        yield TopStrip([StripPart(f" {table.title}", "heading")])
                        yield LineTable(table.columns, id=f"overview-{name}", empty_text=table.empty)

    @work(exclusive=True, group="overview")
    @read_or_report
    async def read(self, scope: Scope, labels: Labels) -> None:
        """Read all tables over a project and a span of time."""
        fetch, now_ms = self._ports.database.fetch, self._ports.clock.now_ms()
        targets = self._ports.settings.targets
        agents, sessions, retries, runs, fallen = await asyncio.gather(
            fetch(conduct_sums(scope)),
            fetch(conduct_sessions(scope)),
            fetch(retry_sums(scope, "reason")),
            fetch(suite_runs(scope, MAX_RUNS)),
            fetch(regressions(scope, MAX_RUNS)),
        )
        if not self.is_attached:
            return
        self._places = {run.id: (run.trajectory_id, run.turn_number) for run in (*runs, *fallen)}
        lines = {
            "conduct": cells.conduct_lines(agents),
            "askers": cells.session_lines(sessions, now_ms, labels, is_shared=self._ports.is_team),
            "retries": cells.retry_lines(retries, targets.retry_success_percent),
            "runs": cells.run_lines(runs, now_ms, targets.pass_rate_percent, labels),
            "regressions": cells.run_lines(fallen, now_ms, targets.pass_rate_percent, labels),
        }
        for name, rows in lines.items():
            self.query_one(f"#overview-{name}", LineTable).show_lines(rows)

    @on(LineTable.Selected)
    def _selected(self, event: LineTable.Selected) -> None:
        event.stop()
        key = event.key
        place = self._places.get(key) if isinstance(key, int) else place_of(key)
        if place is not None:
            self.post_message(OpenTrajectory(*place))

    @on(LineTable.Highlighted)
    def _highlighted(self, event: LineTable.Highlighted) -> None:
        event.stop()
