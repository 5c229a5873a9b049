"""The technical score: what it rests on, what an artifact must hold."""

from __future__ import annotations

import math

import pytest

from ppp_tui.model.score import Failing, Technical, WorkOutcome
from ppp_tui.scoring.questions.vagueness import is_vague, vagueness
from ppp_tui.scoring.ranking.technical import (
    TechnicalWeights,
    completeness,
    completeness_only,
    failure_source,
    missing_score_reason,
    stage_name,
    technical,
    work_score,
)

WEIGHTS = TechnicalWeights(0.6, 0.2, 0.2)
GOOD = WorkOutcome(tests_passed=True, steps=10, failed_steps=5, ended_well=True)
TOLD = WorkOutcome(ended_well=True, is_end_told=True)


def test_a_stated_score_goes_before_an_artifact_and_that_before_the_work() -> None:
    assert technical(0.4, 0.5, GOOD, WEIGHTS) == Technical(0.4, "stated")
    assert technical(None, 0.5, GOOD, WEIGHTS) == Technical(0.5, "artifact")
    assert technical(None, None, TOLD, WEIGHTS) == Technical(1.0, "work")
    assert technical(None, None, WorkOutcome(), WEIGHTS) is None


def test_a_stated_score_that_is_no_number_is_none() -> None:
    assert technical(math.nan, None, TOLD, WEIGHTS) == Technical(1.0, "work")
    assert technical(math.inf, math.nan, WorkOutcome(), WEIGHTS) is None


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (WorkOutcome(tests_passed=False), 0.0),
        (WorkOutcome(steps=4, failed_steps=1), 0.75),
        (WorkOutcome(ended_well=False, tests_passed=True), 0.75),
        (WorkOutcome(steps=2, failed_steps=7), 0.0),
        (WorkOutcome(ended_well=False, is_end_told=True), 0.0),
        (WorkOutcome(), None),
    ],
)
def test_what_steps_do_not_tell_leaves_its_share_to_the_rest(work: WorkOutcome, expected: float | None) -> None:
    assert work_score(work, WEIGHTS) == (None if expected is None else pytest.approx(expected))


def test_a_part_without_weight_alone_tells_nothing() -> None:
    assert work_score(TOLD, TechnicalWeights(1.0, 0.0, 0.0)) is None


@pytest.mark.parametrize("ended_well", [True, False])
def test_turn_that_was_merely_over_is_no_evidence_of_work(ended_well: bool) -> None:
    assert work_score(WorkOutcome(ended_well=ended_well), WEIGHTS) is None
    assert work_score(WorkOutcome(ended_well=ended_well, steps=1), WEIGHTS) == (1.0 if ended_well else 0.5)


def test_missing_score_says_what_is_missing() -> None:
    assert missing_score_reason(Technical(0.0, "work"), WorkOutcome(), has_artifact=False) == ""
    assert missing_score_reason(None, WorkOutcome(), has_artifact=False) == (
        "no technical score: no artifact, no tests, no steps, no stated end"
    )
    assert (
        missing_score_reason(None, WorkOutcome(), has_artifact=True)
        == "no technical score: nothing says what its artifact must hold"
    )
    assert missing_score_reason(None, TOLD, has_artifact=False) == "no technical score: what is on record has no weight"


@pytest.mark.parametrize(
    ("content", "stage", "expected"),
    [
        ('{"work_breakdown": ["a"], "acceptance_mapping": {"a": 1}}', "plan", 1.0),
        ('{"work_breakdown": ["a"], "acceptance_mapping": []}', "spec-plan", 0.5),
        ('{"audit_verdict": "ok"}', "review", 1.0),
        ('{"issues": false}', "clarify", 1.0),
        ("[1]", "tasks", 0.0),
        ("not JSON", "tasks", 0.0),
        ("[" * 100_000, "tasks", 0.0),
        ("{}", "rollout", None),
        ("{}", "", None),
    ],
)
def test_an_artifact_is_measured_by_what_its_stage_requires(content: str, stage: str, expected: float | None) -> None:
    assert completeness(content, stage) == expected


def test_stages_have_plain_names() -> None:
    assert [stage_name(name) for name in ("spec-plan", " Review ", "unlock", "")] == ["plan", "audit", "unlock", ""]


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ('{"tasks": ["a"], "issues": [], "secret": 1}', '{"issues": null, "tasks": true}'),
        ('{"issues": false}', '{"issues": true}'),
        ("[1]", "null"),
        ("not JSON", "null"),
    ],
)
def test_artifact_without_its_text_is_as_complete_as_with_it(content: str, kept: str) -> None:
    assert completeness_only(content) == kept
    assert [completeness(kept, stage) for stage in ("tasks", "analyze", "plan", "")] == [
        completeness(content, stage) for stage in ("tasks", "analyze", "plan", "")
    ]


@pytest.mark.parametrize(
    ("work", "outcome", "expected"),
    [
        (WorkOutcome(), "", ""),
        (WorkOutcome(tests_passed=True), "completed", ""),
        (WorkOutcome(steps=9, failed_steps=9), "", ""),
        (WorkOutcome(ended_well=False), "cancelled", ""),
        (WorkOutcome(tests_passed=False), "completed", "tests"),
        (WorkOutcome(tests_passed=True), "failed", "outcome"),
    ],
)
def test_result_is_wrong_only_by_failed_tests_or_a_stated_outcome(
    work: WorkOutcome, outcome: str, expected: Failing
) -> None:
    assert failure_source(work, outcome) == expected


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("Implement OAuth", 0.5),
        ("Implement OAuth 2.1 with PKCE", 0.2),
        ("Add some database stuff", 0.7),
        ("Why does this loop end early?", 0.0),
        ("", 0.0),
    ],
)
def test_how_much_a_prompt_leaves_open(prompt: str, expected: float) -> None:
    assert vagueness(prompt) == pytest.approx(expected)


def test_the_documents_vague_prompt_is_vague_and_no_prompt_is_not() -> None:
    assert is_vague("Implement OAuth")
    assert not is_vague("Implement OAuth 2.1 with PKCE")
    assert not is_vague("  ")
    assert not is_vague("Implement OAuth. " + "It must be so. " * 200)


def test_usual_weights_of_tests_steps_and_end() -> None:
    work = WorkOutcome(tests_passed=True, steps=10, failed_steps=5, ended_well=False)
    assert work_score(work, TechnicalWeights()) == pytest.approx(0.7)  # 0.6 of 1, 0.2 of a half, 0.2 of 0


def test_evaluations_of_the_session_count_only_with_a_weight() -> None:
    work = WorkOutcome(tests_passed=True, steps=4, failed_steps=0, evaluation=0.5)
    assert work_score(work, TechnicalWeights()) == 1.0
    assert work_score(work, TechnicalWeights(0.4, 0.2, 0.2, 0.2)) == pytest.approx(0.875)
    assert work_score(work._replace(evaluation=None), TechnicalWeights(0.4, 0.2, 0.2, 0.2)) == 1.0
    assert work_score(WorkOutcome(evaluation=0.5), TechnicalWeights(0.0, 0.0, 0.0, 1.0)) is None
