"""Evaluations of other packages: what is taken of them, and that a bad one costs itself only."""

from __future__ import annotations

import math
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from ppp_tui.model.evaluation import EvaluatedSession, EvaluatedTurn, Evidence, SessionEvaluation
from ppp_tui.scoring.evaluations import installed
from ppp_tui.scoring.evaluations.installed import GROUP, Evaluator, checked, clipped

TURN = EvaluatedTurn(1, "typed", "completed", "Go", "Done.", 5)
SESSION = EvaluatedSession("claude", "/shop", "", False, (TURN,))
HERE = "tests.scoring.test_evaluations_installed"
OWN = ["coherence", "goal", "progression", "retention"]


def brevity(session: EvaluatedSession) -> SessionEvaluation:
    return SessionEvaluation("good", 0.5, f"{len(session.turns)} turn", (Evidence(1, "short"),))


def silent(_session: EvaluatedSession) -> None:
    return None


def failing(_session: EvaluatedSession) -> SessionEvaluation:
    raise RuntimeError("no")


def lying(_session: EvaluatedSession) -> Any:
    return {"verdict": "good"}


def entry(name: str, attribute: str) -> EntryPoint:
    return EntryPoint(name, f"{HERE}:{attribute}", GROUP)


def names(evaluator: Evaluator) -> list[str]:
    return sorted(name for name, _ in evaluator.evaluate(SESSION))


def test_function_of_another_package_is_evaluated_beside_the_four() -> None:
    evaluator = Evaluator((entry("brevity", "brevity"), entry("silent", "silent")))
    results = evaluator.evaluate(SESSION)
    assert sorted(name for name, _ in results) == sorted([*OWN, "brevity"])
    assert results["brevity", f"{HERE}:brevity 0"] == SessionEvaluation("good", 0.5, "1 turn", (Evidence(1, "short"),))
    assert evaluator.problems == []


def test_version_changes_with_what_is_installed() -> None:
    assert Evaluator((entry("brevity", "brevity"),)).version != Evaluator(()).version


@pytest.mark.parametrize(
    ("name", "attribute", "reason"),
    [
        ("failing", "failing", "it failed (RuntimeError)"),
        ("lying", "lying", "it failed (TypeError)"),
        ("gone", "nothing_of_that_name", "it cannot be loaded (AttributeError)"),
        ("number", "OWN", f"{HERE}:OWN is no function"),
    ],
)
def test_evaluation_that_cannot_be_used_is_left_out_with_a_sentence(name: str, attribute: str, reason: str) -> None:
    evaluator = Evaluator((entry(name, attribute), entry("brevity", "brevity")))
    assert names(evaluator) == sorted([*OWN, "brevity"])
    assert names(evaluator) == sorted([*OWN, "brevity"])
    assert evaluator.problems == [f"The evaluation {name} is left out: {reason}."]


def test_slow_evaluation_is_left_out_after_its_first_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installed, "MAX_CALL_S", -1.0)
    evaluator = Evaluator((entry("brevity", "brevity"),))
    assert names(evaluator) == sorted([*OWN, "brevity"])
    assert names(evaluator) == OWN


@pytest.mark.parametrize("name", ["goal", "Big", "a b", ""])
def test_name_that_is_taken_or_no_name_is_refused(name: str) -> None:
    evaluator = Evaluator((entry(name, "brevity"),))
    assert names(evaluator) == OWN
    assert evaluator.problems == [f"{name!r} is no name for an evaluation of another package: it is left out."]


@pytest.mark.parametrize("score", [math.nan, math.inf, -0.1, 1.1])
def test_score_outside_its_range_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        checked(SessionEvaluation("good", score, ""))


@pytest.mark.parametrize(("turn", "text"), [("3", "asked twice"), (3, None)])
def test_evidence_is_a_turn_or_none_and_a_text(turn: Any, text: Any) -> None:
    assert checked(SessionEvaluation("good", 1.0, "", (Evidence(None, "kept"), Evidence(3, "kept")))) is not None
    with pytest.raises(TypeError, match="evidence"):
        checked(SessionEvaluation("good", 1.0, "", (Evidence(turn, text),)))


def test_long_texts_and_much_evidence_are_cut_to_the_newest() -> None:
    result = clipped(
        SessionEvaluation("good", 1.0, "r" * 1000, tuple(Evidence(number, "t" * 1000) for number in range(50)))
    )
    assert result is not None
    assert (len(result.reason), len(result.evidence), len(result.evidence[0].text)) == (300, 20, 300)
    assert result.evidence[-1].turn_number == 49
