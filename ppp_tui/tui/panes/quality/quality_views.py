"""The views of Quality: what rows each has, their columns and texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ppp_tui.query.periods import Subject
from ppp_tui.query.quality.alert_list import AlertLine
from ppp_tui.query.quality.drilldown import ConductSum
from ppp_tui.query.quality.rows import FlakyTest, RetrySum, RunLine
from ppp_tui.query.signals.sums import DecisionSum, SignalSum
from ppp_tui.query.signals.versions import VersionLine
from ppp_tui.query.trends import MeasuredTrend
from ppp_tui.tui.panes.quality import quality_cells as cells
from ppp_tui.tui.panes.quality.alert_cells import ALERT_COLUMNS, ALERT_TIME_COLUMNS
from ppp_tui.tui.panes.quality.signal_cells import SIGNAL_COLUMNS, SIGNAL_RUN_COLUMNS, SignalRow, signal_name
from ppp_tui.tui.panes.quality.success_cells import KIND_COLUMNS, SUCCESS_COLUMNS, AgentSuccess
from ppp_tui.tui.panes.quality.suite_cells import SUITE_COLUMNS, SUITE_RUN_COLUMNS, SuiteHistory
from ppp_tui.tui.panes.quality.task_cells import TASK_COLUMNS, TASK_STATS_COLUMNS, TaskStatsGroup
from ppp_tui.tui.panes.quality.version_cells import CHANGE_COLUMNS, VERSION_COLUMNS
from ppp_tui.tui.panes.trend_cells import TREND_COLUMNS, TREND_POINT_COLUMNS
from ppp_tui.tui.widgets.charts.bars import BarPlot
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Key, Line

Row = (
    SuiteHistory
    | RunLine
    | FlakyTest
    | RetrySum
    | ConductSum
    | MeasuredTrend
    | AlertLine
    | AgentSuccess
    | TaskStatsGroup
    | SignalRow
    | VersionLine
)
"""The row of a report that a line of the table shows."""


class QualityPage(NamedTuple):
    """Everything that a view shows once it has been read."""

    rows: Mapping[Key, Row]
    lines: Sequence[Line]
    plot: BarPlot | None
    title: str = ""
    """Title of the chart; '' for that of the view."""


class QualityView(NamedTuple):
    """Titles, columns and texts of a view."""

    columns: tuple[Column, ...]
    details: tuple[Column, ...]
    chart: str
    empty: str
    """Text in place of rows if there are none."""
    behind: str
    """Heading of the details of a row."""
    nothing: str
    """Text in place of details if there are none."""


QUALITY_VIEWS: Mapping[str, QualityView] = {
    "suites": QualityView(
        SUITE_COLUMNS, SUITE_RUN_COLUMNS, "pass rate by day", "no test runs", "runs", "no run in this period"
    ),
    "runs": QualityView(
        cells.RUN_COLUMNS, cells.FAILURE_COLUMNS, "pass rate by day", "no test runs", "failing tests", "nothing failed"
    ),
    "regressions": QualityView(
        cells.RUN_COLUMNS,
        cells.FAILURE_COLUMNS,
        "pass rate by day",
        "no regressions",
        "failing tests",
        "nothing failed",
    ),
    "flaky": QualityView(cells.FLAKY_COLUMNS, cells.FLIP_COLUMNS, "pass rate by day", "no flaky tests", "evidence", ""),
    "retries": QualityView(
        cells.RETRY_COLUMNS,
        cells.CHAIN_COLUMNS,
        "failures that were tried again",
        "nothing was retried",
        "behind it",
        "only older sessions have any",
    ),
    "tasks": QualityView(
        TASK_STATS_COLUMNS, TASK_COLUMNS, "how tasks went", "no tasks", "newest tasks", "no task in this period"
    ),
    "alerts": QualityView(
        ALERT_COLUMNS, ALERT_TIME_COLUMNS, "how often each rule held", "no alerts", "times of", "no time in this period"
    ),
    "signals": QualityView(
        SIGNAL_COLUMNS,
        SIGNAL_RUN_COLUMNS,
        "calls of tools by how they went",
        "no decisions and no signals",
        "runs with",
        "no run of this period had it",
    ),
    "versions": QualityView(
        VERSION_COLUMNS,
        CHANGE_COLUMNS,
        "runs of each version of an agent",
        "no run that records its version",
        "since the version before",
        "no earlier version",
    ),
    "conduct": QualityView(
        cells.CONDUCT_COLUMNS,
        cells.SESSION_COLUMNS,
        "questions by effort",
        "no sessions",
        "sessions that asked or violated",
        "nothing asked, nothing violated",
    ),
    "success": QualityView(
        SUCCESS_COLUMNS, KIND_COLUMNS, "predictions", "no session with an outcome", "kinds of tasks of", ""
    ),
    "trends": QualityView(
        TREND_COLUMNS, TREND_POINT_COLUMNS, "over the span before", "no sessions", "days of", "nothing happened"
    ),
}
"""All views by name, in the order of their tabs."""


SUBJECTS: Mapping[str, Subject] = {
    "retries": "retries",
    "alerts": "alerts",
    **dict.fromkeys(("conduct", "signals", "versions", "trends", "success", "tasks"), "sessions"),
}
"""Subjects of the views that are not about tests."""


def row_name(row: Row) -> str:
    """Return the heading of a row's details."""
    if isinstance(row, SuiteHistory | RunLine):
        return row.suite
    if isinstance(row, FlakyTest):
        return row.name
    if isinstance(row, AlertLine):
        return row.rule
    if isinstance(row, TaskStatsGroup):
        return row.stats.name or "(unnamed)"
    if isinstance(row, SignalSum | DecisionSum):
        return signal_name(row)
    if isinstance(row, VersionLine):
        return f"{row.agent} {row.version}"
    if isinstance(row, RetrySum):
        return row.key or "(unknown)"
    if isinstance(row, MeasuredTrend):
        return row.measure.title
    return row.agent if isinstance(row, AgentSuccess) else row.agent_name
