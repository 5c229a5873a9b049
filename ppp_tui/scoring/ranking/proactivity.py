"""R_Proact: whether an agent asks the user only what costs the user little.

The profile `spec` is the trajectory documents' formula over questions. The profile `paper` is that of "Training
Proactive and Personalized LLM Agents" (arXiv 2511.02208, section 4.3) over asks, in which silence earns nothing and may
cost.
"""

from __future__ import annotations

from ppp_tui.model.question import Effort
from ppp_tui.model.score import Conduct, EffortCounts, Profile

VERSION = 2

BONUS = 0.05
"""For asking nothing that is harder than a choice."""

MEDIUM_PENALTY = 0.1
"""For each question (ask) that takes some thought."""

HIGH_PENALTY = 0.5
"""For each question (ask) that takes work, and for silence over a vague prompt that led to a wrong result."""


def proactivity(conduct: Conduct, profile: Profile) -> float | None:
    """Return R_Proact of a trajectory, at most `BONUS`; None without any turn in which it could have asked."""
    if conduct.turns <= 0:
        return None
    if profile == "spec":
        return _of_levels(conduct.questions)
    if conduct.asks.total:
        return _of_levels(conduct.asks)
    return -HIGH_PENALTY if is_costly_silence(conduct) else 0.0


def session_effort(conduct: Conduct) -> Effort | None:
    """Return what a trajectory asked of the user as a whole, as the paper's proactivity metric counts it.

    That is its hardest ask, and `high` for silence over a vague prompt that led to a wrong result; None without turns.
    """
    if conduct.turns <= 0:
        return None
    if conduct.asks.high or is_costly_silence(conduct):
        return "high"
    return "medium" if conduct.asks.medium else "low"


def is_costly_silence(conduct: Conduct) -> bool:
    """Return whether an agent asked nothing over a vague prompt and delivered what is known to be wrong."""
    return conduct.turns > 0 and not conduct.asks.total and conduct.is_vague and conduct.is_wrong


def _of_levels(levels: EffortCounts) -> float:
    if not levels.medium and not levels.high:
        return BONUS
    return -MEDIUM_PENALTY * levels.medium - HIGH_PENALTY * levels.high
