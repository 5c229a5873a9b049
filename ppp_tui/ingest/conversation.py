"""Folds of what is said: prompts, answers, questions, and where turns begin and end."""

from __future__ import annotations

from ppp_tui.ingest import asking
from ppp_tui.ingest.asking import LONGEST_QUESTION
from ppp_tui.ingest.judge import HEURISTIC
from ppp_tui.ingest.lane_fold import SEPARATOR, LaneFold, when
from ppp_tui.model.event import (
    AgentSpoke,
    PromptAdded,
    Thought,
    TurnEnded,
    TurnsRolledBack,
    TurnStarted,
    ViolationStated,
)
from ppp_tui.model.rows import QuestionRow, ViolationRow
from ppp_tui.scoring import questions


def start_turn(fold: LaneFold, event: TurnStarted) -> None:
    """A prompt begins a turn; one that is still open is superseded."""
    fold.see(event.at, "TurnStarted")
    state = fold.state
    if state.turn is not None and state.turn.status == "open" and event.number is None:
        if state.turn_number == 0 and not fold.live.turn_number:
            fold.change_turn(status="unknown")
        else:
            fold.supersede_turn()
    fold.open_turn(event.at, event.key, event.origin, event.number)
    if event.number is not None:
        fold.rows.rewritten.append(event.number)
    asking.drop_blocking(fold)
    if event.prompt:
        fold.add_text(event.prompt, is_prompt=True)
        fold.rows.prompted.append(state.turn_number)
    fold.live.set(
        turn_number=state.turn_number, turn_status="open", turn_started_at=event.at, turn_ended_at=0, spoke_last=False,
        is_thinking=True, question="", is_question_structured=False, question_at=0, error_kind="", error_message="",
        error_at=0, error_until=0, is_error_final=False, attempt=0, max_attempts=0, ended_at=0,
    )  # fmt: skip


def add_prompt(fold: LaneFold, event: PromptAdded) -> None:
    """More of the prompt."""
    fold.see(event.at, "PromptAdded")
    turn = fold.turn(event.at)
    fold.add_text(event.text, is_prompt=True)
    fold.rows.prompted.append(turn.turn_number)
    if not event.is_reply:
        asking.answer_by_prompt(fold, event.text, event.at)


def speak(fold: LaneFold, event: AgentSpoke) -> None:
    """The agent says something to the person."""
    fold.see(event.at, "AgentSpoke")
    state = fold.state
    fold.resume_turn(event.at)
    start, end = fold.add_text(event.text, is_prompt=False)
    fold.add_step(
        event.at, event.ref, "", "message", "", "", "ok", preview=event.text, length=len(event.text),
        span=(start, end), request=event.request,
    )  # fmt: skip
    if event.question_step:
        last = asking.place_questions(fold, event.question_step, start, end)
    elif state.is_child or asking.is_logged(fold):
        last = ""
    else:
        last = _find_questions(fold, event.text, start, event.at)
    is_last = not fold.running_steps()
    if event.is_final is None and is_last:
        # Half of the turns of such versions end with nothing but their last text; what follows opens the turn again.
        fold.close_turn(event.at, "completed")
    live = fold.live
    live.set(
        spoke_last=is_last, is_thinking=False, turn_status="open", turn_ended_at=0, error_kind="",
        error_message="", error_at=0, error_until=0, is_error_final=False, attempt=0,
        question=live.question if live.is_question_structured else last,
        question_at=live.question_at if live.is_question_structured else (event.at if last else 0),
    )  # fmt: skip


def think(fold: LaneFold, event: Thought) -> None:
    """The agent thinks."""
    fold.see(event.at, "Thought")
    fold.resume_turn(event.at)
    fold.add_step(
        event.at, event.ref, "", "thinking", "", "", "ok", preview=event.text, length=len(event.text),
        request=event.request,
    )  # fmt: skip
    fold.live.set(spoke_last=False, is_thinking=True, turn_status="open", turn_ended_at=0)


def end_turn(fold: LaneFold, event: TurnEnded) -> None:
    """The record says that the turn is over."""
    fold.see(event.at, "TurnEnded")
    state = fold.state
    was_failed = fold.live.is_error_final and event.status == "completed"
    status = "failed" if was_failed else event.status
    fold.close_turn(event.at, status, event.duration_ms, event.first_token_ms, event.token_count)
    if asking.is_logged(fold) and not state.has_stated_questions and fold.keeps_text:
        last = _find_questions(fold, SEPARATOR.join(state.response_parts), 0, event.at)
        fold.live.set(question=last, question_at=event.at if last else 0)
    if status == "interrupted":
        _cancel_open_steps(fold)
        asking.refuse_blocking(fold, event.at)
    pending = asking.pending_question(fold)
    fold.live.set(
        turn_status=status, turn_ended_at=event.at or fold.live.last_at, is_thinking=False,
        spoke_last=asking.is_logged(fold) and status == "unknown" and state.response_length > 0,
        turn_number=state.turn_number,
    )  # fmt: skip
    if pending is not None and not fold.live.question:
        fold.live.set(question=pending, question_at=event.at or fold.live.last_at)


def roll_back(fold: LaneFold, event: TurnsRolledBack) -> None:
    """Mark turns that the user took back, and unmark those that are part of the conversation again."""
    fold.see(event.at, "TurnsRolledBack")
    state = fold.state
    count = max(0, min(event.turns, len(state.recent_turns)))
    taken_back = state.recent_turns[-count:] if count else []
    taken_back += [state.turns_by_key[key] for key in event.keys if key in state.turns_by_key]
    restored = [state.turns_by_key[key] for key in event.restored if key in state.turns_by_key]
    fold.rows.rolled_back = [number for number in fold.rows.rolled_back if number not in restored] + taken_back
    fold.rows.restored = [number for number in fold.rows.restored if number not in taken_back] + restored
    if count:
        state.recent_turns = state.recent_turns[:-count]


def violate(fold: LaneFold, event: ViolationStated) -> None:
    """A program says that a preference was not kept."""
    fold.see(event.at, "ViolationStated")
    turn = fold.turn(event.at)
    fold.state.violation_count += 1
    fold.violations.append(
        ViolationRow(
            turn.turn_number, fold.state.violation_count, event.preference_name, fold.shown(event.expected),
            fold.shown(event.actual),
            event.severity, "stated",
        )
    )  # fmt: skip


def _find_questions(fold: LaneFold, text: str, start: int, at: int) -> str:
    """Add the questions of a text to the newest turn; returns the last of them, '' if there is none."""
    last = ""
    state = fold.state
    for found in questions.find_questions(text):
        state.question_count += 1
        turn = fold.turn(at)
        level, rule = found.effort, found.effort_rule
        if fold.judge is not HEURISTIC:
            level, rule = fold.judge.judge(found.text, ())
        fold.questions[turn.turn_number, state.question_count] = QuestionRow(
            turn.turn_number, state.question_count, fold.shown(found.text, LONGEST_QUESTION), level,
            fold.judge.method, rule, "text",
            "[]", when(at), None, "", start + found.start, start + found.end,
        )  # fmt: skip
        last = asking.mention(fold, found.text)
    return last


def _cancel_open_steps(fold: LaneFold) -> None:
    state = fold.state
    for row in state.open_steps.values():
        fold.steps[row.turn_number, row.step_number] = row._replace(status="cancelled")
    state.open_steps.clear()
    fold.show_open_steps()
    fold.live.set(question="", is_question_structured=False, question_at=0)
