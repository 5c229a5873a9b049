"""Reads what users and models say in a Qwen Code session, and the results of calls."""

from __future__ import annotations

from ppp_tui.model.event import (
    AssistantMessage,
    ContextMeasured,
    QuestionAnswered,
    ReasoningEmitted,
    Ref,
    TurnEnded,
    TurnStarted,
)
from ppp_tui.model.event_values import Origin, StepStatus
from ppp_tui.sources.genai_parts import (
    UsageNames,
    function_responses,
    joined_text,
    parts_of,
    read_usage,
    request_measured,
)
from ppp_tui.sources.genai_tools import (
    call_finished,
    call_started,
    question_headers,
    questions_of,
    read_replies,
    step_kind,
)
from ppp_tui.sources.json_records import JsonObject, count_of, object_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.qwen_code.emitter import SessionEmitter
from ppp_tui.sources.qwen_code.state import MAX_CALLS, MAX_PROMPT_CHARS, AgentCall

_USAGE = UsageNames(
    "promptTokenCount",
    "candidatesTokenCount",
    "cachedContentTokenCount",
    "thoughtsTokenCount",
    "toolUsePromptTokenCount",
    "totalTokenCount",
)
_BY_PROGRAM = frozenset({"cron", "notification"})
"""Kinds of prompts that the program writes itself."""

_ENDS: dict[str, StepStatus] = {"success": "ok", "error": "failed", "cancelled": "cancelled"}


def is_prompt(record: JsonObject) -> bool:
    """Return whether a record opens a turn."""
    return record.get("type") == "user"


def read_user(emitter: SessionEmitter, record: JsonObject, at: int, ref: Ref) -> None:
    """Read what the user wrote, or the program for the user."""
    text = joined_text(parts_of(object_of(record, "message").get("parts"))).strip()
    origin: Origin = "system" if text_of(record, "subtype") in _BY_PROGRAM else "typed"
    emitter.state.response = ""
    key = text_of(record, "uuid")[:MAX_KEY_CHARS]
    emitter.emit(TurnStarted(at, ref, key, text, origin))


def read_assistant(emitter: SessionEmitter, record: JsonObject, at: int, ref: Ref) -> None:
    """Read what the model answered to one request."""
    parts = parts_of(object_of(record, "message").get("parts"))
    emitter.note(at, "model", text_of(record, "model"))
    usage = read_usage(object_of(record, "usageMetadata"), _USAGE)
    request = _request_key(emitter, record)
    thought, text = joined_text(parts, is_thought=True), joined_text(parts)
    calls = [object_of(part, "functionCall") for part in parts if "functionCall" in part]
    if thought:
        emitter.emit(ReasoningEmitted(at, ref, thought, request))
    if text:
        emitter.emit(AssistantMessage(at, ref, text, request, is_final=not calls))
    if usage is not None:
        emitter.emit(request_measured(usage, request, text_of(record, "model"), at, ref))
        emitter.emit(ContextMeasured(at, usage.context_tokens, count_of(record, "contextWindowSize") or None))
    for call in calls:
        _start_call(emitter, call, request, at, ref)
    if text and not calls:
        emitter.emit(TurnEnded(at, "completed"))


def _request_key(emitter: SessionEmitter, record: JsonObject) -> str:
    """Return the key of the request that a message came with: telemetry measured it a moment before, if it is on."""
    state, counts = emitter.state, object_of(record, "usageMetadata")
    recorded = (count_of(counts, "promptTokenCount") or 0, count_of(counts, "candidatesTokenCount") or 0)
    key = state.response if state.response_counts == recorded else ""
    state.response = ""
    return key or text_of(record, "uuid")[:MAX_KEY_CHARS]


def _start_call(emitter: SessionEmitter, call: JsonObject, request: str, at: int, ref: Ref) -> None:
    key, name, arguments = text_of(call, "id")[:MAX_KEY_CHARS], text_of(call, "name"), object_of(call, "args")
    if not key:
        return
    state = emitter.state
    remember(state.open_calls, key, name, MAX_CALLS)
    emitter.emit(call_started(name, key, arguments, at, ref, request))
    questions = questions_of(name, key, arguments, at, ref)
    for question in questions:
        emitter.emit(question)
    if questions:
        remember(state.questions, key, "\n".join(question_headers(arguments)), MAX_CALLS)
    if step_kind(name) == "subagent":
        prompt = text_of(arguments, "prompt")[:MAX_PROMPT_CHARS]
        remember(state.agent_calls, key, AgentCall(text_of(arguments, "subagent_type"), prompt), MAX_CALLS)


def read_result(emitter: SessionEmitter, record: JsonObject, at: int, ref: Ref) -> None:
    """Read the results of calls; one of a sub-agent ends the sub-agent's turn."""
    outcome = object_of(record, "toolCallResult")
    for response in function_responses(parts_of(object_of(record, "message").get("parts"))):
        key = response.id[:MAX_KEY_CHARS]
        name = emitter.state.open_calls.pop(key, "") or response.name
        stated = _ENDS.get(text_of(outcome, "status"), "ok") if text_of(outcome, "callId") == response.id else None
        status: StepStatus = stated or ("failed" if response.is_error else "ok")
        is_cancelled = status == "cancelled"
        if emitter.state.is_denied and status != "ok":
            status = "denied"
        headers = emitter.state.questions.pop(key, None)
        if headers is not None and (replies := read_replies(headers.split("\n"), response.text)):
            emitter.emit(QuestionAnswered(at, key, *replies))
        call = emitter.state.agent_calls.pop(key, None)
        child = call.child if call else ""
        emitter.emit(call_finished(name, key, status, response.text, at=at, ref=ref, child=child))
        if call is not None and call.child:
            emitter.enter(call.child)
            emitter.emit(TurnEnded(at, "completed" if status == "ok" else "failed"))
            emitter.enter("")
        if is_cancelled:
            # The program stops; where other calls go on, what follows opens the turn again.
            emitter.emit(TurnEnded(at, "interrupted"))
    emitter.state.is_denied = False
