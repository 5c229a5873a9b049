"""Rules of alerts: what a sentence means, what is wrong with one, and for which facts it holds."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ppp_tui.model.alert_rule import AlertRule, parse_alert_rule
from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.scoring.alert_rules import AlertFacts, breaches, next_silence
from ppp_tui.text.alert_value import alert_value

NOW_MS = 1_795_200_000_000


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("pass_rate < 90 for 3 runs", AlertRule("pass_rate < 90 for 3 runs", "pass_rate", False, 90, runs=3)),
        ("pass_rate<89.5", AlertRule("pass_rate<89.5", "pass_rate", False, 89.5)),
        ("  cost_per_hour  >  5 ", AlertRule("cost_per_hour > 5", "cost_per_hour", True, 5)),
        ("retries > 5 in 10m", AlertRule("retries > 5 in 10m", "retries", True, 5, window_ms=600_000)),
        ("retries > 5 in 2h", AlertRule("retries > 5 in 2h", "retries", True, 5, window_ms=7_200_000)),
        ("high_questions > 2 per session", AlertRule("high_questions > 2 per session", "high_questions", True, 2)),
        ("context > 90", AlertRule("context > 90", "context", True, 90)),
        ("limit > 80", AlertRule("limit > 80", "limit", True, 80)),
        ("silent_tool > 2m", AlertRule("silent_tool > 2m", "silent_tool", True, 120_000)),
        ("silent_tool>90s", AlertRule("silent_tool>90s", "silent_tool", True, 90_000)),
        ("tests older than edits", AlertRule("tests older than edits", "edits_since_tests", True, 0)),
    ],
)
def test_sentence_is_read_as_its_rule(sentence: str, rule: AlertRule) -> None:
    assert parse_alert_rule(sentence) == rule


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("", 'a rule is "MEASURE < NUMBER"'),
        ("pass_rate = 90", 'a rule is "MEASURE < NUMBER"'),
        ("pass_rate < many", 'a rule is "MEASURE < NUMBER"'),
        ("context > -1", 'a rule is "MEASURE < NUMBER"'),
        ("mood > 3", "there is no measure mood, only pass_rate, cost_per_hour"),
        ("context > 90 for 3 runs", '"for 3 runs" cannot follow context: nothing can'),
        ("retries > 5 for 3 runs", 'cannot follow retries: only "in 10m" or "per session" can'),
        ("pass_rate < 90 for 0 runs", "the number of runs must be from 1 to 20"),
        ("pass_rate < 90 for 21 runs", "the number of runs must be from 1 to 20"),
        ("retries > 5 in 0m", "the span of time must be from 1m to 24h"),
        ("retries > 5 in 25h", "the span of time must be from 1m to 24h"),
        ("context > 9999999999", "9999999999 is too large a number"),
        ("context > 90m", "context is compared with a number, not with 90m"),
        ("limit > 80 per session", '"per session" cannot follow limit: nothing can'),
        ("silent_tool > 2", 'a rule on silent tools is "silent_tool > 2m" or "silent_tool > 90s"'),
        ("silent_tool < 2m", 'a rule on silent tools is "silent_tool > 2m"'),
        ("silent_tool > 2m per session", 'a rule on silent tools is "silent_tool > 2m"'),
        ("silent_tool > 9s", "a tool must be silent for 10s to 30m"),
        ("silent_tool > 31m", "a tool must be silent for 10s to 30m"),
        ("silent_tool > 2h", "a tool must be silent for 10s to 30m"),
        ("context > 90\x1b[31m", 'a rule is "MEASURE < NUMBER"'),
    ],
)
def test_wrong_sentence_is_refused_with_its_reason(sentence: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        parse_alert_rule(sentence)


def held(sentence: str, facts: AlertFacts) -> list[float]:
    return list(breaches([parse_alert_rule(sentence)], facts, NOW_MS).values())


def test_pass_rate_holds_only_if_all_of_the_newest_runs_are_alarming() -> None:
    rule = "pass_rate < 90 for 3 runs"
    assert held(rule, AlertFacts(pass_rates=(50.0, 89.0, 70.0, 100.0))) == [89.0]
    assert held(rule, AlertFacts(pass_rates=(50.0, 90.0, 70.0))) == []
    assert held(rule, AlertFacts(pass_rates=(50.0, 70.0))) == []


def test_a_pass_rate_that_must_stay_below_takes_the_lowest_run() -> None:
    assert held("pass_rate > 90 for 2 runs", AlertFacts(pass_rates=(95.0, 92.0))) == [92.0]
    assert held("pass_rate > 90 for 2 runs", AlertFacts(pass_rates=(95.0, 88.0))) == []


def test_retries_outside_the_window_or_in_the_future_do_not_count() -> None:
    times = (NOW_MS + 1, NOW_MS, NOW_MS - 599_999, NOW_MS - 600_000)
    assert held("retries > 1 in 10m", AlertFacts(retries=4, retry_times=times)) == [2]
    assert held("retries > 2 in 10m", AlertFacts(retries=4, retry_times=times)) == []
    assert held("retries > 3", AlertFacts(retries=4, retry_times=times)) == [4]


def test_the_threshold_itself_is_not_alarming() -> None:
    assert held("context > 90", AlertFacts(context_tokens=90, context_window=100)) == []
    assert held("context > 90", AlertFacts(context_tokens=91, context_window=100)) == [91.0]
    assert held("high_questions > 2", AlertFacts(high_questions=2)) == []
    assert held("violations > 2", AlertFacts(violations=3)) == [3]


@pytest.mark.parametrize("sentence", ["pass_rate < 90", "cost_per_hour < 5", "context < 90", "tests older than edits"])
def test_what_is_unknown_never_holds(sentence: str) -> None:
    assert held(sentence, AlertFacts(context_tokens=5)) == []


def test_cost_is_compared_in_dollars() -> None:
    assert held("cost_per_hour > 5", AlertFacts(hour_cost_micros=5_000_001)) == [5.000001]
    assert held("cost_per_hour > 5", AlertFacts(hour_cost_micros=5_000_000)) == []


def test_one_edit_after_the_last_test_run_makes_tests_older() -> None:
    assert held("tests older than edits", AlertFacts(edits_since_tests=1)) == [1]
    assert held("tests older than edits", AlertFacts(edits_since_tests=0)) == []


def at_work(kind: str, *, silent_ms: int, **facts: Any) -> AlertFacts:
    """A session whose only open step gave its last sign of life so many milliseconds ago."""
    began = NOW_MS - silent_ms
    step = OpenStep("k", kind, "Bash", "make", began)
    return AlertFacts(live=LiveFacts(last_at=began, turn_status="open", open_steps=(step,), **facts))


def test_a_tool_is_silent_only_beyond_the_threshold_and_since_its_last_sign_of_life() -> None:
    assert held("silent_tool > 2m", at_work("shell", silent_ms=120_000)) == []
    assert held("silent_tool > 2m", at_work("shell", silent_ms=120_001)) == [120_001]
    assert held("silent_tool > 2m", at_work("shell", silent_ms=600_000, progress_at=NOW_MS - 30_000)) == []
    assert held("silent_tool > 30s", at_work("mcp", silent_ms=7_200_000)) == [7_200_000]


@pytest.mark.parametrize("kind", ["subagent", "ask", "edit"])
def test_what_waits_for_another_is_no_silent_tool(kind: str) -> None:
    assert held("silent_tool > 1m", at_work(kind, silent_ms=300_000)) == []


def test_waiting_for_permission_and_a_turn_that_is_over_are_not_silent() -> None:
    waiting = at_work("shell", silent_ms=300_000, waits_for="permission prompt", waits_at=NOW_MS - 300_000)
    assert held("silent_tool > 1m", waiting) == []
    over = at_work("shell", silent_ms=300_000)
    over = over._replace(live=over.live._replace(turn_status="completed"))
    assert held("silent_tool > 1m", over) == []
    assert held("silent_tool > 1m", AlertFacts()) == []


def test_the_next_silence_is_the_earliest_of_all_rules_and_none_without_an_open_tool() -> None:
    rules = [parse_alert_rule(text) for text in ("silent_tool > 2m", "silent_tool > 90s", "context > 90")]
    assert next_silence(rules, at_work("shell", silent_ms=60_000), NOW_MS) == NOW_MS + 30_001
    assert next_silence(rules, at_work("shell", silent_ms=100_000), NOW_MS) == NOW_MS + 20_001
    assert next_silence(rules, AlertFacts(), NOW_MS) is None
    assert next_silence(rules[2:], at_work("shell", silent_ms=60_000), NOW_MS) is None
    over = at_work("shell", silent_ms=60_000)
    assert next_silence(rules, over._replace(live=over.live._replace(turn_status="completed")), NOW_MS) is None
    assert next_silence(rules, over._replace(live=over.live._replace(open_steps=())), NOW_MS) is None


@pytest.mark.parametrize(
    ("rule", "value", "text"),
    [
        ("pass_rate < 90", 87.5, "87.5%"),
        ("limit > 80", 81.0, "81%"),
        ("cost_per_hour > 5", 1234.5, "$1,234.50"),
        ("silent_tool > 2m", 125_000.0, "2:05"),
        ("retries > 5 in 10m", 6.0, "6"),
        ("a rule of yore", 1.25, "1.25"),
    ],
)
def test_value_is_shown_in_the_unit_of_its_rule(rule: str, value: float, text: str) -> None:
    assert alert_value(rule, value) == text
