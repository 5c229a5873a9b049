"""Writes performance events, and the agents that they name, within the transaction that moves a journal's offset."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ppp_tui.model.clock import to_text
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.store.logged.entries import PerformanceLogged
from ppp_tui.store.logged.rows import insert_rows

_COLUMNS = (
    "at, type, agent_id, agent_version, task_id, task_type, success, quality, duration_ms, tokens, cost_micros, data, "
    "identifiers, is_anonymized"
)
_SEEN = """
INSERT INTO agents (agent_id, first_at, last_at) VALUES (:agent, :first, :last)
ON CONFLICT (agent_id) DO UPDATE SET first_at = min(coalesce(first_at, excluded.first_at), excluded.first_at),
    last_at = max(coalesce(last_at, excluded.last_at), excluded.last_at)
"""
_REGISTERED = """
UPDATE agents SET registered_at = :at, capabilities = :capabilities, agent_version = :agent_version,
    baseline_latency_ms = :latency_ms, baseline_accuracy = :accuracy, baseline_cost_usd = :cost_per_task,
    baseline_reliability = :reliability WHERE agent_id = :agent AND coalesce(registered_at, '') <= :at
"""
_STATUS = """
UPDATE agents SET status = :status, status_reason = :reason, status_at = :at
WHERE agent_id = :agent AND coalesce(status_at, '') <= :at
"""
_BASELINES = ("latency_ms", "accuracy", "cost_per_task", "reliability")


class _Figures(NamedTuple):
    """Paths of field names to the figures of a type of event that are compared between agents; () where it has none."""

    success: tuple[str, ...] = ()
    quality: tuple[str, ...] = ()
    duration_ms: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    cost_micros: tuple[str, ...] = ()


_FIGURES = {
    "task-execution": _Figures(
        success=("outcome", "success"),
        quality=("outcome", "quality_score"),
        duration_ms=("outcome", "completion_time_ms"),
        tokens=("outcome", "tokens_consumed"),
        cost_micros=("outcome", "cost_micros"),
    ),
    "evaluation-outcome": _Figures(success=("evaluation", "passed"), quality=("evaluation", "score")),
    "constitutional-validation": _Figures(
        success=("validation_result", "valid"),
        quality=("validation_result", "compliance_score"),
        duration_ms=("validation_result", "processing_time_ms"),
    ),
    "thinking-budget-allocation": _Figures(tokens=("allocated_tokens",)),
    "thinking-budget-usage": _Figures(tokens=("tokens_used",)),
    "minimality-evaluation": _Figures(quality=("minimality_factor",)),
    "model-judgment": _Figures(
        success=("all_criteria_pass",), quality=("overall_score",), duration_ms=("evaluation_time_ms",)
    ),
    "rl-training-metrics": _Figures(duration_ms=("training_time_ms",)),
}


def write_events(connection: sqlite3.Connection, events: Sequence[PerformanceLogged]) -> None:
    """Write events in the order in which they were recorded, and what they say of agents.

    Raises ValueError for one whose data is no JSON object.
    """
    data = [_fields(event) for event in events]
    rows = [_row(event, fields) for event, fields in zip(events, data, strict=True)]
    insert_rows(connection, "performance_events", _COLUMNS, rows)
    spans: dict[str, tuple[str, str]] = {}
    for row in rows:
        at, agent = row[0], row[2]
        if agent:
            first, last = spans.get(agent, (at, at))
            spans[agent] = min(first, at), max(last, at)
    connection.executemany(
        _SEEN, [{"agent": agent, "first": first, "last": last} for agent, (first, last) in spans.items()]
    )
    for event, fields in zip(events, data, strict=True):
        if event.event_type == "agent-registration":
            _register(connection, event, fields)
        elif event.event_type == "agent-status-change":
            values = {"status": _text(fields, "status"), "reason": _text(fields, "reason")}
            connection.execute(_STATUS, {**values, "at": to_text(event.at), "agent": _text(fields, "agent_id")})


def _fields(event: PerformanceLogged) -> Mapping[str, Any]:
    fields = json.loads(event.data_json)
    if not isinstance(fields, dict):
        raise ValueError("the data of an event is an object")
    return fields


def _row(event: PerformanceLogged, fields: Mapping[str, Any]) -> tuple[Any, ...]:
    figures = _FIGURES.get(event.event_type, _Figures())
    success = _value(fields, figures.success)
    duration = _number(_value(fields, figures.duration_ms))
    if duration is None:
        duration = _number(fields.get("duration_ms"))
    return (
        to_text(event.at),
        event.event_type,
        _text(fields, "agent_id") or _text(fields, "selected_agent"),
        _text(fields, "agent_version"),
        _text(fields, "task_id"),
        _text(fields, "task_type"),
        success if isinstance(success, bool) else None,
        _number(_value(fields, figures.quality)),
        None if duration is None else round(duration),
        _number(_value(fields, figures.tokens)),
        _number(_value(fields, figures.cost_micros)),
        event.data_json,
        json.dumps(event.identifiers),
        event.is_anonymized,
    )


def _register(connection: sqlite3.Connection, event: PerformanceLogged, fields: Mapping[str, Any]) -> None:
    capabilities = fields.get("capabilities")
    baselines = fields.get("baseline_metrics")
    metrics = baselines if isinstance(baselines, dict) else {}
    connection.execute(
        _REGISTERED,
        {
            "agent": _text(fields, "agent_id"),
            "at": to_text(event.at),
            "capabilities": json.dumps(capabilities if isinstance(capabilities, list) else [], ensure_ascii=False),
            "agent_version": _text(fields, "agent_version"),
            **{name: _number(metrics.get(name)) for name in _BASELINES},
        },
    )


def _value(fields: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """Return the value at a path of field names, None if there is none."""
    value: Any = fields if path else None
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and math.isfinite(value) and abs(value) <= MAX_COUNT else None
