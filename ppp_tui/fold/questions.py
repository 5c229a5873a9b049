"""Reducers of questions and of the answers to them.

Questions whose answer may still come are kept in the trajectory's state, those of one step together and in their order:
answers name the step and a question's place in it. What the user writes next answers the rest; that needs the whole
trajectory, so the writer sets it.
"""

from __future__ import annotations

import json

from ppp_tui.fold.question_judges import HEURISTIC
from ppp_tui.fold.trajectory import TrajectoryFold
from ppp_tui.model.event import QuestionAnswered, QuestionAsked, ToolCallFinished
from ppp_tui.model.question import MAX_ANSWER_CHARS, AnswerStatus
from ppp_tui.model.rows import QuestionRow
from ppp_tui.scoring.questions.detection import find_questions

MAX_QUESTION_CHARS = 4000
"""Characters that are kept of a question."""

MAX_OPEN_QUESTIONS = 16
"""Questions whose answers are waited for; an older one is answered by what the user writes next."""


def add_question(fold: TrajectoryFold, event: QuestionAsked) -> None:
    """Add a structured or stated question to the newest turn."""
    fold.note_event(event.at, "QuestionAsked")
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
        turn_number=turn.turn_number,
        question_number=state.question_count,
        question_text=fold.kept_text(event.text, MAX_QUESTION_CHARS),
        effort_level=level,
        method=method,
        rule=rule,
        source="stated" if is_logged(fold) else "tool",
        options=json.dumps(event.options if fold.keeps_text else (), ensure_ascii=False),
        asked_at=fold.time_text(event.at),
        answered_at=None,
        step_key=event.step,
        text_start=None,
        text_end=None,
    )
    if event.answer is not None:
        row = _answered(fold, row, event.answer, "given", event.at)
    fold.questions[turn.turn_number, row.question_number] = row
    # What a program states as asked in its newest turn is open until the next turn.
    if event.answer is not None or not (event.step or is_logged(fold)):
        return
    if event.step:
        state.open_questions = [*state.open_questions[-(MAX_OPEN_QUESTIONS - 1) :], row]
    if event.is_blocking or not event.step:
        fold.live.ask(_mention(fold, event.text), event.at, is_structured=True)
        fold.live.is_thinking = fold.live.spoke_last = False
    else:
        others = [key for key in state.free_steps if key != event.step]
        state.free_steps = [*others[-(MAX_OPEN_QUESTIONS - 1) :], event.step]


def add_prose_questions(fold: TrajectoryFold, text: str, start: int, at: int) -> str:
    """Add the questions of a text to the newest turn; return the last of them, '' if there is none."""
    last = ""
    state = fold.state
    for question in find_questions(text):
        state.question_count += 1
        turn = fold.turn(at)
        level, rule = question.effort, question.effort_rule
        if fold.judge is not HEURISTIC:
            level, rule = fold.judge.judge(question.text, ())
        fold.questions[turn.turn_number, state.question_count] = QuestionRow(
            turn_number=turn.turn_number,
            question_number=state.question_count,
            question_text=fold.kept_text(question.text, MAX_QUESTION_CHARS),
            effort_level=level,
            method=fold.judge.method,
            rule=rule,
            source="text",
            options="[]",
            asked_at=fold.time_text(at),
            answered_at=None,
            step_key="",
            text_start=start + question.start,
            text_end=start + question.end,
        )
        last = _mention(fold, question.text)
    return last


def keep_answers(fold: TrajectoryFold, event: QuestionAnswered) -> None:
    """Keep the answers to a step's questions; a second answer to a question changes nothing."""
    asked = [row for row in fold.state.open_questions if row.step_key == event.step]
    for place, row in enumerate(asked):
        index = place - event.first
        if row.answer_status is not None or index < 0:
            continue
        text = event.answers[index] if index < len(event.answers) else None
        if event.status != "given" or index < len(event.answers):
            status: AnswerStatus = "empty" if text is None and event.status == "given" else event.status
            _keep_answer(fold, row, text, status, event.at)
    _forget_answered(fold, event.step)


def end_asking_step(fold: TrajectoryFold, event: ToolCallFinished) -> None:
    """Let the result of an asking step answer the questions whose answers it did not spell out."""
    state = fold.state
    if not state.open_questions or event.key in state.free_steps:
        return
    asked = [row for row in state.open_questions if row.step_key == event.key]
    if not asked:
        return
    status: AnswerStatus | None = None
    if event.status in ("denied", "cancelled"):
        status = "rejected"
    elif event.status == "failed":
        status = "failed"
    for row in asked:
        if row.answer_status is None:
            _keep_answer(fold, row, None, status, event.at)
    state.open_questions = [row for row in state.open_questions if row.step_key != event.key]
    _clear_live(fold)


def answer_by_prompt(fold: TrajectoryFold, text: str, at: int) -> None:
    """Let what the user writes while the agent is at work answer the questions that it does not wait for."""
    state = fold.state
    for row in [row for row in state.open_questions if row.step_key in state.free_steps]:
        if row.answer_status is None:
            _keep_answer(fold, row, text, "given", at)
    for key in state.free_steps:
        _forget_answered(fold, key)


def refuse_blocking(fold: TrajectoryFold, at: int) -> None:
    """Mark what the agent waited for as refused: the user interrupted it."""
    state = fold.state
    for row in [row for row in state.open_questions if row.step_key not in state.free_steps]:
        if row.answer_status is None:
            _keep_answer(fold, row, None, "rejected", at)
    drop_blocking(fold)


def drop_blocking(fold: TrajectoryFold) -> None:
    """Forget open questions that the agent waited for: it went on, or was closed."""
    state = fold.state
    if state.open_questions:
        state.open_questions = [row for row in state.open_questions if row.step_key in state.free_steps]


def place_questions(fold: TrajectoryFold, step: str, start: int, end: int) -> str:
    """Set where in the response the questions of a step are repeated; return the last of them."""
    last = ""
    for row in [row for row in fold.state.open_questions if row.step_key == step]:
        _replace(fold, row, row._replace(text_start=start, text_end=end))
        last = _mention(fold, row.question_text)
    return last


def pending_question(fold: TrajectoryFold) -> str | None:
    """Return the newest unanswered question of the newest turn that was not waited for; None without one."""
    state = fold.state
    for row in reversed(state.open_questions):
        is_free = row.step_key in state.free_steps and row.turn_number == state.turn_number
        if is_free and row.answer_status is None:
            return _mention(fold, row.question_text)
    return None


def is_logged(fold: TrajectoryFold) -> bool:
    """Return whether the newest turn was logged by a program."""
    turn = fold.state.turn
    return turn is not None and turn.origin == "logged"


def _mention(fold: TrajectoryFold, text: str) -> str:
    """Return a question as live facts hold it: `…` where no text is kept."""
    return text if fold.keeps_text else "…"


def _keep_answer(
    fold: TrajectoryFold, row: QuestionRow, text: str | None, status: AnswerStatus | None, at: int
) -> None:
    fold.touch_turn()
    _replace(fold, row, _answered(fold, row, text, status, at))


def _answered(
    fold: TrajectoryFold, row: QuestionRow, text: str | None, status: AnswerStatus | None, at: int
) -> QuestionRow:
    """Return a question with its answer; one that was submitted empty, or never shown, has no time."""
    if text == "":
        text, status = None, "empty" if status == "given" else status
    answered_at = None if status in ("empty", "failed") else fold.time_text(at)
    kept = fold.kept_text(text, MAX_ANSWER_CHARS) or None if text is not None else None
    return row._replace(answered_at=answered_at, answer=kept, answer_status=status)


def _replace(fold: TrajectoryFold, row: QuestionRow, changed: QuestionRow) -> None:
    fold.questions[row.turn_number, row.question_number] = changed
    state = fold.state
    state.open_questions = [changed if other is row else other for other in state.open_questions]


def _forget_answered(fold: TrajectoryFold, step: str) -> None:
    """Wait for nothing more of a step whose questions all have answers."""
    state = fold.state
    if all(row.answer_status is not None for row in state.open_questions if row.step_key == step):
        state.open_questions = [row for row in state.open_questions if row.step_key != step]
        _clear_live(fold)


def _clear_live(fold: TrajectoryFold) -> None:
    if not fold.state.open_questions:
        fold.live.ask("", 0)
