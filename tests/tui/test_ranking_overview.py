"""What stands beside a ranking on a large terminal: strips by weight, runs, answers."""

from __future__ import annotations

from ppp_tui.model.score import Conduct, EffortCounts, Technical
from ppp_tui.query.scores.consensus import AgentRun, ScoreWeights, rank
from ppp_tui.tui.panes.ranking_overview import answer_texts, final_at, run_lines, weight_lines
from ppp_tui.tui.panes.row_links import place_of
from ppp_tui.tui.widgets.lines import cell_text


def run(agent: str, number: int, score: float, questions: EffortCounts) -> AgentRun:
    return AgentRun(agent, number, f"run-{number}", Technical(score, "stated"), Conduct(1, questions))


RUNS = [
    run("claude", 1, 0.80, EffortCounts(low=1)),
    run("codex", 2, 0.95, EffortCounts(high=1)),
    run("codex", 3, 0.90, EffortCounts(high=1)),
]
RANKING = rank(RUNS, ScoreWeights(0.6, 0.4), "spec")


def test_final_score_at_the_current_weight_is_that_of_the_ranking() -> None:
    for agent in RANKING.agents:
        at_weight = final_at(agent, 0.6)
        assert at_weight is not None
        assert agent.final is not None
        assert abs(at_weight - agent.final) < 1e-9


def test_strips_go_from_conduct_alone_to_work_alone_and_tell_who_is_first() -> None:
    lines = [cell_text(line) for line in weight_lines(RANKING, 60)]
    assert lines[0].split() == ["conduct", "alone", "work", "alone"]
    claude = next(line for line in lines if line.startswith(" claude"))
    assert claude.rstrip().endswith("+0.80")
    leaders = lines[-1].split()[-1]
    first, second = (agent.agent_name for agent in RANKING.agents)
    assert (first, second) == ("claude", "codex")
    assert leaders[0] == "1"
    assert leaders[-1] == "2"
    assert set(leaders) == {"1", "2"}


def test_strips_use_the_height_there_is() -> None:
    assert [len(weight_lines(RANKING, 60, height)) for height in (0, 8, 14, 99)] == [8, 8, 14, 18]


def test_runs_of_all_agents_stand_in_the_order_of_their_finals() -> None:
    lines = run_lines(RANKING)
    finals = [float(cell_text(line.cells[2])) for line in lines]
    assert finals == sorted(finals, reverse=True)
    asked = [[cell_text(cell) for cell in line.cells[7:]] for line in lines]
    assert asked == [["1·0·0", "0"], ["0·0·1", "0"], ["0·0·1", "0"]]
    assert {place_of(line.key) for line in lines} == {(1, None), (2, None), (3, None)}


def test_newest_run_with_words_answers_for_its_agent() -> None:
    texts = [line.text for line in answer_texts(RANKING, {2: "Older words.", 3: "Newer words."})]
    assert texts[:2] == ["codex · run-3 answered", "Newer words."]
    # What older runs answered stands below the newest of every agent.
    assert texts[-3:-1] == ["codex · run-2 answered", "Older words."]
    assert [line.text for line in answer_texts(RANKING, {})] == ["No answer is kept."]
