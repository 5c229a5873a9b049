"""What is unusual in a series of days or weeks, and when its level changed, measured on the series itself. Pure.

A value is an anomaly if it lies more than `ANOMALY_DEVIATIONS` deviations from the median of the values before it; a
deviation is the scaled median absolute deviation (Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993). A
change point is where the ranks before and after differ most (Mann-Whitney, as in Pettitt, "A non-parametric approach to
the change-point problem", 1979), standardized so that a recent change counts like an old one; both sides are searched
again. Spans in which nothing happened are left out: a free day is not a change.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from statistics import median
from typing import Literal, NamedTuple

TrendScale = Literal["amount", "count", "share", "score"]
"""How values are compared: amounts (cost, tokens, durations) and counts by their ratio, shares (from 0 to 1) and scores
by their difference."""

BASELINE_SPANS = 28
"""The newest spans before a value that its baseline is made of."""

MIN_BASELINE_SPANS = 10
"""Spans below which there is no baseline, and no anomaly."""

ANOMALY_DEVIATIONS = 3.5
"""Deviations from the median from which on a value is an anomaly."""

_MIN_DEVIATION = {"amount": 0.1, "count": 0.1, "share": 0.02, "score": 0.05}
"""The least that counts as a deviation, where past values hardly differ: a tenth of an amount, two points of a share.

Levels that lie less apart are one. A count has at least the deviation that chance alone gives it."""

_IS_RATIO = frozenset({"amount", "count"})

CHANGE_Z = 3.7
"""Standardized rank sum from which on two sides differ."""

MIN_SIDE_SPANS = 5
"""Least spans that a level lasts."""

_TO_SIGMA = 1.4826
"""The median absolute deviation of a normal distribution times this is its standard deviation."""

_MEAN_TO_SIGMA = 1.2533
"""The same for the mean absolute deviation."""


class TrendPoint(NamedTuple):
    """A measure within one day or week."""

    low_ms: int
    """Where it begins, in Unix milliseconds."""
    value: float | None
    """None where the measure is unknown."""
    support: float
    """Requests, sessions or runs that the value rests on; 0 where nothing happened."""
    is_complete: bool = True
    """Whether the span has ended; a running one still changes."""
    is_approximate: bool = False
    """Whether part of the value may belong to the span before or after."""


class Baseline(NamedTuple):
    """What was usual before a value."""

    median: float
    low: float
    """Values from here to `high` are usual."""
    high: float
    spans: int
    """Past spans that it is made of."""


class JudgedPoint(NamedTuple):
    """A value, what was usual before it, and how far it lies from that."""

    point: TrendPoint
    before: TrendPoint | None
    """The corresponding point of the previous period; None if it was not recorded."""
    baseline: Baseline | None
    """None where too few spans precede."""
    deviations: float | None
    """Scaled median absolute deviations above (or below, negative) the baseline's median; None where not judged."""

    @property
    def is_anomaly(self) -> bool:
        """Whether the value is unusual."""
        return self.deviations is not None and abs(self.deviations) > ANOMALY_DEVIATIONS


class ChangePoint(NamedTuple):
    """Where the level of a series changed."""

    at_ms: int
    """Where the first span of the new level begins."""
    before: float
    """Median of the level that ended."""
    after: float
    """Median of the level that began."""


class Trend(NamedTuple):
    """A measure over time."""

    points: tuple[JudgedPoint, ...]
    changes: tuple[ChangePoint, ...]
    """Within the shown span, the oldest first."""

    @property
    def anomalies(self) -> tuple[JudgedPoint, ...]:
        """The unusual values."""
        return tuple(point for point in self.points if point.is_anomaly)


def judge_trend(history: Sequence[TrendPoint], shown: int, scale: TrendScale) -> Trend:
    """Judge the last `shown` points of a history, the oldest first, by what precedes each of them."""
    worked = [
        (number, _scaled(point.value, scale))
        for number, point in enumerate(history)
        if point.support > 0 and point.value is not None and math.isfinite(point.value) and point.is_complete
    ]
    cuts = change_places([value for _, value in worked])
    first_shown = max(0, len(history) - shown)
    starts = [worked[place][0] for place in cuts]
    points = []
    for number in range(first_shown, len(history)):
        before = history[number - shown] if number >= shown else None
        values = _values_before(worked, starts, number)
        points.append(_judged(history[number], before, values, scale))
    changes = _changes(history, worked, cuts, scale)
    shown_from = history[first_shown].low_ms if history else 0
    return Trend(tuple(points), tuple(change for change in changes if change.at_ms >= shown_from))


def change_places(values: Sequence[float]) -> list[int]:
    """Return the places at which the level of a series changes: where each new level begins, in order.

    Besides the whole, its first and its last two thirds are searched: a temporary level shows only there.
    """
    third = len(values) // 3
    parts = ((0, len(values)), (0, len(values) - third), (third, len(values)))
    best_z, place = max(((z, low + at) for low, high in parts for z, at in [_strongest_change(values[low:high])]))
    if best_z <= CHANGE_Z:
        return []
    later = [place + cut for cut in change_places(values[place:])]
    return [*change_places(values[:place]), place, *later]


def _strongest_change(values: Sequence[float]) -> tuple[float, int]:
    """Return how much, standardized, the two sides of a series differ where they differ most, and that place."""
    count = len(values)
    if count < 2 * MIN_SIDE_SPANS:
        return 0.0, 0
    ranks, rank_variance = _ranks(values)
    if rank_variance <= 0:
        return 0.0, 0
    mean, total = (count + 1) / 2, 0.0
    best = (0.0, 0)
    for place in range(1, count - MIN_SIDE_SPANS + 1):
        total += ranks[place - 1] - mean
        if place >= MIN_SIDE_SPANS:
            z = abs(total) / math.sqrt(place * (count - place) / (count - 1) * rank_variance)
            best = max(best, (z, place))
    return best


def _ranks(values: Sequence[float]) -> tuple[list[float], float]:
    """Return the ranks of values from 1 on, the mean one for equal ones, and the variance of the ranks."""
    ordered = sorted(values)
    places: dict[float, float] = {}
    for value in values:
        if value not in places:
            places[value] = (bisect_left(ordered, value) + bisect_right(ordered, value) + 1) / 2
    ranks = [places[value] for value in values]
    mean = (len(values) + 1) / 2
    return ranks, math.fsum((rank - mean) ** 2 for rank in ranks) / len(ranks)


def _values_before(worked: Sequence[tuple[int, float]], starts: Sequence[int], number: int) -> list[float]:
    """Return the scaled values that the baseline of a point is made of: of its own level, if that has enough."""
    start = max((start for start in starts if start < number), default=0)
    level = [value for place, value in worked if start <= place < number]
    values = level if len(level) >= MIN_BASELINE_SPANS else [value for place, value in worked if place < number]
    return values[-BASELINE_SPANS:]


def _judged(point: TrendPoint, before: TrendPoint | None, values: Sequence[float], scale: TrendScale) -> JudgedPoint:
    if len(values) < MIN_BASELINE_SPANS:
        return JudgedPoint(point, before, None, None)
    middle, deviation = usual_values(values, scale)
    width = ANOMALY_DEVIATIONS * deviation
    low, high = (_unscaled(bound, scale) for bound in (middle - width, middle + width))
    baseline = Baseline(_unscaled(middle, scale), low, high, len(values))
    if point.value is None or point.support <= 0 or not math.isfinite(point.value):
        return JudgedPoint(point, before, baseline, None)
    deviations = (_scaled(point.value, scale) - middle) / deviation
    # What still runs may grow: it can be too much already, never too little yet.
    is_early = not point.is_complete and (scale not in _IS_RATIO or deviations < 0)
    return JudgedPoint(point, before, baseline, None if is_early else deviations)


def usual_values(values: Sequence[float], scale: TrendScale) -> tuple[float, float]:
    """Return the median of scaled values, and how far from it they usually lie."""
    middle = median(values)
    apart = [abs(value - middle) for value in values]
    deviation = _TO_SIGMA * median(apart) or _MEAN_TO_SIGMA * math.fsum(apart) / len(apart)
    return middle, max(deviation, _chance_deviation(middle) if scale == "count" else _MIN_DEVIATION[scale])


def _chance_deviation(scaled_median: float) -> float:
    """Return how far a count lies from its median by chance alone: the deviation of a Poisson distribution, scaled."""
    mean = max(1.0, math.expm1(scaled_median))
    return math.sqrt(mean) / (1 + mean)


def _changes(
    history: Sequence[TrendPoint], worked: Sequence[tuple[int, float]], cuts: Sequence[int], scale: TrendScale
) -> list[ChangePoint]:
    bounds = [0, *cuts, len(worked)]
    changes = []
    for low, place, high in zip(bounds, bounds[1:], bounds[2:], strict=False):
        before, after = (_level(history, worked[begin:end]) for begin, end in ((low, place), (place, high)))
        if abs(_scaled(after, scale) - _scaled(before, scale)) >= _MIN_DEVIATION[scale]:
            changes.append(ChangePoint(history[worked[place][0]].low_ms, before, after))
    return changes


def _level(history: Sequence[TrendPoint], worked: Sequence[tuple[int, float]]) -> float:
    return median(history[number].value or 0.0 for number, _ in worked)


def _scaled(value: float | None, scale: TrendScale) -> float:
    value = value or 0.0
    return math.log1p(max(0.0, value)) if scale in _IS_RATIO else value


def _unscaled(value: float, scale: TrendScale) -> float:
    if scale in _IS_RATIO:
        return max(0.0, round(math.expm1(value), 9))
    return min(1.0, max(0.0, value)) if scale == "share" else value
