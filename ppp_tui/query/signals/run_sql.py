"""What the queries of this folder share: which runs are looked at, as SQL.

A run is a trajectory, a sub-agent's too. Its decisions and signals are read as sums: what agents did in all turns is
never added up. Of days and months that lie in the scope as a whole, the sums over all their runs are read
(`store.upkeep.run_sums`), where the scope names no project and no model.
"""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.query.scope import Scope, where

RUNS = "trajectory_summaries AS s JOIN trajectories AS t ON t.id = s.trajectory_id"

ALIVE = (
    "alive CROSS JOIN trajectory_summaries AS s ON s.trajectory_id = alive.id "
    "CROSS JOIN trajectories AS t ON t.id = alive.id"
)
"""The runs that `SummedScope.tables` leaves to be looked at one by one."""

_SPANS = """
whole (span, low, high) AS MATERIALIZED (
    SELECT span, low, high FROM run_spans WHERE low >= :low AND high <= :high),
spans (span, low, high) AS MATERIALIZED (
    SELECT d.span, d.low, d.high FROM whole AS d
    WHERE NOT EXISTS (SELECT 1 FROM whole AS m WHERE m.span = substr(d.span, 1, 7) AND m.span <> d.span)),
gaps (low, high) AS MATERIALIZED (
    SELECT g.low, g.high FROM (
        SELECT high AS low, lead(low, 1, :high) OVER (ORDER BY low) AS high FROM spans UNION ALL
        SELECT :low, coalesce((SELECT min(low) FROM spans), :high)) AS g
    WHERE g.low < g.high),
alive (id) AS MATERIALIZED (
    SELECT s.trajectory_id FROM gaps CROSS JOIN trajectory_summaries AS s
    WHERE s.last_at >= gaps.low AND s.last_at < gaps.high AND s.turns >= {least_turns}{untimed})
"""
_UNTIMED = " UNION ALL SELECT trajectory_id FROM trajectory_summaries WHERE last_at IS NULL AND turns >= {least_turns}"

_BEYOND = "9999-12-31 23:59:59.999"
"""A time behind all."""


class SummedScope(NamedTuple):
    """The runs of a scope, as spans whose sums are read and runs that are looked at."""

    tables: str
    """Common table expressions: `spans`, empty where no sums may be read, and `alive`."""
    agent: str
    """A condition on the column `agent_name`, for sums and `ALIVE`."""
    parameters: dict[str, object]


def summed_scope(scope: Scope, least_turns: int = 1) -> SummedScope:
    """Return the runs that were alive in a scope and have as many turns."""
    names, parameters = scope.names("agent_name")
    agent = names[0] if names else "1 = 1"
    if scope.project is not None or scope.model is not None:
        clause, all_parameters = runs_where(scope, least_turns=least_turns)
        tables = (
            "spans (span) AS MATERIALIZED (SELECT span FROM run_spans WHERE 1 = 0), "
            f"alive (id) AS MATERIALIZED (SELECT t.id FROM {RUNS} {clause})"
        )
        return SummedScope(tables, agent, all_parameters)
    _, bounds = scope.times("s.last_at")
    is_unbounded = not bounds
    parameters |= {"low": bounds.get("since", ""), "high": bounds.get("until", _BEYOND)}
    untimed = _UNTIMED.format(least_turns=least_turns) if is_unbounded else ""
    return SummedScope(_SPANS.format(untimed=untimed, least_turns=least_turns), agent, parameters)


def runs_where(scope: Scope, *conditions: str, least_turns: int = 1) -> tuple[str, dict[str, object]]:
    """Return a WHERE clause on `RUNS` for the runs that were alive in a scope, and its parameters."""
    times, time_parameters = scope.times("s.last_at")
    names, name_parameters = scope.names("project", "agent_name", "model")
    return where(f"s.turns >= {least_turns}", *times, *names, *conditions), {**time_parameters, **name_parameters}
