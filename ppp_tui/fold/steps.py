"""Reducers of what is done: tool calls and their results, notices of the agent's program, facts about the session."""

from __future__ import annotations

from ppp_tui.fold import deliveries, questions
from ppp_tui.fold.state import StepDraft
from ppp_tui.fold.trajectory import TrajectoryFold
from ppp_tui.model.event import (
    AgentWaiting,
    Heartbeat,
    MetadataLearned,
    SessionEnded,
    SystemNotice,
    ToolCallFinished,
    ToolCallStarted,
)
from ppp_tui.model.limits import PREVIEW_CHARS

MAX_WAIT_CHARS = 80
"""Characters that are kept of what an agent waits for."""

MAX_NOTICE_CHARS = 200
"""Characters of a notice's first line that name its step."""


def note_fact(fold: TrajectoryFold, event: MetadataLearned) -> None:
    """Keep a fact about the trajectory as a whole; the newest value wins."""
    state, name, value = fold.state, event.name, event.value
    if state.facts.get(name) == value or (name == "title" and not fold.keeps_text):
        return
    state.facts[name] = fold.rows.facts[name] = value
    if name == "parent_native_id" and value:
        state.is_child = True
    if name == "pid" and value.isdigit():
        fold.live.pid = int(value)


def start_step(fold: TrajectoryFold, event: ToolCallStarted) -> None:
    """Begin a tool call; the same key again completes what it is about."""
    at, key = event.at, event.key
    fold.note_event(at, "ToolCallStarted")
    fold.resume_turn(at)
    state, live = fold.state, fold.live
    step = state.open_steps.get(key) if key else None
    if step is None:
        fold.add_step(
            at,
            event.ref,
            event.kind,
            event.tool,
            event.target,
            key=key,
            status="running",
            preview=event.input_preview,
            length=event.input_length,
            request=event.request,
        )
        is_question = event.kind == "ask"
        fold.count_open(at, tools=not is_question, questions=is_question)
        deliveries.open_delivery(fold, event)
    else:
        step.target, step.input_preview = fold.kept_text(event.target), fold.kept_text(event.input_preview)
        fold.put_step(step)
    live.turn_status, live.turn_ended_at = "open", 0
    live.clear_error()
    fold.mark_steps_stale()


def end_step(fold: TrajectoryFold, event: ToolCallFinished) -> None:
    """End the step that a result belongs to; a result whose call is not remembered is dropped."""
    at = event.at
    fold.note_event(at, "ToolCallFinished")
    state = fold.state
    step = state.open_steps.pop(event.key, None)
    if step is None:
        return
    was_running = step.status == "running"
    duration = event.duration_ms
    if duration is None and at and step.started_ms:
        duration = max(0, at - step.started_ms)
    step.status, step.exit_code, step.duration_ms = event.status, event.exit_code, duration
    step.ended_at = fold.time_text(at)
    step.output_preview = event.output_preview[:PREVIEW_CHARS] if fold.keeps_text else ""
    step.output_length = event.output_length
    step.output_offset, step.output_bytes = event.ref
    if event.child_native_id:
        step.child_native_id = event.child_native_id
    fold.put_step(step)
    if event.status == "running":
        state.open_steps[event.key] = step
    else:
        _close_step(fold, event, step, was_running=was_running)
        questions.end_asking_step(fold, event)
    fold.mark_steps_stale()


def add_notice(fold: TrajectoryFold, event: SystemNotice) -> None:
    """Add a notice of the agent's own program as a step."""
    text = event.text
    target = text.partition("\n")[0][:MAX_NOTICE_CHARS]
    fold.state.times.wake(event.at)
    fold.add_step(event.at, event.ref, "note", event.tool, target, preview=text, length=len(text))


def note_heartbeat(fold: TrajectoryFold, event: Heartbeat) -> None:
    """Record a sign of life of a running step."""
    fold.note_event(event.at, "Heartbeat")
    fold.live.progress_at = max(fold.live.progress_at, event.at)


def note_waiting(fold: TrajectoryFold, event: AgentWaiting) -> None:
    """Set what the agent's program waits for from the user: it runs, which is no sign of life of the session itself."""
    live = fold.live
    live.waits_for, live.waits_at, live.ended_at = event.waits_for[:MAX_WAIT_CHARS], event.at, 0


def end_session(fold: TrajectoryFold, event: SessionEnded) -> None:
    """Note that the agent's program was left."""
    fold.note_event(event.at, "SessionEnded")
    fold.live.ended_at = event.at or fold.live.last_at


def _close_step(fold: TrajectoryFold, event: ToolCallFinished, step: StepDraft, *, was_running: bool) -> None:
    """Stop counting an ended step's time in its turn, and keep what it delivered."""
    state = fold.state
    if was_running and step.turn_number == state.turn_number:
        is_question = step.kind == "ask"
        fold.count_open(event.at, tools=is_question - 1, questions=-int(is_question))
    deliveries.close_delivery(fold, event, step)
