"""The registry of agents: every agent that a session or an event names, and what those that registered said."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ppp_tui.query.query import Query
from ppp_tui.query.scope import where
from ppp_tui.query.sql_helpers import strip_surrogates, to_ms

MAX_AGENTS = 1000
"""Agents of one answer, in the order of their names."""


class AgentBaselines(NamedTuple):
    """What an agent that registered says to be expected of it; None where it says nothing."""

    latency_ms: float | None
    accuracy: float | None
    cost_usd: float | None
    reliability: float | None


class RegisteredAgent(NamedTuple):
    """An agent."""

    agent_id: str
    registered_at: int | None
    """Unix milliseconds; None for an agent that was seen only."""
    capabilities: tuple[str, ...]
    agent_version: str
    baselines: AgentBaselines
    status: str
    """'' where none was recorded."""
    status_reason: str
    status_at: int | None
    first_at: int | None
    """Of its first event; None where there is none."""
    last_at: int | None


def registered_agents(*, agent_id: str = "", capability: str = "", status: str = "") -> Query[list[RegisteredAgent]]:
    """Return the agents of this name, with this capability and in this status; '' for any."""
    conditions = {
        "a.agent_id = :agent_id": agent_id,
        "EXISTS (SELECT 1 FROM json_each(a.capabilities) AS c WHERE c.value = :capability)": capability,
        "a.status = :status": status,
    }
    parameters = {"agent_id": agent_id, "capability": capability, "status": status}
    return Query(
        "SELECT a.agent_id, a.registered_at, a.capabilities, a.agent_version, a.baseline_latency_ms, "
        "a.baseline_accuracy, a.baseline_cost_usd, a.baseline_reliability, a.status, a.status_reason, a.status_at, "
        f"a.first_at, a.last_at FROM agents AS a {where(*(sql for sql, value in conditions.items() if value))} "
        f"ORDER BY a.agent_id LIMIT {MAX_AGENTS}",
        lambda rows: [_read(row) for row in rows],
        {name: strip_surrogates(value) for name, value in parameters.items() if value},
    )


def _read(row: tuple[Any, ...]) -> RegisteredAgent:
    return RegisteredAgent(
        agent_id=row[0],
        registered_at=to_ms(row[1]),
        capabilities=tuple(map(str, json.loads(row[2]))),
        agent_version=row[3],
        baselines=AgentBaselines(*row[4:8]),
        status=row[8],
        status_reason=row[9],
        status_at=to_ms(row[10]),
        first_at=to_ms(row[11]),
        last_at=to_ms(row[12]),
    )
