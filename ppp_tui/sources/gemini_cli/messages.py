"""Reads the messages of a Gemini CLI session: prompts, answers with calls and tokens, and notices of the program."""

from __future__ import annotations

import re

from ppp_tui.model.event import (
    AssistantMessage,
    ContextMeasured,
    QuestionAnswered,
    ReasoningEmitted,
    Ref,
    RequestFailed,
    SystemNotice,
    TurnEnded,
    TurnStarted,
)
from ppp_tui.model.event_values import Origin, StepStatus
from ppp_tui.model.failure import failure_kind
from ppp_tui.model.ids import hash64
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.gemini_cli.state import (
    FINISHED,
    MAX_CALLS,
    MAX_MESSAGES,
    PROMPT,
    STARTED,
    TEXT,
    USAGE,
    GeminiState,
)
from ppp_tui.sources.genai_parts import (
    FunctionResponse,
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
from ppp_tui.sources.json_records import JsonObject, compact_json, object_of, objects_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember

Emitter = EventEmitter[GeminiState]

_USAGE = UsageNames("input", "output", "cached", "thoughts", "tool", "total")
_CONTEXT = ("<session_context>", "<hook_context>")
"""Begins a message that the program writes in the user's place."""

_CONTINUE = frozenset({"Please continue."})
"""What the program itself asks where the model seems to have more to say."""

_CANCELLED = "Request cancelled."
_ERROR = "[API Error: "
_CODE = re.compile(r'"code":\s*([45]\d\d)\b|\bstatus(?: code)?:? ([45]\d\d)\b', re.IGNORECASE)
_REFUSED = ("User did not allow", "User denied")

_ENDS: dict[str, StepStatus] = {"success": "ok", "error": "failed", "cancelled": "cancelled"}


def read_message(emitter: Emitter, message: JsonObject, ref: Ref, *, is_child: bool) -> None:
    """Read a message, or what it gained since it was read last."""
    at, kind = emitter.time_of(text_of(message, "timestamp")), text_of(message, "type")
    if kind == "user":
        _read_user(emitter, message, at, ref, is_child=is_child)
    elif kind == "gemini":
        _read_answer(emitter, message, at, ref, is_child=is_child)
    elif kind in ("info", "warning", "error"):
        _read_notice(emitter, message, at, ref)
    else:
        emitter.count_unknown(f"message/{kind or '(no type)'}")


def _mark(emitter: Emitter, message: JsonObject, flag: int) -> bool:
    """Remember that a part of a message was read; whether it had not been read before."""
    key = hash64(text_of(message, "id"))
    read = emitter.state.messages
    before = read.get(key, 0)
    if before & flag:
        return False
    if key in read:
        read[key] = before | flag
    else:
        remember(read, key, flag, MAX_MESSAGES)
    return True


def _read_user(emitter: Emitter, message: JsonObject, at: int, ref: Ref, *, is_child: bool) -> None:
    parts = parts_of(message.get("content"))
    for response in function_responses(parts):
        _read_response(emitter, response, at, ref)
    text = joined_text(parts_of(message.get("displayContent"))).strip() or joined_text(parts).strip()
    if not text or text.startswith(_CONTEXT) or not _mark(emitter, message, PROMPT):
        return
    state = emitter.state
    origin: Origin = "typed"
    if text in _CONTINUE or (is_child and state.has_turn):
        origin = "system"
    elif text.startswith("/"):
        origin = "command"
    state.is_interrupted, state.has_turn = False, True
    emitter.emit(TurnStarted(at, ref, text_of(message, "id")[:MAX_KEY_CHARS], text, origin))


def _read_response(emitter: Emitter, response: FunctionResponse, at: int, ref: Ref) -> None:
    """Read a result that no message of the model holds: of a call that its agent was not allowed."""
    key = response.id[:MAX_KEY_CHARS]
    if not key or emitter.state.calls.get(hash64(key)):
        return
    remember(emitter.state.calls, hash64(key), STARTED | FINISHED, MAX_CALLS)
    emitter.emit(call_started(response.name, key, {}, at, ref, ""))
    status: StepStatus = "failed" if response.is_error else "ok"
    emitter.emit(call_finished(response.name, key, status, response.text, at=at, ref=ref))


def _read_answer(emitter: Emitter, message: JsonObject, at: int, ref: Ref, *, is_child: bool) -> None:
    request = text_of(message, "id")[:MAX_KEY_CHARS]
    calls = objects_of(message, "toolCalls")
    emitter.note(at, "model", text_of(message, "model"))
    text = joined_text(parts_of(message.get("content")))
    if _mark(emitter, message, TEXT):
        for thought in objects_of(message, "thoughts"):
            reasoning = "\n".join(filter(None, (text_of(thought, "subject"), text_of(thought, "description"))))
            if reasoning:
                emitter.emit(
                    ReasoningEmitted(emitter.time_of(text_of(thought, "timestamp")) or at, ref, reasoning, request)
                )
        if text:
            # Calls are recorded when they are over: none so far does not mean that none follows.
            emitter.emit(AssistantMessage(at, ref, text, request, is_final=False if calls else None))
    _read_tokens(emitter, message, request, at, ref)
    for call in calls:
        _read_call(emitter, call, request, at, ref, is_child=is_child)
    if emitter.state.is_interrupted and calls:
        emitter.emit(TurnEnded(at, "interrupted"))


def _read_tokens(emitter: Emitter, message: JsonObject, request: str, at: int, ref: Ref) -> None:
    usage = read_usage(object_of(message, "tokens"), _USAGE)
    if usage is None or not request or not _mark(emitter, message, USAGE):
        return
    emitter.emit(request_measured(usage, request, text_of(message, "model"), at, ref))
    emitter.state.context_tokens = usage.context_tokens
    emitter.emit(ContextMeasured(at, usage.context_tokens))


def _read_call(emitter: Emitter, call: JsonObject, request: str, at: int, ref: Ref, *, is_child: bool) -> None:
    """Read a call; it begins with the message of its model, and is recorded with its result."""
    key, name = text_of(call, "id")[:MAX_KEY_CHARS], text_of(call, "name")
    if not key:
        return
    read = emitter.state.calls.get(hash64(key), 0)
    arguments = object_of(call, "args")
    if not read & STARTED:
        emitter.emit(call_started(name, key, arguments, at, ref, request))
        for question in questions_of(name, key, arguments, at, ref):
            emitter.emit(question)
    status = _ENDS.get(text_of(call, "status"))
    remember(emitter.state.calls, hash64(key), STARTED | (FINISHED if status else read), MAX_CALLS)
    if status is None or read & FINISHED:
        return
    ended = emitter.time_of(text_of(call, "timestamp")) or at
    output = output_of(call)
    if step_kind(name) == "ask" and (replies := read_replies(question_headers(arguments), output)):
        emitter.emit(QuestionAnswered(ended, key, *replies))
    is_denied = status == "cancelled" and any(reason in output for reason in _REFUSED)
    outcome: StepStatus = "denied" if is_denied else status
    emitter.emit(call_finished(name, key, outcome, output, at=ended, ref=ref, child=text_of(call, "agentId")))
    emitter.state.is_interrupted = emitter.state.is_interrupted or status == "cancelled"
    if is_child and name == "complete_task" and status == "ok":
        emitter.emit(TurnEnded(ended, "completed"))


def output_of(call: JsonObject) -> str:
    """Return what a call's result says: to the model, or to the user where the model got no text."""
    parts = parts_of(call.get("result"))
    texts = [response.text for response in function_responses(parts)]
    model_text = "\n".join(filter(None, [*texts, joined_text(parts)]))
    shown = call.get("resultDisplay")
    return model_text or (shown if isinstance(shown, str) else compact_json(shown) if isinstance(shown, dict) else "")


def _read_notice(emitter: Emitter, message: JsonObject, at: int, ref: Ref) -> None:
    text = joined_text(parts_of(message.get("content"))).strip()
    kind = text_of(message, "type")
    if not text or not _mark(emitter, message, TEXT):
        return
    if kind == "info" and text == _CANCELLED:
        emitter.state.is_interrupted = True
        emitter.emit(TurnEnded(at, "interrupted"))
    elif kind == "error" and text.startswith(_ERROR):
        matched = _CODE.search(text)
        code = int(matched[1] or matched[2]) if matched else None
        emitter.emit(RequestFailed(at, ref, failure_kind(code, text), text, code, is_final=True))
    else:
        emitter.emit(SystemNotice(at, ref, kind, text))
