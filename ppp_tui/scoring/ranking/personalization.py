"""R_Pers: whether an agent keeps to what the user prefers.

The profile `spec` weighs violations by severity, as the trajectory documents do. The profile `paper` (arXiv 2511.02208,
section 4.3 and tables 4 and 5) takes each preference's own reward; its bonus is for preferences that were seen to be
kept in asking: what was not judged, or had no occasion, earns nothing.
"""

from __future__ import annotations

from ppp_tui.model.score import Conduct, Profile

BONUS = 0.05
"""For full compliance."""

MINOR_PENALTY, MAJOR_PENALTY, CRITICAL_PENALTY = 0.01, 0.03, 0.05
"""For each violation, by its severity."""


def personalization(conduct: Conduct, profile: Profile) -> float | None:
    """Return R_Pers of a trajectory, at most `BONUS`.

    None without a turn in which a preference could have been broken, and where none was looked for: no preference was
    checked, and the violations come from no program either.
    """
    if conduct.turns <= 0:
        return None
    return _of_severities(conduct) if profile == "spec" else _of_rewards(conduct)


def _of_severities(conduct: Conduct) -> float | None:
    minor, major, critical = conduct.breaches
    if not conduct.breaches.total:
        return BONUS if conduct.is_logged or conduct.verdicts.checked else None
    return -MINOR_PENALTY * minor - MAJOR_PENALTY * major - CRITICAL_PENALTY * critical


def _of_rewards(conduct: Conduct) -> float | None:
    verdicts = conduct.verdicts
    if not verdicts.checked and not verdicts.unjudged:
        return None
    if verdicts.violated or verdicts.reward < 0:
        return min(0.0, verdicts.reward)
    is_proven = verdicts.kept > 0 and not verdicts.unjudged and conduct.asks.total > 0
    return BONUS if is_proven else 0.0
