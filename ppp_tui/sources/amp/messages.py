"""Turns a thread's messages into events. An answer changes until it is complete, a result until its run is over."""

from __future__ import annotations

from ppp_tui.model.event import (
    NOWHERE,
    AgentWaiting,
    AssistantMessage,
    ContextMeasured,
    ReasoningEmitted,
    RequestFailed,
    RequestMeasured,
    TurnEnded,
    TurnStarted,
)
from ppp_tui.model.failure import stated_failure
from ppp_tui.model.ids import hash64
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.amp.state import MAX_CALLS, MAX_TURNS, ThreadState
from ppp_tui.sources.amp.tools import BLOCKED, TOOLS, arguments_of, is_over, read_outcome
from ppp_tui.sources.emitter import TextlessEmitter
from ppp_tui.sources.json_records import JsonObject, count_of, millis_of, object_of, objects_of, text_of
from ppp_tui.sources.message_documents import message_id
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.toolbox import call_finished

_GOES_ON = "tool_use"
"""Why an answer ended, where another request follows it."""

_STREAMING = "streaming"
_WITHOUT_CACHE_WRITES = "gpt-"
"""Prefixes of models whose prompts are counted as cache writes, which are not billed."""

_SILENT_BLOCKS = frozenset({"redacted_thinking", "image", "summary"})


class AmpEmitter(TextlessEmitter[ThreadState]):
    """Collects events, and knows whose they are."""

    def __init__(self, state: ThreadState, thread: str, ledger: dict[str, JsonObject]) -> None:
        """Continue from a state; `ledger` holds what older versions kept of requests, by the answer's id."""
        super().__init__(state)
        self.thread = thread
        self.ledger = ledger


def read_message(emitter: AmpEmitter, message: JsonObject, number: int, *, is_last: bool) -> bool:
    """Emit what a message says. Returns whether it will not change any more."""
    role, id_ = text_of(message, "role"), message_id(message, "messageId", number)
    if role == "assistant":
        if is_last and text_of(object_of(message, "state"), "type") == _STREAMING:
            return False
        _read_answer(emitter, message, id_)
    elif role == "user":
        results = [block for block in objects_of(message, "content") if text_of(block, "type") == "tool_result"]
        if results:
            return _read_results(emitter, results) or not is_last
        _read_prompt(emitter, message, id_)
    elif role != "info":
        emitter.count_unknown(f"role/{role or '(no role)'}")
    return True


def _read_prompt(emitter: AmpEmitter, message: JsonObject, id_: str) -> None:
    state = emitter.state
    text = "\n".join(filter(None, (text_of(block, "text") for block in objects_of(message, "content"))))
    if id_ in state.turns:
        return
    at = millis_of(object_of(message, "meta"), "sentAt")
    key = f"{emitter.thread}:{id_}"
    remember(state.turns, id_, hash64(key), MAX_TURNS)
    state.is_open, state.last_at = True, at or state.last_at
    emitter.emit(TurnStarted(at, NOWHERE, key, text))


def _read_answer(emitter: AmpEmitter, message: JsonObject, id_: str) -> None:
    state, usage, request = emitter.state, object_of(message, "usage"), f"{emitter.thread}:{id_}"
    at = emitter.time_of(text_of(usage, "timestamp"))
    state.last_at = at or state.last_at
    stop = object_of(message, "state")
    is_final = text_of(stop, "stopReason") not in (_GOES_ON, "")
    _read_usage(emitter, usage or emitter.ledger.get(id_, {}), request, at, text_of(stop, "stopReason"))
    for block in objects_of(message, "content"):
        kind = text_of(block, "type")
        if kind == "text":
            if text_of(block, "text").strip():
                emitter.emit(AssistantMessage(at, NOWHERE, text_of(block, "text"), request, is_final=is_final))
        elif kind == "thinking":
            if text_of(block, "thinking").strip():
                emitter.emit(ReasoningEmitted(at, NOWHERE, text_of(block, "thinking"), request))
        elif kind == "tool_use":
            _start_call(emitter, block, at, request)
        elif kind not in _SILENT_BLOCKS:
            emitter.count_unknown(f"content/{kind or '(no type)'}")
    _read_end(emitter, message, stop, at, is_final=is_final)


def _read_end(emitter: AmpEmitter, message: JsonObject, stop: JsonObject, at: int, *, is_final: bool) -> None:
    state, kind = emitter.state, text_of(stop, "type")
    if kind == "error":
        words = text_of(object_of(stop, "error"), "message")
        failure, status = stated_failure("", None, words)
        state.is_open = False
        emitter.emit(RequestFailed(at, NOWHERE, failure, words, status, is_final=True))
    elif kind == "cancelled" and state.is_open:
        state.is_open = False
        emitter.emit(TurnEnded(at, "interrupted"))
    elif is_final and state.is_open:
        state.is_open = False
        emitter.emit(TurnEnded(at, "completed", count_of(message, "turnElapsedMs")))


def _start_call(emitter: AmpEmitter, block: JsonObject, at: int, request: str) -> None:
    key, name = text_of(block, "id")[:MAX_KEY_CHARS], text_of(block, "name")
    if not key or not name or key in emitter.state.calls:
        return
    emitter.state.is_open = True
    remember(emitter.state.calls, key, name, MAX_CALLS)
    emitter.emit(TOOLS.call_started(name, key, arguments_of(block), at, NOWHERE, request))


def _read_results(emitter: AmpEmitter, results: list[JsonObject]) -> bool:
    """Emit the ends of runs; their times are not recorded. Return whether all of them have ended."""
    for block in results:
        key, run = text_of(block, "toolUseID")[:MAX_KEY_CHARS], object_of(block, "run")
        if is_over(run) and emitter.state.calls.pop(key, None) is not None:
            outcome = read_outcome(run)
            emitter.emit(
                call_finished(key, outcome.status, outcome.output, at=0, ref=NOWHERE, exit_code=outcome.exit_code)
            )
    return all(is_over(object_of(block, "run")) for block in results)


def _read_usage(emitter: AmpEmitter, usage: JsonObject, request: str, at: int, stop_reason: str) -> None:
    tokens = object_of(usage, "tokens")
    fresh = count_of(usage, "inputTokens") or count_of(tokens, "input") or 0
    output = count_of(usage, "outputTokens") or count_of(tokens, "output") or 0
    read, written = count_of(usage, "cacheReadInputTokens") or 0, count_of(usage, "cacheCreationInputTokens") or 0
    if not (fresh or output or read or written):
        return
    model = text_of(usage, "model")
    if model.startswith(_WITHOUT_CACHE_WRITES):
        fresh, written = min(fresh + written, MAX_COUNT), 0
    emitter.note(at, "model", model)
    emitter.emit(
        RequestMeasured(
            at,
            NOWHERE,
            key=request,
            model=model,
            input_tokens=fresh,
            output_tokens=output,
            cache_read_tokens=read,
            cache_write_5m_tokens=written,
            stop_reason=stop_reason,
        )
    )
    used = min(fresh + read + written + output, MAX_COUNT)
    emitter.emit(ContextMeasured(at, used, count_of(usage, "maxInputTokens") or None))


def read_wait(emitter: AmpEmitter, messages: list[JsonObject]) -> None:
    """Emit that a call waits for the user's leave, or that the agent goes on."""
    state = emitter.state
    runs = [object_of(block, "run") for block in objects_of(messages[-1], "content")] if messages else []
    waits = any(text_of(run, "status") == BLOCKED for run in runs)
    if waits != state.waits:
        state.waits = waits
        emitter.emit(AgentWaiting(state.last_at, "permission prompt" if waits else ""))
