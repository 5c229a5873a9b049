"""Judges whether rules of alerts hold for a trajectory, by facts that the database holds. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ppp_tui.model.alert_rule import AlertRule

DOLLAR_DECIMALS = 6
"""Decimals of a cost in dollars: it is stored in millionths."""


class AlertFacts(NamedTuple):
    """What rules are judged by, of one trajectory; None and empty for what is unknown or no rule needs."""

    high_questions: int = 0
    violations: int = 0
    retries: int = 0
    context_tokens: int | None = None
    context_window: int | None = None
    retry_times: tuple[int, ...] = ()
    """Unix milliseconds of the newest retries."""
    hour_cost_micros: int | None = None
    """Cost of the last hour's requests, as far as they are priced."""
    pass_rates: tuple[float, ...] = ()
    """Percentages of whole test runs, the newest first."""
    edits_since_tests: int | None = None
    """Edits after the newest test run; None where no tests ran."""


def breaches(rules: Sequence[AlertRule], facts: AlertFacts, now_ms: int) -> dict[str, float]:
    """Return the rules that hold, each with the value that it holds for. What is unknown never holds."""
    values = {rule: measured_value(rule, facts, now_ms) for rule in rules}
    return {rule.text: value for rule, value in values.items() if value is not None and _holds(rule, value)}


def _holds(rule: AlertRule, value: float) -> bool:
    return value > rule.threshold if rule.is_above else value < rule.threshold


def measured_value(rule: AlertRule, facts: AlertFacts, now_ms: int) -> float | None:
    """Return the value that a rule compares: percent, dollars or a count. None if it is unknown."""
    if rule.measure == "pass_rate":
        return _pass_rate(rule, facts.pass_rates)
    if rule.measure == "cost_per_hour":
        micros = facts.hour_cost_micros
        return None if micros is None else round(micros / 1_000_000, DOLLAR_DECIMALS)
    if rule.measure == "context":
        tokens, window = facts.context_tokens, facts.context_window
        return None if tokens is None or not window else round(100 * tokens / window, 1)
    if rule.measure == "retries":
        if not rule.window_ms:
            return facts.retries
        return sum(now_ms - rule.window_ms < at <= now_ms for at in facts.retry_times)
    if rule.measure == "high_questions":
        return facts.high_questions
    if rule.measure == "violations":
        return facts.violations
    return facts.edits_since_tests


def _pass_rate(rule: AlertRule, pass_rates: tuple[float, ...]) -> float | None:
    """Return, of as many runs as the rule asks for, the pass rate that is least alarming: all must be alarming."""
    newest = pass_rates[: rule.runs]
    if len(newest) < rule.runs:
        return None
    return round(min(newest) if rule.is_above else max(newest), 1)
