"""Folds logged entries into a trajectory's live facts.

A logged trajectory is active from its start until `finish`: a turn that is over is followed by the next, unless it
asked the user something, which is open until the next turn.
"""

from __future__ import annotations

from ppp_tui.model.failure import stated_failure
from ppp_tui.model.limits import SHOWN_OPEN_STEPS
from ppp_tui.model.live import LiveFacts, OpenStep
from ppp_tui.store.logged.entries import Entry, Finished, QuestionLogged, Started, StepLogged, TurnLogged, UsageLogged

MAX_ERROR_CHARS = 300
"""Characters kept of an error message."""

TURN_STATUS_BY_OUTCOME = {"completed": "completed", "failed": "failed", "cancelled": "interrupted"}
"""What a trajectory's outcome makes of a last turn that is still open."""


def fold_live_facts(facts: LiveFacts, entry: Entry) -> LiveFacts:
    """Return the facts after one more entry."""
    at = max(facts.last_at, entry.at)
    facts = facts._replace(last_at=at, last_kind=type(entry).__name__)
    match entry:
        case Started():
            return facts._replace(turn_status="open", turn_started_at=at, is_thinking=True, pid=entry.pid)
        case TurnLogged():
            return _turn(facts, entry, at)
        case QuestionLogged():
            return facts._replace(question=entry.text or "…", is_question_structured=True, question_at=at)
        case StepLogged():
            return _step(facts, entry)
        case UsageLogged():
            return facts._replace(error_kind="", error_message="")
        case Finished():
            return _finish(facts, entry, at)
    return facts


def _turn(facts: LiveFacts, turn: TurnLogged, at: int) -> LiveFacts:
    if turn.number < facts.turn_number:
        return facts
    question = (turn.questions[-1].text or "…") if turn.questions else ""
    began = at - (turn.latency_ms or 0) if turn.number > facts.turn_number else facts.turn_started_at
    return facts._replace(
        turn_number=turn.number,
        turn_status="open",
        turn_started_at=began,
        turn_ended_at=0,
        spoke_last=False,
        is_thinking=True,
        open_steps=() if turn.status != "open" else facts.open_steps,
        question=question,
        is_question_structured=bool(question),
        question_at=at if question else 0,
        ended_at=0,
        error_kind="",
        error_message="",
        is_error_final=False,
    )


def _step(facts: LiveFacts, step: StepLogged) -> LiveFacts:
    open_steps = tuple(open_step for open_step in facts.open_steps if not step.key or open_step.key != step.key)
    if step.status == "running":
        open_steps = (*open_steps, OpenStep(step.key, step.step, step.tool, step.target, step.at))[-SHOWN_OPEN_STEPS:]
    kind = message = ""
    if step.step == "error":
        message = step.target or step.output[:MAX_ERROR_CHARS]
        kind, _ = stated_failure(step.tool, step.exit_code, f"{step.target}\n{step.output}")
    return facts._replace(
        open_steps=open_steps,
        is_thinking=not open_steps,
        error_kind=kind,
        error_message=message,
        error_at=step.at if kind else 0,
        is_error_final=False,
    )


def _finish(facts: LiveFacts, finished: Finished, at: int) -> LiveFacts:
    return facts._replace(
        turn_status=TURN_STATUS_BY_OUTCOME[finished.outcome],
        turn_ended_at=at,
        spoke_last=False,
        is_thinking=False,
        open_steps=(),
        question="",
        is_question_structured=False,
        question_at=0,
        error_message=finished.message,
        is_error_final=finished.outcome == "failed",
        error_at=at if finished.outcome == "failed" else 0,
    )
