"""A small logistic model over named features, fitted by gradient descent with a penalty on its weights. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

PENALTY = 2.0
"""How strongly weights are drawn to 0, in runs: a feature seen in as many runs has half of its say."""

MIN_SEEN = 3
"""Runs that a feature must be seen in to have a weight."""

MAX_ROUNDS = 100
"""Steps of the descent, at most."""

_ENOUGH = 0.002
"""A round that changes no weight by more is the last."""


class LogisticModel(NamedTuple):
    """Weights by feature."""

    bias: float
    weights: Mapping[str, float]

    def probability(self, features: Sequence[str]) -> float:
        """Return the probability of success; features that the model does not know say nothing."""
        return sigmoid(self.bias + math.fsum(self.weights.get(name, 0.0) for name in features))


def sigmoid(value: float) -> float:
    """Return the logistic function, without overflow."""
    if value >= 0:
        return 1 / (1 + math.exp(-value))
    power = math.exp(value)
    return power / (1 + power)


def fit_logistic(rows: Sequence[tuple[str, ...]], successes: Sequence[bool]) -> LogisticModel:
    """Fit a model to runs. Takes a tenth of a second for a thousand: not for the event loop."""
    seen = Counter(name for features in rows for name in features)
    names = [name for name, count in seen.items() if count >= MIN_SEEN]
    places = {name: place for place, name in enumerate(names)}
    sparse = [[places[name] for name in features if name in places] for features in rows]
    mean = (sum(successes) + 0.5) / (len(successes) + 1)
    bias, weights = math.log(mean / (1 - mean)), [0.0] * len(names)
    sizes = [seen[name] + PENALTY for name in names]
    for _ in range(MAX_ROUNDS):
        slopes = [-PENALTY * weight for weight in weights]
        of_bias = 0.0
        for features, is_success in zip(sparse, successes, strict=True):
            error = is_success - sigmoid(bias + math.fsum(weights[place] for place in features))
            of_bias += error
            for place in features:
                slopes[place] += error
        bias += of_bias / len(rows)
        changes = [slope / size for slope, size in zip(slopes, sizes, strict=True)]
        weights = [weight + change for weight, change in zip(weights, changes, strict=True)]
        if max(map(abs, [of_bias / len(rows), *changes])) < _ENOUGH:
            break
    return LogisticModel(bias, dict(zip(names, weights, strict=True)))
