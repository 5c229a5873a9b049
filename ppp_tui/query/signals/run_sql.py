"""What the queries of this folder share: which runs are looked at, and how a run ended, as SQL.

A run is a trajectory, a sub-agent's too. Its decisions and signals are read as sums: what agents did in all turns is
never added up.
"""

from __future__ import annotations

from ppp_tui.query.scope import Scope, where

RUNS = "trajectory_summaries AS s JOIN trajectories AS t ON t.id = s.trajectory_id"

FAILED = """
CASE WHEN t.outcome = 'completed' THEN 0 WHEN t.outcome = 'failed' THEN 1 WHEN t.outcome <> '' THEN NULL
ELSE coalesce(
    (SELECT r.is_red FROM test_runs AS r WHERE r.id >= t.id << 40 AND r.id < (t.id + 1) << 40
        ORDER BY r.id DESC LIMIT 1),
    (SELECT CASE u.status WHEN 'completed' THEN 0 WHEN 'failed' THEN 1 END FROM trajectory_turns AS u
        WHERE u.id = (t.id << 20) + s.last_turn_number)) END
"""
"""Whether a run failed: as a program stated, else by its last test run, else by its last turn; NULL where unknown."""


def runs_where(scope: Scope, *conditions: str) -> tuple[str, dict[str, object]]:
    """Return a WHERE clause on `RUNS` for the runs that were alive in a scope, and its parameters."""
    times, time_parameters = scope.times("s.last_at")
    names, name_parameters = scope.names("project", "agent_name", "model")
    return where("s.turns > 0", *times, *names, *conditions), {**time_parameters, **name_parameters}
