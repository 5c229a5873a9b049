"""What each figure of a score comes from: questions, violations and verdicts, each with what it adds or costs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from ppp_tui.model.question import Effort, Severity
from ppp_tui.model.score import Conduct, Failing, Profile
from ppp_tui.query.rows import QuestionLine, ViolationLine
from ppp_tui.query.scores.consensus import VerdictLine
from ppp_tui.scoring.ranking import personalization as pers
from ppp_tui.scoring.ranking import proactivity as proact

Part = Literal["R_Proact", "R_Pers"]
"""Which figure a reason belongs to."""

_EFFORT_COSTS: dict[Effort, float] = {"low": 0.0, "medium": proact.MEDIUM_PENALTY, "high": proact.HIGH_PENALTY}
_FAILING: dict[Failing, str] = {
    "tests": "its last test run failed",
    "outcome": "the program said that it failed",
}
_SEVERITY_COSTS: dict[Severity, float] = {
    "minor": pers.MINOR_PENALTY,
    "major": pers.MAJOR_PENALTY,
    "critical": pers.CRITICAL_PENALTY,
}


class Reason(NamedTuple):
    """One thing that a figure comes from."""

    part: Part
    value: float
    """What it adds to the figure; 0 for what costs nothing, and for what was judged but does not count here."""
    kind: str
    """An effort, a severity, or a verdict."""
    text: str
    rule: str
    """What decided, and which version of whom."""
    turn_number: int | None
    """None for what concerns the whole trajectory."""


def reasons(
    questions: Sequence[QuestionLine],
    violations: Sequence[ViolationLine],
    verdicts: Sequence[VerdictLine],
    profile: Profile,
    conduct: Conduct | None = None,
) -> list[Reason]:
    """Return everything that R_Proact and R_Pers of a trajectory are made of, in order of time.

    The bonuses for what did not happen are no reasons: a figure without reasons is its bonus, or 0. `conduct` tells
    whether silence costs something.
    """
    costs = _by_question(questions) if profile == "spec" else _by_ask(questions)
    asked = [
        Reason("R_Proact", -cost, question.effort, question.text, _decider(question), question.turn_number)
        for question, cost in zip(questions, costs, strict=True)
    ]
    if profile == "paper" and conduct is not None and proact.is_costly_silence(conduct):
        text = f"asked nothing about a vague prompt, and {_FAILING[conduct.failing]}"
        asked.append(Reason("R_Proact", -proact.HIGH_PENALTY, "silence", text, f"paper {proact.VERSION}", None))
    counts = profile == "spec"
    broken = [
        Reason(
            "R_Pers",
            -_SEVERITY_COSTS[entry.severity] if counts else 0.0,
            entry.severity,
            f"{entry.preference_name}: expected {entry.expected}, got {entry.actual}",
            entry.method,
            entry.turn_number,
        )
        for entry in violations
    ]
    judged = [
        Reason(
            "R_Pers",
            0.0 if counts else min(0.0, verdict.reward),
            verdict.verdict.replace("_", " "),
            f"{verdict.preference_name}: {verdict.detail}".removesuffix(": "),
            verdict.method,
            None,
        )
        for verdict in verdicts
    ]
    return [*asked, *broken, *judged]


def _decider(question: QuestionLine) -> str:
    """Return the rule and whose it is; what a program stated was decided by nobody else."""
    return question.method if question.rule in ("", question.method) else f"{question.rule} ({question.method})"


def _by_question(questions: Iterable[QuestionLine]) -> list[float]:
    return [_EFFORT_COSTS[question.effort] for question in questions]


def _by_ask(questions: Sequence[QuestionLine]) -> list[float]:
    """Return the cost of each question: of questions asked at once only the hardest counts, the others cost nothing."""
    hardest: dict[tuple[int, int | None], int] = {}
    for place, question in enumerate(questions):
        ask = (question.turn_number, question.asked_at if question.source == "tool" else None)
        place_before = hardest.get(ask)
        if place_before is None or _EFFORT_COSTS[question.effort] > _EFFORT_COSTS[questions[place_before].effort]:
            hardest[ask] = place
    counted = set(hardest.values())
    return [_EFFORT_COSTS[question.effort] if place in counted else 0.0 for place, question in enumerate(questions)]
