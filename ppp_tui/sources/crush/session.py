"""Turns what changed of a Crush session into events; what was read of a message before is not emitted again.

A message of the model is written anew as it streams. Its text and its thoughts are whole when a call of it is, or when
it has ended; results are messages of their own.
"""

from __future__ import annotations

from ppp_tui.model import event as e
from ppp_tui.model.event_values import Origin, StepStatus
from ppp_tui.model.failure import failure_kind
from ppp_tui.model.limits import PREVIEW_CHARS
from ppp_tui.sources.crush.rows import CrushMessage, CrushSessionRow, millis
from ppp_tui.sources.crush.state import ENDED, MAX_CALLS, MAX_MESSAGES, PROMPT, SPOKEN, CrushSession
from ppp_tui.sources.crush.tools import TOOLS, arguments_of, read_result
from ppp_tui.sources.emitter import TextlessEmitter
from ppp_tui.sources.json_records import JsonObject, exit_code_of, object_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.toolbox import call_finished

CrushEmitter = TextlessEmitter[CrushSession]
"""Collects the events of a session."""

_UNTITLED = frozenset({"New Session", "Untitled Session"})
_COMPLETED = frozenset({"end_turn", "max_tokens", "stop"})
_READ_PARTS = frozenset({"text", "reasoning", "tool_call", "finish", "binary", "image_url"})
_SILENT_ROLES = frozenset({"system"})


def note_session(emitter: CrushEmitter, row: CrushSessionRow, project: str) -> None:
    """Emit the facts in a session's row."""
    emitter.note(row.created_at, "native_id", row.id)
    emitter.note(row.created_at, "parent_native_id", row.parent_id)
    emitter.note(row.created_at, "project", project)
    emitter.note(row.created_at, "title", "" if row.title in _UNTITLED else row.title)


def note_context(emitter: CrushEmitter, row: CrushSessionRow) -> None:
    """Emit how full the window is: the row has the tokens of the last request."""
    if row.context_tokens and row.context_tokens != emitter.state.context_tokens:
        emitter.state.context_tokens = row.context_tokens
        emitter.emit(e.ContextMeasured(emitter.state.last_at or row.updated_at, row.context_tokens))


def read_messages(emitter: CrushEmitter, messages: list[CrushMessage], *, is_child: bool, is_retold: bool) -> None:
    """Emit what is new in messages; with `is_retold`, turns are numbered and so written anew."""
    for message in messages:
        if message.role == "user":
            _read_prompt(emitter, message, is_child=is_child, is_retold=is_retold)
        elif message.role == "assistant":
            _read_answer(emitter, message)
        elif message.role == "tool":
            _read_results(emitter, message)
        elif message.role not in _SILENT_ROLES and message.id not in emitter.state.messages:
            emitter.count_unknown(f"message/{message.role or '(no role)'}")
            emitter.state.messages[message.id] = ENDED
    _forget(emitter.state, messages)


def _forget(state: CrushSession, messages: list[CrushMessage]) -> None:
    """Keep what was read of the newest messages only, and of older ones that have not ended."""
    newest = messages[-MAX_MESSAGES:]
    waiting = [message for message in newest if not state.messages.get(message.id, 0) & ENDED]
    last = (waiting or newest)[:1] if waiting else newest[-1:]
    if last:
        state.floor, state.floor_id = last[0].row, last[0].id
    kept = {message.id for message in newest if message.row >= state.floor}
    state.messages = {id_: flags for id_, flags in state.messages.items() if id_ in kept}


def _read_prompt(emitter: CrushEmitter, message: CrushMessage, *, is_child: bool, is_retold: bool) -> None:
    state = emitter.state
    if message.id in state.messages:
        return
    state.messages[message.id] = PROMPT | ENDED
    commands = [object_of(part, "data") for part in message.parts if part.get("type") == "shell_command"]
    text = _text(message, "text", "text")
    if not text.strip() and not commands:
        return
    if is_retold and state.is_open and state.turns:
        emitter.emit(e.TurnEnded(state.last_at, "superseded"))
    origin: Origin = "system" if is_child else "typed" if text.strip() else "command"
    state.turns += 1
    state.is_open, state.last_at = True, message.at
    number = state.turns if is_retold else None
    prompt = text.strip() or "\n".join(f"!{text_of(command, 'command')}" for command in commands)
    emitter.emit(e.TurnStarted(message.at, e.NOWHERE, f"crush:{message.id}", prompt, origin, number))
    for place, command in enumerate(commands):
        _read_command(emitter, command, f"{message.id}#{place}", message.at)
    if origin == "command":
        state.is_open = False
        emitter.emit(e.TurnEnded(message.at, "completed"))


def _read_command(emitter: CrushEmitter, command: JsonObject, key: str, at: int) -> None:
    """Read a command of the user, with its result."""
    arguments: JsonObject = {"command": text_of(command, "command")}
    emitter.emit(TOOLS.call_started("bash", key, arguments, at, e.NOWHERE, ""))
    exit_code = exit_code_of(command, "exit_code")
    status: StepStatus = "failed" if exit_code else "ok"
    output = text_of(command, "output")
    emitter.emit(call_finished(key, status, output, at=at, ref=e.NOWHERE, exit_code=exit_code))


def _read_answer(emitter: CrushEmitter, message: CrushMessage) -> None:
    state, flags = emitter.state, emitter.state.messages.get(message.id, 0)
    if flags & ENDED:
        return
    finish = next((object_of(part, "data") for part in message.parts if part.get("type") == "finish"), None)
    calls = [object_of(part, "data") for part in message.parts if part.get("type") == "tool_call"]
    whole_calls = [call for call in calls if finish is not None or call.get("finished") is True]
    at = _ended_at(finish, message)
    emitter.note(message.at, "model", message.model)
    if (finish is not None or whole_calls) and not flags & SPOKEN:
        flags |= SPOKEN
        _read_texts(emitter, message, at, is_final=finish is not None and not calls)
    for call in whole_calls:
        key, name = text_of(call, "id")[:MAX_KEY_CHARS], text_of(call, "name")
        if key and key not in state.calls:
            remember(state.calls, key, name, MAX_CALLS)
            emitter.emit(TOOLS.call_started(name, key, arguments_of(text_of(call, "input")), message.at, e.NOWHERE, ""))
    state.is_open, state.last_at = True, max(state.last_at, message.at)
    if finish is not None:
        flags |= ENDED
        state.last_at = max(state.last_at, at)
        for part in message.parts:
            if text_of(part, "type") not in _READ_PARTS:
                emitter.count_unknown(f"part/{text_of(part, 'type') or '(no type)'}")
        _end(emitter, finish, message, at)
    state.messages[message.id] = flags


def _read_texts(emitter: CrushEmitter, message: CrushMessage, at: int, *, is_final: bool) -> None:
    thoughts, text = _text(message, "reasoning", "thinking"), _text(message, "text", "text")
    if message.is_summary:
        emitter.emit(e.Compacted(at, e.NOWHERE, "", emitter.state.context_tokens or None))
        return
    if thoughts.strip():
        emitter.emit(e.ReasoningEmitted(at, e.NOWHERE, thoughts))
    if text.strip():
        emitter.emit(e.AssistantMessage(at, e.NOWHERE, text, is_final=is_final))


def _end(emitter: CrushEmitter, finish: JsonObject, message: CrushMessage, at: int) -> None:
    """Emit how a message ended, unless its calls go on or it only sums up."""
    reason = text_of(finish, "reason")
    if reason == "tool_use" or (message.is_summary and reason in _COMPLETED):
        return
    emitter.state.is_open = False
    if reason in _COMPLETED:
        emitter.emit(e.TurnEnded(at, "completed"))
    elif reason == "canceled":
        emitter.emit(e.TurnEnded(at, "interrupted"))
    elif reason in ("error", "content_filter"):
        error = ": ".join(filter(None, (text_of(finish, "message"), text_of(finish, "details")[:PREVIEW_CHARS])))
        emitter.emit(e.RequestFailed(at, e.NOWHERE, failure_kind(None, error), error or reason, is_final=True))
    else:
        emitter.emit(e.TurnEnded(at, "unknown"))


def _read_results(emitter: CrushEmitter, message: CrushMessage) -> None:
    state = emitter.state
    if message.id in state.messages:
        return
    state.messages[message.id] = ENDED
    state.last_at = max(state.last_at, message.at)
    for part in message.parts:
        kind, data = text_of(part, "type"), object_of(part, "data")
        if kind != "tool_result":
            if kind != "finish":
                emitter.count_unknown(f"part/{kind or '(no type)'}")
            continue
        key = text_of(data, "tool_call_id")[:MAX_KEY_CHARS]
        if not key:
            continue
        result = read_result(state.calls.get(key) or text_of(data, "name"), data)
        remember(state.calls, key, "", MAX_CALLS)
        event = call_finished(
            key, result.status, result.output, at=message.at, ref=e.NOWHERE, exit_code=result.exit_code
        )
        emitter.emit(event._replace(duration_ms=result.duration_ms))


def _ended_at(finish: JsonObject | None, message: CrushMessage) -> int:
    return (millis(finish.get("time")) if finish is not None else 0) or message.at


def _text(message: CrushMessage, kind: str, name: str) -> str:
    """Return the texts of a message's parts of one kind, without those that the program added."""
    data = (object_of(part, "data") for part in message.parts if part.get("type") == kind)
    return "\n".join(filter(None, (text_of(entry, name) for entry in data if entry.get("hidden") is not True)))
