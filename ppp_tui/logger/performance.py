"""The type of `TrajectoryLogger.performance`: it records performance events, and reads committed ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from ppp_tui.logger.performance_forms import (
    FORMS,
    AgentRegistration,
    AgentStatusChange,
    BudgetUsage,
    ConstitutionalValidation,
    EvaluationOutcome,
    EventForm,
    MinimalityEvaluation,
    ModelJudgment,
    RlTrainingMetrics,
    RoutingDecision,
    TaskExecution,
    ThinkingBudget,
    checked_form,
    own_fields,
)
from ppp_tui.logger.performance_reader import PerformanceReader
from ppp_tui.model.clock import MAX_TIME_MS, Clock
from ppp_tui.model.performance import (
    AgentStatus,
    ComplexityLevel,
    RoutingStrategy,
    anonymize,
    without_strings,
    without_texts,
)
from ppp_tui.store.logged.entries import encode

if TYPE_CHECKING:
    from ppp_tui.logger.sinks import EntrySink


class Recorded(msgspec.Struct, frozen=True, eq=False):
    """An event that was recorded; ``await`` it to wait for room without holding up the event loop."""

    sink: EntrySink

    def __await__(self) -> Generator[Any, None, None]:
        """Wait until the logger has room; the entry itself is safe already."""
        yield from self.sink.room().__await__()


class OpenExecution(msgspec.Struct, frozen=True, eq=False):
    """A task that an agent works on, from `start_task_execution` to `complete_task_execution`."""

    fields: Mapping[str, Any]
    began_ns: int


class PerformanceRecorder(PerformanceReader):
    """Records performance events, and reads those that are committed. Any thread may call it.

    An event is in the journal when its call returns. A wrong value raises pydantic's ValidationError with its field;
    trouble with disk or database never raises (`log.health`). Where the settings anonymize, names of agents and tasks
    are hashed with the database's key, and free texts left out, before anything is written.
    """

    def __init__(
        self, sink: Callable[[], EntrySink], clock: Clock, key: bytes, database: Path | None, *, keeps_text: bool
    ) -> None:
        """Record to a sink; without a `key` nothing is anonymized. Made by `TrajectoryLogger`."""
        super().__init__(database, clock, key)
        self._sink = sink
        self._now_ms = clock.now_ms
        self._keeps_text = keeps_text
        self._is_plain = keeps_text and not key

    def record_agent_registration(
        self,
        agent_id: str,
        capabilities: Sequence[str] = (),
        *,
        baseline_metrics: Mapping[str, float | None] | None = None,
        agent_version: str = "",
    ) -> Recorded:
        """Register an agent, or register it again; `agents` finds it by its capabilities.

        `baseline_metrics` are `latency_ms`, `accuracy`, `cost_per_task` (dollars) and `reliability`.
        """
        return self._record(
            "agent-registration",
            AgentRegistration,
            agent_id=agent_id,
            capabilities=capabilities,
            baseline_metrics=baseline_metrics,
            agent_version=agent_version,
        )

    def record_agent_status_change(
        self, agent_id: str, status: AgentStatus, *, previous_status: AgentStatus | None = None, reason: str = ""
    ) -> Recorded:
        """Record that an agent became available, busy, offline or went under maintenance."""
        return self._record(
            "agent-status-change",
            AgentStatusChange,
            agent_id=agent_id,
            status=status,
            previous_status=previous_status,
            reason=reason,
        )

    def record_routing_decision(
        self,
        task_id: str,
        selected_agent: str,
        *,
        routing_strategy: RoutingStrategy,
        confidence: float,
        alternatives_considered: Sequence[Mapping[str, Any]] = (),
        rationale: str = "",
        agent_version: str = "",
    ) -> Recorded:
        """Record that a task was given to an agent; an alternative has `agent_id`, `score` and an optional `reason`."""
        return self._record(
            "routing-decision",
            RoutingDecision,
            task_id=task_id,
            selected_agent=selected_agent,
            routing_strategy=routing_strategy,
            confidence=confidence,
            alternatives_considered=alternatives_considered,
            rationale=rationale,
            agent_version=agent_version,
        )

    def start_task_execution(
        self,
        task_id: str,
        agent_id: str,
        routing_decision: Mapping[str, Any] | None = None,
        *,
        task_type: str = "",
        agent_version: str = "",
    ) -> OpenExecution:
        """Begin to measure a task; it is recorded by `complete_task_execution`, and not if its program dies before."""
        fields = {
            "task_id": task_id,
            "agent_id": agent_id,
            "routing_decision": routing_decision,
            "task_type": task_type,
            "agent_version": agent_version,
        }
        # Checked here, with a placeholder for the outcome that follows.
        checked_form(TaskExecution, {**fields, "outcome": {"success": True}})
        return OpenExecution(fields, time.monotonic_ns())

    def complete_task_execution(self, execution: OpenExecution, outcome: Mapping[str, Any]) -> Recorded:
        """Record a task with its outcome: `success`, and optional fields.

        They are `quality_score`, `efficiency_score` (0 to 1), `tokens_consumed`, `cost_micros` and
        `completion_time_ms`; without the last, the time since the start is used.
        """
        if not isinstance(execution, OpenExecution):
            raise TypeError("execution: pass what start_task_execution returned")
        measured_ms = (time.monotonic_ns() - execution.began_ns) / 1_000_000
        return self._record(
            "task-execution", TaskExecution, **execution.fields, outcome=outcome, duration_ms=round(measured_ms, 3)
        )

    def record_task_performance(
        self,
        agent_id: str,
        task_type: str,
        *,
        success: bool,
        quality_score: float | None = None,
        latency_ms: float | None = None,
        tokens_used: int | None = None,
        cost_micros: int | None = None,
        task_id: str = "",
        agent_version: str = "",
    ) -> Recorded:
        """Record a finished task in one call; it is stored and counted like one with an outcome."""
        return self._record(
            "task-execution",
            TaskExecution,
            agent_id=agent_id,
            task_type=task_type,
            success=success,
            quality_score=quality_score,
            latency_ms=latency_ms,
            tokens_used=tokens_used,
            cost_micros=cost_micros,
            task_id=task_id,
            agent_version=agent_version,
        )

    def record_evaluation_outcome(self, task_id: str, evaluation: Mapping[str, Any], *, agent_id: str = "") -> Recorded:
        """Record a verdict on a task: `passed`, `score` (0 to 1), perhaps `rubric_scores` and `feedback`."""
        return self._record(
            "evaluation-outcome", EvaluationOutcome, task_id=task_id, evaluation=evaluation, agent_id=agent_id
        )

    def record_constitutional_validation(
        self, task_id: str, agent_id: str, validation_result: Mapping[str, Any]
    ) -> Recorded:
        """Record how an agent's work complies with a constitution of rules.

        The result has `valid`, `violations` (each with `severity`, `message` and perhaps `rule`), `compliance_score`,
        `processing_time_ms` and `rule_count`.
        """
        return self._record(
            "constitutional-validation",
            ConstitutionalValidation,
            task_id=task_id,
            agent_id=agent_id,
            validation_result=validation_result,
        )

    def record_thinking_budget(
        self, task_id: str, *, allocated_tokens: int, complexity_level: ComplexityLevel, confidence: float
    ) -> Recorded:
        """Record how many tokens a task was given to think with."""
        return self._record(
            "thinking-budget-allocation",
            ThinkingBudget,
            task_id=task_id,
            allocated_tokens=allocated_tokens,
            complexity_level=complexity_level,
            confidence=confidence,
        )

    def record_budget_usage(
        self, task_id: str, *, tokens_used: int, tokens_allocated: int, utilization_rate: float | None = None
    ) -> Recorded:
        """Record how many of these tokens a task used; the rate follows if it is not given."""
        if utilization_rate is None and isinstance(tokens_used, int) and isinstance(tokens_allocated, int):
            utilization_rate = tokens_used / tokens_allocated if tokens_allocated > 0 <= tokens_used else None
        return self._record(
            "thinking-budget-usage",
            BudgetUsage,
            task_id=task_id,
            tokens_used=tokens_used,
            tokens_allocated=tokens_allocated,
            utilization_rate=utilization_rate,
        )

    def record_minimality_evaluation(
        self,
        task_id: str,
        *,
        minimality_factor: float,
        ast_similarity: float,
        scaffolding_penalty: float,
        lines_changed: int,
        quality_assessment: str,
    ) -> Recorded:
        """Record how small a change is for what it does."""
        return self._record(
            "minimality-evaluation",
            MinimalityEvaluation,
            task_id=task_id,
            minimality_factor=minimality_factor,
            ast_similarity=ast_similarity,
            scaffolding_penalty=scaffolding_penalty,
            lines_changed=lines_changed,
            quality_assessment=quality_assessment,
        )

    def record_judgment(
        self,
        task_id: str,
        *,
        overall_score: float,
        overall_confidence: float,
        all_criteria_pass: bool,
        evaluation_time_ms: float,
        criteria_scores: Mapping[str, float] | None = None,
    ) -> Recorded:
        """Record a model's judgment of a task's result, criterion by criterion."""
        return self._record(
            "model-judgment",
            ModelJudgment,
            task_id=task_id,
            overall_score=overall_score,
            overall_confidence=overall_confidence,
            all_criteria_pass=all_criteria_pass,
            evaluation_time_ms=evaluation_time_ms,
            criteria_scores=dict(criteria_scores or {}),
        )

    def record_rl_training_metrics(
        self,
        *,
        trajectories_processed: int,
        average_reward: float,
        policy_loss: float,
        value_loss: float,
        kl_divergence: float,
        training_time_ms: float,
    ) -> Recorded:
        """Record a round of reinforcement learning."""
        return self._record(
            "rl-training-metrics",
            RlTrainingMetrics,
            trajectories_processed=trajectories_processed,
            average_reward=average_reward,
            policy_loss=policy_loss,
            value_loss=value_loss,
            kl_divergence=kl_divergence,
            training_time_ms=training_time_ms,
        )

    def record_event(
        self,
        event_type: str,
        data: Mapping[str, Any],
        *,
        identifiers: Collection[str] = (),
        at_ms: int | None = None,
        is_anonymized: bool = False,
    ) -> Recorded:
        """Record an event of any type: the documents' types are checked as by their own methods.

        Other types are names such as ``deployment-finished``, their data anything that JSON can say. `identifiers` are
        those of its fields that name somebody, to be hashed where names are, unless they are hashes already
        (`is_anonymized`). `at_ms` is when it happened, now by default. Raises ValueError or TypeError.
        """
        if isinstance(identifiers, str) or not all(isinstance(name, str) for name in identifiers):
            raise TypeError("identifiers: pass a list of names of fields")
        if at_ms is not None and (type(at_ms) is not int or not 0 <= at_ms <= MAX_TIME_MS):
            raise ValueError(f"at_ms: {at_ms!r} is not a time in Unix milliseconds")
        names = tuple(identifiers)
        form = FORMS.get(event_type)
        if form is not None and names:
            raise ValueError(f"identifiers: those of {event_type} are declared already")
        fields = own_fields(event_type, data) if form is None else checked_form(form, data)
        return self._put(event_type, fields, names, at_ms, is_anonymized=is_anonymized)

    def _record(self, event_type: str, form: type[EventForm], **values: Any) -> Recorded:
        if self._sink().is_null:
            return Recorded(self._sink())
        return self._put(event_type, checked_form(form, values))

    def _put(
        self,
        event_type: str,
        data: EventForm | Mapping[str, Any],
        identifiers: tuple[str, ...] = (),
        at_ms: int | None = None,
        *,
        is_anonymized: bool = False,
    ) -> Recorded:
        sink = self._sink()
        if sink.is_null:
            return Recorded(sink)
        at = self._now_ms() if at_ms is None else at_ms
        if isinstance(data, EventForm) and self._is_plain:
            text = data.model_dump_json()
        else:
            text = self._cleared(data, identifiers, b"" if is_anonymized else self._key)
        is_hashed = is_anonymized or bool(self._key)
        sink.put(encode(("performed", "", at, 0, event_type, text, identifiers, is_hashed)))
        return Recorded(sink)

    def _cleared(self, data: EventForm | Mapping[str, Any], identifiers: tuple[str, ...], key: bytes) -> str:
        """Return fields as JSON, without texts and with hashed names as the settings demand."""
        fields = data.model_dump() if isinstance(data, EventForm) else data
        if not self._keeps_text:
            # A program's own events do not declare their texts: all strings are left out.
            fields = without_texts(fields) if isinstance(data, EventForm) else without_strings(fields, identifiers)
        if key:
            fields = anonymize(fields, key, identifiers)
        return msgspec.json.encode(fields).decode()
