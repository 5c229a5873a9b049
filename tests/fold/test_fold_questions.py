"""Answers in the fold: given, skipped, refused, never asked, and those that the agent does not wait for."""

from __future__ import annotations

import pytest

from ppp_tui.fold.file_fold import FileFold
from ppp_tui.fold.question_judges import HEURISTIC, SPEC, Judge, Method, judge_of
from ppp_tui.fold.trajectory import FoldOptions
from ppp_tui.model import event as e
from ppp_tui.model.event import Event, Ref
from ppp_tui.model.event_values import StepStatus
from ppp_tui.model.rows import TrajectoryDelta
from tests.fold.test_fold_events import FlatPricing, fold

T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC."""
R = Ref(0, 10)


@pytest.mark.parametrize(
    ("method", "judge"), [("spec", SPEC), ("heuristic", HEURISTIC), ("reply", HEURISTIC), ("llm", HEURISTIC)]
)
def test_only_the_documents_method_judges_by_their_word_lists(method: Method, judge: Judge) -> None:
    assert judge_of(method) is judge


ASKED: tuple[Event, ...] = (
    e.TurnStarted(T0, R, "k1", "Serve it"),
    e.ToolCallStarted(T0 + 1000, R, "c1", "ask", "ask", "Which port?"),
    e.QuestionAsked(T0 + 1000, R, "Which port?", "c1", ("80", "8080")),
    e.QuestionAsked(T0 + 1000, R, "Which host?", "c1"),
)
FREE: tuple[Event, ...] = (
    e.TurnStarted(T0, R, "k1", "Serve it"),
    e.ToolCallStarted(T0 + 1000, R, "c1", "ask", "ask_later", "Which port?"),
    e.QuestionAsked(T0 + 1000, R, "Which port?", "c1", ("80", "8080"), is_blocking=False),
    e.QuestionAsked(T0 + 1000, R, "Which host?", "c1", is_blocking=False),
    e.ToolCallFinished(T0 + 1100, R, "c1", "ok"),
)


def answers(rows: TrajectoryDelta) -> list[tuple[object, ...]]:
    return [(q.question_text, q.answer, q.answer_status, q.answered_at) for q in rows.questions]


def test_answers_go_to_their_questions_in_order() -> None:
    rows = fold(
        *ASKED, e.QuestionAnswered(T0 + 9000, "c1", ("8080", "mine")), e.ToolCallFinished(T0 + 9000, R, "c1", "ok")
    )
    assert answers(rows) == [
        ("Which port?", "8080", "given", "2026-11-20 10:00:09.000"),
        ("Which host?", "mine", "given", "2026-11-20 10:00:09.000"),
    ]


def test_what_is_submitted_empty_was_answered_at_no_time() -> None:
    rows = fold(*ASKED, e.QuestionAnswered(T0 + 9000, "c1", ("80", None)), e.ToolCallFinished(T0 + 9000, R, "c1", "ok"))
    assert answers(rows) == [
        ("Which port?", "80", "given", "2026-11-20 10:00:09.000"),
        ("Which host?", None, "empty", None),
    ]


@pytest.mark.parametrize(
    ("status", "expected", "at"),
    [
        ("denied", "rejected", "2026-11-20 10:00:09.000"),
        ("cancelled", "rejected", "2026-11-20 10:00:09.000"),
        ("failed", "failed", None),
        ("ok", None, "2026-11-20 10:00:09.000"),
    ],
)
def test_a_result_without_answers_tells_what_became_of_the_questions(
    status: StepStatus, expected: str | None, at: str | None
) -> None:
    rows = fold(*ASKED, e.ToolCallFinished(T0 + 9000, R, "c1", status))
    assert answers(rows) == [("Which port?", None, expected, at), ("Which host?", None, expected, at)]


def test_an_interrupt_refuses_open_questions() -> None:
    rows = fold(*ASKED, e.TurnEnded(T0 + 9000, "interrupted"))
    assert [status for _, _, status, _ in answers(rows)] == ["rejected", "rejected"]


def test_without_text_only_the_status_of_an_answer_is_kept() -> None:
    rows = fold(*ASKED, e.QuestionAnswered(T0 + 9000, "c1", ("8080", None)), keeps_text=False)
    assert [(q.answer, q.answer_status) for q in rows.questions] == [(None, "given"), (None, "empty")]


def test_end_of_an_unawaited_step_answers_nothing() -> None:
    rows = fold(*FREE, e.AssistantMessage(T0 + 2000, R, "I go on meanwhile."))
    assert answers(rows) == [("Which port?", None, None, None), ("Which host?", None, None, None)]


def test_replies_to_free_questions_come_one_by_one_and_in_later_turns() -> None:
    rows = fold(
        *FREE,
        e.TurnEnded(T0 + 3000, "completed"),
        e.QuestionAnswered(T0 + 8000, "c1", ("mine",), first=1),
        e.TurnStarted(T0 + 8000, R, "k2", "Which host? mine"),
        e.TurnEnded(T0 + 8500, "completed"),
        e.QuestionAnswered(T0 + 9000, "c1", ("80",)),
        e.QuestionAnswered(T0 + 9500, "c1", ("another",)),
    )
    assert answers(rows) == [
        ("Which port?", "80", "given", "2026-11-20 10:00:09.000"),
        ("Which host?", "mine", "given", "2026-11-20 10:00:08.000"),
    ]


def test_what_is_written_while_the_agent_works_answers_free_questions() -> None:
    rows = fold(*FREE, e.PromptAdded(T0 + 5000, R, "80, and take any host"))
    assert {(answer, status) for _, answer, status, _ in answers(rows)} == {("80, and take any host", "given")}


def test_a_free_question_shows_when_the_turn_is_over() -> None:
    rows = fold(*FREE, e.AssistantMessage(T0 + 2000, R, "I am done."), e.TurnEnded(T0 + 3000, "completed"))
    assert rows.live is not None
    assert (rows.live.question, rows.live.is_question_structured) == ("Which host?", False)


def test_a_message_that_repeats_free_questions_asks_nothing_more() -> None:
    said = e.AssistantMessage(T0 + 1050, R, "Which port?\n- 80\n- 8080", question_step="c1")
    rows = fold(*FREE[:4], said, FREE[4])
    assert [(q.question_text, q.source, q.text_start, q.text_end) for q in rows.questions] == [
        ("Which port?", "tool", 0, 23),
        ("Which host?", "tool", 0, 23),
    ]


def test_a_stated_answer_is_kept_with_its_question() -> None:
    rows = fold(
        e.TurnStarted(T0, R, "k1", "Go", "logged", 1),
        e.QuestionAsked(T0, R, "Which port?", effort="low", answer="80"),
        e.QuestionAsked(T0, R, "Which host?", effort="low", answer=""),
        e.QuestionAsked(T0, R, "Which user?", effort="low"),
    )
    assert [(q.answer, q.answer_status) for q in rows.questions] == [("80", "given"), (None, "empty"), (None, None)]


@pytest.mark.parametrize("cut", range(1, len(FREE) + 3))
def test_answers_do_not_depend_on_how_the_file_was_read(cut: int) -> None:
    events = (
        *FREE,
        e.QuestionAnswered(T0 + 4000, "c1", ("mine",), first=1),
        e.TurnStarted(T0 + 5000, R, "k2", "80"),
        e.QuestionAnswered(T0 + 6000, "c1", ("80",)),
    )
    first = FileFold(b"", FoldOptions(FlatPricing()))
    rows = {(q.turn_number, q.question_number): q for part in first.fold(events[:cut]) for q in part.questions}
    second = FileFold(first.state(), FoldOptions(FlatPricing()))
    rows |= {(q.turn_number, q.question_number): q for part in second.fold(events[cut:]) for q in part.questions}
    assert list(rows.values()) == fold(*events).questions
