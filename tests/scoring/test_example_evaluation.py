"""The example of an evaluation of one's own is taken by its entry point and says what its text promises."""

from __future__ import annotations

import sys
import tomllib
from importlib.metadata import EntryPoint

import pytest

from ppp_tui.model.evaluation import EvaluatedSession, EvaluatedTurn, Evidence, SessionEvaluation
from ppp_tui.scoring.evaluations.installed import GROUP, Evaluator
from tests.house.trees import ROOT

EXAMPLE = ROOT / "examples" / "evaluation_plugin"


def turn(number: int, length: int) -> EvaluatedTurn:
    return EvaluatedTurn(number, "typed", "completed", "Go", "x", length)


def test_example_is_evaluated_beside_the_four(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLE))
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text("utf-8"))["project"]
    [(name, value)] = project["entry-points"][GROUP].items()
    evaluator = Evaluator((EntryPoint(name, value, GROUP),))
    session = EvaluatedSession("claude", "/shop", "", False, (turn(1, 20), turn(2, 4_000), turn(3, 0)))
    results = evaluator.evaluate(session)
    sys.modules.pop("brevity_evaluation")
    assert evaluator.problems == []
    assert results["brevity", f"{value} 0"] == SessionEvaluation(
        "mixed", 0.5, "1 of 2 answers are short", (Evidence(2, "4000 characters"),)
    )
