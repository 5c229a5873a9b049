"""Spans of model requests, tool calls and agents, whichever convention names their attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ppp_tui.model.event import AgentWaiting, Ref, RequestMeasured, TurnEnded
from ppp_tui.model.event_values import StepKind
from ppp_tui.sources.claude_code import tools as claude_tools
from ppp_tui.sources.genai_tools import step_kind
from ppp_tui.sources.json_records import JsonObject, object_of, objects_of
from ppp_tui.sources.otel import span_names as names
from ppp_tui.sources.otel.attributes import Attributes, count_in, micros_in, ms_of, number_in, object_in, text_in
from ppp_tui.sources.otel.emitter import OtelEmitter, SentCall
from ppp_tui.sources.otel.state import MAX_TRACES, SentTrace
from ppp_tui.sources.parser_state import remember

FAILED = 2
"""Status code of a span that failed."""

UNSENT = "(no text was sent: capturing content is off)"
"""Stands for the prompt of a trace without its text."""

ATTEMPT_EVENT = "gen_ai.request.attempt"
"""Event of a span for each time that a request was sent."""

ASKED_AGAIN = "asked again; why was not sent"
"""Stands for the reason of an attempt that failed."""

PERMISSION_SPAN = "claude_code.tool.blocked_on_user"
"""The time for which a call of Claude Code waited for the user."""

EXECUTION_SPAN = "claude_code.tool.execution"
"""The part of a call of Claude Code in which it ran."""


class SpanTokens(NamedTuple):
    """Disjoint counts of a request."""

    fresh: int
    cache_read: int
    cache_write: int
    output: int
    reasoning: int | None


def read_span(
    emitter: OtelEmitter, record: Mapping[str, Any], attributes: Attributes, ref: Ref, *, is_repeated: bool
) -> bool:
    """Emit what a span tells; return False for one that is about something else.

    `is_repeated`: the agent's logs tell the same, and more: only times are taken from its spans.
    """
    name = str(record.get("name") or "")
    if name == PERMISSION_SPAN:
        # What the settings decide takes no time of the user's.
        if text_in(attributes, "source").startswith("user"):
            _read_permission(emitter, record, attributes)
        return True
    kind = names.span_kind(name, attributes)
    if kind in ("call", "agent") or name == EXECUTION_SPAN:
        key = text_in(attributes, *names.CALL_ID) if kind != "agent" else ""
        emitter.trace_call(ms_of(record), text_in(record, "trace_id"), _span_of(record), key)
    if is_repeated:
        if kind == "request" and record.get("status") != FAILED:
            first_token_ms, stop_reason = _first_token_ms(attributes), _stop_reason(attributes)
            emitter.complete(text_in(attributes, *names.REQUEST_ID), first_token_ms, stop_reason)
            _read_attempts(emitter, record, text_in(attributes, *names.MODEL), ref)
        return True
    if not kind:
        return False
    if kind == "agent":
        _read_agent(emitter, record, attributes, ref)
        return True
    _enter_trace(emitter, record, attributes, ref)
    (_read_request if kind == "request" else _read_call)(emitter, record, attributes, ref)
    return True


def _read_permission(emitter: OtelEmitter, record: Mapping[str, Any], attributes: Attributes) -> None:
    began, ended = ms_of(record), ms_of(record, "end_ns")
    tool = text_in(attributes, "tool_name", "gen_ai.tool.name")
    emitter.emit(AgentWaiting(began, f"permission {tool}".strip()))
    emitter.emit(AgentWaiting(ended, ""))
    emitter.wait_within(text_in(attributes, *names.CALL_ID), _span_of(record)[1], began, ended)


def _span_of(record: Mapping[str, Any]) -> tuple[str, str]:
    """Return the ids of a span and of the one around it."""
    return text_in(record, "span_id"), text_in(record, "parent_id")


def _read_attempts(emitter: OtelEmitter, record: Mapping[str, Any], model: str, ref: Ref) -> None:
    """Emit a failure for each attempt that another one followed; Claude Code tells no reason with them."""
    attempts = [event for event in objects_of(dict(record), "events") if event.get("name") == ATTEMPT_EVENT]
    for attempt in attempts[:-1]:
        number = count_in(object_of(attempt, "attributes"), "attempt")
        emitter.fail_request(ms_of(attempt), ref, ASKED_AGAIN, code=None, attempt=number, model=model, is_final=False)


def _first_token_ms(attributes: Attributes) -> int | None:
    seconds = number_in(attributes, *names.FIRST_TOKEN_S)
    return count_in(attributes, *names.FIRST_TOKEN_MS) if seconds is None else round(seconds * 1000)


def _stop_reason(attributes: Attributes) -> str:
    return text_in(attributes, *names.STOP_REASON).strip('[]"')


def _enter_trace(emitter: OtelEmitter, record: Mapping[str, Any], attributes: Attributes, ref: Ref) -> SentTrace:
    """Begin the turn that a trace is, unless it is open; spans of it come in any order, the root last."""
    trace_id = text_in(record, "trace_id")
    trace = emitter.state.traces.get(trace_id)
    if trace is None:
        trace = SentTrace()
        remember(emitter.state.traces, trace_id, trace, MAX_TRACES)
        emitter.enter_turn(ms_of(record), ref, trace_id, names.prompt_of(attributes) or UNSENT, "sdk")
    return trace


def _read_request(emitter: OtelEmitter, record: Mapping[str, Any], attributes: Attributes, ref: Ref) -> None:
    at, model = ms_of(record, "end_ns"), text_in(attributes, *names.MODEL)
    key = text_in(attributes, *names.REQUEST_ID)
    if record.get("status") == FAILED:
        code = count_in(attributes, "http.response.status_code", "status_code")
        message = text_in(record, "message") or text_in(attributes, "error", "error.type", "exception.message")
        emitter.fail_request(at, ref, message, code=code, attempt=None, model=model, is_final=False)
        return
    emitter.note(at, "model", model)
    counts = token_counts(attributes)
    if counts is None:
        return
    emitter.measure(
        RequestMeasured(
            at,
            ref,
            key=key or text_in(record, "span_id"),
            model=model,
            input_tokens=counts.fresh,
            output_tokens=counts.output,
            reasoning_tokens=counts.reasoning,
            cache_read_tokens=counts.cache_read,
            cache_write_5m_tokens=counts.cache_write,
            stop_reason=_stop_reason(attributes),
            first_token_ms=_first_token_ms(attributes),
            reported_micros=micros_in(attributes, *names.COST),
            provider=text_in(attributes, *names.PROVIDER),
        )
    )
    trace = emitter.state.traces.get(text_in(record, "trace_id"))
    answer = names.answer_of(attributes)
    if trace is not None and answer:
        trace.has_answer = True
        emitter.answer(at, ref, answer, key)


def token_counts(attributes: Attributes) -> SpanTokens | None:
    """Return the disjoint counts of a request, None where the span has none.

    By the conventions the input includes what a cache held; where it is less than that, it does not (Anthropic).
    """
    prompt, output = count_in(attributes, *names.INPUT_TOKENS), count_in(attributes, *names.OUTPUT_TOKENS)
    if prompt is None and output is None:
        return None
    read = count_in(attributes, *names.CACHE_READ_TOKENS) or 0
    written = count_in(attributes, *names.CACHE_WRITE_TOKENS) or 0
    prompt = prompt or 0
    # Claude Code's own names are those of Anthropic's counts, which exclude the cache.
    is_inclusive = prompt >= read + written and "input_tokens" not in attributes
    fresh = prompt - read - written if is_inclusive else prompt
    return SpanTokens(fresh, read, written, output or 0, count_in(attributes, *names.REASONING_TOKENS))


def _read_call(emitter: OtelEmitter, record: Mapping[str, Any], attributes: Attributes, ref: Ref) -> None:
    tool = text_in(attributes, *names.TOOL_NAME) or str(record.get("name") or "").removeprefix("execute_tool ")
    end = ms_of(record, "end_ns")
    emitter.finish_call(
        SentCall(
            key=text_in(attributes, *names.CALL_ID) or text_in(record, "span_id"),
            name=tool,
            kind=kind_of_tool(tool),
            arguments=span_arguments(attributes),
            output=text_in(attributes, *names.RESULT) or text_in(record, "message"),
            status="failed" if record.get("status") == FAILED else "ok",
            duration_ms=max(0, end - ms_of(record)) if end else None,
        ),
        end,
        ref,
    )


def kind_of_tool(tool: str) -> StepKind:
    """Return the kind of step that a tool of any agent makes, by the names that agents have in common."""
    kind = claude_tools.kind_of(tool)
    return step_kind(tool) if kind == "tool" else kind


def span_arguments(attributes: Attributes) -> JsonObject:
    """Return a call's arguments; text that is no object under one name."""
    arguments = object_in(attributes, *names.ARGUMENTS)
    text = "" if arguments else text_in(attributes, *names.ARGUMENTS)
    return arguments or ({"input": text} if text else {})


def _read_agent(emitter: OtelEmitter, record: Mapping[str, Any], attributes: Attributes, ref: Ref) -> None:
    at, end = ms_of(record), ms_of(record, "end_ns")
    if text_in(record, "parent_id"):
        # Within another agent's work it is a step of it, unless it is a mere part of a program.
        if text_in(attributes, "gen_ai.operation.name") == "invoke_agent":
            _enter_trace(emitter, record, {}, ref)
            _read_sub_agent(emitter, record, attributes, ref)
        return
    trace = _enter_trace(emitter, record, attributes, ref)
    emitter.note(at, "title", text_in(attributes, "langfuse.trace.name"))
    if not trace.has_answer:
        emitter.answer(end, ref, names.output_of(attributes))
    if emitter.state.turn == text_in(record, "trace_id"):
        is_failed = record.get("status") == FAILED
        emitter.emit(TurnEnded(end, "failed" if is_failed else "completed", max(0, end - at)))


def _read_sub_agent(emitter: OtelEmitter, record: Mapping[str, Any], attributes: Attributes, ref: Ref) -> None:
    end = ms_of(record, "end_ns")
    prompt = names.prompt_of(attributes)
    emitter.finish_call(
        SentCall(
            key=text_in(record, "span_id"),
            name=text_in(attributes, *names.AGENT_NAME) or "agent",
            kind="subagent",
            arguments={"prompt": prompt} if prompt else {},
            output=names.output_of(attributes),
            status="failed" if record.get("status") == FAILED else "ok",
            duration_ms=max(0, end - ms_of(record)),
        ),
        end,
        ref,
    )
