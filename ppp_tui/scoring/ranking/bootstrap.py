"""Bootstrap: where a mean could lie if other runs had been drawn. Seeded, so that an answer stays the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

RESAMPLE_COUNT = 500
"""How often is drawn anew: enough for an interval of 95 %."""

MIN_VALUES = 2
"""Values that an interval needs: one value cannot vary."""

_STRIDE = 137
"""How far two samples lie apart among the drawings; it shares no factor with `RESAMPLE_COUNT`."""

_TIE = 1e-12
"""Means that differ by no more are equal but for rounding."""


class Interval(NamedTuple):
    """Where a value lies with a probability of 95 %."""

    low: float
    high: float


def resampled_means(values: Sequence[float], seed: int = 0) -> list[float]:
    """Return the means of `RESAMPLE_COUNT` drawings with replacement; the same for the same values and seed.

    Their order does not matter, so that a store that numbers runs otherwise gives the same. Samples that are to vary
    independently need a seed each. Raises ValueError for fewer than `MIN_VALUES` values.
    """
    count, ordered = len(values), sorted(values)
    drawn = [sum(draw(ordered)) / count for draw in _draws(count)]
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


@lru_cache(maxsize=64)
def _draws(count: int) -> tuple[Callable[[Sequence[Any]], tuple[Any, ...]], ...]:
    """Return cached bootstrap draws of so many values, which many measures of the same runs share."""
    if count < MIN_VALUES:
        raise ValueError(f"{count} values cannot be resampled: at least {MIN_VALUES} are needed")
    places = random.Random(count).choices(range(count), k=count * RESAMPLE_COUNT)
    return tuple(itemgetter(*places[start : start + count]) for start in range(0, len(places), count))
