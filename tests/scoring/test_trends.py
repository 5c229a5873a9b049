"""Trends: what is unusual, when a level changed, and how often either is told where nothing happened."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import pytest

from ppp_tui.scoring.trends import (
    ChangePoint,
    Trend,
    TrendPoint,
    TrendScale,
    change_places,
    judge_trend,
    usual_values,
)

DAY = 86_400_000


def points(values: Sequence[float | None], support: float = 1.0) -> list[TrendPoint]:
    """Days in a row; None is a day without any work."""
    return [TrendPoint(number * DAY, value, 0.0 if value is None else support) for number, value in enumerate(values)]


def anomalies(trend: Trend) -> list[int]:
    return [judged.point.low_ms // DAY for judged in trend.anomalies]


def test_value_far_above_the_past_is_an_anomaly_with_its_baseline_beside_it() -> None:
    past: list[float | None] = [9.0, 10.0, 11.0, 9.0, 10.0, 11.0, 9.0, 10.0, 11.0, 10.0]
    trend = judge_trend(points([*past, 100.0, 10.0]), 2, "amount")
    assert anomalies(trend) == [10]
    baseline = trend.points[0].baseline
    assert baseline is not None
    assert (round(baseline.median, 9), baseline.spans) == (10.0, 10)
    assert baseline.low < 9.0
    assert 11.0 < baseline.high < 20.0


def test_anomaly_is_not_part_of_what_makes_the_next_day_usual() -> None:
    past: list[float | None] = [9.0, 10.0, 11.0, 9.0, 10.0, 11.0, 9.0, 10.0, 11.0, 10.0]
    assert anomalies(judge_trend(points([*past, 100.0, 100.0]), 2, "amount")) == [10, 11]


def test_too_short_a_past_tells_nothing_unusual() -> None:
    trend = judge_trend(points([1.0] * 9 + [1000.0]), 1, "amount")
    assert (trend.points[0].baseline, trend.points[0].deviations) == (None, None)


def test_days_without_work_are_neither_unusual_nor_part_of_what_is_usual() -> None:
    week: list[float | None] = [10.0, 11.0, 9.0, 10.0, 12.0, None, None]
    trend = judge_trend(points([*week, *week, *week, *week]), 14, "amount")
    assert (anomalies(trend), trend.changes) == ([], ())
    weekend = trend.points[5]
    assert (weekend.deviations, weekend.point.value) == (None, None)


def test_day_that_still_runs_is_never_too_low_but_may_be_too_high() -> None:
    past = points([100.0, 110.0, 90.0] * 5)
    low = TrendPoint(15 * DAY, 1.0, 1.0, is_complete=False)
    assert anomalies(judge_trend([*past, low], 1, "amount")) == []
    assert anomalies(judge_trend([*past, low._replace(is_complete=True)], 1, "amount")) == [15]
    assert anomalies(judge_trend([*past, low._replace(value=5000.0)], 1, "amount")) == [15]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_value_that_is_no_number_is_not_judged(value: float) -> None:
    trend = judge_trend(points([*[1.0] * 12, value, 1.0]), 2, "amount")
    assert [judged.deviations for judged in trend.points] == [None, 0.0]


@pytest.mark.parametrize(
    ("scale", "past", "usual", "unusual"),
    [
        ("share", [1.0] * 12, 0.94, 0.9),
        ("score", [0.05] * 12, -0.1, -0.5),
        ("count", [1.0] * 12, 5.0, 12.0),
        ("count", [0.0] * 12, 2.0, 9.0),
        ("amount", [1e6] * 12, 1.3e6, 1.6e6),
    ],
)
def test_past_without_any_spread_still_leaves_room_for_chance(
    scale: TrendScale, past: list[float | None], usual: float, unusual: float
) -> None:
    assert anomalies(judge_trend(points([*past, usual]), 1, scale)) == []
    assert anomalies(judge_trend(points([*past, unusual]), 1, scale)) == [12]


def test_what_is_usual_of_a_share_stays_between_nothing_and_all() -> None:
    baseline = judge_trend(points([0.9, 0.5, 0.7, 0.3] * 4), 1, "share").points[0].baseline
    assert baseline is not None
    assert (baseline.low, baseline.high) == (0.0, 1.0)


def test_median_absolute_deviation_is_scaled_to_a_standard_deviation() -> None:
    assert usual_values([1.0, 2.0, 3.0, 4.0, 5.0], "score") == (3.0, 1.4826)
    assert usual_values([3.0, 3.0, 3.0, 4.0], "score") == (3.0, 1.2533 / 4)


def test_change_of_level_is_told_with_its_date_and_both_levels() -> None:
    trend = judge_trend(points([4.0, 5.0, 4.0, 6.0, 5.0] * 4 + [9.0, 11.0, 10.0, 9.0, 10.0] * 2), 30, "amount")
    assert trend.changes == (ChangePoint(20 * DAY, 5.0, 10.0),)


def test_difference_too_small_to_matter_is_no_change_of_level() -> None:
    shares = [0.9710, 0.9711, 0.9712] * 8 + [0.9720, 0.9721, 0.9722] * 8
    assert judge_trend(points(shares), 48, "share").changes == ()


def test_change_before_the_shown_span_is_not_told() -> None:
    assert judge_trend(points([1.0, 2.0] * 10 + [9.0, 8.0] * 10), 10, "amount").changes == ()


def test_two_changes_are_found_and_neither_hides_the_other() -> None:
    values = [float(number % 3) for number in range(60)]
    raised = [value + (20 if 20 <= number < 40 else 0) for number, value in enumerate(values)]
    assert change_places(raised) == [20, 40]


def test_single_outlier_is_no_change_of_level() -> None:
    assert change_places([1.0, 2.0, 3.0, 2.0, 1.0, 2.0, 3.0, 99.0, 2.0, 1.0, 2.0, 3.0, 1.0, 2.0, 3.0]) == []


def test_constant_series_has_no_change() -> None:
    assert change_places([5.0] * 50) == []


def test_each_value_stands_beside_the_one_a_span_before() -> None:
    trend = judge_trend(points([1.0, 2.0, 3.0, 4.0]), 2, "amount")
    assert [judged.before.value if judged.before else None for judged in trend.points] == [1.0, 2.0]
    assert [judged.before for judged in judge_trend(points([1.0, 2.0]), 2, "amount").points] == [None, None]


def test_baseline_begins_anew_with_a_level_that_held_long_enough() -> None:
    values: list[float | None] = [*[4.0, 5.0, 6.0] * 7, *[40.0, 50.0, 60.0] * 4, 50.0]
    baseline = judge_trend(points(values), 1, "amount").points[0].baseline
    assert baseline is not None
    assert (round(baseline.median), baseline.spans) == (50, 12)


SERIES: dict[str, tuple[Callable[[random.Random], float], TrendScale]] = {
    "cost": (lambda draw: draw.lognormvariate(8, 0.8), "amount"),
    "few questions": (lambda draw: float(sum(draw.random() < 0.03 for _ in range(100))), "count"),
    "pass rate": (lambda draw: min(1.0, draw.gauss(0.95, 0.03)), "share"),
}


@pytest.mark.parametrize("name", list(SERIES))
def test_steady_series_raise_few_false_alarms(name: str) -> None:
    """At most 1.5 anomalies in 100 days, and a change of level in at most one of 20 series of 90 days."""
    value_of, scale = SERIES[name]
    draw = random.Random(7)
    trends = [judge_trend(points([value_of(draw) for _ in range(90)]), 60, scale) for _ in range(40)]
    assert sum(len(trend.anomalies) for trend in trends) / (40 * 60) <= 0.015
    assert sum(bool(trend.changes) for trend in trends) <= 2


@pytest.mark.parametrize(("shift", "most_days"), [(3.0, 7), (2.0, 10)])
def test_shift_of_level_is_told_within_days(shift: float, most_days: int) -> None:
    """The median delay over 20 series with 60 days of history; `shift` in standard deviations of a day."""
    draw, delays = random.Random(3), []
    for _ in range(20):
        values = [draw.gauss(0, 1) for _ in range(60)]
        shifted = [draw.gauss(shift, 1) for _ in range(30)]
        days = (day for day in range(1, 31) if any(place >= 50 for place in change_places(values + shifted[:day])))
        delays.append(next(days, 31))
    assert sorted(delays)[10] <= most_days
