"""Folds of questions that are put through a tool or stated by a program, and of the answers to them.

Questions whose answer may still come are kept in the lane's state, those of one step together and in their order:
answers name the step and a question's place in it. What the user writes next answers the rest; that needs the whole
trajectory, so `store.answers` sets it.
"""

from __future__ import annotations

import json

from ppp_tui.ingest.lane_fold import LaneFold, when
from ppp_tui.model.event import QuestionAnswered, QuestionAsked, StepEnded
from ppp_tui.model.question import AnswerStatus
from ppp_tui.model.rows import QuestionRow
from ppp_tui.store.answers import MAX_ANSWER_CHARS

LONGEST_QUESTION = 4000
"""Characters that are kept of a question."""

OPEN_QUESTIONS = 16
"""Questions whose answers are waited for; an older one is answered by what the user writes next."""


def ask(fold: LaneFold, event: QuestionAsked) -> None:
    """Add a structured or stated question to the newest turn."""
    fold.see(event.at, "QuestionAsked")
    state = fold.state
    turn = fold.turn(event.at)
    state.question_count += 1
    state.has_stated_questions = True
    if event.effort is not None:
        level, rule, method = event.effort, "stated", "stated"
    else:
        level, rule = fold.judge.judge(event.text, event.options)
        method = fold.judge.method
    row = QuestionRow(
        turn.turn_number, state.question_count, fold.shown(event.text, LONGEST_QUESTION), level, method, rule,
        "stated" if is_logged(fold) else "tool",
        json.dumps(event.options if fold.keeps_text else (), ensure_ascii=False),
        when(event.at), None, event.step, None, None,
    )  # fmt: skip
    if event.answer is not None:
        row = _answered(fold, row, event.answer, "given", event.at)
    fold.questions[turn.turn_number, row.question_number] = row
    # What a program states as asked in its newest turn is open until the next turn.
    if event.answer is not None or not (event.step or is_logged(fold)):
        return
    if event.step:
        state.open_questions = [*state.open_questions[-(OPEN_QUESTIONS - 1) :], row]
    if event.is_blocking or not event.step:
        fold.live.set(
            question=mention(fold, event.text), is_question_structured=True, question_at=event.at, is_thinking=False,
            spoke_last=False,
        )  # fmt: skip
    else:
        state.free_steps = [
            *[key for key in state.free_steps if key != event.step][-(OPEN_QUESTIONS - 1) :],
            event.step,
        ]


def take_answer(fold: LaneFold, event: QuestionAnswered) -> None:
    """Keep the answers to a step's questions; a second answer to a question changes nothing."""
    asked = [row for row in fold.state.open_questions if row.step_key == event.step]
    for place, row in enumerate(asked):
        index = place - event.first
        if row.answer_status is not None or index < 0:
            continue
        answer = event.answers[index] if index < len(event.answers) else None
        if event.status != "given" or index < len(event.answers):
            status: AnswerStatus = "empty" if answer is None and event.status == "given" else event.status
            _keep(fold, row, answer, status, event.at)
    _forget_answered(fold, event.step)


def end_asking_step(fold: LaneFold, event: StepEnded) -> None:
    """The result of an asking step: it answers the questions whose answers it did not spell out."""
    state = fold.state
    if event.key in state.free_steps or not any(row.step_key == event.key for row in state.open_questions):
        return
    status: AnswerStatus | None = None
    if event.status in ("denied", "cancelled"):
        status = "rejected"
    elif event.status == "failed":
        status = "failed"
    for row in [row for row in state.open_questions if row.step_key == event.key and row.answer_status is None]:
        _keep(fold, row, None, status, event.at)
    state.open_questions = [row for row in state.open_questions if row.step_key != event.key]
    _clear_live(fold)


def answer_by_prompt(fold: LaneFold, text: str, at: int) -> None:
    """What the user writes while the agent is at work answers the questions that it does not wait for."""
    for row in [row for row in fold.state.open_questions if row.step_key in fold.state.free_steps]:
        if row.answer_status is None:
            _keep(fold, row, text, "given", at)
    for key in fold.state.free_steps:
        _forget_answered(fold, key)


def refuse_blocking(fold: LaneFold, at: int) -> None:
    """The user interrupted the agent while it waited for answers."""
    for row in [row for row in fold.state.open_questions if row.step_key not in fold.state.free_steps]:
        if row.answer_status is None:
            _keep(fold, row, None, "rejected", at)
    drop_blocking(fold)


def drop_blocking(fold: LaneFold) -> None:
    """Wait no longer for answers to questions that held up the agent: it went on, or is gone."""
    state = fold.state
    state.open_questions = [row for row in state.open_questions if row.step_key in state.free_steps]


def place_questions(fold: LaneFold, step: str, start: int, end: int) -> str:
    """A message repeats the questions of a step: they stand there in the response. Returns the last of them."""
    last = ""
    for row in [row for row in fold.state.open_questions if row.step_key == step]:
        placed = row._replace(text_start=start, text_end=end)
        _replace(fold, row, placed)
        last = mention(fold, row.question_text)
    return last


def pending_question(fold: LaneFold) -> str | None:
    """The newest question of the newest turn that has no answer and was not waited for; None without one."""
    state = fold.state
    open_rows = [
        row
        for row in state.open_questions
        if row.step_key in state.free_steps and row.turn_number == state.turn_number and row.answer_status is None
    ]
    return mention(fold, open_rows[-1].question_text) if open_rows else None


def mention(fold: LaneFold, text: str) -> str:
    """A question for the live facts: that there is one must show even where its text is not kept."""
    return text if fold.keeps_text else "…"


def is_logged(fold: LaneFold) -> bool:
    """Whether the newest turn was logged by a program."""
    turn = fold.state.turn
    return turn is not None and turn.origin == "logged"


def _keep(fold: LaneFold, row: QuestionRow, answer: str | None, status: AnswerStatus | None, at: int) -> None:
    fold.change_turn()
    _replace(fold, row, _answered(fold, row, answer, status, at))


def _answered(
    fold: LaneFold, row: QuestionRow, answer: str | None, status: AnswerStatus | None, at: int
) -> QuestionRow:
    """A question with its answer; one that was submitted empty or never seen was answered at no time."""
    if answer == "":
        answer, status = None, "empty" if status == "given" else status
    answered_at = None if status in ("empty", "failed") else when(at)
    kept = fold.shown(answer, MAX_ANSWER_CHARS) or None if answer is not None else None
    return row._replace(answered_at=answered_at, answer=kept, answer_status=status)


def _replace(fold: LaneFold, row: QuestionRow, changed: QuestionRow) -> None:
    fold.questions[row.turn_number, row.question_number] = changed
    state = fold.state
    state.open_questions = [changed if known is row else known for known in state.open_questions]


def _forget_answered(fold: LaneFold, step: str) -> None:
    """Wait for nothing more of a step whose questions all have answers."""
    state = fold.state
    if all(row.answer_status is not None for row in state.open_questions if row.step_key == step):
        state.open_questions = [row for row in state.open_questions if row.step_key != step]
        _clear_live(fold)


def _clear_live(fold: LaneFold) -> None:
    if not fold.state.open_questions:
        fold.live.set(question="", is_question_structured=False, question_at=0)
