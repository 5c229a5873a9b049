"""Log events of Gemini CLI, and of Qwen Code, which began as its fork."""

from __future__ import annotations

from collections.abc import Callable

from ppp_tui.model.event import Compacted, ContextMeasured, Ref
from ppp_tui.model.event_values import StepStatus
from ppp_tui.sources.genai_parts import TELEMETRY_NAMES, read_usage, request_measured
from ppp_tui.sources.genai_tools import step_kind
from ppp_tui.sources.otel.attributes import Attributes, count_in, is_true, object_in, text_in
from ppp_tui.sources.otel.emitter import OtelEmitter, SentCall
from ppp_tui.sources.otel.redaction import shown_prompt

PROMPT_SWITCH = "telemetry.logPrompts"
"""Sends the text of prompts unless it is false."""

QUIET = frozenset(
    {
        "config",
        "cli_config",
        "api_request",
        "auth",
        "gen_ai.client.inference.operation.details",
        "memory.recall",
        "plan.approval_mode_duration",
        "api_cancel",
        "model_routing",
        "conversation_finished",
        "agent.start",
        "agent.finish",
        "next_speaker_check",
        "loop_detection_disabled",
        "slash_command",
        "file_operation",
        "flash_fallback",
        "ripgrep_fallback",
        "ide_connection",
        "extension_install",
        "extension_uninstall",
        "extension_enable",
        "extension_disable",
        "startup_stats",
        "tool_output_truncated",
        "hook_call",
        "subagent_execution",
    }
)
"""Events that change nothing of what is shown."""


def read_gemini_event(emitter: OtelEmitter, name: str, attributes: Attributes, at: int, ref: Ref) -> bool:
    """Emit what an event tells; return False for one that is not known."""
    handler = _HANDLERS.get(name)
    if handler is not None:
        handler(emitter, attributes, at, ref)
    return handler is not None or name in QUIET


def _read_prompt(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    text = shown_prompt(text_in(attributes, "prompt"), count_in(attributes, "prompt_length"), PROMPT_SWITCH)
    # Numbers of prompts begin again in each process that resumes a session.
    emitter.enter_turn(at, ref, f"{text_in(attributes, 'prompt_id')}@{at}", text)


def _read_response(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    counts = {name: count_in(attributes, name) for name in TELEMETRY_NAMES}
    usage = read_usage({name: count for name, count in counts.items() if count is not None}, TELEMETRY_NAMES)
    model = text_in(attributes, "model")
    emitter.note(at, "model", model)
    if usage is None:
        return
    measured = request_measured(usage, text_in(attributes, "response_id"), model, at, ref)
    emitter.measure(measured._replace(first_token_ms=count_in(attributes, "ttft_ms")))
    emitter.emit(ContextMeasured(at, usage.context_tokens))


def _read_error(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    emitter.fail_request(
        at,
        ref,
        text_in(attributes, "error", "error_message", "error.message", "error_type"),
        code=count_in(attributes, "status_code", "http.status_code"),
        attempt=count_in(attributes, "attempt"),
        model=text_in(attributes, "model"),
        is_final=False,
    )


def _read_call(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    name, decision = text_in(attributes, "function_name"), text_in(attributes, "decision")
    status: StepStatus = "ok" if is_true(attributes, "success") else "failed"
    emitter.finish_call(
        SentCall(
            key=text_in(attributes, "call_id"),
            name=name,
            kind="mcp" if text_in(attributes, "tool_type") == "mcp" else step_kind(name),
            arguments=object_in(attributes, "function_args"),
            output=text_in(attributes, "error"),
            status="denied" if decision == "reject" else status,
            duration_ms=count_in(attributes, "duration_ms"),
        ),
        at,
        ref,
    )


def _read_compression(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    before, after = count_in(attributes, "tokens_before"), count_in(attributes, "tokens_after")
    emitter.emit(Compacted(at, ref, "auto", before, after))


_HANDLERS: dict[str, Callable[[OtelEmitter, Attributes, int, Ref], None]] = {
    "user_prompt": _read_prompt,
    "api_response": _read_response,
    "api_error": _read_error,
    "tool_call": _read_call,
    "chat_compression": _read_compression,
}
