"""The page of scores: evaluations of the session stand under its scores, each with its turns."""

from __future__ import annotations

from ppp_tui.model.evaluation import Evidence
from ppp_tui.query.scores.compare import RunFigures
from ppp_tui.query.scores.consensus import AgentRun, ScoreWeights, TechnicalWeights
from ppp_tui.query.scores.evaluations import EvaluationLine
from ppp_tui.query.scores.score_settings import ScoreSettings
from ppp_tui.tui.panes.score_text import Judged, score_lines

SCORING = ScoreSettings("spec", ScoreWeights(0.7, 0.3), {}, TechnicalWeights(), is_enabled=False)
FIGURES = RunFigures(AgentRun("claude", 1, "", None, None, "no score"), "", "")
GOAL = EvaluationLine(
    "goal", "rules-1", "bad", 0.0, "tests fail", (Evidence(3, "red\x1b[2J  run"), Evidence(None, "all"))
)


def test_evaluation_tells_verdict_reason_method_and_turns_and_obeys_no_escape() -> None:
    lines = score_lines(Judged(FIGURES, (), (GOAL, GOAL._replace(name="brevity", score=None, evidence=()))), SCORING)
    shown = [line.text for line in lines]
    assert shown[3:] == [
        "",
        "goal achievement: bad 0.00",
        "  tests fail  (rules-1)",
        "  turn 3  red␛[2J run",
        "  all",
        "",
        "brevity: bad",
        "  tests fail  (rules-1)",
    ]
    assert lines[4].tone == "removed"
