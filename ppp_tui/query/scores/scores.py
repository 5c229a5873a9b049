"""R_Proact and R_Pers of one trajectory, each as one statement over its sums.

The statements are the formulas of `scoring.ranking.proactivity` and `scoring.ranking.personalization` in standard SQL;
what a question or a violation costs is bound, since opinions stand in `scoring`. No turn is read.
"""

from __future__ import annotations

from typing import Any

from ppp_tui.model.score import Conduct, Profile
from ppp_tui.query.query import Query
from ppp_tui.query.sql_helpers import IS_STATING
from ppp_tui.scoring.ranking import personalization as pers
from ppp_tui.scoring.ranking import proactivity as proact
from ppp_tui.scoring.ranking.consensus import interaction

__all__ = ["interaction", "interaction_scores", "personalization", "proactivity"]

_PROACT_SPEC = """
SELECT CASE WHEN s.turns = 0 THEN NULL
            WHEN s.medium_questions + s.high_questions = 0 THEN :bonus
            ELSE -:medium * s.medium_questions - :high * s.high_questions END AS r_proact
FROM trajectory_summaries AS s WHERE s.trajectory_id = :trajectory
"""
_PROACT_PAPER = """
SELECT CASE WHEN s.turns = 0 THEN NULL
            WHEN s.low_asks + s.medium_asks + s.high_asks = 0 THEN CASE WHEN :is_vague = 1 AND :is_wrong = 1
                THEN -:high ELSE 0.0 END
            WHEN s.medium_asks + s.high_asks = 0 THEN :bonus
            ELSE -:medium * s.medium_asks - :high * s.high_asks END AS r_proact
FROM trajectory_summaries AS s WHERE s.trajectory_id = :trajectory
"""
_PERS_SPEC = f"""
SELECT CASE WHEN s.turns = 0 THEN NULL
            WHEN s.minor_violations + s.major_violations + s.critical_violations = 0
                THEN CASE WHEN {IS_STATING} OR EXISTS (SELECT 1 FROM preference_verdicts AS p
                    WHERE p.trajectory_id = :trajectory AND p.verdict <> 'unjudged') THEN :bonus END
            ELSE -:minor * s.minor_violations - :major * s.major_violations - :critical * s.critical_violations
       END AS r_pers
FROM trajectory_summaries AS s CROSS JOIN trajectories AS t
WHERE s.trajectory_id = :trajectory AND t.id = s.trajectory_id
"""
_PERS_PAPER = """
SELECT CASE WHEN s.turns = 0 OR v.verdicts = 0 THEN NULL
            WHEN v.violated > 0 OR v.reward < 0 THEN v.reward
            WHEN v.kept > 0 AND v.unjudged = 0 AND s.low_asks + s.medium_asks + s.high_asks > 0 THEN :bonus
            ELSE 0.0 END AS r_pers
FROM trajectory_summaries AS s CROSS JOIN (
    SELECT count(*) AS verdicts, coalesce(sum(CASE WHEN p.verdict = 'kept' THEN 1 ELSE 0 END), 0) AS kept,
           coalesce(sum(CASE WHEN p.verdict = 'violated' THEN 1 ELSE 0 END), 0) AS violated,
           coalesce(sum(CASE WHEN p.verdict = 'unjudged' THEN 1 ELSE 0 END), 0) AS unjudged,
           coalesce(sum(CASE WHEN p.reward < 0 THEN p.reward ELSE 0.0 END), 0.0) AS reward
    FROM preference_verdicts AS p WHERE p.trajectory_id = :trajectory) AS v
WHERE s.trajectory_id = :trajectory
"""


def proactivity(
    trajectory_id: int, profile: Profile, *, is_vague: bool = False, is_wrong: bool = False
) -> Query[float | None]:
    """Query R_Proact; None for a trajectory without turns, or that is not there.

    Only the profile `paper` asks whether the first prompt was vague and the result wrong.
    """
    costs = {"bonus": proact.BONUS, "medium": proact.MEDIUM_PENALTY, "high": proact.HIGH_PENALTY}
    if profile == "spec":
        return Query(_PROACT_SPEC, _single_number, {**costs, "trajectory": trajectory_id})
    truths = {"is_vague": int(is_vague), "is_wrong": int(is_wrong)}
    return Query(_PROACT_PAPER, _single_number, {**costs, **truths, "trajectory": trajectory_id})


def personalization(trajectory_id: int, profile: Profile) -> Query[float | None]:
    """Query R_Pers; None for a trajectory that is missing or has no turns, or if no preference was checked."""
    if profile == "paper":
        return Query(_PERS_PAPER, _single_number, {"bonus": pers.BONUS, "trajectory": trajectory_id})
    costs = {"minor": pers.MINOR_PENALTY, "major": pers.MAJOR_PENALTY, "critical": pers.CRITICAL_PENALTY}
    return Query(_PERS_SPEC, _single_number, {"bonus": pers.BONUS, **costs, "trajectory": trajectory_id})


def interaction_scores(conduct: Conduct | None, profile: Profile) -> tuple[float | None, float | None]:
    """Return R_Proact and R_Pers from facts at hand; None where there is no turn."""
    if conduct is None:
        return None, None
    return proact.proactivity(conduct, profile), pers.personalization(conduct, profile)


def _single_number(rows: list[tuple[Any, ...]]) -> float | None:
    return None if not rows or rows[0][0] is None else float(rows[0][0])
