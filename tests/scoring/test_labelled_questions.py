"""The judges agree with labelled sentences of recorded sessions, on the half that nothing was tuned on as well."""

from __future__ import annotations

import pytest

from tests.corpus import needs_corpus
from tests.scoring.labelled import LABELS, LEVELS, Agreement, Detection, detection, efforts, load

pytestmark = needs_corpus


@pytest.mark.parametrize("is_held_out", [False, True])
def test_questions_are_found_and_judged(is_held_out: bool) -> None:
    half = [sentence for sentence in load() if sentence.is_held_out == is_held_out]
    found, judged = detection(half), efforts(half)
    assert found.precision >= 0.95
    assert found.recall >= 0.95
    assert judged.accuracy >= 0.90
    assert judged.macro_f1 >= 0.80
    assert judged.accuracy > judged.majority


def test_the_set_is_large_enough_to_mean_something() -> None:
    sentences = load()
    assert len(sentences) >= 300
    assert min(sum(sentence.label == level for sentence in sentences) for level in LEVELS) >= 5
    assert LABELS.read_text(encoding="ascii").count("\n") == len(sentences) + 1


def test_the_figures_are_what_they_are_called() -> None:
    assert (Detection(8, 2, 1).precision, Detection(8, 2, 1).recall) == (8 / 9, 0.8)
    judged = Agreement((("low", "low"), ("low", "high"), ("medium", "medium"), ("high", "high")))
    assert (judged.accuracy, judged.majority, judged.f1("high"), judged.f1("low")) == (0.75, 0.5, 2 / 3, 2 / 3)
    assert judged.macro_f1 == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)
