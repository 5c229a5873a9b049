"""Reads the telemetry in a Qwen Code session: requests that failed, and all that is recorded of sub-agents.

A request of the session itself is measured here first and repeated by the message that it brought; the program's own
requests (a summary of the conversation) bring none.
"""

from __future__ import annotations

from ppp_tui.model.event import AssistantMessage, Ref, RequestFailed
from ppp_tui.model.event_values import StepStatus
from ppp_tui.model.failure import failure_kind
from ppp_tui.sources.genai_parts import TELEMETRY_NAMES, read_usage, request_measured
from ppp_tui.sources.genai_tools import call_started
from ppp_tui.sources.json_records import JsonObject, count_of, object_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS
from ppp_tui.sources.qwen_code.emitter import SessionEmitter, child_name
from ppp_tui.sources.toolbox import call_finished

_PREFIX = "qwen-code."
_FINAL_STATUS = range(400, 405)
"""HTTP statuses after which the program does not ask again."""


def read_telemetry(emitter: SessionEmitter, event: JsonObject, record: JsonObject, at: int, ref: Ref) -> None:
    """Read the telemetry event of a record."""
    name, is_child = text_of(event, "event.name").removeprefix(_PREFIX), bool(text_of(event, "subagent_name"))
    is_child_call = name == "tool_call" and text_of(event, "prompt_id").count("#") == 2
    key = text_of(record, "uuid")[:MAX_KEY_CHARS]
    if name not in ("api_response", "api_error", "tool_call", "api_cancel"):
        emitter.count_unknown(f"telemetry/{name or '(no type)'}")
    elif name == "tool_call":
        if is_child_call and child_name(event) in emitter.state.children:
            emitter.enter_child(event, at, ref)
            _read_child_call(emitter, event, key, at, ref)
        else:
            emitter.state.is_denied = text_of(event, "decision") == "reject"
    elif name != "api_cancel":
        if is_child:
            emitter.enter_child(event, at, ref)
            emitter.note(at, "project", text_of(record, "cwd"))
        else:
            emitter.enter("")
        if name == "api_error":
            _read_failure(emitter, event, at, ref)
        else:
            _read_response(emitter, event, key, at, ref, is_child=is_child)


def _read_response(emitter: SessionEmitter, event: JsonObject, key: str, at: int, ref: Ref, *, is_child: bool) -> None:
    usage = read_usage(event, TELEMETRY_NAMES)
    if usage is None:
        return
    model = text_of(event, "model")
    emitter.note(at, "model", model)
    text = text_of(event, "response_text")
    if is_child and text:
        # Calls of sub-agents are recorded when they are over: none so far does not mean that none follows.
        emitter.emit(AssistantMessage(at, ref, text, key, is_final=None))
    emitter.emit(request_measured(usage, key, model, at, ref))
    if not is_child:
        state = emitter.state
        state.response = key
        state.response_counts = (count_of(event, "input_token_count") or 0, count_of(event, "output_token_count") or 0)


def _read_failure(emitter: SessionEmitter, event: JsonObject, at: int, ref: Ref) -> None:
    message = text_of(event, "error_message") or text_of(event, "error_type") or "request failed"
    code = count_of(event, "status_code")
    code = code if code is not None and 100 <= code <= 599 else None
    kind = failure_kind(code, f"{text_of(event, 'error_type')} {message}")
    is_final = code in _FINAL_STATUS
    emitter.emit(RequestFailed(at, ref, kind, message, code, is_final=is_final, model=text_of(event, "model")))


def _read_child_call(emitter: SessionEmitter, event: JsonObject, key: str, at: int, ref: Ref) -> None:
    """Read a sub-agent's call, of which its result's text is not recorded."""
    took = count_of(event, "duration_ms")
    name = text_of(event, "function_name")
    status: StepStatus = "ok" if event.get("success") is True else "failed"
    if text_of(event, "decision") == "reject":
        status = "denied"
    error = text_of(event, "error")
    emitter.emit(call_started(name, key, object_of(event, "function_args"), max(0, at - (took or 0)), ref, ""))
    emitter.emit(call_finished(key, status, error, at=at, ref=ref, duration_ms=took))
