"""Folds of what is done: tool calls and their results, remarks of the agent's program, facts about the session."""

from __future__ import annotations

from ppp_tui.ingest import asking
from ppp_tui.ingest.lane_fold import LaneFold, when
from ppp_tui.model.clock import from_text, to_text
from ppp_tui.model.event import Noted, Progressed, Remarked, SessionEnded, StepEnded, StepStarted, Waited
from ppp_tui.model.rows import FeatureRow, StepRow
from ppp_tui.scoring.features import is_commit

COMMITS = 16
"""Commits that may be under way at once; an older one is not counted."""

LONGEST_WAIT = 80
"""Characters that are kept of what an agent waits for."""


def note_fact(fold: LaneFold, event: Noted) -> None:
    """A fact about the trajectory as a whole; the last word wins."""
    state = fold.state
    if state.facts.get(event.name) == event.value or (event.name == "title" and not fold.keeps_text):
        return
    state.facts[event.name] = event.value
    fold.rows.facts[event.name] = event.value
    if event.name == "parent_native_id" and event.value:
        state.is_child = True
    if event.name == "pid" and event.value.isdigit():
        fold.live.set(pid=int(event.value))


def start_step(fold: LaneFold, event: StepStarted) -> None:
    """A tool call begins."""
    fold.see(event.at, "StepStarted")
    fold.resume_turn(event.at)
    known = fold.state.open_steps.get(event.key) if event.key else None
    if known is None:
        fold.add_step(
            event.at, event.ref, event.key, event.kind, event.tool, event.target, "running",
            preview=event.input_preview, length=event.input_length, request=event.request,
        )  # fmt: skip
        fold.spend(event.at, tools=int(event.kind != "ask"), questions=int(event.kind == "ask"))
        if event.key and event.kind == "shell" and is_commit(event.target):
            fold.state.commits = [*fold.state.commits[-(COMMITS - 1) :], event.key]
    else:
        _put(fold, known._replace(target=fold.shown(event.target), input_preview=fold.shown(event.input_preview)))
        fold.state.open_steps[event.key] = fold.steps[known.turn_number, known.step_number]
    fold.live.set(turn_status="open", turn_ended_at=0, error_kind="", error_message="", error_at=0,
        error_until=0, is_error_final=False, attempt=0)  # fmt: skip
    fold.show_open_steps()


def end_step(fold: LaneFold, event: StepEnded) -> None:
    """A result arrives. One whose call is not remembered is dropped: there is no step that it could end."""
    fold.see(event.at, "StepEnded")
    state = fold.state
    row = state.open_steps.pop(event.key, None)
    if row is None:
        return
    duration = event.duration_ms
    if duration is None and event.at and row.started_at:
        duration = max(0, event.at - from_text(row.started_at))
    ended = row._replace(
        status=event.status, exit_code=event.exit_code, ended_at=when(event.at), duration_ms=duration,
        output_preview=fold.shown(event.output_preview), output_length=event.output_length,
        output_offset=event.ref.offset, output_bytes=event.ref.length,
        child_native_id=event.child_native_id or row.child_native_id,
    )  # fmt: skip
    _put(fold, ended)
    if event.status == "running":
        state.open_steps[event.key] = ended
    else:
        _account(fold, event, row)
        asking.end_asking_step(fold, event)
    fold.show_open_steps()


def remark(fold: LaneFold, event: Remarked) -> None:
    """The agent's own program says something."""
    fold.add_step(
        event.at, event.ref, "", "note", event.tool, event.text.partition("\n")[0][:200], "ok",
        preview=event.text, length=len(event.text),
    )  # fmt: skip


def progress(fold: LaneFold, event: Progressed) -> None:
    """A running step gives a sign of life."""
    fold.see(event.at, "Progressed")
    if event.at > fold.live.progress_at:
        fold.live.set(progress_at=event.at)


def wait(fold: LaneFold, event: Waited) -> None:
    """The agent's program runs, and waits for the person or goes on: no sign of life of the session itself."""
    fold.live.set(waits_for=event.what[:LONGEST_WAIT], waits_at=event.at, ended_at=0)


def end_session(fold: LaneFold, event: SessionEnded) -> None:
    """The agent's program was left."""
    fold.see(event.at, "SessionEnded")
    fold.live.set(ended_at=event.at or fold.live.last_at)


def _put(fold: LaneFold, row: StepRow) -> None:
    fold.steps[row.turn_number, row.step_number] = row


def _account(fold: LaneFold, event: StepEnded, row: StepRow) -> None:
    """The step takes no more of its turn's time; it may have been a commit."""
    state = fold.state
    if row.turn_number == state.turn_number and row.status == "running":
        fold.spend(event.at, tools=-int(row.kind != "ask"), questions=-int(row.kind == "ask"))
    if event.key in state.commits:
        state.commits = [key for key in state.commits if key != event.key]
        if event.status == "ok":
            at = when(event.at) or row.started_at or to_text(0)
            fold.features.append(FeatureRow(row.turn_number, row.step_number, at))
