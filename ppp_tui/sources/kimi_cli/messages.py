"""Reads the messages of a session: turns, what the model says and calls, results, tokens, waits and retries."""

from __future__ import annotations

from ppp_tui.model import event as e
from ppp_tui.model.failure import stated_failure
from ppp_tui.model.ids import hash64
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.emitter import EventEmitter
from ppp_tui.sources.json_records import JsonObject, content_text, count_of, millis_from, object_of, text_of
from ppp_tui.sources.kimi_cli.state import MAX_CALLS, MAX_TURNS, KimiCall, KimiMember, KimiState
from ppp_tui.sources.kimi_cli.tools import TOOLS, answers_of, arguments_of, read_result
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.toolbox import CallOutcome, call_finished

KimiEmitter = EventEmitter[KimiState]

_PERMISSION = "permission prompt"
_DISMISSED = "User dismissed"
_SILENT = frozenset(
    {
        "StepBegin",
        "CompactionBegin",
        "HookTriggered",
        "HookResolved",
        "MCPLoadingBegin",
        "MCPLoadingEnd",
        "Notification",
        "PlanDisplay",
        "BtwBegin",
        "BtwEnd",
        "ToolCallPart",
        "ToolCallRequest",
        "QuestionRequest",
        "HookRequest",
    }
)
"""What another record states as well, or what concerns the program's own display."""

_SILENT_PARTS = frozenset({"image_url", "audio_url", "video_url"})


def read_message(emitter: KimiEmitter, message: JsonObject, at: int, ref: e.Ref) -> None:
    """Read a message of the current trajectory by its type."""
    payload = object_of(message, "payload")
    match text_of(message, "type"):
        case "TurnBegin":
            _begin_turn(emitter, content_text(payload.get("user_input")), at, ref)
        case "SteerInput":
            emitter.emit(e.PromptAdded(at, ref, content_text(payload.get("user_input")).strip()))
        case "TurnEnd":
            _end_turn(emitter, at)
        case "StepInterrupted":
            # By an error or by the user, which is not recorded.
            if _member(emitter).is_open:
                _member(emitter).is_open = False
                emitter.emit(e.TurnEnded(at, "unknown"))
        case "ContentPart" | "TextPart" | "ThinkPart":
            _read_part(emitter, payload, at, ref)
        case "ToolCall":
            _start_call(emitter, payload, at, ref)
        case "ToolResult":
            _finish_call(emitter, payload, at, ref)
        case "StatusUpdate":
            _read_status(emitter, payload, at, ref)
        case "StepRetry":
            _read_retry(emitter, payload, at, ref)
        case "CompactionEnd":
            member = _member(emitter)
            emitter.emit(e.Compacted(at, ref, "", member.context_tokens or None))
            member.context_tokens = 0
        case "ApprovalRequest":
            emitter.state.waits_for = text_of(payload, "id")[:MAX_KEY_CHARS]
            emitter.emit(e.AgentWaiting(at, _PERMISSION))
        case "ApprovalResponse" | "ApprovalRequestResolved":
            _end_wait(emitter, at)
        case kind:
            if kind not in _SILENT:
                emitter.count_unknown(kind or "(no type)")


def _member(emitter: KimiEmitter) -> KimiMember:
    return emitter.state.members[emitter.state.current]


def _begin_turn(emitter: KimiEmitter, prompt: str, at: int, ref: e.Ref) -> None:
    key = f"kimi:{at}:{hash64(prompt):x}"
    if hash64(key) in emitter.state.turns:
        return
    remember(emitter.state.turns, hash64(key), True, MAX_TURNS)
    _end_wait(emitter, at)
    member = _member(emitter)
    member.is_open = True
    member.calls.clear()
    emitter.emit(e.TurnStarted(at, ref, key, prompt.strip(), "system" if emitter.state.current else "typed"))


def _end_turn(emitter: KimiEmitter, at: int) -> None:
    member = _member(emitter)
    _end_wait(emitter, at)
    if member.is_open:
        # A turn that is cancelled ends while its calls still wait for their results.
        emitter.emit(e.TurnEnded(at, "interrupted" if member.calls else "completed"))
    member.is_open = False
    member.calls.clear()


def _end_wait(emitter: KimiEmitter, at: int) -> None:
    if emitter.state.waits_for:
        emitter.state.waits_for = ""
        emitter.emit(e.AgentWaiting(at, ""))


def _read_part(emitter: KimiEmitter, part: JsonObject, at: int, ref: e.Ref) -> None:
    kind = text_of(part, "type")
    if kind == "text":
        if text_of(part, "text").strip():
            is_final = False if emitter.state.has_ends else None
            emitter.emit(e.AssistantMessage(at, ref, text_of(part, "text"), is_final=is_final))
    elif kind == "think":
        if text_of(part, "think"):
            emitter.emit(e.ReasoningEmitted(at, ref, text_of(part, "think")))
    elif kind not in _SILENT_PARTS:
        emitter.count_unknown(f"ContentPart/{kind or '(no type)'}")


def _start_call(emitter: KimiEmitter, payload: JsonObject, at: int, ref: e.Ref) -> None:
    key, name = text_of(payload, "id")[:MAX_KEY_CHARS], text_of(object_of(payload, "function"), "name")
    if not key:
        return
    arguments, call = arguments_of(payload), KimiCall(name)
    emitter.emit(TOOLS.call_started(name, key, arguments, at, ref, ""))
    for asked in TOOLS.questions_of(name, key, arguments, at, ref):
        call.questions.append(hash64(asked.text))
        emitter.emit(asked)
    remember(_member(emitter).calls, key, call, MAX_CALLS)


def _finish_call(emitter: KimiEmitter, payload: JsonObject, at: int, ref: e.Ref) -> None:
    key = text_of(payload, "tool_call_id")[:MAX_KEY_CHARS]
    if not key:
        return
    call = _member(emitter).calls.pop(key, None) or KimiCall("")
    result = read_result(call.tool, payload)
    if call.questions:
        _read_answers(emitter, key, call, result, at)
    emitter.emit(
        call_finished(key, result.status, result.output, at=at, ref=ref, exit_code=result.exit_code, child=call.child)
    )


def _read_answers(emitter: KimiEmitter, key: str, call: KimiCall, result: CallOutcome, at: int) -> None:
    if result.status == "ok":
        answers = answers_of(result.output, call.questions)
        emitter.emit(e.QuestionAnswered(at, key, answers, "given" if any(answers) else "empty"))
    elif result.output.startswith(_DISMISSED):
        emitter.emit(e.QuestionAnswered(at, key, (), "rejected"))


def _read_status(emitter: KimiEmitter, payload: JsonObject, at: int, ref: e.Ref) -> None:
    """Read tokens of a request and how full the window is; both are left out where they did not change."""
    usage = object_of(payload, "token_usage")
    fresh, output = count_of(usage, "input_other") or 0, count_of(usage, "output") or 0
    read, written = count_of(usage, "input_cache_read") or 0, count_of(usage, "input_cache_creation") or 0
    if fresh or output or read or written:
        emitter.emit(
            e.RequestMeasured(
                at,
                ref,
                key=text_of(payload, "message_id")[:MAX_KEY_CHARS] or f"{at}:{fresh}:{read}:{written}",
                model="",
                input_tokens=fresh,
                output_tokens=output,
                cache_read_tokens=read,
                cache_write_5m_tokens=written,
            )
        )
    used = count_of(payload, "context_tokens")
    if used is None and usage:
        used = min(fresh + read + written + output, MAX_COUNT)
    if used:
        _member(emitter).context_tokens = used
        emitter.emit(e.ContextMeasured(at, used, count_of(payload, "max_context_tokens") or None))


def _read_retry(emitter: KimiEmitter, payload: JsonObject, at: int, ref: e.Ref) -> None:
    error, status = text_of(payload, "error_type"), count_of(payload, "status_code")
    kind, code = stated_failure("", status, error)
    wait_ms, attempt = millis_from(payload.get("wait_s")), count_of(payload, "next_attempt")
    emitter.emit(
        e.RequestFailed(
            at,
            ref,
            kind,
            error,
            code,
            # The number is that of the attempt that follows.
            attempt=attempt - 1 if attempt else None,
            max_attempts=count_of(payload, "max_attempts"),
            wait_ms=wait_ms,
        )
    )
