"""How tasks went by group, and single tasks, as table lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ppp_tui.query.performance.stats import TaskStats
from ppp_tui.query.performance.tasks import TaskLine
from ppp_tui.text.format import UNKNOWN, age, certainty, cost_micros, count, duration, percent
from ppp_tui.tui.panes.quality.quality_plots import MAX_BARS, series_bars
from ppp_tui.tui.panes.row_links import key_to
from ppp_tui.tui.panes.session_cells import titled
from ppp_tui.tui.widgets.charts.bars import BarPlot
from ppp_tui.tui.widgets.columns import Column
from ppp_tui.tui.widgets.lines import Cell, CellLike, Line
from ppp_tui.tui.widgets.tones import Tone

TASK_STATS_COLUMNS = (
    Column("name", "group", weight=1, min_width=12, priority=200),
    Column("source", "from", width=8, priority=150),
    Column("tasks", "tasks", width=6, align="right", priority=180),
    Column("judged", "judged", width=6, align="right", priority=165),
    Column("success", "success", width=7, align="right", priority=190),
    Column("mean", "mean time", width=9, align="right", priority=170),
    Column("p95", "P95", width=8, align="right", priority=130),
    Column("cost", "cost", width=9, align="right", priority=120),
    Column("each", "per task", width=9, align="right", priority=160),
    Column("quality", "quality", width=7, align="right", priority=140),
)
"""Columns of groups of tasks."""

TASK_COLUMNS = (
    Column("age", "when", width=4, align="right", priority=170),
    Column("outcome", "", width=1, priority=200),
    Column("title", "task", weight=1, min_width=12, priority=195),
    Column("took", "took", width=7, align="right", priority=180),
    Column("cost", "cost", width=8, align="right", priority=160),
    Column("quality", "quality", width=7, align="right", priority=140),
)
"""Columns of single tasks."""


class TaskStatsGroup(NamedTuple):
    """The tasks of an agent, of one kind or of one version: recorded executions, or sessions."""

    is_of_sessions: bool
    stats: TaskStats

    @property
    def key(self) -> str:
        """Key of the group, the same at every reading."""
        return f"{self.source}\0{self.stats.name}"

    @property
    def source(self) -> str:
        """Where its tasks come from, as the shell calls it."""
        return "sessions" if self.is_of_sessions else "events"


def task_group_lines(groups: Sequence[TaskStatsGroup]) -> list[Line]:
    """Return groups as table lines."""
    return [Line(group.key, _group_cells(group)) for group in groups]


def _group_cells(group: TaskStatsGroup) -> tuple[CellLike, ...]:
    stats = group.stats
    bound = certainty(is_lower_bound=stats.is_cost_lower_bound)
    each = None if stats.cost_per_task is None else round(stats.cost_per_task)
    return (
        stats.name or Cell("(unnamed)", "dim"),
        Cell(group.source, "dim"),
        count(stats.tasks),
        Cell(count(stats.judged), "dim"),
        percent(stats.success_rate),
        duration(None if stats.mean_ms is None else round(stats.mean_ms)),
        duration(stats.p95_ms),
        cost_micros(stats.cost_micros, bound),
        cost_micros(each),
        UNKNOWN if stats.quality is None else f"{stats.quality:.2f}",
    )


def task_lines(tasks: Sequence[TaskLine], now_ms: int, *, is_shared: bool = False) -> list[Line]:
    """Return tasks as table lines, the newest first; the key of a session leads to it."""
    return [Line(_task_key(task), _task_cells(task, now_ms, is_shared=is_shared)) for task in tasks]


def _task_key(task: TaskLine) -> str:
    return key_to(task.id, None, 0) if task.is_session else f"event {task.id}"


def _task_cells(task: TaskLine, now_ms: int, *, is_shared: bool) -> tuple[CellLike, ...]:
    outcome = Cell(UNKNOWN, "dim")
    if task.success is not None:
        outcome = Cell("●", "good") if task.success else Cell("✕", "removed")
    return (
        Cell(age(now_ms - task.at), "dim"),
        outcome,
        titled(task.title, is_shared=is_shared),
        duration(task.duration_ms),
        cost_micros(task.cost_micros, certainty(is_lower_bound=task.is_cost_lower_bound)),
        UNKNOWN if task.quality is None else f"{task.quality:.2f}",
    )


def task_plot(groups: Sequence[TaskStatsGroup]) -> BarPlot | None:
    """Return a plot of how the tasks of each group ended, as far as it is known; None without any."""
    shown = sorted(groups, key=lambda group: (-group.stats.tasks, group.key))[:MAX_BARS]
    values = [
        (stats.succeeded, stats.judged - stats.succeeded, stats.tasks - stats.judged)
        for stats in (group.stats for group in shown)
    ]
    series: Mapping[str, Tone] = {"succeeded": "good", "failed": "removed", "unknown": "series-1"}
    return series_bars([group.stats.name for group in shown], series, values)
