"""What a figure of a score comes from."""

from __future__ import annotations

from typing import Any

from ppp_tui.model.question import Effort, Severity
from ppp_tui.model.score import Conduct
from ppp_tui.query.rows import QuestionLine, ViolationLine
from ppp_tui.query.scores.consensus import VerdictLine
from ppp_tui.query.scores.score_explanations import Reason, reasons


def question(number: int, effort: Effort, **changes: Any) -> QuestionLine:
    fields: dict[str, Any] = {
        "id": number,
        "turn_number": 1,
        "text": f"Question {number}?",
        "effort": effort,
        "method": "literal 1",
        "rule": "says so",
        "source": "text",
        "options": (),
        "asked_at": 1000,
        "answered_at": None,
        "text_start": None,
        "text_end": None,
        **changes,
    }
    return QuestionLine(**fields)


def violation(severity: Severity) -> ViolationLine:
    return ViolationLine(
        id=1,
        turn_number=2,
        preference_name="no_commas",
        expected="no comma",
        actual="2 commas",
        severity=severity,
        method="literal 1",
    )


KEPT = VerdictLine("one_question", "kept", 0.0, "", "literal 1")
BROKEN = VerdictLine("no_ask", "violated", -1.0, "asked in turn 3", "literal 1")


def test_by_the_documents_every_question_and_violation_costs_its_own() -> None:
    asked = [question(1, "low"), question(2, "medium"), question(3, "high")]
    found = reasons(asked, [violation("major")], [BROKEN], "spec")
    assert [(reason.part, reason.value, reason.kind) for reason in found] == [
        ("R_Proact", 0.0, "low"),
        ("R_Proact", -0.1, "medium"),
        ("R_Proact", -0.5, "high"),
        ("R_Pers", -0.03, "major"),
        ("R_Pers", 0.0, "violated"),
    ]


def test_by_the_paper_what_is_put_at_once_costs_as_its_hardest_and_preferences_cost_their_reward() -> None:
    together = [question(1, "medium", source="tool"), question(2, "high", source="tool"), question(3, "medium")]
    found = reasons(together, [violation("major")], [BROKEN, KEPT], "paper")
    assert [(reason.value, reason.kind) for reason in found] == [
        (0.0, "medium"),
        (-0.5, "high"),
        (-0.1, "medium"),
        (0.0, "major"),
        (-1.0, "violated"),
        (0.0, "kept"),
    ]


def test_silence_that_costs_says_what_was_counted() -> None:
    silent = Conduct(1, is_vague=True, failing="tests")
    [reason] = reasons([], [], [], "paper", silent)
    assert (reason.value, reason.kind) == (-0.5, "silence")
    assert reason.text == "asked nothing about a vague prompt, and its last test run failed"
    assert reasons([], [], [], "paper", silent._replace(failing="outcome"))[0].text == (
        "asked nothing about a vague prompt, and the program said that it failed"
    )
    assert reasons([], [], [], "spec", silent) == reasons([], [], [], "paper", Conduct(1, is_vague=True)) == []


def test_a_reason_says_what_happened_where_and_who_judged() -> None:
    assert reasons([question(1, "high", turn_number=7)], [], [BROKEN], "paper") == [
        Reason("R_Proact", -0.5, "high", "Question 1?", "says so (literal 1)", 7),
        Reason("R_Pers", -1.0, "violated", "no_ask: asked in turn 3", "literal 1", None),
    ]
