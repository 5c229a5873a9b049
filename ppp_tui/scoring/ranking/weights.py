"""How much technical quality and conduct count in a ranking, by stage. Both always add up to 1."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

from ppp_tui.scoring.ranking.technical import stage_name

TOLERANCE = 0.001
"""How far a sum of weights may lie from 1."""


class WeightsError(ValueError):
    """Weights that cannot be used; the message says why, to follow the weights themselves."""


class ScoreWeights(NamedTuple):
    """Shares of the final score."""

    technical: float = 0.7
    interaction: float = 0.3


def validate_weights(technical: float, interaction: float) -> ScoreWeights:
    """Return both as weights. Raises WeightsError unless each is from 0 to 1 and they add up to 1."""
    if not all(math.isfinite(weight) and 0 <= weight <= 1 for weight in (technical, interaction)):
        raise WeightsError("must be two numbers from 0 to 1")
    if abs(technical + interaction - 1) > TOLERANCE:
        raise WeightsError(f"must add up to 1, not to {technical + interaction:.4g}")
    return ScoreWeights(technical, interaction)


def weights_for_stage(stage: str, stages: Mapping[str, ScoreWeights], otherwise: ScoreWeights) -> ScoreWeights:
    """Return the weights of a stage, `otherwise` if it has none of its own."""
    return stages.get(stage_name(stage), otherwise)
