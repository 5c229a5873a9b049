"""Shares of two groups: intervals and tests by published figures, and what counts as a drift."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppp_tui.scoring.rate_difference import (
    Severity,
    Share,
    chi_square_p,
    difference_of,
    drift_severity,
    relative_change,
    wilson_interval,
)


def test_an_interval_is_wilsons() -> None:
    assert wilson_interval(Share(8, 10)) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson_interval(Share(0, 10)) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson_interval(Share(20, 20)) == pytest.approx((0.8389, 1.0), abs=1e-4)
    assert wilson_interval(Share(0, 0)) == (0.0, 1.0)


def test_a_difference_has_newcombes_interval() -> None:
    # Newcombe 1998, method 10, for 56 of 70 and 48 of 80.
    apart = difference_of(Share(56, 70), Share(48, 80))
    assert apart.difference == pytest.approx(0.20)
    assert apart.interval == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_a_p_value_is_that_of_the_table_of_chi_square() -> None:
    assert chi_square_p(Share(10, 20), Share(15, 20)) == pytest.approx(0.1025, abs=1e-4)
    # The statistic is 3.841 where p is 0.05.
    assert chi_square_p(Share(50, 100), Share(36, 100)) == pytest.approx(0.0460, abs=1e-3)
    assert chi_square_p(Share(300, 1000), Share(200, 1000)) == pytest.approx(2.6e-7, rel=0.1)


@pytest.mark.parametrize(
    ("first", "second"), [(Share(0, 0), Share(1, 2)), (Share(0, 5), Share(0, 9)), (Share(5, 5), Share(9, 9))]
)
def test_nothing_is_tested_where_nothing_can_differ(first: Share, second: Share) -> None:
    assert chi_square_p(first, second) is None


def test_a_difference_to_nothing_is_unknown() -> None:
    assert difference_of(Share(1, 2), Share(0, 0)) == (None, None, None)


counts = st.integers(1, 500).flatmap(lambda total: st.builds(Share, st.integers(0, total), st.just(total)))


@given(counts, counts)
def test_an_interval_holds_the_difference_and_turns_with_the_groups(first: Share, second: Share) -> None:
    apart, turned = difference_of(first, second), difference_of(second, first)
    assert apart.interval is not None
    assert turned.interval is not None
    assert apart.difference is not None
    low, high = apart.interval
    assert -1 - 1e-9 <= low <= apart.difference <= high <= 1 + 1e-9
    assert turned.interval.low == pytest.approx(-high)
    assert turned.p_value == (None if apart.p_value is None else pytest.approx(apart.p_value))


def test_a_change_is_relative_to_what_it_was() -> None:
    assert relative_change(0.5, 0.4) == pytest.approx(-0.2)
    assert relative_change(0.0, 0.0) == 0.0
    assert relative_change(0.0, 0.1) is None
    assert relative_change(None, 0.1) is None


@pytest.mark.parametrize(
    ("before", "after", "p_value", "runs", "severity"),
    [
        (0.50, 0.56, 0.01, 100, "low"),
        (0.50, 0.60, 0.01, 100, "medium"),
        (0.50, 0.80, 0.01, 100, "high"),
        (0.50, 0.20, 0.01, 100, "high"),
        (0.00, 0.20, 0.01, 100, "high"),
        (0.50, 0.54, 0.01, 100, None),
        (0.50, 0.80, 0.05, 100, None),
        (0.50, 0.80, None, 100, None),
        (0.50, 0.80, 0.01, 99, None),
        (None, 0.80, 0.01, 100, None),
    ],
)
def test_a_decision_drifts_by_size_and_test_from_100_runs_on(
    before: float | None, after: float, p_value: float | None, runs: int, severity: Severity | None
) -> None:
    assert drift_severity("decision", before, after, p_value, runs) == severity


def test_signals_and_latency_need_more_to_drift() -> None:
    assert drift_severity("signal", 0.50, 0.57, 0.01, 100) is None
    assert drift_severity("signal", 0.50, 0.58, 0.01, 100) == "medium"
    assert drift_severity("latency", 1000, 1190, None, 100) is None
    assert drift_severity("latency", 1000, 1200, None, 100) == "medium"
    assert drift_severity("latency", 1000, 1301, None, 100) == "high"


@pytest.mark.parametrize(("runs", "calls", "rate"), [(100, 3, 0.03), (100, 30, 0.2), (300, 3, 0.2), (300, 30, 0.03)])
def test_versions_that_do_not_differ_hardly_ever_drift(runs: int, calls: int, rate: float) -> None:
    drawing = random.Random(f"{runs} {calls} {rate}")

    def version() -> Share:
        total = runs * calls
        return Share(sum(drawing.random() < rate for _ in range(total)), total)

    sides = [(version(), version()) for _ in range(60)]
    drifts = [
        drift_severity("signal", first.rate, second.rate, difference_of(second, first).p_value, runs)
        for first, second in sides
    ]
    assert sum(drift is not None for drift in drifts) <= 6
