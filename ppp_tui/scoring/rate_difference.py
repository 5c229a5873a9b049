"""Whether a share differs between two groups of runs: the difference with its interval, a test, and its severity.

A difference says that two things went together, never that one came of the other.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

MIN_RUNS = 20
"""Runs that each side needs before a difference is shown."""

MIN_DRIFT_RUNS = 100
"""Runs that each version needs before a change between them is called a drift."""

MAX_P_VALUE = 0.05
"""With a greater one, two shares do not differ significantly."""

LOW_CHANGE, MEDIUM_CHANGE = 0.15, 0.30
"""The greatest relative changes that are called low, and medium."""

Measure = Literal["decision", "signal", "latency"]
Severity = Literal["low", "medium", "high"]

LEAST_CHANGE: dict[Measure, float] = {"decision": 0.10, "signal": 0.15, "latency": 0.20}
"""The least relative change that is called a drift."""

Z95 = 1.959964
"""Standard deviations around the mean that hold 95 % of a normal distribution."""


class Share(NamedTuple):
    """How many of `total` things have a property."""

    hits: int
    total: int

    @property
    def rate(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.hits / self.total if self.total else None


class Interval(NamedTuple):
    """Where a value lies with a probability of 95 %."""

    low: float
    high: float


class ShareDifference(NamedTuple):
    """How far two shares lie apart."""

    difference: float | None
    """The first minus the second, in parts of 1; None where either is unknown."""
    interval: Interval | None = None
    """Where the difference lies; None where either share is unknown."""
    p_value: float | None = None
    """How likely a difference of this size is by chance alone; None if that cannot be computed."""


def difference_of(first: Share, second: Share) -> ShareDifference:
    """Return how far two shares lie apart, by Newcombe's interval and a chi-square test."""
    if first.rate is None or second.rate is None:
        return ShareDifference(None)
    (low1, high1), (low2, high2) = wilson_interval(first), wilson_interval(second)
    apart = first.rate - second.rate
    return ShareDifference(
        difference=apart,
        interval=Interval(
            apart - math.hypot(first.rate - low1, high2 - second.rate),
            apart + math.hypot(high1 - first.rate, second.rate - low2),
        ),
        p_value=chi_square_p(first, second),
    )


def wilson_interval(share: Share) -> tuple[float, float]:
    """Return where a share lies with a probability of 95 %; anywhere for a share of nothing."""
    if not share.total:
        return 0.0, 1.0
    hits, total = share
    spread = Z95 * math.sqrt(hits * (total - hits) / total + Z95 * Z95 / 4)
    middle, scale = hits + Z95 * Z95 / 2, total + Z95 * Z95
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def chi_square_p(first: Share, second: Share) -> float | None:
    """Return the p-value of the chi-square test of two shares, without a correction for small counts.

    None where a side is empty, or where all or none of both have the property: nothing can differ then.
    """
    hits, total = first.hits + second.hits, first.total + second.total
    if not first.total or not second.total or hits in (0, total):
        return None
    # Of a table of two by two, the statistic is the square of a normal variable.
    cross = first.hits * (second.total - second.hits) - second.hits * (first.total - first.hits)
    statistic = total * cross * cross / (first.total * second.total * hits * (total - hits))
    return math.erfc(math.sqrt(statistic / 2))


def relative_change(before: float | None, after: float | None) -> float | None:
    """Return by which part of what it was a figure changed; None where either is unknown, or it grew from nothing."""
    if before is None or after is None or (before == 0 and after != 0):
        return None
    return 0.0 if before == after else (after - before) / before


def drift_severity(
    measure: Measure, before: float | None, after: float | None, p_value: float | None, fewest_runs: int
) -> Severity | None:
    """Return the severity of a change from one version to another, None for one that does not count.

    Shares must differ by the test as well as by their size; of latencies the size alone decides. Growth
    from nothing is of high severity if it is significant.
    """
    if fewest_runs < MIN_DRIFT_RUNS or before is None or after is None or before == after:
        return None
    if measure != "latency" and (p_value is None or p_value >= MAX_P_VALUE):
        return None
    change = relative_change(before, after)
    if change is None:
        return "high"
    size = abs(change)
    if size < LEAST_CHANGE[measure]:
        return None
    return "low" if size <= LOW_CHANGE else "medium" if size <= MEDIUM_CHANGE else "high"
