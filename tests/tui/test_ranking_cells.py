"""A ranking in lines."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from ppp_tui.model.score import Conduct, EffortCounts, Technical
from ppp_tui.query.scores.consensus import AgentRun, AgentScore, Group, GroupKey, ScoreWeights, rank
from ppp_tui.query.scores.score_explanations import Reason
from ppp_tui.tui.panes.ranking_cells import group_lines, moved_cell, ranking_lines, reason_lines, score_bar, slider_text
from ppp_tui.tui.panes.row_links import place_of
from ppp_tui.tui.widgets.lines import parts_of
from tests.tui.cell_texts import cell_texts


def run(agent: str, score: float, questions: EffortCounts = EffortCounts(), number: int = 1) -> AgentRun:  # noqa: B008
    return AgentRun(agent, number, "run-1", Technical(score, "stated"), Conduct(1, questions))


def test_agents_stand_by_their_final_score_with_its_parts() -> None:
    ranking = rank([run("codex", 0.95, EffortCounts(high=1)), run("claude", 0.85)], ScoreWeights(0.7, 0.3), "spec")
    first, second = (cell_texts(line.cells) for line in ranking_lines(ranking))
    assert first == ["1", "", "claude", "0.625", "████████▊", "–", "0.850", "stated", "+0.05", "+0.05", "–", "1"]
    assert second == ["2", "", "codex", "0.530", "███████▍░", "–", "0.950", "stated", "−0.50", "+0.05", "–", "1"]


def agent(**changes: Any) -> AgentScore:
    fields: dict[str, Any] = dict.fromkeys(AgentScore.__dataclass_fields__)
    return AgentScore(**{**fields, "agent_name": "claude", "bases": (), "runs": (), **changes})


def bar(cells: int, **changes: Any) -> list[tuple[str, str]]:
    made = score_bar(agent(**changes), cells)
    return [(cell.text, cell.tone) for cell in parts_of(made, "text") if cell.text]


def test_a_bar_is_exact_to_an_eighth_and_shows_what_conduct_did() -> None:
    assert bar(16, technical_part=0.5, interaction_part=-0.2) == [("████▊", "series-4"), ("░░░", "removed")]
    assert bar(16, technical_part=0.1, interaction_part=-3.0) == [("░░", "removed")]
    assert bar(16, technical_part=0.5, interaction_part=0.0) == [("████████", "series-4")]
    assert bar(16, technical_part=0.5, interaction_part=0.125) == [("████████", "series-4"), ("██", "good")]
    assert bar(100, technical_part=0.556, interaction_part=0.0) != bar(100, technical_part=0.558, interaction_part=0.0)


def test_small_gain_or_loss_has_a_visible_cell() -> None:
    assert bar(10, technical_part=0.5, interaction_part=0.01)[-1][1] == "good"
    assert bar(10, technical_part=0.5, interaction_part=-0.01)[-1] == ("░", "removed")


def test_a_bar_without_figures_is_empty_and_ascii_where_asked() -> None:
    assert bar(14) == []
    drawn = score_bar(agent(technical_part=0.5, interaction_part=-0.2), 10, is_ascii=True)
    assert [cell.text for cell in parts_of(drawn, "text")] == ["===", "--"]


def test_ranks_that_moved_have_an_arrow() -> None:
    assert [moved_cell(1, 3).text, moved_cell(3, 1).text, moved_cell(2, 2).text] == ["▲2", "▼2", ""]
    assert (moved_cell(None, 1).text, moved_cell(1, 2, is_ascii=True).text) == ("", "^1")


def test_slider_is_nearer_to_the_larger_weight() -> None:
    assert slider_text(1.0) == "interaction 0.00 ├────────────────────●┤ 1.00 technical"
    assert slider_text(0.25, is_ascii=True) == "interaction 0.75 [-----o---------------] 0.25 technical"


def test_commands_of_an_agent_are_no_task() -> None:
    def task(title: str) -> Group:
        return Group(
            key=GroupKey(task_key=5),
            stage="",
            title=title,
            project="",
            agents=("a", "b"),
            trajectories=2,
            runs=(),
            last_at=0,
        )

    titles = [cell_texts(line.cells)[0] for line in group_lines([], [task("/clear"), task("/home/x is broken")], UTC)]
    assert titles == ["same project, same prompt", "/home/x is broken"]


def test_tasks_are_grouped_under_their_specification_or_prompt() -> None:
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
    assert [cell_texts(line.cells) for line in lines] == [
        ["specifications", "1"],
        ["SPEC-7", "plan", "2", "3", "2026-11-20 12:00"],
        ["one agent alone", "1"],
        ["shop: Add a login", "", "1", "2", "–"],
    ]
    assert [line.is_heading for line in lines] == [True, False, True, False]


def test_a_reason_leads_to_its_turn() -> None:
    reason = Reason("R_Proact", -0.5, "high", "Should I\nlook?", "says so (literal 1)", 7)
    [line] = reason_lines([reason], 12)
    assert cell_texts(line.cells) == ["−0.50", "? high", "Should I look?", "says so (literal 1)", "7"]
    assert (place_of(line.key), place_of("12 0 3"), place_of("run 12")) == ((12, 7), (12, None), None)
