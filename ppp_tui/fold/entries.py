"""Logged entries as events: what a program states of a step, a request or its trajectory.

Turns, questions and violations need no events: a program states them whole, under their numbers, and in any order.
"""

from __future__ import annotations

from collections.abc import Sequence

from ppp_tui.model.event import (
    NOWHERE,
    Compacted,
    ContextMeasured,
    Event,
    FactName,
    MetadataLearned,
    RequestFailed,
    ToolCallFinished,
    ToolCallStarted,
)
from ppp_tui.model.failure import stated_failure
from ppp_tui.model.limits import PREVIEW_CHARS
from ppp_tui.store.logged.entries import Started, StepLogged, UsageLogged


def fact_events(started: Started) -> Sequence[Event]:
    """Return the facts that the first entry of a trajectory states."""
    facts: tuple[tuple[FactName, str], ...] = (
        ("spec_id", started.spec_id),
        ("agent_name", started.agent_name),
        ("run_id", started.run_id or ""),
        ("stage", started.stage),
        ("parent_native_id", started.parent),
        ("project", started.project),
        ("title", started.title),
        ("model", started.model),
        ("pid", str(started.pid)),
    )
    return [MetadataLearned(started.at, name, value) for name, value in facts if value]


def step_events(step: StepLogged, key: str, *, is_open: bool) -> Sequence[Event]:
    """Return the events of a step: a failed request, a compaction, or the start and end of a call by that key.

    A call that is not `is_open` begins here; one that does not run ends here.
    """
    if step.step == "error":
        return [_failure(step)]
    if step.step == "compaction":
        return [Compacted(step.at, NOWHERE, step.tool or "manual", duration_ms=step.duration_ms)]
    events: list[Event] = []
    if not is_open or step.status == "running":
        events.append(
            ToolCallStarted(
                at=max(0, step.at - (step.duration_ms or 0)),
                ref=NOWHERE,
                key=key,
                kind=step.step,
                tool=step.tool,
                target=step.target,
                input_preview=step.input[:PREVIEW_CHARS],
                input_length=len(step.input),
                command=step.target if step.step == "shell" else "",
                paths=(step.target,) if step.step in ("read", "edit") and step.target else (),
            )
        )
    if step.status != "running":
        events.append(
            ToolCallFinished(
                at=step.at,
                ref=NOWHERE,
                key=key,
                status=step.status,
                exit_code=step.exit_code,
                output_preview=step.output[:PREVIEW_CHARS],
                output_length=len(step.output),
                duration_ms=step.duration_ms,
                output=step.output,
            )
        )
    return events


def usage_events(used: UsageLogged) -> Sequence[Event]:
    """Return the event of how full the window was: all that the request read."""
    filled = used.input_tokens + used.cache_read_tokens + used.cache_write_tokens
    return [ContextMeasured(used.at, filled)] if filled else []


def _failure(step: StepLogged) -> RequestFailed:
    message = step.output or step.target
    kind, status = stated_failure(step.tool, step.exit_code, f"{step.target}\n{step.output}")
    return RequestFailed(step.at, NOWHERE, kind, message, status)
