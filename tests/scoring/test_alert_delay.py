"""How often rules of alerts are wrong on healthy work, and how soon they notice what broke, on simulated series.

The series have a fixed seed, so that each figure is what it is; the bounds are those that a user is told.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterable, Sequence

import pytest

from ppp_tui.model.alert_rule import parse_alert_rule
from ppp_tui.model.clock import DAY_MS, HOUR_MS, MINUTE_MS
from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.scoring.alert_rules import AlertFacts, breaches

NOW_MS = 1_795_200_000_000
RUNS = 5_000
TESTS = 200
"""Tests of a simulated suite."""


def holds(sentence: str, facts: AlertFacts, now_ms: int = NOW_MS) -> bool:
    return bool(breaches([parse_alert_rule(sentence)], facts, now_ms))


def openings(states: Iterable[bool]) -> int:
    """How often a rule begins to hold."""
    before, number = False, 0
    for state in states:
        number += state and not before
        before = state
    return number


def pass_rate(rng: random.Random, failing: float) -> float:
    """The pass rate of a run in which each test fails with this probability."""
    noise = rng.gauss(0, (failing * (1 - failing) / TESTS) ** 0.5)
    return 100 * (1 - min(1.0, max(0.0, failing + noise)))


def healthy_rates(seed: int, runs: int) -> list[float]:
    """Runs of a suite that fails 3 % of its tests; now and then work in progress fails a quarter for a while."""
    rng, rates, is_red = random.Random(seed), [], False
    for _ in range(runs):
        is_red = rng.random() < (0.4 if is_red else 0.02)
        rates.append(pass_rate(rng, 0.25 if is_red else 0.03))
    return rates


def newest_first(rates: Sequence[float], place: int) -> tuple[float, ...]:
    return tuple(reversed(rates[max(0, place - 19) : place + 1]))


@pytest.mark.parametrize(
    ("sentence", "least_per_1000", "most_per_1000"),
    [("pass_rate < 90", 10, 25), ("pass_rate < 90 for 2 runs", 3, 10), ("pass_rate < 90 for 3 runs", 0, 4)],
)
def test_asking_for_more_runs_makes_false_alarms_rare(
    sentence: str, least_per_1000: float, most_per_1000: float
) -> None:
    rates = healthy_rates(1, RUNS)
    states = [holds(sentence, AlertFacts(pass_rates=newest_first(rates, place))) for place in range(RUNS)]
    assert least_per_1000 <= openings(states) * 1000 / RUNS <= most_per_1000


@pytest.mark.parametrize(
    ("failing", "runs", "mean_limit", "p95_limit"),
    [(0.20, 1, 1.05, 1), (0.20, 3, 3.05, 3), (0.13, 1, 1.3, 2), (0.13, 3, 4.5, 8)],
)
def test_suite_that_broke_is_noticed_within_a_few_runs(
    failing: float, runs: int, mean_limit: float, p95_limit: int
) -> None:
    delays = []
    for seed in range(200):
        rng = random.Random(seed)
        rates = [pass_rate(rng, 0.03) for _ in range(20)] + [pass_rate(rng, failing) for _ in range(100)]
        sentence = f"pass_rate < 90 for {runs} runs"
        delays.append(
            next(
                place - 19
                for place in range(20, 120)
                if holds(sentence, AlertFacts(pass_rates=newest_first(rates, place)))
            )
        )
    assert min(delays) == runs
    assert sum(delays) / len(delays) <= mean_limit
    assert sorted(delays)[189] <= p95_limit


def arrivals(seed: int, mean_gap_ms: float, until_ms: int) -> list[int]:
    rng, times, at = random.Random(seed), [], 0.0
    while at < until_ms:
        at += rng.expovariate(1 / mean_gap_ms)
        times.append(int(at))
    return times


@pytest.mark.parametrize(("per_hour", "most_per_day"), [(2, 0.1), (6, 0.5)])
def test_scattered_retries_hardly_ever_count_as_a_burst(per_hour: int, most_per_day: float) -> None:
    days = 30
    times = arrivals(2, HOUR_MS / per_hour, days * DAY_MS)
    states = []
    for now_ms in range(0, days * DAY_MS, MINUTE_MS):
        newest = times[bisect_right(times, now_ms - 10 * MINUTE_MS) : bisect_right(times, now_ms)]
        states.append(holds("retries > 5 in 10m", AlertFacts(retry_times=tuple(newest)), now_ms))
    assert openings(states) / days <= most_per_day


def test_burst_of_retries_is_noticed_with_its_sixth() -> None:
    delays = []
    for seed in range(200):
        times = arrivals(seed, 20_000, 20 * MINUTE_MS)
        facts = AlertFacts(retry_times=tuple(times))
        delays.append(next(now_ms for now_ms in times if holds("retries > 5 in 10m", facts, now_ms)))
        assert delays[-1] == times[5]
    assert sum(delays) / len(delays) <= 130_000


def test_few_healthy_commands_are_silent_for_two_minutes_and_a_stuck_one_is_noticed_at_once_then() -> None:
    rng = random.Random(5)
    durations_ms = [rng.lognormvariate(1.0, 1.4) * 1000 for _ in range(10_000)]
    began = NOW_MS - 10 * HOUR_MS
    facts = AlertFacts(
        live=LiveFacts(last_at=began, turn_status="open", open_steps=(OpenStep("k", "shell", "Bash", "make", began),))
    )
    false = sum(holds("silent_tool > 2m", facts, began + int(duration)) for duration in durations_ms)
    assert false / len(durations_ms) <= 0.005
    seconds = [second for second in range(300) if holds("silent_tool > 2m", facts, began + second * 1000)]
    assert seconds[0] == 121
