"""Weighted consensus: the documents' figures, one scale for all, ties, and groups that tell nothing."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ppp_tui.model.score import Breaches, Conduct, EffortCounts, Profile, Technical, Verdicts
from ppp_tui.scoring.ranking.consensus import AgentRun, Ranking, clip, rank
from ppp_tui.scoring.ranking.notes import agent_note, scale_note
from ppp_tui.scoring.ranking.weights import (
    ScoreWeights,
    WeightsError,
    validate_weights,
    weights_for_stage,
)

USUAL = ScoreWeights(0.7, 0.3)
SPOTLESS = Conduct(3)
"""+0.05 and +0.05 in the profile `spec`."""
BLOCKING = Conduct(3, questions=EffortCounts(0, 0, 1), asks=EffortCounts(0, 0, 1))
"""-0.5 and +0.05."""


def run(agent: str, score: float | None, conduct: Conduct | None = SPOTLESS, run_id: str = "r1") -> AgentRun:
    return AgentRun(
        agent, 1 if conduct else None, run_id, None if score is None else Technical(score, "stated"), conduct
    )


def finals(ranking: Ranking) -> list[tuple[str, int | None, float | None]]:
    return [
        (agent.agent_name, agent.rank, None if agent.final is None else round(agent.final, 4))
        for agent in ranking.agents
    ]


def test_the_documents_three_agents() -> None:
    ranking = rank([run("clean", 0.85), run("blocking", 0.95, BLOCKING), run("weaker", 0.8)], USUAL, "spec")
    assert finals(ranking) == [("clean", 1, 0.625), ("weaker", 2, 0.59), ("blocking", 3, 0.53)]
    assert (ranking.best, ranking.scale) == (("clean",), "weighted")
    assert ranking.confidence == pytest.approx(0.625)


def test_the_parts_add_up_to_the_final() -> None:
    [agent] = rank([run("a", 0.5, BLOCKING)], USUAL, "spec").agents
    assert agent.technical_part == pytest.approx(0.35)
    assert agent.interaction_part == pytest.approx(-0.135)
    assert agent.final == pytest.approx(0.215)


def test_an_agent_does_not_win_by_being_unlogged() -> None:
    ranking = rank([run("logged", 0.9), run("unlogged", 0.67, None)], USUAL, "spec")
    assert finals(ranking) == [("logged", 1, 0.66), ("unlogged", 2, 0.469)]
    assert ranking.scale == "mixed"


def test_without_any_trajectory_the_technical_score_stands_alone() -> None:
    ranking = rank([run("a", 0.6, None), run("b", 0.9, None)], USUAL, "spec")
    assert finals(ranking) == [("b", 1, 0.9), ("a", 2, 0.6)]
    assert ranking.scale == "technical"


def test_a_trajectory_without_turns_is_none() -> None:
    assert rank([run("a", 0.6, Conduct(0))], USUAL, "spec").scale == "technical"


def test_without_any_technical_score_conduct_stands_alone() -> None:
    ranking = rank([run("a", None, BLOCKING), run("b", None)], USUAL, "spec")
    assert finals(ranking) == [("b", 1, 0.1), ("a", 2, -0.45)]
    assert ranking.scale == "interaction"


def test_an_agent_whose_work_is_unknown_among_known_ones_has_no_place() -> None:
    assert finals(rank([run("a", None), run("b", 0.1)], USUAL, "spec")) == [("b", 1, 0.1), ("a", None, None)]


def test_agent_without_evidence_is_below_one_with_the_worst_score_and_says_why() -> None:
    silent = run("hello", None)._replace(lack="no technical score: no artifact")
    ranking = rank([silent, run("worst", 0.0, BLOCKING)], USUAL, "spec")
    assert finals(ranking) == [("worst", 1, -0.135), ("hello", None, None)]
    assert [agent_note(agent) for agent in ranking.agents] == ["", "no technical score: no artifact"]
    both = rank([silent, run("hello", 0.5), run("worst", 0.0)], USUAL, "spec")
    assert agent_note(both.agents[0]) == "1 of 2 runs: no technical score: no artifact"


def test_one_agent_alone_has_scores_and_is_no_best() -> None:
    ranking = rank([run("a", 0.5), run("a", 0.7)], USUAL, "spec")
    assert finals(ranking) == [("a", 1, 0.45)]
    assert (ranking.best, ranking.confidence) == ((), None)
    assert scale_note(ranking) == "one agent alone: nothing to compare"


def test_scores_that_are_turned_off_leave_the_technical_one_alone() -> None:
    ranking = rank([run("a", 0.6, BLOCKING), run("b", 0.5)], USUAL, "spec", is_enabled=False)
    assert finals(ranking) == [("a", 1, 0.6), ("b", 2, 0.5)]
    assert (ranking.scale, scale_note(ranking)) == ("disabled", "ppp.enabled is false: technical scores alone")
    assert [agent.proactivity for agent in ranking.agents] == [None, None]


def test_unchecked_preferences_add_nothing() -> None:
    read = Conduct(3, is_logged=False)
    [agent, _] = rank([run("a", 0.5, read), run("b", 0.1, read)], USUAL, "spec").agents
    assert (agent.proactivity, agent.personalization, agent.interaction) == (0.05, None, 0.05)
    assert agent.final == pytest.approx(0.7 * 0.5 + 0.3 * 0.05)


def test_note_names_the_agents_whose_turns_are_not_on_record() -> None:
    ranking = rank([run("a", 0.6), run("b", 0.9, None), run("c", 0.5, Conduct(0))], USUAL, "spec")
    assert scale_note(ranking) == "no turn of b and c is on record: interaction counts as 0"


def test_ties_share_a_rank_and_the_next_one_counts_them() -> None:
    ranking = rank([run("c", 0.5), run("b", 0.8), run("a", 0.8)], USUAL, "spec")
    assert [(name, place) for name, place, _ in finals(ranking)] == [("a", 1), ("b", 1), ("c", 3)]
    assert ranking.best == ("a", "b")


def test_sums_that_differ_by_rounding_alone_tie() -> None:
    ranking = rank([run("a", 0.1 + 0.2), run("b", 0.3)], USUAL, "spec")
    assert [agent.rank for agent in ranking.agents] == [1, 1]


@pytest.mark.parametrize("profile", ["spec", "paper"])
def test_an_empty_group_has_no_best(profile: Profile) -> None:
    ranking = rank([], USUAL, profile)
    assert (ranking.agents, ranking.best, ranking.confidence, ranking.scale) == ((), (), None, "none")


@pytest.mark.parametrize("score", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_unknown(score: float) -> None:
    assert finals(rank([run("a", score), run("b", 0.5)], USUAL, "spec")) == [("b", 1, 0.38), ("a", None, None)]
    spoilt = Conduct(1, verdicts=Verdicts(violated=1, reward=score))
    assert finals(rank([run("a", 0.5, spoilt)], USUAL, "paper"))[0][1] == 1


def test_the_paper_clips_and_the_documents_do_not() -> None:
    awful = Conduct(1, questions=EffortCounts(0, 0, 9), asks=EffortCounts(0, 0, 9))
    assert finals(rank([run("a", 0.5, awful)], USUAL, "spec"))[0][2] == pytest.approx(-0.985)
    assert finals(rank([run("a", 0.5, awful)], USUAL, "paper"))[0][2] == 0.0


def test_several_runs_are_averaged_and_give_an_interval_and_a_chance() -> None:
    runs = [run("a", score, run_id=f"r{number}") for number, score in enumerate((0.8, 0.9, 1.0, 0.7))]
    runs += [run("b", score, run_id=f"r{number}") for number, score in enumerate((0.1, 0.2, 0.3, 0.2))]
    first, second = rank(runs, USUAL, "spec").agents
    assert first.agent_name == "a"
    assert first.final == pytest.approx(0.7 * 0.85 + 0.03)
    assert first.interval is not None
    assert first.interval.low < 0.625 < first.interval.high
    assert (first.chance_first, second.chance_first) == (1.0, 0.0)
    assert rank(runs, USUAL, "spec") == rank(runs, USUAL, "spec")


def test_equal_runs_share_the_chance() -> None:
    runs = [run(agent, 0.5, run_id=number) for agent in ("a", "b") for number in ("r1", "r2")]
    assert [agent.chance_first for agent in rank(runs, USUAL, "spec").agents] == [0.5, 0.5]


def test_one_run_tells_no_chance() -> None:
    runs = [run("a", 0.9), run("a", 0.8, run_id="r2"), run("b", 0.1)]
    ranking = rank(runs, USUAL, "spec")
    assert [agent.chance_first for agent in ranking.agents] == [None, None]
    assert ranking.agents[1].interval is None


def test_a_stage_has_its_own_weights_under_each_of_its_names() -> None:
    stages = {"plan": ScoreWeights(0.6, 0.4), "audit": ScoreWeights(0.8, 0.2)}
    assert weights_for_stage("spec-plan", stages, USUAL) == (0.6, 0.4)
    assert weights_for_stage("review", stages, USUAL) == (0.8, 0.2)
    assert weights_for_stage("", stages, USUAL) == (0.7, 0.3)


@pytest.mark.parametrize(
    ("technical", "interaction", "message"),
    [
        (0.7, 0.4, "must add up to 1, not to 1.1"),
        (1.5, -0.5, "must be two numbers from 0 to 1"),
        (math.nan, 0.3, "must be two numbers from 0 to 1"),
    ],
)
def test_weights_that_cannot_be_used_say_why(technical: float, interaction: float, message: str) -> None:
    with pytest.raises(WeightsError, match=message):
        validate_weights(technical, interaction)


def test_weights_may_be_off_by_a_thousandth() -> None:
    assert validate_weights(0.7, 0.3005) == (0.7, 0.3005)


LEVELS = st.builds(EffortCounts, *[st.integers(0, 9)] * 3)
CONDUCTS = st.builds(
    Conduct,
    st.integers(0, 3),
    LEVELS,
    LEVELS,
    st.builds(Breaches, *[st.integers(0, 9)] * 3),
    st.builds(Verdicts, *[st.integers(0, 3)] * 4, st.floats(-1e6, 0)),
    st.booleans(),
    st.sampled_from(["", "tests", "outcome"]),
    st.booleans(),
)
RUNS = st.lists(
    st.builds(
        AgentRun,
        st.sampled_from("abc"),
        st.none(),
        st.just(""),
        st.none() | st.builds(Technical, st.floats(), st.just("stated")),
        st.none() | CONDUCTS,
    ),
    max_size=6,
)


# A busy machine makes inputs slowly.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(RUNS, st.sampled_from(["spec", "paper"]))
def test_whatever_is_ranked_stands_in_order(runs: list[AgentRun], profile: Profile) -> None:
    ranking = rank(runs, USUAL, profile)
    assert {agent.agent_name for agent in ranking.agents} == {entry.agent_name for entry in runs}
    known = [agent.final for agent in ranking.agents if agent.final is not None]
    assert all(math.isfinite(value) for value in known)
    assert all(one >= other - 1e-9 * max(1.0, abs(other)) for one, other in pairwise(known))


@pytest.mark.parametrize(("value", "expected"), [(-0.1, 0.0), (0.0, 0.0), (0.4, 0.4), (1.0, 1.0), (1.5, 1.0)])
def test_paper_reward_stays_within_zero_and_one(value: float, expected: float) -> None:
    assert clip(value) == expected


def test_part_that_counts_alone_counts_whole() -> None:
    [technical] = rank([run("a", 0.5, None)], USUAL, "spec").agents
    assert (technical.technical_part, technical.interaction_part) == (0.5, None)
    [conduct] = rank([run("a", None, BLOCKING)], USUAL, "spec").agents
    assert conduct.technical_part is None
    assert conduct.interaction_part == pytest.approx(-0.45)


def test_note_on_an_empty_group_does_not_speak_of_one_agent() -> None:
    assert scale_note(rank([], USUAL, "spec")) == "nothing is known that could be scored"
