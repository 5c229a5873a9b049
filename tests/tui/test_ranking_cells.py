"""A ranking in lines."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from ppp_tui.model.score import Conduct, EffortCounts, Technical
from ppp_tui.query.scores.consensus import AgentRun, AgentScore, Group, GroupKey, ScoreWeights, rank
from ppp_tui.query.scores.score_explanations import Reason
from ppp_tui.tui.panes.ranking_cells import group_lines, ranking_lines, reason_lines, score_bar
from ppp_tui.tui.panes.row_links import place_of
from ppp_tui.tui.widgets.lines import Cell, CellLike, StyledPieces, parts_of


def run(agent: str, score: float, questions: EffortCounts = EffortCounts(), number: int = 1) -> AgentRun:  # noqa: B008
    return AgentRun(agent, number, "run-1", Technical(score, "stated"), Conduct(1, questions))


def shown(cells: tuple[CellLike, ...]) -> list[str]:
    return ["".join(part.text for part in parts_of(cell, "text")) for cell in cells]


def test_agents_stand_by_their_final_score_with_its_parts() -> None:
    ranking = rank([run("codex", 0.95, EffortCounts(high=1)), run("claude", 0.85)], ScoreWeights(0.7, 0.3), "spec")
    first, second = (shown(line.cells) for line in ranking_lines(ranking))
    assert first == ["1", "claude", "0.625", "█████████", "–", "0.850", "stated", "+0.05", "+0.05", "–", "1"]
    assert second == ["2", "codex", "0.530", "███████░░", "–", "0.950", "stated", "−0.50", "+0.05", "–", "1"]


def agent(**changes: Any) -> AgentScore:
    fields: dict[str, Any] = dict.fromkeys(AgentScore.__dataclass_fields__)
    return AgentScore(**{**fields, "agent_name": "claude", "bases": (), "runs": (), **changes})


def test_a_bar_shows_what_conduct_takes_away_and_never_more_than_there_is() -> None:
    assert score_bar(agent(technical_part=0.5, interaction_part=-0.2)) == StyledPieces(
        (Cell("████", "series-1"), Cell("░░░", "removed"))
    )
    assert score_bar(agent(technical_part=0.1, interaction_part=-3.0)) == StyledPieces(
        (Cell("", "series-1"), Cell("░", "removed"))
    )


def test_a_bar_without_figures_is_empty_and_ascii_where_asked() -> None:
    assert score_bar(agent()) == StyledPieces((Cell("", "series-1"), Cell("", "good")))
    assert score_bar(agent(technical_part=0.5, interaction_part=0.03), is_ascii=True) == StyledPieces(
        (Cell("=======", "series-1"), Cell("=", "good"))
    )


def test_tasks_stand_under_what_makes_them_one() -> None:
    spec = Group(
        key=GroupKey("SPEC-7"),
        stage="plan",
        title="SPEC-7",
        project="",
        agents=("claude", "codex"),
        trajectories=3,
        runs=("run-2",),
        last_at=1_795_176_000_000,
    )
    task = Group(
        key=GroupKey(task_key=5),
        stage="",
        title="Add a login",
        project="/home/dev/shop",
        agents=("claude",),
        trajectories=2,
        runs=(),
        last_at=0,
    )
    lines = group_lines([spec], [task], UTC)
    assert [shown(line.cells) for line in lines] == [
        ["specifications", "1"],
        ["SPEC-7", "plan", "2", "3", "2026-11-20 12:00"],
        ["same project, same prompt", "1"],
        ["shop: Add a login", "", "1", "2", "–"],
    ]
    assert [line.is_heading for line in lines] == [True, False, True, False]


def test_a_reason_leads_to_its_turn() -> None:
    reason = Reason("R_Proact", -0.5, "high", "Should I\nlook?", "says so (literal 1)", 7)
    [line] = reason_lines([reason], 12)
    assert shown(line.cells) == ["−0.50", "? high", "Should I look?", "says so (literal 1)", "7"]
    assert (place_of(line.key), place_of("12 0 3"), place_of("run 12")) == ((12, 7), (12, None), None)
