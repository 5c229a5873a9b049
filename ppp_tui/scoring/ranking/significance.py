"""Whether two groups of sessions differ, in figures and in one plain sentence."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from ppp_tui.scoring.ranking.bootstrap import interval_of, resampled_means
from ppp_tui.scoring.rate_difference import Interval, Share, difference_of

MIN_SESSIONS = 5
"""Sessions (or shared tasks) that each side needs before anything is called real."""

Verdict = Literal["real", "unclear", "equal", "too few"]
"""What can be said about a difference."""

Tasks = Literal["same", "paired", "different"]
"""Whether both sides were given one task, are compared on those tasks that both were given, or share too few."""


class Sample(NamedTuple):
    """One session's value."""

    task: str
    """Equal for sessions with the same task; '' for an unknown one."""
    value: float | None


class Difference(NamedTuple):
    """The first group against the second in one measure."""

    first_mean: float | None
    second_mean: float | None
    difference: float | None
    """First minus second."""
    interval: Interval | None
    """Where the difference lies with a probability of 95 %."""
    first_count: int
    second_count: int
    tasks: Tasks
    verdict: Verdict
    sentence: str


def compare_samples(
    first_name: str, second_name: str, measure: str, first: Sequence[Sample], second: Sequence[Sample]
) -> Difference:
    """Compare two groups in a measure, on the tasks that both were given where there are enough of them.

    Values that are missing or no numbers are left out. `measure` is a noun such as `cost in dollars`.
    """
    ours, theirs = _with_values(first), _with_values(second)
    our_tasks, their_tasks = _by_task(ours), _by_task(theirs)
    shared = sorted(our_tasks.keys() & their_tasks.keys())
    if len(shared) >= MIN_SESSIONS:
        tasks: Tasks = "paired"
        left = [_mean(our_tasks[task]) for task in shared]
        right = [_mean(their_tasks[task]) for task in shared]
    else:
        is_one = len({sample.task for sample in (*ours, *theirs)}) == 1 and bool(shared)
        tasks = "same" if is_one else "different"
        left, right = [sample.value or 0.0 for sample in ours], [sample.value or 0.0 for sample in theirs]
    comparison = _compare(left, right, tasks)
    return comparison._replace(sentence=_sentence(comparison, first_name, second_name, measure))


def _compare(left: list[float], right: list[float], tasks: Tasks) -> Difference:
    first_mean, second_mean = (_mean(values) if values else None for values in (left, right))
    apart = None if first_mean is None or second_mean is None else first_mean - second_mean
    without_interval = Difference(
        first_mean=first_mean,
        second_mean=second_mean,
        difference=apart,
        interval=None,
        first_count=len(left),
        second_count=len(right),
        tasks=tasks,
        verdict="too few",
        sentence="",
    )
    if apart is None or min(len(left), len(right)) < MIN_SESSIONS:
        return without_interval
    span = _interval(left, right, is_paired=tasks == "paired")
    if span is None:
        return without_interval
    sides = ([ours - theirs for ours, theirs in zip(left, right, strict=True)],) if tasks == "paired" else (left, right)
    if all(map(_is_constant, sides)) and math.isclose(apart, 0, abs_tol=1e-12):
        verdict: Verdict = "equal"
    else:
        verdict = "real" if span.low > 0 or span.high < 0 else "unclear"
    return without_interval._replace(interval=span, verdict=verdict)


def _interval(left: Sequence[float], right: Sequence[float], *, is_paired: bool) -> Interval | None:
    """Return where the difference of two means lies with a probability of 95 %; None where that is unknown."""
    if is_paired:
        return interval_of(resampled_means([ours - theirs for ours, theirs in zip(left, right, strict=True)]))
    if all(value in (0, 1) for value in (*left, *right)):
        # Sessions that have a property, or have it not: a few that all have it would not vary if they were drawn anew.
        shares = (Share(round(sum(values)), len(values)) for values in (left, right))
        return difference_of(*shares).interval
    drawn = zip(_drawn(left, right, 0), _drawn(right, left, 1), strict=True)
    return interval_of([ours - theirs for ours, theirs in drawn])


def _drawn(values: Sequence[float], others: Sequence[float], seed: int) -> list[float]:
    """Return resampled means of values; those that happen to be equal are taken to vary as the others do."""
    if not _is_constant(values):
        return resampled_means(values, seed)
    mean, scale = _mean(values), math.sqrt(len(others) / len(values))
    middle = _mean(others)
    return [mean + scale * (drawn - middle) for drawn in resampled_means(others, seed)]


def _is_constant(values: Sequence[float]) -> bool:
    return math.isclose(min(values), max(values), abs_tol=1e-12)


def _sentence(comparison: Difference, first: str, second: str, measure: str) -> str:
    how = {
        "same": "",
        "paired": f" Compared on the {comparison.first_count} tasks that both were given.",
        "different": " Their tasks were different.",
    }[comparison.tasks]
    if comparison.difference is None or comparison.verdict == "too few":
        counts = f"{comparison.first_count} of {first}, {comparison.second_count} of {second}"
        return f"Too few sessions to compare {measure}: {counts}, and each side needs {MIN_SESSIONS}."
    if comparison.verdict == "equal" or comparison.interval is None:
        return f"{first} and {second} are equal in {measure}.{how}"
    low, high = comparison.interval
    if comparison.verdict == "unclear":
        apart = f"{first} minus {second} lies between {low:.3g} and {high:.3g}"
        return f"No difference in {measure} can be told: {apart}.{how}"
    if comparison.difference < 0:
        low, high = -high, -low
    word = "more" if comparison.difference > 0 else "less"
    return (
        f"{first} has {abs(comparison.difference):.3g} {word} in {measure} than {second}, and the difference is real: "
        f"it lies between {low:.3g} and {high:.3g}.{how}"
    )


def _with_values(samples: Iterable[Sample]) -> list[Sample]:
    return [sample for sample in samples if sample.value is not None and math.isfinite(sample.value)]


def _by_task(samples: Iterable[Sample]) -> dict[str, list[float]]:
    values_by_task: dict[str, list[float]] = defaultdict(list)
    for sample in samples:
        if sample.task and sample.value is not None:
            values_by_task[sample.task].append(sample.value)
    return values_by_task


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
