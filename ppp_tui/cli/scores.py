"""How scores are made by the person's settings, as the rooms below take it."""

from __future__ import annotations

from collections.abc import Mapping

from ppp_tui.query.consensus import TechnicalWeights, Weights
from ppp_tui.settings import Settings


def weights(settings: Settings) -> Weights:
    """The weights that hold for a stage without its own."""
    return Weights(settings.ppp.weights.technical, settings.ppp.weights.interaction)


def stage_weights(settings: Settings) -> Mapping[str, Weights]:
    """The weights by stage."""
    return {
        "plan": Weights(*settings.ppp.stage_weights.plan),
        "tasks": Weights(*settings.ppp.stage_weights.tasks),
        "implement": Weights(*settings.ppp.stage_weights.implement),
        "validate": Weights(*settings.ppp.stage_weights.validate),
        "audit": Weights(*settings.ppp.stage_weights.audit),
        "unlock": Weights(*settings.ppp.stage_weights.unlock),
    }


def technical_weights(settings: Settings) -> TechnicalWeights:
    """The weights of what steps tell."""
    return TechnicalWeights(
        settings.ppp.technical.tests, settings.ppp.technical.steps, settings.ppp.technical.ended
    )  # fmt: skip
