"""The four evaluations of a session by rules: what each calls good, mixed and bad, and the turns that it names."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model.evaluation import EvaluatedSession, EvaluatedStep, EvaluatedTurn, SessionEvaluation
from ppp_tui.scoring.evaluations.rules import (
    RULES,
    evaluate_coherence,
    evaluate_goal,
    evaluate_progression,
    evaluate_retention,
)
from ppp_tui.scoring.evaluations.wording import find_admission, find_approval, find_complaint, find_reminder


def step(kind: str, target: str = "", status: str = "ok", preview: str = "") -> EvaluatedStep:
    return EvaluatedStep(0, kind, kind, target, status, preview)


def turn(number: int, prompt: str = "Go on", *steps: EvaluatedStep, **changes: Any) -> EvaluatedTurn:
    """A turn that was answered."""
    plain = EvaluatedTurn(number, "typed", "completed", prompt, "Done.", 5, steps)
    return plain._replace(**changes)


def session(*turns: EvaluatedTurn, outcome: str = "", is_child: bool = False) -> EvaluatedSession:
    return EvaluatedSession("claude", "/shop", outcome, is_child, turns)


def told(result: SessionEvaluation) -> tuple[str, list[int | None]]:
    """The verdict, and the turns that it rests on."""
    return result.verdict, [piece.turn_number for piece in result.evidence]


EDIT = step("edit", "/shop/cart.py")
RED: dict[str, Any] = {"test_runs": (True, False)}
GREEN: dict[str, Any] = {"test_runs": (False, True)}


@pytest.mark.parametrize("name", list(RULES))
def test_session_without_any_answer_or_step_is_unknown(name: str) -> None:
    empty = turn(1, response="", response_length=0)
    for nothing in (session(), session(empty), session(turn(0, origin="system"))):
        result = RULES[name](nothing)
        assert result is not None
        assert (result.verdict, result.score) == ("unknown", None)


@pytest.mark.parametrize(
    ("turns", "verdict", "evidence"),
    [
        ([turn(1)], "good", [1]),
        ([turn(1, commits=1), turn(2, "Thanks, that's great", **GREEN)], "good", [1, 2, 2]),
        ([turn(1, **GREEN), turn(2, "Fix it", EDIT, **RED)], "bad", [2]),
        ([turn(1, status="interrupted")], "bad", [1]),
        ([turn(1), turn(2, status="interrupted")], "mixed", [2]),
        ([turn(1, "That's wrong, try again"), turn(2, "It still fails", EDIT)], "mixed", [1, 2]),
        ([turn(1), turn(2), turn(3, "that is not right")], "mixed", [3]),
        ([turn(1), turn(2), turn(3, "that is not right", EDIT)], "good", [3]),
        ([turn(1, "Write it", EDIT, step("shell", "rm src/cart.py"))], "mixed", [1]),
        ([turn(1, "Write it", EDIT, step("shell", "rm /tmp/cart.py"))], "good", [1]),
        ([turn(1, "Write it, then remove it", EDIT, step("shell", "rm src/cart.py"))], "good", [1]),
    ],
)
def test_goal_follows_the_end_the_tests_and_the_users_words(
    turns: list[EvaluatedTurn], verdict: str, evidence: list[int]
) -> None:
    assert told(evaluate_goal(session(*turns))) == (verdict, evidence)


def test_open_turn_whose_last_deed_are_words_was_answered() -> None:
    answered = turn(2, "Go", step("shell", "ls"), step("message"), status="open")
    at_work = turn(2, "Go", step("message"), step("shell", "ls"), status="open")
    assert evaluate_goal(session(turn(1), answered)).verdict == "good"
    assert evaluate_goal(session(turn(1), at_work)).verdict == "mixed"


@pytest.mark.parametrize(("outcome", "verdict"), [("completed", "good"), ("failed", "bad")])
def test_stated_outcome_is_the_goal_whatever_else_is_on_record(outcome: str, verdict: str) -> None:
    assert evaluate_goal(session(turn(1, **RED), outcome=outcome)).verdict == verdict


def test_words_of_the_agent_that_called_a_sub_agent_are_not_the_users() -> None:
    prompts = [turn(1, "That's wrong, try again"), turn(2, "It still fails")]
    assert evaluate_goal(session(*prompts, is_child=True)).verdict == "good"


def test_what_the_user_must_say_again_is_a_lapse_of_retention() -> None:
    turns = [turn(1), turn(2, "I said no colours"), turn(3, "i meant the footer"), turn(4)]
    assert told(evaluate_retention(session(*turns))) == ("bad", [2, 3])
    assert evaluate_retention(session(*turns, *map(turn, range(5, 12)))).verdict == "mixed"
    assert evaluate_retention(session(*turns, *map(turn, range(5, 40)))).verdict == "good"


def test_question_asked_again_and_preference_broken_after_compaction_are_lapses() -> None:
    asked = "Which database should the orders use?"
    turns = [
        turn(1, questions=(asked,), violations=("commas",)),
        turn(2, "Go on", step("compaction")),
        turn(3, questions=("Which database should the orders use then?",), violations=("commas",)),
    ]
    assert told(evaluate_retention(session(*turns))) == ("bad", [3, 3])
    assert evaluate_retention(session(turns[0], turns[2]._replace(questions=()))).evidence == ()


def test_files_read_again_count_only_if_nothing_changed_them_and_they_are_many() -> None:
    reads = [step("read", f"/shop/{number}.py") for number in range(6)]
    assert told(evaluate_retention(session(turn(1, "Go", *reads, *reads)))) == ("good", [1])
    assert evaluate_retention(session(turn(1, "Go", *reads, *reads[:5]))).evidence == ()
    edits = [step("edit", read.target) for read in reads]
    assert evaluate_retention(session(turn(1, "Go", *reads, *edits, *reads))).evidence == ()
    assert evaluate_retention(session(turn(1, "Go", *reads, step("compaction"), *reads))).evidence == ()
    ranges = [read._replace(input_preview="offset 200") for read in reads]
    assert evaluate_retention(session(turn(1, "Go", *reads, *ranges))).evidence == ()


@pytest.mark.parametrize(
    ("turns", "verdict", "evidence"),
    [
        ([turn(1)], "good", []),
        ([turn(1, response="Oops, that was the wrong file.")], "mixed", [1]),
        ([turn(1, response="Good catch."), *map(turn, range(2, 9))], "good", [1]),
        ([turn(1, response="Good catch."), *map(turn, range(2, 9)), turn(9, response="My mistake.")], "mixed", [1, 9]),
        ([turn(1, "Write it", EDIT, step("shell", "git checkout -- cart.py"))], "bad", [1]),
        ([turn(1, "Write it", EDIT), turn(2, "More", step("shell", "git restore cart.py"))], "mixed", [2]),
        ([turn(1, "Write it", EDIT), turn(2, "Undo it", step("shell", "git restore cart.py"))], "good", []),
        ([turn(1, "Write it", EDIT, step("shell", "git restore --staged cart.py"))], "good", []),
        ([turn(1, "Write it", EDIT, step("shell", "git checkout -- other.py"))], "good", []),
        ([turn(1, "Test", *[step("shell", "make", "failed")] * 3)], "mixed", [1]),
        ([turn(1, "Test", *[step("shell", "make", "failed"), EDIT] * 3)], "good", []),
        ([turn(1, "Test", *[step("shell", "make", "failed")] * 2)], "good", []),
    ],
)
def test_coherence_counts_what_is_taken_back_undone_or_tried_again_unchanged(
    turns: list[EvaluatedTurn], verdict: str, evidence: list[int]
) -> None:
    assert told(evaluate_coherence(session(*turns))) == (verdict, evidence)


def test_lapses_and_turns_are_counted_in_the_singular_where_there_is_one() -> None:
    again = "I already told you: no ORM."
    assert evaluate_retention(session(turn(1))).reason == "0 lapses in 1 turn"
    assert evaluate_retention(session(turn(1), turn(2, again))).reason == "1 lapse in 2 turns"


def test_progression_is_the_share_of_turns_that_lead_on() -> None:
    asking = turn(3, questions=("a?", "b?", "c?", "d?", "e?"))
    turns = [
        turn(1, "Go", EDIT, status="interrupted"),
        turn(2, status="failed"),
        asking,
        turn(4, "Go", step("shell", "ls"), response="", response_length=0, status="open"),
        turn(5),
    ]
    result = evaluate_progression(session(*turns))
    assert told(result) == ("mixed", [2, 3, 4])
    assert (result.score, result.reason) == (0.4, "2 of 5 turns led on")
    assert evaluate_progression(session(*turns[1:4], turn(5))).verdict == "bad"
    assert evaluate_progression(session(turn(1), turn(2), turn(3), turns[1])).verdict == "good"


def test_turn_that_a_rewind_replaced_counts_in_no_evaluation() -> None:
    assert evaluate_progression(session(turn(1), turn(2, status="superseded"))).reason == "1 of 1 turn led on"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the login doesn't work", "doesn't work"),
        ("It still fails on CI", "still fail"),
        ("You forgot the tests", "You forgot"),
        ("why did you delete it", "why did you"),
        ("Add a login that works", ""),
        ("Explain what is wrong with plan B in general", ""),
        ("x" * 300 + " that's wrong", ""),
    ],
)
def test_complaint_is_found_at_the_beginning_of_a_prompt_only(text: str, words: str) -> None:
    assert find_complaint(text) == words


def test_other_wordings_are_found_as_whole_words() -> None:
    assert find_approval("Thanks, perfect") == "Thanks"
    assert find_approval("greater than") == ""
    assert find_reminder("I mean the footer") == "I mean"
    assert find_reminder("I mean to add more") == ""
    assert find_admission("You are right. My mistake!") == "My mistake"
    assert find_admission("You are right.") == ""


@pytest.mark.parametrize(
    "words",
    [
        "good catch",
        "my mistake",
        "my bad",
        "my error",
        "I was wrong",
        "I was looking at the wrong",
        "I made an error",
        "I apologise",
        "Let me correct",
        "I misread",
        "I misunderstood",
        "Oops",
        "I’m an idiot",
        "Sorry for the",
        "It's mine",
        "accept that correction",
        "ARITHMETIC WAS WRONG",
    ],
)
def test_every_admission_is_found_behind_other_words(words: str) -> None:
    assert find_admission(f"All 12 tests pass. {words}, and it is done.") == words
