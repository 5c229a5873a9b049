"""Turns a session's messages into events."""

from __future__ import annotations

import re

from ppp_tui.model import event as e
from ppp_tui.model.failure import stated_failure
from ppp_tui.model.ids import hash64
from ppp_tui.sources.cline_sessions import usage
from ppp_tui.sources.cline_sessions.emitter import ClineEmitter, is_shown_only
from ppp_tui.sources.cline_sessions.state import MAX_CALLS, MAX_COMPACTIONS, MAX_TURNS
from ppp_tui.sources.cline_sessions.tools import ASK, EXIT, TOOLS, arguments_of, paths_of, read_outcome
from ppp_tui.sources.json_records import JsonObject, blocks_of, count_of, millis_of, object_of, objects_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.toolbox import call_finished

_COMPACTIONS = frozenset({"compaction", "compaction_summary", "overflow_truncation"})
_MANUAL = "manual_compaction"
_SILENT_BLOCKS = frozenset({"redacted_thinking", "image", "file", "media"})
_BEGIN = re.compile(r"<user_input[^>]{0,80}>")
_END = "</user_input>"


def is_compaction(message: JsonObject) -> bool:
    """Return whether a message stands for older ones that were summed up or removed."""
    return text_of(object_of(message, "metadata"), "kind") in _COMPACTIONS


def read_compaction(emitter: ClineEmitter, id_: str, message: JsonObject) -> None:
    """Emit that older messages were summed up, once."""
    if id_ in emitter.state.compactions:
        return
    remember(emitter.state.compactions, id_, True, MAX_COMPACTIONS)
    metadata = object_of(message, "metadata")
    trigger = "manual" if text_of(metadata, "reason") == _MANUAL else "auto"
    emitter.emit(e.Compacted(millis_of(message, "ts"), e.NOWHERE, trigger, count_of(metadata, "tokensBefore")))


def read_message(emitter: ClineEmitter, messages: list[JsonObject], number: int, id_: str) -> None:
    """Emit what a message says."""
    message = messages[number]
    metadata, role = object_of(message, "metadata"), text_of(message, "role")
    is_own = is_shown_only(message) or bool(text_of(metadata, "kind"))
    if role == "user":
        results = [block for block in blocks_of(message.get("content")) if text_of(block, "type") == "tool_result"]
        if results:
            _read_results(emitter, results, millis_of(message, "ts"))
        elif not is_own:
            _read_prompt(emitter, message, id_)
    elif role == "error" or text_of(metadata, "displayRole") == "error":
        _read_error(emitter, message)
    elif role == "assistant":
        if not is_own:
            _read_answer(emitter, messages, number, id_)
    else:
        emitter.count_unknown(f"role/{role or '(no role)'}")


def _text(message: JsonObject) -> str:
    return "\n".join(filter(None, (text_of(block, "text") for block in blocks_of(message.get("content")))))


def _unwrapped(text: str) -> str:
    """Return what a prompt wraps: from the first beginning to the last end, all of it where one of them is missing."""
    begin, end = _BEGIN.search(text), text.rfind(_END)
    return text[begin.end() : end] if begin and end >= begin.end() else text


def _read_prompt(emitter: ClineEmitter, message: JsonObject, id_: str) -> None:
    """Read a prompt, without what the program wraps it in; one that was typed while the agent worked adds to it."""
    state, at, text = emitter.state, millis_of(message, "ts"), _text(message)
    prompt = _unwrapped(text).strip()
    if state.is_open and state.aborted_at:
        interrupt(emitter)
    if state.is_open and object_of(message, "metadata").get("userRunSpan") == 0:
        emitter.emit(e.PromptAdded(at, e.NOWHERE, prompt, "queued"))
        return
    key = emitter.key_of(id_, message)
    remember(state.turns, id_, hash64(key), MAX_TURNS)
    state.is_open = True
    emitter.emit(e.TurnStarted(at, e.NOWHERE, key, prompt))


def _read_answer(emitter: ClineEmitter, messages: list[JsonObject], number: int, id_: str) -> None:
    message = messages[number]
    at, request, blocks = millis_of(message, "ts"), emitter.key_of(id_, message), blocks_of(message.get("content"))
    calls = [block for block in blocks if text_of(block, "type") == "tool_use"]
    emitter.state.is_open, emitter.state.aborted_at = True, 0
    usage.read(emitter, messages, number, id_)
    for link in objects_of(message, "childSessions"):
        call = text_of(link, "toolCallId")
        if call:
            remember(emitter.state.children, call, text_of(link, "sessionId")[:MAX_KEY_CHARS], MAX_CALLS)
    for block in blocks:
        kind = text_of(block, "type")
        if kind == "text":
            if text_of(block, "text").strip():
                emitter.emit(e.AssistantMessage(at, e.NOWHERE, text_of(block, "text"), request, is_final=not calls))
        elif kind == "thinking":
            if text_of(block, "thinking").strip():
                emitter.emit(e.ReasoningEmitted(at, e.NOWHERE, text_of(block, "thinking"), request))
        elif kind == "tool_use":
            _start_call(emitter, block, at, request)
        elif kind not in _SILENT_BLOCKS:
            emitter.count_unknown(f"content/{kind or '(no type)'}")
    if not calls:
        _end_turn(emitter, at)


def interrupt(emitter: ClineEmitter) -> None:
    """End the turn in which a call was aborted."""
    state = emitter.state
    emitter.emit(e.TurnEnded(state.aborted_at, "interrupted"))
    state.is_open, state.aborted_at = False, 0


def _end_turn(emitter: ClineEmitter, at: int) -> None:
    emitter.state.is_open = False
    emitter.emit(e.TurnEnded(at, "completed"))


def _start_call(emitter: ClineEmitter, block: JsonObject, at: int, request: str) -> None:
    key, name = text_of(block, "id"), text_of(block, "name")
    if not key or not name or len(key) > MAX_KEY_CHARS or key in emitter.state.calls:
        return
    remember(emitter.state.calls, key, name, MAX_CALLS)
    arguments = object_of(block, "input")
    started = TOOLS.call_started(name, key, arguments_of(name, arguments), at, e.NOWHERE, request)
    emitter.emit(started._replace(paths=paths_of(name, arguments)))
    if name == ASK:
        options = arguments.get("options")
        choices = tuple(each for each in options if isinstance(each, str)) if isinstance(options, list) else ()
        emitter.emit(e.QuestionAsked(at, e.NOWHERE, text_of(arguments, "question"), key, choices))


def _read_results(emitter: ClineEmitter, blocks: list[JsonObject], at: int) -> None:
    state = emitter.state
    for block in blocks:
        key = text_of(block, "tool_use_id")
        name = state.calls.pop(key, None)
        if name is None:
            continue
        outcome, child = read_outcome(name, block), state.children.pop(key, "")
        if outcome.status == "cancelled":
            state.aborted_at = at
        if name == ASK and outcome.status == "ok":
            emitter.emit(e.QuestionAnswered(at, key, (outcome.output,)))
        emitter.emit(
            call_finished(
                key, outcome.status, outcome.output, at=at, ref=e.NOWHERE, exit_code=outcome.exit_code, child=child
            )
        )
        if name == EXIT and outcome.status == "ok" and state.is_open:
            _end_turn(emitter, at)


def _read_error(emitter: ClineEmitter, message: JsonObject) -> None:
    """Read why a run failed: a request that failed for a known reason, or anything else."""
    at, text = millis_of(message, "ts"), _text(message)
    kind, status = stated_failure("", None, text)
    emitter.state.is_open = False
    if kind == "error" and status is None:
        emitter.emit(e.SystemNotice(at, e.NOWHERE, "error", text))
        emitter.emit(e.TurnEnded(at, "failed"))
    else:
        emitter.emit(e.RequestFailed(at, e.NOWHERE, kind, text, status, is_final=True))
