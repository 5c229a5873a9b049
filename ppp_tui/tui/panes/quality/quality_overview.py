"""Four tables below the view of Quality on a large terminal: conduct, sessions that asked, retries and regressions."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on
from textual.containers import Container, Vertical
from textual.widget import Widget

from ppp_tui.model.project import Labels
from ppp_tui.query.errors import READ_ERRORS
from ppp_tui.query.quality.drilldown import conduct_sessions, conduct_sums
from ppp_tui.query.quality.retry_history import retry_sums
from ppp_tui.query.quality.suite_history import regressions
from ppp_tui.query.scope import Scope
from ppp_tui.tui.messages import OpenTrajectory, ReadFailed
from ppp_tui.tui.panes.quality import quality_cells as cells
from ppp_tui.tui.panes.row_links import place_of
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.widgets.guarded import Guarded
from ppp_tui.tui.widgets.line_table import LineTable
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.workers import work

MAX_REGRESSIONS = 50
"""Newest regressions that are listed."""

_TABLES = {
    "conduct": ("questions and violations by agent", cells.CONDUCT_COLUMNS, "no sessions"),
    "askers": ("sessions that asked or violated", cells.SESSION_COLUMNS, "nothing asked, nothing violated"),
    "retries": ("failures that were tried again, by reason", cells.RETRY_COLUMNS, "nothing was retried"),
    "regressions": ("runs that fell below the one before", cells.RUN_COLUMNS, "no regressions"),
}


class QualityOverview(Container, Guarded):
    """The tables in two columns; nothing is read while they are not displayed."""

    def __init__(self, ports: Ports, *, id: str) -> None:  # noqa: A002
        super().__init__(id=id, classes="rule-top")
        self._ports = ports
        self._places: dict[int, tuple[int, int]] = {}
        """Trajectory and turn of each regression, by the id of its run."""

    def compose(self) -> Iterator[Widget]:
        """Return a heading and a table for each kind of row."""
        for name, (title, columns, empty) in _TABLES.items():
            with Vertical(classes="overview"):
                yield TopStrip([StripPart(f" {title}", "heading")])
                yield LineTable(columns, id=f"overview-{name}", empty_text=empty)

    @work(exclusive=True, group="overview")
    async def read(self, scope: Scope, labels: Labels) -> None:
        """Read all tables over a project and a span of time."""
        fetch, now_ms = self._ports.database.fetch, self._ports.clock.now_ms()
        targets = self._ports.settings.targets
        try:
            agents = await fetch(conduct_sums(scope))
            sessions = await fetch(conduct_sessions(scope))
            retries = await fetch(retry_sums(scope, "reason"))
            fallen = await fetch(regressions(scope, MAX_REGRESSIONS))
        except READ_ERRORS as error:
            self.post_message(ReadFailed(str(error)))
            return
        if not self.is_attached:
            return
        self._places = {run.id: (run.trajectory_id, run.turn_number) for run in fallen}
        lines = {
            "conduct": cells.conduct_lines(agents),
            "askers": cells.session_lines(sessions, now_ms, labels),
            "retries": cells.retry_lines(retries, targets.retry_success_percent),
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
