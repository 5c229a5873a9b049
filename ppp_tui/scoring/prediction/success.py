"""How likely a run is to succeed: the base rate of similar runs, or a model where that was shown to be better. Pure.

Base rate and model are both held against runs that they had not seen: the newest third of the user's own, each
predicted out of earlier ones alone. The model is used where its Brier score (mean squared error of the probability) is
lower by more than chance. Under `MIN_RUNS` runs there is no figure.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

from ppp_tui.scoring.prediction.logistic import LogisticModel, fit_logistic
from ppp_tui.scoring.prediction.tasks import PlannedTask, task_features, task_kind
from ppp_tui.scoring.rate_difference import Share, wilson_interval

MIN_RUNS = 20
"""Runs below which nothing is predicted."""

MAX_RUNS = 1_000
"""The newest runs that are looked at."""

HELD_BACK = 1 / 3
"""Share of the runs, the newest, that predictions are held against."""

BLOCKS = 4
"""Parts of the held-back runs; each is predicted out of all before it."""

BINS = 5
"""Bins in which predictions are compared with what came of them."""

BETTER_ERRORS = 1.645
"""Standard errors by which the model must be better: one-sided, 95 %."""

PredictionMethod = Literal["base rate", "model"]


class SettledRun(NamedTuple):
    """A run whose outcome is known."""

    task: PlannedTask
    is_success: bool


class CalibrationBin(NamedTuple):
    """Held-back runs with about the same prediction."""

    predicted: float
    """Mean of the predictions."""
    observed: float
    """Share of these runs that succeeded."""
    runs: int


class PredictionQuality(NamedTuple):
    """How base rate and model did on held-back runs."""

    held_back: int
    brier_base: float
    brier_model: float
    is_model_better: bool
    """By more than `BETTER_ERRORS` standard errors of the difference."""
    calibration: tuple[CalibrationBin, ...]
    """Of whichever is used."""
    pairs: tuple[tuple[float, bool], ...] = ()
    """Prediction and outcome of each held-back run, by whichever is used."""


class Prediction(NamedTuple):
    """The probability that a task succeeds, and what it rests on."""

    probability: float
    low: float
    """The probability lies between `low` and `high` with 95 %."""
    high: float
    method: PredictionMethod
    runs: int
    """Runs that the base rate is of, or that the model learned from."""
    similar: str
    """Which runs: ``runs of claude that fix``; for a model, what it knows."""
    quality: PredictionQuality | None
    """None where too few runs could be held back."""


class Predictor:
    """Predicts tasks out of a history of runs, the oldest first; fits its model once."""

    def __init__(self, history: Sequence[SettledRun]) -> None:
        """Measure both ways on held-back runs. Takes up to seconds: not for the event loop."""
        self._history = list(history[-MAX_RUNS:])
        self._rates = BaseRates(self._history)
        self.quality = measure_quality(self._history)
        self._model: LogisticModel | None = None
        if self.quality is not None and self.quality.is_model_better:
            self._model = _fitted(self._history)

    def predict(self, task: PlannedTask) -> Prediction | None:
        """Return the probability that a task succeeds; None where the agent has under `MIN_RUNS` runs.

        Of a task without words it is the base rate of all runs of the agent: a model would take it for one of a kind.
        """
        base = self._rates.of(task)
        if base is None:
            return None
        similar, successes, runs = base
        if self._model is None or self.quality is None or not task.prompt.strip():
            low, high = wilson_interval(Share(successes, runs))
            return Prediction(
                probability=successes / runs,
                low=low,
                high=high,
                method="base rate",
                runs=runs,
                similar=similar,
                quality=self.quality,
            )
        probability = self._model.probability(task_features(task))
        low, high = _interval_near(probability, self.quality.pairs)
        return Prediction(
            probability=probability,
            low=min(low, probability),
            high=max(high, probability),
            method="model",
            runs=len(self._history),
            similar="agent, model, project, kind, length and hour of all runs",
            quality=self.quality,
        )


def predict_task_success(agent: str, task: str, history: Sequence[SettledRun]) -> Prediction | None:
    """Return the probability that an agent succeeds at a task, given in words; None under `MIN_RUNS` of its runs."""
    return Predictor(history).predict(PlannedTask(agent, task))


class BaseRate(NamedTuple):
    """How often similar runs succeeded."""

    similar: str
    """Which runs those are."""
    successes: int
    runs: int


class BaseRates:
    """How often runs of an agent succeeded, by kind and project."""

    def __init__(self, history: Sequence[SettledRun]) -> None:
        """Count a history."""
        self._runs: Counter[tuple[str, ...]] = Counter()
        self._successes: Counter[tuple[str, ...]] = Counter()
        for run in history:
            for group, _ in _groups(run.task):
                self._runs[group] += 1
                self._successes[group] += run.is_success

    def of(self, task: PlannedTask) -> BaseRate | None:
        """Return the rate of the most similar runs.

        They are the agent's of the same project and kind, else of the kind, else all of the agent's: the first group
        with `MIN_RUNS` runs; None if there is none.
        """
        for group, similar in _groups(task):
            if self._runs[group] >= MIN_RUNS:
                return BaseRate(similar, self._successes[group], self._runs[group])
        return None


def _groups(task: PlannedTask) -> list[tuple[tuple[str, ...], str]]:
    """Return the groups that a task belongs to, the narrowest first, each with words for it."""
    kind, of_agent = task_kind(task.prompt), f"runs of {task.agent}"
    if not task.prompt.strip():
        return [((task.agent,), of_agent)]
    groups = [((task.agent, kind), f"{of_agent}, kind {kind}"), ((task.agent,), of_agent)]
    if task.project:
        groups.insert(0, ((task.agent, kind, task.project), f"{of_agent}, kind {kind}, this project"))
    return groups


def brier_score(pairs: Sequence[tuple[float, bool]]) -> float:
    """Return the mean squared error of predictions beside what came of them; 0 is perfect, 0.25 a coin's."""
    return math.fsum((probability - is_success) ** 2 for probability, is_success in pairs) / len(pairs)


def measure_quality(history: Sequence[SettledRun]) -> PredictionQuality | None:
    """Hold base rate and model against the newest runs; None where too few precede or follow the cut."""
    held_back = int(len(history) * HELD_BACK)
    if held_back < MIN_RUNS or len(history) - held_back < MIN_RUNS:
        return None
    base: list[tuple[float, bool]] = []
    model: list[tuple[float, bool]] = []
    first = len(history) - held_back
    bounds = [first + block * held_back // BLOCKS for block in range(BLOCKS + 1)]
    for low, high in pairwise(bounds):
        earlier = history[:low]
        fitted, rates = _fitted(earlier), BaseRates(earlier)
        overall = (sum(run.is_success for run in earlier) + 0.5) / (len(earlier) + 1)
        for run in history[low:high]:
            similar = rates.of(run.task)
            rate = overall if similar is None else (similar.successes + 0.5) / (similar.runs + 1)
            base.append((rate, run.is_success))
            model.append((fitted.probability(task_features(run.task)), run.is_success))
    gains = [
        (rate - is_success) ** 2 - (probability - is_success) ** 2
        for (rate, is_success), (probability, _) in zip(base, model, strict=True)
    ]
    mean = math.fsum(gains) / len(gains)
    error = math.sqrt(math.fsum((gain - mean) ** 2 for gain in gains) / (len(gains) - 1) / len(gains))
    is_better = mean > BETTER_ERRORS * error
    used = model if is_better else base
    return PredictionQuality(held_back, brier_score(base), brier_score(model), is_better, _bins(used), tuple(used))


def _fitted(history: Sequence[SettledRun]) -> LogisticModel:
    return fit_logistic([task_features(run.task) for run in history], [run.is_success for run in history])


def _bins(pairs: Sequence[tuple[float, bool]]) -> tuple[CalibrationBin, ...]:
    ordered = sorted(pairs)
    bounds = [number * len(ordered) // BINS for number in range(BINS + 1)]
    bins = []
    for low, high in pairwise(bounds):
        part = ordered[low:high]
        if part:
            predicted, observed = _mean(part, lambda pair: pair[0]), _mean(part, lambda pair: pair[1])
            bins.append(CalibrationBin(predicted, observed, len(part)))
    return tuple(bins)


def _mean(pairs: Sequence[tuple[float, bool]], value: Callable[[tuple[float, bool]], float]) -> float:
    return math.fsum(map(value, pairs)) / len(pairs)


def _interval_near(probability: float, pairs: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Return the interval of the rate of those held-back runs that were predicted most alike."""
    nearest = sorted(pairs, key=lambda pair: abs(pair[0] - probability))[:MIN_RUNS]
    return wilson_interval(Share(sum(is_success for _, is_success in nearest), len(nearest)))
