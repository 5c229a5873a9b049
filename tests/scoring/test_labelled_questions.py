"""The judges agree with labelled sentences, on the half that nothing was tuned on as well."""

from __future__ import annotations

import pytest

from tests.corpus import needs_corpus
from tests.scoring.labelled import (
    INVENTED,
    LABELS,
    LEVELS,
    Agreement,
    Detection,
    Labelled,
    detection,
    efforts,
    kappa,
    load,
    load_invented,
)


@needs_corpus
@pytest.mark.parametrize("is_held_out", [False, True])
def test_questions_of_recorded_sessions_are_found_and_judged(is_held_out: bool) -> None:
    half = [sentence for sentence in load() if sentence.is_held_out == is_held_out]
    found, judged = detection(half), efforts(half)
    assert found.precision >= 0.95
    assert found.recall >= 0.92
    assert judged.accuracy >= 0.90
    assert judged.macro_f1 >= 0.65
    assert judged.accuracy > judged.majority


@pytest.mark.parametrize("is_held_out", [False, True])
def test_invented_questions_are_found_and_judged(is_held_out: bool) -> None:
    half = [sentence for sentence in load_invented() if sentence.is_held_out == is_held_out]
    found, judged = detection(half), efforts(half)
    assert found.precision >= 0.95
    assert found.recall >= 0.92
    assert judged.macro_f1 >= 0.90


@needs_corpus
def test_the_set_is_large_enough_to_mean_something() -> None:
    recorded, invented = load(), load_invented()
    assert len(recorded) >= 600
    assert sum(sentence.label == "medium" for sentence in recorded + invented) >= 60
    assert sum(sentence.label == "high" for sentence in recorded + invented) >= 40
    assert LABELS.read_text(encoding="ascii").count("\n") == len(recorded) + 1
    assert INVENTED.read_text(encoding="utf-8").count("\n") == len(invented) + 1


@needs_corpus
def test_the_two_labellings_agree() -> None:
    assert kappa(load()) >= 0.90
    assert kappa(load_invented()) >= 0.90


def test_a_label_that_both_labellings_gave_is_kept() -> None:
    labels = [(item.label, item.labels) for item in load_invented() if item.labels[0] == item.labels[1]]
    assert [label for label, both in labels if label != both[0]] == []


def test_the_figures_are_what_they_are_called() -> None:
    assert (Detection(8, 2, 1).precision, Detection(8, 2, 1).recall) == (8 / 9, 0.8)
    judged = Agreement((("low", "low"), ("low", "high"), ("medium", "medium"), ("high", "high")))
    assert (judged.accuracy, judged.majority, judged.f1("high"), judged.f1("low")) == (0.75, 0.5, 2 / 3, 2 / 3)
    assert judged.macro_f1 == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)
    assert LEVELS == ("low", "medium", "high")


def test_kappa_leaves_out_what_chance_alone_would_agree_on() -> None:
    def labelled(first: str, second: str) -> Labelled:
        return Labelled(
            session="s", kind="invented", whole="", start=0, end=0, label=first, labels=(first, second), options=()
        )

    twice = [labelled("no", "no"), labelled("no", "low"), labelled("low", "no"), labelled("low", "low")]
    assert kappa(twice) == 0.0
    assert kappa([labelled("no", "no"), labelled("low", "low")]) == 1.0
