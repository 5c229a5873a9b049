"""Reads the messages of a pi session: prompts, answers with calls and tokens, results, and commands of the user."""

from __future__ import annotations

from ppp_tui.model import event as e
from ppp_tui.model.event_values import ErrorKind, StepStatus
from ppp_tui.model.failure import stated_failure
from ppp_tui.model.ids import hash64
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.json_records import (
    JsonObject,
    content_text,
    count_of,
    exit_code_of,
    millis_of,
    number_of,
    object_of,
    objects_of,
    text_of,
)
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.pi.state import MAX_CALLS, PiState
from ppp_tui.sources.pi.tools import TOOLS, read_result
from ppp_tui.sources.toolbox import call_finished

Emitter = EventEmitter[PiState]

USER_COMMAND = "bashExecution"
"""Role of a command that the user ran with ``!``."""

_SILENT = frozenset({"custom", "hookMessage", "branchSummary", "compactionSummary"})
"""Roles that repeat entries of their own, or that extensions use."""

_MICROS = 1_000_000

MAX_TRIES = 4
"""How often pi asks at most, unless the user's `retry.maxRetries` says otherwise: that stands in no session.

It decides which failure ends a turn; what the attempts were to be, and how long pi waited, is left unknown.
"""

_PASSING: frozenset[ErrorKind] = frozenset({"rate_limit", "overloaded", "timeout", "network"})


def turn_key(message: JsonObject) -> str:
    """Return the key of the turn that a message begins, the same in every copy of it; '' if it begins none."""
    role = text_of(message, "role")
    if role not in ("user", USER_COMMAND):
        return ""
    text = content_text(message.get("content")) or text_of(message, "command")
    return f"{millis_of(message, 'timestamp')}:{hash64(text):x}"


def read_message(emitter: Emitter, message: JsonObject, at: int, ref: e.Ref) -> None:
    """Read a message by its role."""
    role = text_of(message, "role")
    if role in ("user", USER_COMMAND) or text_of(message, "stopReason") not in ("", "error"):
        emitter.state.failures = 0
    if role == "user":
        emitter.emit(e.TurnStarted(at, ref, turn_key(message), content_text(message.get("content")).strip()))
    elif role == "assistant":
        _read_answer(emitter, message, at, ref)
    elif role == "toolResult":
        _read_result(emitter, message, at, ref)
    elif role == USER_COMMAND:
        _read_command(emitter, message, at, ref)
    elif role not in _SILENT:
        emitter.count_unknown(f"message/{role or '(no role)'}")


def _read_answer(emitter: Emitter, message: JsonObject, at: int, ref: e.Ref) -> None:
    request, reason = request_key(message), text_of(message, "stopReason")
    blocks = objects_of(message, "content")
    calls = [block for block in blocks if block.get("type") == "toolCall"]
    emitter.note(at, "model", text_of(message, "model"))
    _read_tokens(emitter, message, request, at, ref)
    for block in blocks:
        if block.get("type") == "thinking" and text_of(block, "thinking"):
            emitter.emit(e.ReasoningEmitted(at, ref, text_of(block, "thinking"), request))
    text = content_text(message.get("content"))
    if text.strip():
        emitter.emit(e.AssistantMessage(at, ref, text, request, is_final=not calls and reason == "stop"))
    for call in calls:
        key, name = text_of(call, "id")[:MAX_KEY_CHARS], text_of(call, "name")
        if key:
            remember(emitter.state.calls, key, name, MAX_CALLS)
            emitter.emit(TOOLS.call_started(name, key, object_of(call, "arguments"), at, ref, request))
    if reason == "aborted":
        emitter.emit(e.TurnEnded(at, "interrupted"))
    elif reason == "error":
        _read_error(emitter, text_of(message, "errorMessage"), at, ref)
    elif reason in ("stop", "length") and not calls:
        emitter.emit(e.TurnEnded(at, "completed"))


def _read_error(emitter: Emitter, error: str, at: int, ref: e.Ref) -> None:
    """Read a refusal: pi asks again by itself after those that may pass. No record tells whether it does."""
    kind, status = stated_failure("", None, error)
    if kind not in _PASSING and (status or 0) < 500:
        emitter.emit(e.RequestFailed(at, ref, kind, error, status, is_final=True))
        return
    emitter.state.failures += 1
    attempt = emitter.state.failures
    is_final = attempt >= MAX_TRIES
    if is_final:
        emitter.state.failures = 0
    emitter.emit(e.RequestFailed(at, ref, kind, error, status, attempt=attempt, is_final=is_final))


def request_key(message: JsonObject) -> str:
    """Return the key of an answer's request: of what every copy of it holds, since old entries have no ids."""
    usage = object_of(message, "usage")
    counts = ":".join(str(count_of(usage, name) or 0) for name in ("input", "output", "cacheRead", "cacheWrite"))
    model = text_of(message, "model")[:MAX_KEY_CHARS]
    return f"{model}:{millis_of(message, 'timestamp')}:{counts}"


def _read_tokens(emitter: Emitter, message: JsonObject, request: str, at: int, ref: e.Ref) -> None:
    usage = object_of(message, "usage")
    fresh, output = count_of(usage, "input") or 0, count_of(usage, "output") or 0
    read, written = count_of(usage, "cacheRead") or 0, count_of(usage, "cacheWrite") or 0
    if not (fresh or output or read or written):
        return
    reason = text_of(message, "stopReason")
    cost = number_of(object_of(usage, "cost").get("total"))
    is_priced = cost is not None and 0 < cost < MAX_COUNT
    emitter.emit(
        e.RequestMeasured(
            at,
            ref,
            key=request,
            model=text_of(message, "model"),
            input_tokens=fresh,
            output_tokens=output,
            cache_read_tokens=read,
            cache_write_5m_tokens=written,
            # The counts at the moment the stream broke off.
            is_lower_bound=reason in ("aborted", "error"),
            stop_reason=reason,
            reported_micros=round(float(cost) * _MICROS) if is_priced and cost else None,
            provider=text_of(message, "provider"),
        )
    )
    emitter.emit(e.ContextMeasured(at, min(fresh + read + written + output, MAX_COUNT)))


def _read_result(emitter: Emitter, message: JsonObject, at: int, ref: e.Ref) -> None:
    key = text_of(message, "toolCallId")[:MAX_KEY_CHARS]
    tool = emitter.state.calls.pop(key, "") or text_of(message, "toolName")
    if key:
        result = read_result(tool, message)
        emitter.emit(call_finished(key, result.status, result.output, at=at, ref=ref, exit_code=result.exit_code))


def _read_command(emitter: Emitter, message: JsonObject, at: int, ref: e.Ref) -> None:
    """Read a command of the user: a turn of its own, with its result."""
    command, key = text_of(message, "command"), turn_key(message)
    exit_code = exit_code_of(message, "exitCode")
    emitter.emit(e.TurnStarted(at, ref, key, f"!{command}", "command"))
    emitter.emit(TOOLS.call_started("bash", key, {"command": command}, at, ref, ""))
    status: StepStatus = "cancelled" if message.get("cancelled") is True else "failed" if exit_code else "ok"
    output = text_of(message, "output")
    emitter.emit(call_finished(key, status, output, at=at, ref=ref, exit_code=exit_code))
    emitter.emit(e.TurnEnded(at, "completed"))
