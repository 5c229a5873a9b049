"""Judges whether rules of alerts hold for a trajectory, by facts that the database holds. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from ppp_tui.model.alert_rule import AlertRule
from ppp_tui.model.clock import DAY_MS, MAX_TIME_MS
from ppp_tui.model.live import LiveFacts
from ppp_tui.scoring.live_state import judge_live_state
from ppp_tui.scoring.live_thresholds import SILENT_TOOL_MS, Thresholds

DOLLAR_DECIMALS = 6
"""Decimals of a cost in dollars: it is stored in millionths."""


class AlertFacts(NamedTuple):
    """The facts of one trajectory that rules compare; None or empty if unknown or not needed by any rule."""

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
    limit_percent: float | None = None
    """Use of the agent's fullest limit, as read last; None if no limit's window is known to be running."""
    live: LiveFacts = LiveFacts()


def breaches(rules: Sequence[AlertRule], facts: AlertFacts, now_ms: int) -> dict[str, float]:
    """Return the rules that hold, each with its value. A rule on an unknown value never holds."""
    values = {rule: measured_value(rule, facts, now_ms) for rule in rules}
    return {rule.text: value for rule, value in values.items() if value is not None and _holds(rule, value)}


def _holds(rule: AlertRule, value: float) -> bool:
    return value > rule.threshold if rule.is_above else value < rule.threshold


def measured_value(rule: AlertRule, facts: AlertFacts, now_ms: int) -> float | None:
    """Return the value that a rule compares: percent, dollars, a count, or milliseconds. None if it is unknown."""
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
    if rule.measure == "limit":
        return facts.limit_percent
    if rule.measure == "silent_tool":
        return _silence(rule, facts.live, now_ms)
    if rule.measure == "high_questions":
        return facts.high_questions
    if rule.measure == "violations":
        return facts.violations
    return facts.edits_since_tests


def _pass_rate(rule: AlertRule, pass_rates: tuple[float, ...]) -> float | None:
    """Return the least alarming pass rate of the runs that the rule counts: all of them must be alarming."""
    newest = pass_rates[: rule.runs]
    if len(newest) < rule.runs:
        return None
    return round(min(newest) if rule.is_above else max(newest), 1)


def next_silence(rules: Sequence[AlertRule], facts: AlertFacts, now_ms: int) -> int | None:
    """Return Unix milliseconds at which an open tool may have been silent too long; None if none is open."""
    if facts.live.turn_status not in ("open", "unknown") or not facts.live.open_steps:
        return None
    moments = [
        judge_live_state(facts.live, now_ms, None, _silence_thresholds(rule)).holds_until
        for rule in rules
        if rule.measure == "silent_tool"
    ]
    return min((moment for moment in moments if now_ms < moment < MAX_TIME_MS), default=None)


def _silence(rule: AlertRule, live: LiveFacts, now_ms: int) -> float | None:
    """Return the milliseconds for which a tool has been silent, None if the rule allows that."""
    state = judge_live_state(live, now_ms, None, _silence_thresholds(rule)).state
    if state.name != "silent":
        return None
    return float(now_ms - max(live.last_at, live.progress_at))


@cache
def _silence_thresholds(rule: AlertRule) -> Thresholds:
    """Return when a tool is silent by a rule.

    Steps that wait for the user's permission or for another agent keep their own limits.
    """
    # Longer than the threshold, which screens count as silent already.
    kinds = {kind: int(rule.threshold) + 1 for kind in ("shell", "tool", "mcp", "web", "search")}
    return Thresholds(silent_tool_ms={**SILENT_TOOL_MS, **kinds}, idle_after_ms=DAY_MS)
