"""Rules of alerts as the user writes them: sentences such as ``pass_rate < 90 for 3 runs``. Parsing is pure."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, get_args

from ppp_tui.model.clock import HOUR_MS, MINUTE_MS, SECOND_MS

AlertMeasure = Literal[
    "pass_rate", "cost_per_hour", "retries", "high_questions", "violations", "context", "limit", "silent_tool"
]
"""What a rule can compare with a number."""

MEASURES: tuple[AlertMeasure, ...] = get_args(AlertMeasure)

ALERT_FIELDS = ("rule", "value", "agent", "session", "project", "title", "since")
"""What the arguments of the user's command for alerts can name, in braces."""

TESTS_OLDER = "tests older than edits"
"""The one rule without a number."""

MAX_RUNS = 20
"""Most test runs that a rule can require."""

MAX_WINDOW_MS = 24 * HOUR_MS
"""The longest span of time that a rule can count in."""

MAX_THRESHOLD = 1_000_000_000.0

MIN_SILENCE_MS, MAX_SILENCE_MS = 10 * SECOND_MS, 30 * MINUTE_MS
"""Bounds of how long a tool may be silent."""

_COMPARISON = re.compile(r"([a-z_]+) ?([<>]) ?([0-9]{1,10}(?:\.[0-9]{1,6})?)([smh]?)(?: (.+))?")
_RUNS = re.compile(r"for ([0-9]{1,3}) runs?")
_WINDOW = re.compile(r"in ([0-9]{1,5})([mh])")


class AlertRule(NamedTuple):
    """A condition on one trajectory."""

    text: str
    """The sentence with single spaces: the rule's name in the database."""
    measure: AlertMeasure | Literal["edits_since_tests"]
    is_above: bool
    """Whether values above the threshold are alarming, else those below it."""
    threshold: float
    """Percent, dollars, a count, or milliseconds of silence."""
    runs: int = 1
    """Test runs that must all be alarming, the newest ones."""
    window_ms: int = 0
    """Milliseconds up to now in which retries are counted; 0 for all of the trajectory."""


def parse_alert_rule(sentence: str) -> AlertRule:
    """Return the rule that a sentence states. Raises ValueError, whose text says what is wrong with it."""
    text = " ".join(sentence.split())
    if text == TESTS_OLDER:
        return AlertRule(text, "edits_since_tests", is_above=True, threshold=0)
    match = _COMPARISON.fullmatch(text)
    if match is None:
        raise ValueError(f'a rule is "MEASURE < NUMBER", "MEASURE > NUMBER" or "{TESTS_OLDER}"')
    name, sign, number, unit, rest = match.groups(default="")
    measure = next((measure for measure in MEASURES if measure == name), None)
    if measure is None:
        raise ValueError(f"there is no measure {name}, only {', '.join(MEASURES)}")
    rule = AlertRule(text, measure, is_above=sign == ">", threshold=float(number))
    if rule.threshold > MAX_THRESHOLD:
        raise ValueError(f"{number} is too large a number")
    if measure == "silent_tool":
        return _with_silence(rule, unit, rest)
    if unit:
        raise ValueError(f"{measure} is compared with a number, not with {number}{unit}")
    return _with_scope(rule, rest) if rest else rule


def _with_silence(rule: AlertRule, unit: str, rest: str) -> AlertRule:
    """Return a rule on silent tools with its duration in milliseconds. Raises ValueError for an invalid one."""
    if not rule.is_above or not unit or rest:
        raise ValueError('a rule on silent tools is "silent_tool > 2m" or "silent_tool > 90s"')
    silence_ms = rule.threshold * {"s": SECOND_MS, "m": MINUTE_MS, "h": HOUR_MS}[unit]
    if not MIN_SILENCE_MS <= silence_ms <= MAX_SILENCE_MS:
        raise ValueError("a tool must be silent for 10s to 30m")
    return rule._replace(threshold=silence_ms)


def _with_scope(rule: AlertRule, rest: str) -> AlertRule:
    """Return the rule with the words after its number. Raises ValueError if they do not fit its measure."""
    runs, window = _RUNS.fullmatch(rest), _WINDOW.fullmatch(rest)
    if rule.measure == "pass_rate" and runs is not None:
        if not 1 <= int(runs[1]) <= MAX_RUNS:
            raise ValueError(f"the number of runs must be from 1 to {MAX_RUNS}")
        return rule._replace(runs=int(runs[1]))
    if rule.measure == "retries" and window is not None:
        window_ms = int(window[1]) * (MINUTE_MS if window[2] == "m" else HOUR_MS)
        if not 0 < window_ms <= MAX_WINDOW_MS:
            raise ValueError("the span of time must be from 1m to 24h")
        return rule._replace(window_ms=window_ms)
    if rule.measure in ("high_questions", "violations", "retries") and rest == "per session":
        return rule
    allowed = {
        "pass_rate": '"for 3 runs"',
        "retries": '"in 10m" or "per session"',
        "high_questions": '"per session"',
        "violations": '"per session"',
    }.get(rule.measure)
    only = "nothing can" if allowed is None else f"only {allowed} can"
    raise ValueError(f'"{rest}" cannot follow {rule.measure}: {only}')
