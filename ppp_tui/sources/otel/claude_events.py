"""Claude Code's log events: https://code.claude.com/docs/en/monitoring-usage lists them."""

from __future__ import annotations

from collections.abc import Callable

from ppp_tui.model.event import Compacted, ContextMeasured, Ref, RequestMeasured
from ppp_tui.model.event_values import Origin
from ppp_tui.sources.claude_code.tools import kind_of
from ppp_tui.sources.json_records import JsonObject
from ppp_tui.sources.otel.attributes import Attributes, count_in, is_true, micros_in, object_in, text_in
from ppp_tui.sources.otel.emitter import OtelEmitter, SentCall
from ppp_tui.sources.otel.redaction import REDACTED, shown_prompt

PROMPT_SWITCH = "OTEL_LOG_USER_PROMPTS"
"""Sends the text of prompts if it is set."""

QUIET = frozenset(
    {
        "assistant_response",
        "api_request_body",
        "api_response_body",
        "at_mention",
        "auth",
        "feedback_survey",
        "hook_execution_complete",
        "hook_execution_start",
        "hook_plugin_metrics",
        "hook_registered",
        "managed_settings_resolved",
        "mcp_server_connection",
        "plugin_installed",
        "plugin_loaded",
        "skill_activated",
        "subagent_completed",
    }
)
"""Events that change nothing of what is shown."""


def read_claude_event(emitter: OtelEmitter, name: str, attributes: Attributes, at: int, ref: Ref) -> bool:
    """Emit what an event tells; return False for one that is not known."""
    prompt = text_in(attributes, "prompt.id")
    handler = _HANDLERS.get(name)
    if name != "user_prompt" and handler is not None:
        emitter.ensure_turn(at, ref, prompt)
    if name == "assistant_response":
        response = text_in(attributes, "response")
        emitter.answer(at, ref, "" if response in REDACTED else response)
        return True
    if handler is None:
        return name in QUIET
    handler(emitter, attributes, at, ref)
    return True


def _read_prompt(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    text = shown_prompt(text_in(attributes, "prompt"), count_in(attributes, "prompt_length"), PROMPT_SWITCH)
    origin: Origin = "command" if text_in(attributes, "command_name") else "typed"
    emitter.enter_turn(at, ref, text_in(attributes, "prompt.id") or f"prompt@{at}", text, origin)


def _read_request(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    model = text_in(attributes, "model")
    emitter.note(at, "model", model)
    # Anthropic counts what a cache held apart from the input.
    fresh, read = count_in(attributes, "input_tokens") or 0, count_in(attributes, "cache_read_tokens") or 0
    written = count_in(attributes, "cache_creation_tokens") or 0
    hour = min(written, count_in(attributes, "cache_creation_1h_tokens") or 0)
    emitter.measure(
        RequestMeasured(
            at,
            ref,
            key=text_in(attributes, "request_id"),
            model=model,
            input_tokens=fresh,
            output_tokens=count_in(attributes, "output_tokens") or 0,
            cache_read_tokens=read,
            cache_write_5m_tokens=written - hour,
            cache_write_1h_tokens=hour,
            speed="fast" if text_in(attributes, "speed") == "fast" else "",
            first_token_ms=count_in(attributes, "ttft_ms"),
            reported_micros=micros_in(attributes, "cost_usd"),
            reasoning_effort=text_in(attributes, "effort").lower(),
        )
    )
    if is_main_query(text_in(attributes, "query_source")):
        emitter.emit(ContextMeasured(at, fresh + read + written))


def is_main_query(source: str) -> bool:
    """Return whether a request belongs to the conversation itself, not to a sub-agent or to the program."""
    return source in ("", "sdk", "main") or source.startswith("repl_main_thread")


def _read_error(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    emitter.fail_request(
        at,
        ref,
        text_in(attributes, "error", "error_message", "error.message"),
        code=count_in(attributes, "status_code"),
        attempt=count_in(attributes, "attempt"),
        model=text_in(attributes, "model"),
        # One event comes for each request that was given up.
        is_final=True,
    )


def _read_decision(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    decision, source = text_in(attributes, "decision"), text_in(attributes, "source")
    key = text_in(attributes, "tool_use_id")
    emitter.decide_call(key, decision)
    if source.startswith("user"):
        emitter.wait_until(key, at)
        emitter.notice(at, ref, "permission", f"{text_in(attributes, 'tool_name')}: {decision} ({source})")


def _read_result(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    tool = text_in(attributes, "tool_name")
    emitter.finish_call(
        SentCall(
            key=text_in(attributes, "tool_use_id"),
            name=tool,
            kind=kind_of(tool),
            arguments=claude_arguments(attributes),
            output=text_in(attributes, "error", "error_type"),
            status="ok" if is_true(attributes, "success") else "failed",
            duration_ms=count_in(attributes, "duration_ms"),
        ),
        at,
        ref,
    )


def claude_arguments(attributes: Attributes) -> JsonObject:
    """Return a call's arguments; a command under the name that the tool itself gives it."""
    arguments = {**object_in(attributes, "tool_parameters"), **object_in(attributes, "tool_input")}
    command = arguments.get("full_command") or arguments.get("bash_command")
    return {"command": command, **arguments} if isinstance(command, str) else arguments


def _read_compaction(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    emitter.emit(
        Compacted(
            at,
            ref,
            text_in(attributes, "trigger") or "auto",
            count_in(attributes, "pre_tokens"),
            count_in(attributes, "post_tokens"),
            count_in(attributes, "duration_ms"),
        )
    )


def _read_mode(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    modes = text_in(attributes, "from_mode", "from"), text_in(attributes, "to_mode", "to", "mode")
    emitter.notice(at, ref, "mode", " → ".join(filter(None, modes)))


def _read_exhausted(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    attempts = count_in(attributes, "total_attempts", "attempts", "attempt")
    emitter.notice(at, ref, "retries", "gave up" if attempts is None else f"gave up after {attempts} attempts")


_HANDLERS: dict[str, Callable[[OtelEmitter, Attributes, int, Ref], None]] = {
    "user_prompt": _read_prompt,
    "api_request": _read_request,
    "api_error": _read_error,
    "api_refusal": _read_error,
    "api_retries_exhausted": _read_exhausted,
    "tool_decision": _read_decision,
    "tool_result": _read_result,
    "compaction": _read_compaction,
    "permission_mode_changed": _read_mode,
    "internal_error": lambda emitter, attributes, at, ref: emitter.notice(
        at, ref, "error", text_in(attributes, "error_name", "error", "error_type") or "internal error"
    ),
}
