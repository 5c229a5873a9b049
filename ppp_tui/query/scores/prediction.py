"""Runs whose outcome is known, out of which the success of a task is predicted.

A run is a session. It succeeded if the program that logged it stated so; else if its goal was evaluated as achieved, by
a model where one was asked. Sessions of which neither tells are left out.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any

from ppp_tui.query.projects import repository_of
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import to_ms
from ppp_tui.scoring.prediction.success import (
    MAX_RUNS,
    MIN_RUNS,
    Prediction,
    PredictionQuality,
    Predictor,
    SettledRun,
    predict_task_success,
)
from ppp_tui.scoring.prediction.tasks import KINDS, PlannedTask, task_kind
from ppp_tui.scoring.rate_difference import Share, wilson_interval

__all__ = [
    "KINDS",
    "MIN_RUNS",
    "PlannedTask",
    "Prediction",
    "PredictionQuality",
    "Predictor",
    "SettledRun",
    "Share",
    "predict_task_success",
    "settled_runs",
    "task_kind",
    "wilson_interval",
]

_RUNS = f"""
SELECT t.agent_name, t.first_prompt, {repository_of("t.project")}, t.model, t.created_at, t.outcome, (
    SELECT e.verdict FROM evaluations AS e WHERE e.trajectory_id = t.id AND e.name = 'goal' AND e.verdict <> 'unknown'
    ORDER BY substr(e.method, 1, 4) = 'llm-' DESC LIMIT 1)
FROM (SELECT s.trajectory_id AS id, s.last_at FROM trajectory_summaries AS s INDEXED BY sessions_by_time
    WHERE s.is_child = 0 AND s.last_at IS NOT NULL ORDER BY s.last_at DESC, s.trajectory_id DESC LIMIT {MAX_RUNS}) AS n
CROSS JOIN trajectories AS t ON t.id = n.id ORDER BY n.last_at DESC, n.id DESC
"""


def settled_runs(zone: tzinfo = UTC) -> Query[list[SettledRun]]:
    """Return the newest sessions whose outcome is known, the oldest first; hours are those of the zone."""
    return Query(_RUNS, lambda rows: _read(rows, zone))


def _read(rows: list[tuple[Any, ...]], zone: tzinfo) -> list[SettledRun]:
    runs = []
    for agent, prompt, project, model, created_at, outcome, verdict in reversed(rows):
        if not outcome and verdict is None:
            continue
        begun_ms = to_ms(created_at) or 0
        hour = datetime.fromtimestamp(begun_ms / 1000, zone).hour
        is_success = outcome == "completed" if outcome else verdict == "good"
        runs.append(SettledRun(PlannedTask(agent, prompt, project or "", model, hour), is_success))
    return runs
