"""Performance events as programs record them, checked where they are made: one form for each type of the documents.

Fields have the documents' names in Python's style; `recordEvent`'s data may also have them as the documents write them,
such as ``agentId``. Names of agents and tasks are the fields of `model.performance.IDENTIFIERS`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError, model_validator
from pydantic.alias_generators import to_camel

from ppp_tui.logger.schemas import MAX_NUMBER, Count, Form, Name, Text, mend, repair_surrogates
from ppp_tui.model.performance import AgentStatus, ComplexityLevel, RoutingStrategy, RuleSeverity

MAX_EVENT_BYTES = 64 * 1024
"""The most that the data of an event of a program's own type may take, as JSON."""

MAX_DEPTH = 16
"""How deep such data may be nested."""

_OWN_TYPE = re.compile(r"[a-z][a-z0-9_.-]{0,63}")

FilledName = Annotated[str, Field(min_length=1, max_length=10_000)]
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Figure = Annotated[float, Field(allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, le=MAX_NUMBER, allow_inf_nan=False)]
"""Milliseconds, dollars, a ratio: never negative."""


Scores = dict[FilledName, Figure]
"""By the names of criteria."""


class EventForm(Form):
    """The data of an event, or a part of it."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=to_camel, populate_by_name=True, loc_by_alias=False
    )


class BaselineMetrics(EventForm):
    """What an agent is expected to do; cost in dollars."""

    latency_ms: Amount | None = None
    accuracy: Score | None = None
    cost_per_task: Amount | None = None
    reliability: Score | None = None


class AgentRegistration(EventForm):
    """An agent exists, and what it can do."""

    agent_id: FilledName
    capabilities: Annotated[tuple[FilledName, ...], Field(strict=False)] = ()
    baseline_metrics: BaselineMetrics | None = None
    agent_version: Name = ""


class AgentStatusChange(EventForm):
    """An agent became available, busy, offline or under maintenance."""

    agent_id: FilledName
    status: AgentStatus
    previous_status: AgentStatus | None = None
    reason: Text = ""


class Alternative(EventForm):
    """An agent that was not selected."""

    agent_id: FilledName
    score: Figure
    reason: Text = ""


class RoutingDecision(EventForm):
    """A task was given to an agent."""

    task_id: FilledName
    selected_agent: FilledName
    routing_strategy: RoutingStrategy
    confidence: Score
    alternatives_considered: Annotated[tuple[Alternative, ...], Field(strict=False)] = ()
    rationale: Text = ""
    timestamp: Name = ""
    agent_version: Name = ""


class TaskOutcome(EventForm):
    """How a task ended; cost in millionths of a dollar."""

    success: bool
    quality_score: Score | None = None
    efficiency_score: Score | None = None
    tokens_consumed: Count | None = None
    completion_time_ms: Amount | None = None
    cost_micros: Count | None = None


_FLAT = {
    "success": "success",
    "quality_score": "quality_score",
    "efficiency_score": "efficiency_score",
    "latency_ms": "completion_time_ms",
    "tokens_used": "tokens_consumed",
    "cost_micros": "cost_micros",
}
_OUTCOME_FIELDS: Mapping[str, str] = MappingProxyType(_FLAT | {to_camel(flat): name for flat, name in _FLAT.items()})
"""Fields of the documents' other shape of an execution, which has no outcome, with their names in an outcome."""


class TaskExecution(EventForm):
    """An agent worked on a task. Fields of its outcome may be among the others, as the documents also have it."""

    agent_id: FilledName
    task_id: Name = ""
    task_type: Name = ""
    routing_decision: RoutingDecision | None = None
    outcome: TaskOutcome
    duration_ms: Amount | None = None
    agent_version: Name = ""

    @model_validator(mode="before")
    @classmethod
    def _gather_outcome(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "outcome" in data:
            return data
        outcome = {_OUTCOME_FIELDS[field]: value for field, value in data.items() if field in _OUTCOME_FIELDS}
        rest = {field: value for field, value in data.items() if field not in _OUTCOME_FIELDS}
        return {**rest, "outcome": outcome} if outcome else data


class TaskVerdict(EventForm):
    """A verdict on a task."""

    passed: bool
    score: Score
    rubric_scores: Scores = Field(default_factory=dict)
    feedback: Text = ""


class EvaluationOutcome(EventForm):
    """A task was evaluated."""

    task_id: FilledName
    evaluation: TaskVerdict
    agent_id: Name = ""


class RuleViolation(EventForm):
    """A rule that was not kept."""

    severity: RuleSeverity
    message: Text
    rule: Name = ""


class ValidationResult(EventForm):
    """How an agent's work complies with a constitution of rules."""

    valid: bool
    violations: Annotated[tuple[RuleViolation, ...], Field(strict=False)] = ()
    compliance_score: Score
    processing_time_ms: Amount
    rule_count: Count


class ConstitutionalValidation(EventForm):
    """An agent's work on a task was checked against rules."""

    task_id: FilledName
    agent_id: FilledName
    validation_result: ValidationResult


class ThinkingBudget(EventForm):
    """A task was given tokens to think with."""

    task_id: FilledName
    allocated_tokens: Count
    complexity_level: ComplexityLevel
    confidence: Score


class BudgetUsage(EventForm):
    """How many of these tokens were used; `utilization_rate` is computed where it is not given."""

    task_id: FilledName
    tokens_used: Count
    tokens_allocated: Count
    utilization_rate: Amount | None = None


class MinimalityEvaluation(EventForm):
    """How small a change is for what it does."""

    task_id: FilledName
    minimality_factor: Score
    ast_similarity: Score
    scaffolding_penalty: Amount
    lines_changed: Count
    quality_assessment: Name


class ModelJudgment(EventForm):
    """A model judged a task's result."""

    task_id: FilledName
    overall_score: Score
    overall_confidence: Score
    all_criteria_pass: bool
    criteria_scores: Scores = Field(default_factory=dict)
    evaluation_time_ms: Amount


class RlTrainingMetrics(EventForm):
    """A round of reinforcement learning."""

    trajectories_processed: Count
    average_reward: Figure
    policy_loss: Figure
    value_loss: Figure
    kl_divergence: Figure
    training_time_ms: Amount


FORMS: Mapping[str, type[EventForm]] = MappingProxyType(
    {
        "agent-registration": AgentRegistration,
        "agent-status-change": AgentStatusChange,
        "routing-decision": RoutingDecision,
        "task-execution": TaskExecution,
        "evaluation-outcome": EvaluationOutcome,
        "constitutional-validation": ConstitutionalValidation,
        "thinking-budget-allocation": ThinkingBudget,
        "thinking-budget-usage": BudgetUsage,
        "minimality-evaluation": MinimalityEvaluation,
        "model-judgment": ModelJudgment,
        "rl-training-metrics": RlTrainingMetrics,
    }
)
"""The form of each type that the documents name."""


def checked_form(form: type[EventForm], values: Any) -> EventForm:
    """Return the form of these values, surrogates in it repaired. Raises ValidationError."""
    try:
        return form.model_validate(values)
    except ValidationError as error:
        return repair_surrogates(form, error, dict(values) if isinstance(values, Mapping) else {})


def _is_shallow(value: Any, depth: int) -> bool:
    """Return whether a value is nested at most `depth` deep: one that contains itself must not crash the program."""
    if not isinstance(value, Mapping | list | tuple):
        return True
    parts = value.values() if isinstance(value, Mapping) else value
    return depth > 0 and all(_is_shallow(part, depth - 1) for part in parts)


def own_fields(event_type: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the data of an event of a program's own type as plain values. Raises ValueError or TypeError."""
    if not isinstance(event_type, str) or not _OWN_TYPE.fullmatch(event_type):
        raise ValueError(f"event_type: {event_type!r} is no name such as deployment-finished")
    if not isinstance(data, Mapping) or not all(isinstance(name, str) for name in data):
        raise TypeError("data: pass a mapping of fields by name")
    if not _is_shallow(data, MAX_DEPTH):
        raise ValueError(f"data: nested more than {MAX_DEPTH} deep")
    text = json.dumps(mend(dict(data)), ensure_ascii=False, allow_nan=False)
    if len(text.encode("utf-8")) > MAX_EVENT_BYTES:
        raise ValueError(f"data: more than {MAX_EVENT_BYTES} bytes")
    fields: dict[str, Any] = json.loads(text)
    return fields
