"""Reducers of what only OpenTelemetry records of tool calls: their spans, and how long they waited for the user."""

from __future__ import annotations

from ppp_tui.fold.trajectory import TrajectoryFold
from ppp_tui.model.rows import SpanRow, WaitRow
from ppp_tui.model.sent_event import CallTraced, CallWaited


def add_span(fold: TrajectoryFold, event: CallTraced) -> None:
    """Keep a span, for trajectories of programs that name it as their parent."""
    fold.rows.spans.append(SpanRow(event.trace_id, event.span_id, event.parent_span_id, event.key))


def add_wait(fold: TrajectoryFold, event: CallWaited) -> None:
    """Keep a wait, for the turn of its step; one without a time is left out."""
    ended_at = fold.time_text(event.at)
    if ended_at is not None:
        fold.rows.waits.append(WaitRow(event.key, fold.time_text(event.began_at), ended_at))
