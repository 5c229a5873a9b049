"""Whether two groups differ: intervals that stay the same, and a sentence that says no more than can be known."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

import pytest

from ppp_tui.scoring.ranking.bootstrap import (
    RESAMPLE_COUNT,
    chances_of_first,
    interval_of,
    resampled_means,
    student_quantile,
)
from ppp_tui.scoring.ranking.significance import Difference, Sample, compare_samples


def compare(
    first: Sequence[float | None], second: Sequence[float | None], tasks: tuple[str, str] = ("", "")
) -> Difference:
    return compare_samples(
        "claude",
        "codex",
        "questions",
        [Sample(tasks[0] and f"{tasks[0]}{number}", value) for number, value in enumerate(first)],
        [Sample(tasks[1] and f"{tasks[1]}{number}", value) for number, value in enumerate(second)],
    )


def test_a_mean_is_drawn_the_same_every_time_and_otherwise_with_another_seed() -> None:
    values = [1.0, 2.0, 3.0, 9.0]
    assert resampled_means(values, 0) == resampled_means(values, 0)
    assert resampled_means(values, 0) != resampled_means(values, 1)
    assert len(resampled_means(values, 0)) == RESAMPLE_COUNT


def test_an_interval_holds_the_mean() -> None:
    span = interval_of(resampled_means([1.0, 2.0, 3.0, 4.0, 5.0] * 4))
    assert 2.2 < span.low < 3.0 < span.high < 3.8


def test_an_interval_leaves_out_as_many_values_above_as_below() -> None:
    assert interval_of([float(number) for number in reversed(range(200))]) == (5.0, 194.0)


@pytest.mark.parametrize("values", [[], [1.0]])
def test_one_value_cannot_vary(values: list[float]) -> None:
    with pytest.raises(ValueError, match="at least 2 are needed"):
        resampled_means(values)


def test_chances_need_drawings_on_every_side() -> None:
    low, high = resampled_means([1.0, 1.2, 1.1, 0.9]), resampled_means([5.0, 5.2, 5.1, 4.9], 1)
    assert (chances_of_first([low]), chances_of_first([low, []])) == (None, None)
    assert chances_of_first([high, low]) == [1.0, 0.0]


@pytest.mark.parametrize(
    ("freedom", "quantile"), [(1, 12.706), (2, 4.303), (4, 2.776), (5, 2.571), (8, 2.306), (30, 2.042), (1000, 1.962)]
)
def test_quantile_is_that_of_students_distribution(freedom: int, quantile: float) -> None:
    assert student_quantile(freedom) == pytest.approx(quantile, abs=0.002)


@pytest.mark.parametrize("count", [2, 3, 5, 12, 30])
def test_interval_of_few_values_holds_the_true_mean_in_19_of_20_samples(count: int) -> None:
    drawing = random.Random(count)
    spans = [interval_of(resampled_means([drawing.gauss(7, 2) for _ in range(count)])) for _ in range(400)]
    assert 0.91 <= sum(span.low <= 7 <= span.high for span in spans) / 400 <= 0.985


SESSIONS: dict[str, Callable[[random.Random], float]] = {
    "amounts": lambda drawing: drawing.lognormvariate(0, 0.5),
    "mostly nothing": lambda drawing: drawing.lognormvariate(0, 1) if drawing.random() < 0.3 else 0.0,
    "one or the other": lambda drawing: float(drawing.random() < 0.8),
    "verdicts": lambda drawing: drawing.choices((0.0, 0.5, 1.0), (3, 12, 85))[0],
}


@pytest.mark.parametrize("kind", SESSIONS)
@pytest.mark.parametrize(("first", "second"), [(5, 5), (5, 30), (20, 20)])
def test_groups_that_do_not_differ_are_called_different_in_one_of_ten_at_most(
    kind: str, first: int, second: int
) -> None:
    """One of twenty is what 95 % promise; few values that are far from normal have some more."""
    drawing = random.Random(f"{kind} {first} {second}")

    def group(count: int) -> list[float]:
        return [SESSIONS[kind](drawing) for _ in range(count)]

    assert [compare(group(first), group(second)).verdict for _ in range(300)].count("real") <= 30


def test_shares_are_compared_by_their_own_interval() -> None:
    interval = compare([1.0] * 5, [1.0] * 24 + [0.0] * 6).interval
    assert interval is not None
    assert interval == pytest.approx((-0.2470, 0.3731), abs=0.0001)


def test_two_samples_of_one_size_vary_apart_from_each_other() -> None:
    values = [1.0, 2.0, 3.0, 4.0]
    chances = chances_of_first([resampled_means(values, 0), resampled_means(values, 1)])
    assert chances is not None
    assert 0.4 < chances[0] < 0.6


def test_a_clear_difference_is_real() -> None:
    found = compare([5, 6, 5, 6, 5, 6], [1, 2, 1, 2, 1, 2])
    assert (found.verdict, found.difference, found.tasks) == ("real", 4.0, "different")
    assert found.interval is not None
    assert found.sentence == (
        f"claude has 4 more in questions than codex, and the difference is real: it lies between "
        f"{found.interval.low:.3g} and {found.interval.high:.3g}. Their tasks were different."
    )


def test_a_difference_the_other_way_round_says_less_with_its_bounds_in_order() -> None:
    found = compare([1, 2, 1, 2, 1, 2], [5, 6, 5, 6, 5, 6])
    assert found.interval is not None
    assert (found.difference, found.interval.high < 0) == (-4.0, True)
    assert "claude has 4 less in questions than codex" in found.sentence
    assert f"between {-found.interval.high:.3g} and {-found.interval.low:.3g}" in found.sentence


def test_noise_is_no_difference() -> None:
    found = compare([1, 9, 2, 8, 5, 5], [2, 8, 1, 9, 5, 6])
    assert found.verdict == "unclear"
    assert found.sentence.startswith("No difference in questions can be told: claude minus codex lies between -")


def test_what_is_the_same_throughout_is_equal() -> None:
    found = compare([0.0] * 5, [0.0] * 5)
    assert (found.verdict, found.sentence) == (
        "equal",
        "claude and codex are equal in questions. Their tasks were different.",
    )


def test_constants_that_differ_differ() -> None:
    assert compare([1.0] * 5, [2.0] * 5).verdict == "real"


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [([1.0] * 4, [5.0] * 9, (4, 9)), ([], [], (0, 0)), ([math.nan, None, math.inf], [1.0], (0, 1))],
)
def test_too_few_sessions_are_called_so(
    first: list[float | None], second: list[float | None], counts: tuple[int, int]
) -> None:
    found = compare(first, second)
    assert (found.verdict, found.interval, (found.first_count, found.second_count)) == ("too few", None, counts)
    assert found.sentence == (
        f"Too few sessions to compare questions: {counts[0]} of claude, {counts[1]} of codex, and each side needs 5."
    )


def test_shared_tasks_are_compared_in_pairs() -> None:
    hard = [1.0, 10.0, 100.0, 1000.0, 10000.0]
    found = compare([*hard], [value + 1 for value in hard], ("t", "t"))
    assert (found.tasks, found.verdict) == ("paired", "real")
    assert found.difference == pytest.approx(-1.0)
    assert found.sentence.endswith("Compared on the 5 tasks that both were given.")


def test_one_task_on_both_sides_is_the_same_task() -> None:
    one = [Sample("t", value) for value in (1.0, 2.0, 3.0, 2.0, 1.0)]
    found = compare_samples("a", "b", "turns", one, one)
    assert (found.tasks, found.first_count) == ("same", 5)


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        ([5.0, 0.0, 0.0, 0.0, 0.0], "unclear"),  # the interval begins at 0: a third of the drawings miss the 5
        ([-5.0, 0.0, 0.0, 0.0, 0.0], "unclear"),
        ([0.4, 0.5, 0.6, 0.5, 0.4], "real"),
        ([-0.4, -0.5, -0.6, -0.5, -0.4], "real"),
        ([0.5, -0.3, 0.4, -0.4, 0.1], "unclear"),
        ([0.5] * 5, "real"),
        ([0.0] * 5, "equal"),
    ],
)
def test_difference_is_real_only_if_its_interval_leaves_out_zero(differences: list[float | None], verdict: str) -> None:
    assert compare(differences, [0.0] * 5, ("t", "t")).verdict == verdict


@pytest.mark.parametrize(("first", "word"), [(0.5, "more"), (-0.5, "less")])
def test_sentence_says_which_way_a_small_difference_goes(first: float, word: str) -> None:
    sentence = compare([first] * 5, [0.0] * 5).sentence
    assert sentence.startswith(f"claude has 0.5 {word} in questions than codex")
