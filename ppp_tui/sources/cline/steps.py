"""Reads the calls of a task: shown in its panel when they are made, with results in what is sent to the model next."""

from __future__ import annotations

from ppp_tui.model.event import NOWHERE, Compacted
from ppp_tui.model.event_values import StepStatus
from ppp_tui.sources.cline.emitter import TaskEmitter
from ppp_tui.sources.cline.state import MAX_STEPS
from ppp_tui.sources.cline.tools import TOOLS, SentResult, read_results
from ppp_tui.sources.json_records import JsonObject
from ppp_tui.sources.parser_state import remember
from ppp_tui.sources.toolbox import call_finished


def key_of(at: int) -> str:
    """Return the key of the call that was shown at a time."""
    return f"call:{at}"


def start(emitter: TaskEmitter, call: tuple[str, JsonObject], at: int, *, is_result_sent: bool = True) -> None:
    """Emit that a call was made; with `is_result_sent` its result stands in what is sent to the model next."""
    name, arguments = call
    state, kind = emitter.state, TOOLS.step_kind(name)
    if kind == "compaction":
        emitter.emit(Compacted(at, NOWHERE, "auto"))
        return
    state.is_open = True
    emitter.emit(TOOLS.call_started(name, key_of(at), arguments, at, NOWHERE, state.request))
    if is_result_sent:
        remember(state.steps, key_of(at), kind, MAX_STEPS)


def finish_all(emitter: TaskEmitter, at: int, sent: str, *, status: StepStatus = "unknown") -> None:
    """Emit the ends of the calls by what was sent to the model; those whose result cannot be told get `status`."""
    running = emitter.state.steps
    for key, result in zip(list(running), read_results(sent, list(running.values())), strict=True):
        _finish(emitter, key, result or SentResult("", status, None), at)


def fail_last(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    """Read that the call that was made last failed."""
    del message
    _finish_last(emitter, SentResult(text, "failed", None), at)


def deny_last(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    """Read that the command that was asked for last is not allowed."""
    del message
    _finish_last(emitter, SentResult(text, "denied", None), at)


def finish_subtask(emitter: TaskEmitter, message: JsonObject, at: int, text: str) -> None:
    """Read what a task that this one had begun came to."""
    del message
    key = next((key for key, kind in reversed(emitter.state.steps.items()) if kind == "subagent"), "")
    if key:
        _finish(emitter, key, SentResult(text, "ok", None), at)


def _finish_last(emitter: TaskEmitter, result: SentResult, at: int) -> None:
    running = emitter.state.steps
    if running:
        _finish(emitter, next(reversed(running)), result, at)


def _finish(emitter: TaskEmitter, key: str, result: SentResult, at: int) -> None:
    del emitter.state.steps[key]
    emitter.emit(
        call_finished(key, result.status, result.output, at=at, ref=NOWHERE, exit_code=result.exit_code),
    )
