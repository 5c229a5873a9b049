"""Predicting whether a task succeeds: base rates, when a model may take their place, and when there is no figure."""

from __future__ import annotations

import random

import pytest

from ppp_tui.scoring.prediction.logistic import fit_logistic, sigmoid
from ppp_tui.scoring.prediction.success import (
    BaseRate,
    BaseRates,
    Predictor,
    SettledRun,
    brier_score,
    measure_quality,
    predict_task_success,
)
from ppp_tui.scoring.prediction.tasks import PlannedTask, task_features, task_kind, task_length


def runs(
    count: int, successes: int, prompt: str = "Fix it", agent: str = "claude", project: str = ""
) -> list[SettledRun]:
    return [SettledRun(PlannedTask(agent, prompt, project), number < successes) for number in range(count)]


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        ("Fix the flaky login test", "fix"),
        ("Write tests for the cart", "add"),
        ("Test coverage of the cart", "test"),
        ("Refactor the cache and fix nothing", "refactor"),
        ("Why is it slow?", "question"),
        ("Why does the build fail?", "question"),
        ("Can you add a cart", "add"),
        ("Review the last pull request", "review"),
        ("Commit and push", "release"),
        ("Update the changelog", "change"),
        ("Hello there", "other"),
        ("", "other"),
        ("x" * 400 + " fix", "other"),
    ],
)
def test_kind_of_a_task_is_what_its_beginning_names_first(prompt: str, kind: str) -> None:
    assert task_kind(prompt) == kind


def test_features_name_what_holds_before_the_run() -> None:
    assert task_features(PlannedTask("claude", "Fix it", "/shop", "opus", 23)) == (
        "agent claude",
        "model opus",
        "project /shop",
        "kind fix",
        "length a few words",
        "hour evening",
    )
    assert [task_length("w " * count) for count in (8, 9, 30, 31, 101)] == [
        "a few words",
        "a sentence or two",
        "a sentence or two",
        "a paragraph",
        "long",
    ]


def test_brier_score_is_the_mean_squared_error() -> None:
    assert brier_score([(1.0, True), (0.5, False)]) == 0.125


def test_narrowest_group_with_enough_runs_gives_the_rate() -> None:
    task = PlannedTask("claude", "Fix the cart", "/shop")
    others = [*runs(30, 0, agent="codex"), *runs(20, 5, "Add a cart")]
    assert BaseRates([*others, *runs(19, 19)]).of(task) == BaseRate("runs of claude", 24, 39)
    assert BaseRates([*others, *runs(20, 18)]).of(task) == BaseRate("runs of claude, kind fix", 18, 20)
    in_shop = runs(20, 4, project="/shop")
    similar = BaseRates([*others, *runs(20, 18), *in_shop]).of(task)
    assert similar == BaseRate("runs of claude, kind fix, this project", 4, 20)


def test_no_figure_under_twenty_runs_of_the_agent() -> None:
    assert predict_task_success("claude", "Fix it", [*runs(19, 19), *runs(50, 9, agent="codex")]) is None
    assert predict_task_success("claude", "Fix it", []) is None
    predicted = predict_task_success("claude", "Fix it", runs(20, 15))
    assert predicted is not None
    assert (predicted.probability, predicted.method, predicted.runs, predicted.quality) == (0.75, "base rate", 20, None)
    assert (round(predicted.low, 3), round(predicted.high, 3)) == (0.531, 0.888)


def test_quality_needs_runs_before_and_behind_the_cut() -> None:
    assert measure_quality(runs(59, 30)) is None
    quality = measure_quality(runs(60, 30))
    assert quality is not None
    assert (quality.held_back, sum(each.runs for each in quality.calibration)) == (20, 20)


def history(count: int, seed: int, *, depends_on_model: bool) -> list[SettledRun]:
    """Runs of which nine in ten succeed by one model and one in ten by another, or half of all."""
    draw, made = random.Random(seed), []
    for _ in range(count):
        model = draw.choice(["good", "bad"])
        rate = (0.9 if model == "good" else 0.1) if depends_on_model else 0.5
        made.append(SettledRun(PlannedTask("claude", "Fix it", "/shop", model), draw.random() < rate))
    return made


def test_model_is_used_where_it_beats_the_base_rate_on_runs_that_it_had_not_seen() -> None:
    predictor = Predictor(history(200, 1, depends_on_model=True))
    assert predictor.quality is not None
    assert predictor.quality.is_model_better
    assert predictor.quality.brier_model < 0.15 < 0.2 < predictor.quality.brier_base
    good = predictor.predict(PlannedTask("claude", "Fix it", "/shop", "good"))
    bad = predictor.predict(PlannedTask("claude", "Fix it", "/shop", "bad"))
    assert good is not None
    assert bad is not None
    assert (good.method, bad.method) == ("model", "model")
    assert good.probability > 0.8
    assert bad.probability < 0.2
    assert good.low <= good.probability <= good.high


def test_task_without_words_is_told_by_all_runs_of_the_agent() -> None:
    history = [*runs(30, 3, "Hello there"), *runs(60, 57, "Fix it")] * 2
    random.Random(1).shuffle(history)
    predictor = Predictor(history)
    assert predictor.quality is not None
    assert predictor.quality.brier_model < 0.2
    told = predictor.predict(PlannedTask("claude", " ", model="m"))
    assert told is not None
    assert told.probability == pytest.approx(120 / 180)
    assert (told.method, told.runs, told.similar) == ("base rate", 180, "runs of claude")


@pytest.mark.parametrize(("signal", "least_gain"), [(0.0, 0.0), (1.5, 0.03)])
def test_model_costs_nothing_without_a_pattern_and_gains_with_one(signal: float, least_gain: float) -> None:
    """Brier scores on 200 runs that come after; each history has effects of its own of kind, project and model."""
    drawing = random.Random(11)
    gains = []
    for _ in range(8):
        names = (("Fix it", "Review it", "Test it", "Add it"), tuple("abcdefgh"), ("m1", "m2", "m3"))
        effects = {name: drawing.gauss(0, signal) for group in names for name in group}
        world = []
        for _ in range(500):
            prompt, project, model = map(drawing.choice, names)
            chance = sigmoid(0.8 + effects[prompt] + effects[project] + effects[model])
            world.append(SettledRun(PlannedTask("claude", prompt, project, model), drawing.random() < chance))
        predictor, rates, later = Predictor(world[:300]), BaseRates(world[:300]), world[300:]
        told = [(predictor.predict(each.task), rates.of(each.task), each.is_success) for each in later]
        used = brier_score([(prediction.probability, is_so) for prediction, _, is_so in told if prediction])
        base = brier_score([(rate.successes / rate.runs, is_so) for _, rate, is_so in told if rate])
        gains.append(base - used)
    assert sum(gains) / len(gains) >= least_gain - 0.002


def test_base_rate_stays_where_nothing_is_to_be_learned() -> None:
    used = [Predictor(history(120, seed, depends_on_model=False)).quality for seed in range(10)]
    assert sum(quality is not None and quality.is_model_better for quality in used) <= 1


def test_calibration_shows_predictions_beside_what_came_of_them() -> None:
    quality = measure_quality(history(600, 4, depends_on_model=True))
    assert quality is not None
    assert all(abs(each.predicted - each.observed) < 0.15 for each in quality.calibration)


def test_logistic_model_ignores_what_it_hardly_saw_and_knows_no_infinite_weight() -> None:
    rows = [("a",)] * 20 + [("b",)] * 20 + [("c",)]
    model = fit_logistic(rows, [True] * 20 + [False] * 20 + [True])
    assert "c" not in model.weights
    assert 0.8 < model.probability(("a",)) < 1
    assert 0 < model.probability(("b",)) < 0.2
    assert model.probability(("never seen",)) == pytest.approx(model.probability(()))
    assert fit_logistic([("a",)] * 3, [True] * 3).probability(("a",)) < 1


def test_sigmoid_does_not_overflow() -> None:
    assert (sigmoid(-1e6), sigmoid(0), sigmoid(1e6)) == (0.0, 0.5, 1.0)
