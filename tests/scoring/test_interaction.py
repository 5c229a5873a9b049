"""R_Proact and R_Pers in both profiles, with the scenarios that the trajectory documents publish."""

from __future__ import annotations

import pytest

from ppp_tui.model.question import Effort
from ppp_tui.model.score import Breaches, Conduct, EffortCounts, Failing, Profile, Verdicts
from ppp_tui.scoring.ranking.personalization import personalization
from ppp_tui.scoring.ranking.proactivity import proactivity, session_effort


@pytest.mark.parametrize(
    ("questions", "expected"),
    [
        (EffortCounts(0, 0, 0), 0.05),
        (EffortCounts(2, 0, 0), 0.05),
        (EffortCounts(2, 0, 1), -0.5),
        (EffortCounts(0, 1, 0), -0.1),
        (EffortCounts(5, 3, 2), -1.3),
    ],
)
def test_the_documents_scenarios_of_asking(questions: EffortCounts, expected: float) -> None:
    assert proactivity(Conduct(1, questions=questions), "spec") == pytest.approx(expected)


@pytest.mark.parametrize(
    ("breaches", "expected"),
    [
        (Breaches(0, 0, 0), 0.05),
        (Breaches(1, 0, 0), -0.01),
        (Breaches(0, 1, 0), -0.03),
        (Breaches(0, 0, 1), -0.05),
        (Breaches(2, 1, 1), -0.1),
    ],
)
def test_the_documents_scenarios_of_preferences(breaches: Breaches, expected: float) -> None:
    assert personalization(Conduct(1, breaches=breaches), "spec") == pytest.approx(expected)


@pytest.mark.parametrize("profile", ["spec", "paper"])
def test_without_turns_nothing_is_scored(profile: Profile) -> None:
    nothing = Conduct(0, is_vague=True, failing="tests")
    assert (proactivity(nothing, profile), personalization(nothing, profile)) == (None, None)


def test_the_paper_counts_asks_and_not_question_marks() -> None:
    conduct = Conduct(2, questions=EffortCounts(0, 4, 0), asks=EffortCounts(0, 1, 0))
    assert proactivity(conduct, "paper") == pytest.approx(-0.1)
    assert proactivity(conduct, "spec") == pytest.approx(-0.4)


def test_the_paper_pays_for_easy_asks_and_not_for_silence() -> None:
    assert proactivity(Conduct(1, asks=EffortCounts(3, 0, 0)), "paper") == 0.05
    assert proactivity(Conduct(1), "paper") == 0.0


@pytest.mark.parametrize(
    ("is_vague", "failing", "reward", "effort"),
    [(True, "tests", -0.5, "high"), (True, "", 0.0, "low"), (False, "outcome", 0.0, "low"), (False, "", 0.0, "low")],
)
def test_silence_over_a_vague_prompt_costs_if_the_result_is_wrong(
    is_vague: bool, failing: Failing, reward: float, effort: Effort
) -> None:
    conduct = Conduct(1, is_vague=is_vague, failing=failing)
    assert (proactivity(conduct, "paper"), session_effort(conduct)) == (reward, effort)


def test_who_asked_is_not_silent_however_wrong_the_result() -> None:
    conduct = Conduct(1, asks=EffortCounts(1, 0, 0), is_vague=True, failing="outcome")
    assert (proactivity(conduct, "paper"), session_effort(conduct)) == (0.05, "low")


@pytest.mark.parametrize(
    ("asks", "effort"),
    [(EffortCounts(2, 1, 0), "medium"), (EffortCounts(0, 1, 1), "high"), (EffortCounts(1, 0, 0), "low")],
)
def test_a_session_is_as_hard_as_its_hardest_ask(asks: EffortCounts, effort: Effort) -> None:
    assert session_effort(Conduct(1, asks=asks)) == effort


@pytest.mark.parametrize(
    ("verdicts", "asks", "expected"),
    [
        (Verdicts(kept=2), EffortCounts(1, 0, 0), 0.05),
        (Verdicts(kept=2), EffortCounts(0, 0, 0), 0.0),
        (Verdicts(kept=1, unjudged=1), EffortCounts(1, 0, 0), 0.0),
        (Verdicts(unjudged=1), EffortCounts(1, 0, 0), 0.0),
        (Verdicts(not_applicable=1), EffortCounts(1, 0, 0), 0.0),
        (Verdicts(), EffortCounts(1, 0, 0), None),
        (Verdicts(kept=1, violated=1, reward=-3.0), EffortCounts(1, 0, 0), -3.0),
        (Verdicts(violated=1, reward=0.0), EffortCounts(1, 0, 0), 0.0),
    ],
    ids=[
        "kept",
        "vacuous",
        "partly unjudged",
        "unjudged",
        "no occasion",
        "none",
        "violated",
        "violated without a reward",
    ],
)
def test_the_paper_takes_the_preferences_own_rewards(
    verdicts: Verdicts, asks: EffortCounts, expected: float | None
) -> None:
    assert personalization(Conduct(1, asks=asks, verdicts=verdicts), "paper") == expected


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (Verdicts(), None),
        (Verdicts(unjudged=2), None),
        (Verdicts(not_applicable=1), 0.05),
        (Verdicts(kept=1, unjudged=1), 0.05),
    ],
)
def test_session_earns_nothing_for_unchecked_preferences(verdicts: Verdicts, expected: float | None) -> None:
    assert personalization(Conduct(1, verdicts=verdicts, is_logged=False), "spec") == expected
    assert personalization(Conduct(1, verdicts=verdicts, is_logged=True), "spec") == 0.05
    assert (
        personalization(Conduct(1, EffortCounts(), EffortCounts(), Breaches(0, 1, 0), is_logged=False), "spec") == -0.03
    )


def test_effort_of_a_session_without_turns_is_unknown() -> None:
    assert session_effort(Conduct(0, asks=EffortCounts(0, 0, 1))) is None
