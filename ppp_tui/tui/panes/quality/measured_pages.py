"""Reads the pages of Quality that are measured over sessions: trends, tasks, and how likely agents are to succeed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ppp_tui.query.measures import MEASURES
from ppp_tui.query.performance.stats import MAX_SESSIONS, StatsBy, execution_stats, execution_sums, session_stats
from ppp_tui.query.scope import Scope
from ppp_tui.query.scores.prediction import settled_runs
from ppp_tui.query.scores.score_settings import score_settings
from ppp_tui.query.trends import TrendGrain
from ppp_tui.query.usage.spans import TimeSpan
from ppp_tui.tui.panes.quality.quality_views import QualityPage, Row
from ppp_tui.tui.panes.quality.success_cells import quality_text, success_lines, success_plot, success_report
from ppp_tui.tui.panes.quality.task_cells import TaskStatsGroup, task_group_lines, task_plot
from ppp_tui.tui.panes.trend_cells import trend_lines
from ppp_tui.tui.trend_reading import grain_of_trend, read_trends
from ppp_tui.tui.widgets.lines import Key

if TYPE_CHECKING:
    from ppp_tui.tui.ports import Ports


async def read_trends_page(ports: Ports, span: TimeSpan, grain: TrendGrain | None, scope: Scope) -> QualityPage:
    """Read all measures by day or week; without a grain, by whichever suits the span.

    Raises QueryFailedError and DatabaseMissingError.
    """
    trends = await read_trends(
        ports.database,
        list(MEASURES),
        span,
        ports.clock.now_ms(),
        ports.zone,
        grain=grain or grain_of_trend(span),
        scope=scope,
    )
    rows: dict[Key, Row] = {measured.measure.name: measured for measured in trends}
    return QualityPage(rows, trend_lines(trends, ports.zone, is_ascii=ports.is_ascii), None)


async def read_success_page(ports: Ports) -> QualityPage:
    """Read how likely each agent is to succeed. Raises QueryFailedError and DatabaseMissingError."""
    history = await ports.database.fetch(settled_runs(ports.zone))
    report = await asyncio.to_thread(success_report, history)
    rows: dict[Key, Row] = {each.agent: each for each in report.agents}
    return QualityPage(rows, success_lines(report), success_plot(report), quality_text(report.quality))


async def read_tasks_page(ports: Ports, by: StatsBy, scope: Scope, most: int = MAX_SESSIONS) -> QualityPage:
    """Read how tasks went, recorded executions and the newest `most` sessions, by group. Raises QueryFailedError."""
    fetch = ports.database.fetch
    # Events name no project.
    sums = [] if scope.project is not None else await fetch(execution_sums(by, scope))
    executions = await asyncio.to_thread(execution_stats, sums)
    of_sessions = await fetch(session_stats(by, scope, score_settings(ports.settings).technical, most))
    groups = [
        *(TaskStatsGroup(False, stats) for stats in executions),
        *(TaskStatsGroup(True, stats) for stats in of_sessions),
    ]
    return QualityPage({group.key: group for group in groups}, task_group_lines(groups), task_plot(groups))
