"""Bootstrap: where a mean could lie if other runs had been drawn. Seeded, so that an answer stays the same.

Drawings of few values vary less than their mean does: of five, the middle 95 % hold the true mean in 84 of 100 cases.
So they are set apart by as much as Student's distribution is wider than the normal one, and by what the deviation of so
few values is too small (Hesterberg, "What Teachers Should Know About the Bootstrap", 2015, section 4.3).
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from ppp_tui.scoring.rate_difference import Z95, Interval

RESAMPLE_COUNT = 500
"""How often is drawn anew: enough for an interval of 95 %."""

MIN_VALUES = 2
"""Values that an interval needs: one value cannot vary."""

_STRIDE = 137
"""How far two samples lie apart among the drawings; it shares no factor with `RESAMPLE_COUNT`."""

_TIE = 1e-12
"""Means that differ by no more are equal but for rounding."""


_T95 = (12.706205, 4.302653, 3.182446, 2.776445, 2.570582)
"""The same of Student's distribution with 1 to 5 degrees of freedom."""


def resampled_means(values: Sequence[float], seed: int = 0) -> list[float]:
    """Return the means of `RESAMPLE_COUNT` drawings with replacement; the same for the same values and seed.

    They lie as far apart as a mean of so few values may lie off. Their order does not matter, so that a store that
    numbers runs otherwise gives the same. Samples that are to vary independently need a seed each. Raises ValueError
    for fewer than `MIN_VALUES` values.
    """
    count, ordered = len(values), sorted(values)
    draws = _draws(count)
    mean, wider = math.fsum(value / count for value in ordered), _widening(count)
    drawn = [mean + wider * (sum(draw(ordered)) / count - mean) for draw in draws]
    # Each drawing is independent of the others: a sample that begins elsewhere among them is one of its own.
    start = seed * _STRIDE % RESAMPLE_COUNT
    return drawn[start:] + drawn[:start]


def interval_of(resampled: Sequence[float]) -> Interval:
    """Return the middle 95 % of resampled values. Raises IndexError for none."""
    ordered = sorted(resampled)
    beyond = int(len(ordered) * 0.025)
    return Interval(ordered[beyond], ordered[-1 - beyond])


def chances_of_first(resampled: Sequence[Sequence[float]]) -> list[float] | None:
    """Return the probability that each of these resampled means is truly the greatest; a tie is shared.

    None for fewer than two, or if one could not be resampled (is empty).
    """
    if len(resampled) < 2 or not all(resampled):
        return None
    won = [0.0] * len(resampled)
    for drawn in zip(*resampled, strict=True):
        enough = max(drawn) - _TIE
        leading = [place for place, mean in enumerate(drawn) if mean >= enough]
        for place in leading:
            won[place] += 1 / len(leading)
    return [round(count / RESAMPLE_COUNT, 6) for count in won]


def student_quantile(freedom: int) -> float:
    """Return how many standard errors around a mean hold 95 % with so many degrees of freedom, at least 1.

    To four digits (Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.5).
    """
    if freedom <= len(_T95):
        return _T95[freedom - 1]
    z = Z95
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def _widening(count: int) -> float:
    """Return by what drawings of so many values are set apart."""
    return student_quantile(count - 1) / Z95 * math.sqrt(count / (count - 1))


@lru_cache(maxsize=64)
def _draws(count: int) -> tuple[Callable[[Sequence[Any]], tuple[Any, ...]], ...]:
    """Return cached bootstrap draws of so many values, which many measures of the same runs share."""
    if count < MIN_VALUES:
        raise ValueError(f"{count} values cannot be resampled: at least {MIN_VALUES} are needed")
    places = random.Random(count).choices(range(count), k=count * RESAMPLE_COUNT)
    return tuple(itemgetter(*places[start : start + count]) for start in range(0, len(places), count))
