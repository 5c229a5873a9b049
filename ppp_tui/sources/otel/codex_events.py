"""Codex's log events, by its program's source (``codex-rs/otel``)."""

from __future__ import annotations

import re
from collections.abc import Callable

from ppp_tui.model.event import ContextMeasured, Ref, RequestMeasured
from ppp_tui.sources.codex.tools import command_text, kind_of
from ppp_tui.sources.json_records import JsonObject
from ppp_tui.sources.otel.attributes import Attributes, count_in, is_true, object_in, text_in
from ppp_tui.sources.otel.emitter import OtelEmitter, SentCall
from ppp_tui.sources.otel.redaction import shown_prompt

PROMPT_SWITCH = "otel.log_user_prompt"
"""Sends the text of prompts if it is true."""

QUIET = frozenset(
    {"auth_recovery", "sandbox_outcome", "startup_phase", "turn_ttfm", "websocket_connect", "websocket_event"}
)
"""Events that change nothing of what is shown."""

FAILED_STATUS = 400

MAX_HEAD_CHARS = 400
"""Characters at the beginning of an output in which its exit code stands."""

_EXIT = re.compile(r"^Process exited with code (-?\d{1,9})$", re.MULTILINE)


def read_codex_event(emitter: OtelEmitter, name: str, attributes: Attributes, at: int, ref: Ref) -> bool:
    """Emit what an event tells; return False for one that is not known."""
    handler = _HANDLERS.get(name)
    if handler is not None:
        emitter.note(at, "model", text_in(attributes, "model", "slug"))
        handler(emitter, attributes, at, ref)
    return handler is not None or name in QUIET


def _read_prompt(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    text = shown_prompt(text_in(attributes, "prompt"), count_in(attributes, "prompt_length"), PROMPT_SWITCH)
    emitter.enter_turn(at, ref, text_in(attributes, "turn.id", "turn_id") or f"prompt@{at}", text)


def _read_start(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    del ref
    emitter.note(at, "agent_version", text_in(attributes, "app.version"))


def _read_stream_event(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    kind = text_in(attributes, "event.kind")
    if kind == "response.failed" or (text_in(attributes, "error.message") and kind != "response.completed"):
        _read_failure(emitter, attributes, at, ref)
    if kind != "response.completed":
        return
    prompt, cached = count_in(attributes, "input_token_count"), count_in(attributes, "cached_token_count") or 0
    output = count_in(attributes, "output_token_count")
    if prompt is None and output is None:
        return
    prompt = prompt or 0
    emitter.measure(
        RequestMeasured(
            at,
            ref,
            key=text_in(attributes, "response.id", "response_id"),
            model=text_in(attributes, "model", "slug"),
            # OpenAI counts what a cache held within the input.
            input_tokens=max(0, prompt - cached),
            output_tokens=output or 0,
            reasoning_tokens=count_in(attributes, "reasoning_token_count"),
            cache_read_tokens=min(cached, prompt),
            first_token_ms=emitter.state.first_token_ms,
        )
    )
    emitter.state.first_token_ms = None
    emitter.emit(ContextMeasured(at, prompt + (output or 0)))


def _read_first_token(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    """Remember a turn's time to its first token for its first request, which is over later."""
    del at, ref
    emitter.state.first_token_ms = count_in(attributes, "duration_ms")


def _read_request(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    code = count_in(attributes, "http.response.status_code")
    if text_in(attributes, "error.message") or (code is not None and code >= FAILED_STATUS):
        _read_failure(emitter, attributes, at, ref)


def _read_failure(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    # Codex counts its repetitions: the first request has none behind it.
    repeated = count_in(attributes, "attempt")
    emitter.fail_request(
        at,
        ref,
        text_in(attributes, "error.message"),
        code=count_in(attributes, "http.response.status_code"),
        attempt=repeated + 1 if repeated is not None else None,
        model=text_in(attributes, "model", "slug"),
        is_final=False,
    )


def _read_decision(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    decision, source = text_in(attributes, "decision").lower(), text_in(attributes, "source").lower()
    is_rejected = decision.startswith(("denied", "reject", "abort"))
    emitter.decide_call(text_in(attributes, "call_id"), "reject" if is_rejected else "accept")
    if source == "user":
        emitter.notice(at, ref, "permission", f"{text_in(attributes, 'tool_name')}: {decision} ({source})")


def _read_result(emitter: OtelEmitter, attributes: Attributes, at: int, ref: Ref) -> None:
    tool, output = text_in(attributes, "tool_name"), text_in(attributes, "output")
    exited = _EXIT.search(output[:MAX_HEAD_CHARS])
    exit_code = int(exited[1]) if exited else None
    is_failed = is_true(attributes, "success") is False or bool(exit_code)
    emitter.finish_call(
        SentCall(
            key=text_in(attributes, "call_id"),
            name=tool,
            kind="mcp" if text_in(attributes, "mcp_server") else kind_of(tool),
            arguments=codex_arguments(attributes),
            output=output,
            status="failed" if is_failed else "ok",
            exit_code=exit_code,
            duration_ms=count_in(attributes, "duration_ms"),
        ),
        at,
        ref,
    )


def codex_arguments(attributes: Attributes) -> JsonObject:
    """Return a call's arguments; a command as one text."""
    arguments = object_in(attributes, "arguments")
    if not arguments:
        text = text_in(attributes, "arguments")
        return {"input": text} if text else {}
    command = arguments.get("command", arguments.get("cmd"))
    if isinstance(command, list):
        return {**arguments, "command": command_text([str(part) for part in command])}
    return {**arguments, "command": command} if isinstance(command, str) else arguments


_HANDLERS: dict[str, Callable[[OtelEmitter, Attributes, int, Ref], None]] = {
    "conversation_starts": _read_start,
    "user_prompt": _read_prompt,
    "sse_event": _read_stream_event,
    "api_request": _read_request,
    "websocket_request": _read_request,
    "turn_ttft": _read_first_token,
    "tool_decision": _read_decision,
    "tool_result": _read_result,
}
