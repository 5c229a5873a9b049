"""Reducers of what is said: prompts, answers, thoughts, and where turns begin and end."""

from __future__ import annotations

from ppp_tui.fold import questions
from ppp_tui.fold.rows import SEPARATOR
from ppp_tui.fold.trajectory import TrajectoryFold
from ppp_tui.model.event import (
    AssistantMessage,
    PromptAdded,
    ReasoningEmitted,
    TurnEnded,
    TurnsRolledBack,
    TurnStarted,
    ViolationStated,
)
from ppp_tui.model.rows import ViolationRow


def start_turn(fold: TrajectoryFold, event: TurnStarted) -> None:
    """Begin a turn with a prompt; one that is still open is superseded."""
    at = event.at
    fold.note_event(at, "TurnStarted")
    state, live = fold.state, fold.live
    if state.turn is not None and state.turn.status == "open" and event.number is None:
        if state.turn_number == 0 and not live.turn_number:
            fold.touch_turn().status = "unknown"
        else:
            fold.supersede_turn()
    fold.open_turn(at, event.key, event.origin, event.number)
    if event.number is not None:
        fold.rows.rewritten.append(event.number)
    questions.drop_blocking(fold)
    if event.prompt:
        fold.add_text(event.prompt, is_prompt=True)
        fold.rows.prompted.append(state.turn_number)
    live.turn_number, live.turn_status, live.turn_started_at, live.turn_ended_at = state.turn_number, "open", at, 0
    live.spoke_last, live.is_thinking = False, True
    live.ask("", 0)
    live.clear_error()
    live.max_attempts = live.ended_at = 0


def add_prompt(fold: TrajectoryFold, event: PromptAdded) -> None:
    """Add to the prompt of the open turn."""
    fold.note_event(event.at, "PromptAdded")
    turn = fold.turn(event.at)
    fold.state.times.wake(event.at)
    fold.add_text(event.text, is_prompt=True)
    fold.rows.prompted.append(turn.turn_number)
    if not event.is_reply:
        questions.answer_by_prompt(fold, event.text, event.at)


def add_response(fold: TrajectoryFold, event: AssistantMessage) -> None:
    """Add to the response of the open turn, with the questions that the text asks."""
    at, text = event.at, event.text
    fold.note_event(at, "AssistantMessage")
    state, live = fold.state, fold.live
    fold.resume_turn(at)
    span = fold.add_text(text, is_prompt=False)
    fold.add_step(at, event.ref, "message", preview=text, length=len(text), span=span, request=event.request)
    if event.question_step:
        last = questions.place_questions(fold, event.question_step, *span)
    elif state.is_child or questions.is_logged(fold):
        last = ""
    else:
        last = questions.add_prose_questions(fold, text, span[0], at)
    is_last = not fold.has_running_step()
    if event.is_final is None and is_last:
        # Half of the turns of such versions end with nothing but their last text; what follows opens the turn again.
        fold.close_turn(at, "completed")
    live.spoke_last, live.is_thinking, live.turn_status, live.turn_ended_at = is_last, False, "open", 0
    live.clear_error()
    if not live.is_question_structured:
        live.ask(last, at if last else 0)


def add_thinking(fold: TrajectoryFold, event: ReasoningEmitted) -> None:
    """Add a step of thinking."""
    fold.note_event(event.at, "ReasoningEmitted")
    fold.resume_turn(event.at)
    fold.add_step(event.at, event.ref, "thinking", preview=event.text, length=len(event.text), request=event.request)
    live = fold.live
    live.spoke_last, live.is_thinking, live.turn_status, live.turn_ended_at = False, True, "open", 0


def end_turn(fold: TrajectoryFold, event: TurnEnded) -> None:
    """End the open turn as the record says."""
    at = event.at
    fold.note_event(at, "TurnEnded")
    state, live = fold.state, fold.live
    status = "failed" if live.is_error_final and event.status == "completed" else event.status
    fold.close_turn(at, status, event.duration_ms, event.first_token_ms, event.token_count)
    state.times.end(at)
    is_logged = questions.is_logged(fold)
    if is_logged and not state.has_stated_questions and fold.keeps_text:
        last = questions.add_prose_questions(fold, SEPARATOR.join(state.response_parts), 0, at)
        live.question, live.question_at = last, at if last else 0
    if status == "interrupted":
        _cancel_open_steps(fold)
        questions.refuse_blocking(fold, at)
    pending = questions.pending_question(fold)
    live.turn_status, live.turn_ended_at, live.turn_number = status, at or live.last_at, state.turn_number
    live.is_thinking = False
    live.spoke_last = is_logged and status == "unknown" and state.response_length > 0
    if pending is not None and not live.question:
        live.question, live.question_at = pending, at or live.last_at


def roll_back(fold: TrajectoryFold, event: TurnsRolledBack) -> None:
    """Mark turns that the user took back, and unmark those that are part of the conversation again."""
    fold.note_event(event.at, "TurnsRolledBack")
    state, rows = fold.state, fold.rows
    count = max(0, min(event.turns, len(state.recent_turns)))
    taken_back = state.recent_turns[-count:] if count else []
    taken_back += [state.turns_by_key[key] for key in event.keys if key in state.turns_by_key]
    restored = [state.turns_by_key[key] for key in event.restored if key in state.turns_by_key]
    rows.rolled_back = [number for number in rows.rolled_back if number not in restored] + taken_back
    rows.restored = [number for number in rows.restored if number not in taken_back] + restored
    if count:
        del state.recent_turns[-count:]


def add_violation(fold: TrajectoryFold, event: ViolationStated) -> None:
    """Add a preference that was not kept, as a program states it."""
    fold.note_event(event.at, "ViolationStated")
    turn = fold.turn(event.at)
    fold.state.violation_count += 1
    fold.violations.append(
        ViolationRow(
            turn_number=turn.turn_number,
            violation_number=fold.state.violation_count,
            preference_name=event.preference_name,
            expected=fold.kept_text(event.expected),
            actual=fold.kept_text(event.actual),
            severity=event.severity,
            method="stated",
        )
    )


def _cancel_open_steps(fold: TrajectoryFold) -> None:
    for step in fold.state.open_steps.values():
        step.status = "cancelled"
        fold.put_step(step)
    fold.state.open_steps.clear()
    fold.mark_steps_stale()
    fold.live.ask("", 0)
