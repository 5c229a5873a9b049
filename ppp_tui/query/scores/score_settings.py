"""The user's settings of scores, as queries take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ppp_tui.query.scores.consensus import Profile, ScoreWeights, TechnicalWeights, weights_for_stage

if TYPE_CHECKING:
    from ppp_tui.settings.schema import Settings


class ScoreSettings(NamedTuple):
    """How agents are scored."""

    profile: Profile
    otherwise: ScoreWeights
    """Weights of a stage that has none of its own."""
    stages: dict[str, ScoreWeights]
    technical: TechnicalWeights
    is_enabled: bool = True
    """Whether conduct is scored beside the technical quality."""

    def weights(self, stage: str) -> ScoreWeights:
        """Return the weights of a stage, by whatever name; '' for none."""
        return weights_for_stage(stage, self.stages, self.otherwise)


def score_settings(settings: Settings) -> ScoreSettings:
    """Return the settings in force."""
    ppp = settings.ppp
    # Each by its name, so that a test finds whoever reads a setting.
    stages = {
        "plan": ppp.stage_weights.plan,
        "tasks": ppp.stage_weights.tasks,
        "implement": ppp.stage_weights.implement,
        "validate": ppp.stage_weights.validate,
        "audit": ppp.stage_weights.audit,
        "unlock": ppp.stage_weights.unlock,
    }
    return ScoreSettings(
        ppp.profile,
        ScoreWeights(ppp.weights.technical, ppp.weights.interaction),
        {stage: ScoreWeights(*shares) for stage, shares in stages.items()},
        TechnicalWeights(ppp.technical.tests, ppp.technical.steps, ppp.technical.ended, ppp.technical.evaluations),
        ppp.enabled,
    )
