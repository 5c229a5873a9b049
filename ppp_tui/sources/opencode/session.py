"""Turns what changed of an OpenCode session into events; what was read of a row before is not emitted again.

An answer of the model is one message; its text, its thoughts and its calls are parts of it. A message that is written
anew tells its tokens and its end; a part tells the start of a call, and later its result.
"""

from __future__ import annotations

from typing import Any

from ppp_tui.model import event as e
from ppp_tui.model.event_values import ErrorKind, Origin
from ppp_tui.model.failure import failure_kind
from ppp_tui.model.ids import hash64
from ppp_tui.model.limits import MAX_COUNT
from ppp_tui.sources.emitter import TextlessEmitter
from ppp_tui.sources.json_records import JsonObject, count_of, mended_object, millis_of, number_of, object_of, text_of
from ppp_tui.sources.opencode.rows import Message, Part, SessionRows
from ppp_tui.sources.opencode.state import (
    ENDED,
    FINISHED,
    MAX_MESSAGES,
    MAX_PARTS,
    MAX_PROMPTS,
    PROMPT,
    SILENT,
    STARTED,
    USAGE,
    SessionState,
)
from ppp_tui.sources.opencode.tools import read_tool
from ppp_tui.sources.parser_state import remember

_PROMPT_PARTS = frozenset({"text", "file", "agent", "subtask"})
_SILENT_PARTS = frozenset({"step-start", "step-finish", "snapshot", "patch", "file", "agent", "compaction"})
_GOES_ON = frozenset({"tool-calls", "unknown", ""})
"""Why an answer ended, where another request follows it."""

_UNTITLED = ("New session - ", "Child session - ")
"""Begins the title of a session that has none yet."""

_ERRORS: dict[str, ErrorKind] = {"ContextOverflowError": "context", "ProviderAuthError": "auth"}

_MICROS = 1_000_000


Emitter = TextlessEmitter[SessionState]
"""Collects the events of a session."""


def note_session(emitter: Emitter, row: dict[str, Any]) -> None:
    """Emit the facts in a session's row."""
    at = millis_of(row, "time_created")
    emitter.note(at, "native_id", str(row["id"]))
    emitter.note(at, "parent_native_id", _text(row.get("parent_id")))
    emitter.note(at, "project", _text(row.get("directory")))
    emitter.note(at, "agent_version", _text(row.get("version")))
    title = _text(row.get("title"))
    emitter.note(at, "title", "" if title.startswith(_UNTITLED) else title)
    if row.get("parent_id"):
        emitter.note(at, "agent_role", _text(row.get("agent")))


def read_messages(emitter: Emitter, rows: SessionRows, *, is_child: bool, is_retold: bool) -> None:
    """Emit what changed; with `is_retold`, turns are numbered, so that they replace earlier ones."""
    state = emitter.state
    answered = {text_of(message.data, "parentID") for message in rows.messages}
    changed = {message.id: message for message in rows.messages}
    is_busy = False
    for _, id_ in rows.order:
        message = changed.get(id_)
        role = text_of(message.data, "role") if message else ""
        if message is None or role == "assistant":
            if message:
                _read_answer(emitter, message)
            is_busy = id_ in state.messages and not state.messages[id_] & (PROMPT | SILENT | ENDED)
        elif role != "user":
            emitter.count_unknown(f"message/{role or '(no role)'}")
            state.messages[message.id] = SILENT
        elif message.id not in state.messages and (not is_busy or message.id in answered):
            # What is typed while the agent is busy waits for the end of the answer that it is at.
            _read_prompt(emitter, message, is_child=is_child, is_retold=is_retold)
    state.read_to = rows.read_to
    _forget(state, rows.order)


def _forget(state: SessionState, order: list[tuple[int, str]]) -> None:
    """Keep what was read of the newest messages and their parts only."""
    if len(order) > MAX_MESSAGES:
        state.floor_at, state.floor_id = order[-MAX_MESSAGES]
    ids = {id_ for _, id_ in order[-MAX_MESSAGES:]}
    state.messages = {id_: flags for id_, flags in state.messages.items() if id_ in ids}
    while len(state.parts) > MAX_PARTS:
        del state.parts[next(iter(state.parts))]


def _read_prompt(emitter: Emitter, message: Message, *, is_child: bool, is_retold: bool) -> None:
    state, kinds = emitter.state, {text_of(part.data, "type") for part in message.parts}
    for part in message.parts:
        if text_of(part.data, "type") == "compaction":
            state.compaction = "auto" if part.data.get("auto") is True else "manual"
    if kinds.isdisjoint(_PROMPT_PARTS):
        # Its parts are written after it.
        if "compaction" in kinds:
            state.messages[message.id] = SILENT
        return
    typed = [part for part in message.parts if not _is_added(part)]
    origin: Origin = "system" if is_child or not typed else "typed"
    state.messages[message.id] = PROMPT if typed or not state.turns else SILENT
    if state.messages[message.id] == SILENT:
        return
    text = "\n".join(filter(None, (_prompt_text(part) for part in typed or message.parts)))
    if is_retold and state.is_open and state.turns:
        emitter.emit(e.TurnEnded(state.last_at, "superseded"))
    state.turns += 1
    state.is_open, state.last_at = True, message.created_at
    # A forked session repeats messages under other ids, with their times and their text.
    state.turn_key = f"{message.created_at}:{hash64(text):x}"
    remember(state.prompts, message.id, hash64(state.turn_key), MAX_PROMPTS)
    number = state.turns if is_retold else None
    emitter.emit(e.TurnStarted(message.created_at, e.NOWHERE, state.turn_key, text, origin, number))


def _is_added(part: Part) -> bool:
    """Return whether the program added a part by itself."""
    return part.data.get("synthetic") is True or part.data.get("ignored") is True


def _prompt_text(part: Part) -> str:
    kind = text_of(part.data, "type")
    return text_of(part.data, {"text": "text", "subtask": "prompt"}.get(kind, ""))


def _read_answer(emitter: Emitter, message: Message) -> None:
    state, data = emitter.state, message.data
    before = state.messages.setdefault(message.id, 0)
    request = f"{state.turn_key}:{message.created_at}"
    is_summary = data.get("summary") is True
    emitter.note(message.created_at, "model", text_of(data, "modelID"))
    times, finish = object_of(data, "time"), text_of(data, "finish")
    completed_at = millis_of(times, "completed")
    is_text_open = False
    for part in message.parts:
        is_text_open |= not completed_at and _is_open_text(part)
        # Some providers end a text with the stream only: a call that runs by then waits for the words before it.
        if not (is_text_open and _is_running(part)):
            _read_part(emitter, part, request, is_summary=is_summary)
    at = completed_at or message.created_at
    if (completed_at or finish) and not before & USAGE:
        _read_tokens(emitter, data, request, at, is_summary=is_summary)
        state.messages[message.id] |= USAGE
    if not completed_at or before & ENDED:
        return
    state.messages[message.id] |= ENDED
    state.last_at = at
    if is_summary:
        emitter.emit(e.Compacted(at, e.NOWHERE, state.compaction or "auto", state.context_tokens or None))
        state.context_tokens = 0
    if object_of(data, "error"):
        _read_error(emitter, object_of(data, "error"), at)
    elif state.is_refused:
        state.is_open = False
        emitter.emit(e.TurnEnded(at, "interrupted"))
    elif finish not in _GOES_ON and not is_summary:
        state.is_open = False
        emitter.emit(e.TurnEnded(at, "completed"))
    elif is_summary and state.compaction == "manual":
        state.is_open = False
    state.is_refused = False
    if is_summary:
        state.compaction = ""


def _is_open_text(part: Part) -> bool:
    """Return whether a text is still to come: it stands in its row, empty, from its beginning."""
    is_text = text_of(part.data, "type") in ("text", "reasoning")
    return is_text and not text_of(part.data, "text") and not millis_of(object_of(part.data, "time"), "end")


def _is_running(part: Part) -> bool:
    return text_of(object_of(part.data, "state"), "status") == "running"


def _read_part(emitter: Emitter, part: Part, request: str, *, is_summary: bool) -> None:
    state, kind = emitter.state, text_of(part.data, "type")
    key = hash64(part.id)
    if state.parts.get(key, 0) & FINISHED:
        return
    if kind == "tool":
        flags = read_tool(emitter, part, request, state.parts.get(key, 0))
    elif kind in ("text", "reasoning"):
        flags = _read_text(emitter, part, request, kind, is_summary=is_summary)
    elif kind == "retry":
        _read_retry(emitter, part)
        flags = FINISHED
    else:
        if kind not in _SILENT_PARTS:
            emitter.count_unknown(f"part/{kind or '(no type)'}")
        flags = FINISHED
    if flags:
        state.parts[key] = flags


def _read_text(emitter: Emitter, part: Part, request: str, kind: str, *, is_summary: bool) -> int:
    """Read a text when it is whole: it stands in its row, empty, from its beginning."""
    text, ended_at = text_of(part.data, "text"), millis_of(object_of(part.data, "time"), "end")
    if not ended_at:
        return 0
    if text.strip() and not is_summary and not _is_added(part):
        if kind == "text":
            emitter.emit(e.AssistantMessage(ended_at, e.NOWHERE, text, request))
        else:
            emitter.emit(e.ReasoningEmitted(ended_at, e.NOWHERE, text, request))
        emitter.state.is_open, emitter.state.last_at = True, ended_at
    return STARTED | FINISHED


def _read_retry(emitter: Emitter, part: Part) -> None:
    error = object_of(part.data, "error")
    data = object_of(error, "data")
    at = millis_of(object_of(part.data, "time"), "created") or emitter.state.last_at
    message, status = text_of(data, "message") or text_of(error, "message"), count_of(data, "statusCode")
    attempt = count_of(part.data, "attempt")
    emitter.emit(e.RequestFailed(at, e.NOWHERE, failure_kind(status, message), message, status, attempt))


def _read_error(emitter: Emitter, error: JsonObject, at: int) -> None:
    name, data = text_of(error, "name"), object_of(error, "data")
    emitter.state.is_open = False
    if name == "MessageAbortedError":
        emitter.emit(e.TurnEnded(at, "interrupted"))
        return
    message, status = text_of(data, "message") or name, count_of(data, "statusCode")
    kind = _ERRORS.get(name) or failure_kind(status, message)
    emitter.emit(e.RequestFailed(at, e.NOWHERE, kind, message, status, is_final=True))


def _read_tokens(emitter: Emitter, data: JsonObject, request: str, at: int, *, is_summary: bool) -> None:
    """Read what a request used. The parts of a step repeat it, and so does the session's row."""
    tokens = object_of(data, "tokens")
    cache = object_of(tokens, "cache")
    fresh, output = count_of(tokens, "input") or 0, count_of(tokens, "output") or 0
    read, written = count_of(cache, "read") or 0, count_of(cache, "write") or 0
    reasoning = count_of(tokens, "reasoning") or 0
    if not (fresh or output or read or written or reasoning):
        return
    if reasoning > output or count_of(tokens, "total") == fresh + read + written + output + reasoning:
        # Since a version between 1.2 and 1.18 reasoning stands beside the output; before, within it.
        output = min(output + reasoning, MAX_COUNT)
    cost = number_of(data.get("cost"))
    is_priced = cost is not None and 0 < cost < MAX_COUNT
    emitter.emit(
        e.RequestMeasured(
            at,
            e.NOWHERE,
            key=request,
            model=text_of(data, "modelID"),
            input_tokens=fresh,
            output_tokens=output,
            reasoning_tokens=reasoning,
            cache_read_tokens=read,
            cache_write_5m_tokens=written,
            stop_reason=text_of(data, "finish"),
            reported_micros=round(float(cost) * _MICROS) if is_priced and cost else None,
            provider=text_of(data, "providerID"),
        )
    )
    if not is_summary:
        emitter.state.context_tokens = min(fresh + read + written + output, MAX_COUNT)
        emitter.emit(e.ContextMeasured(at, emitter.state.context_tokens))


def read_revert(emitter: Emitter, row: dict[str, Any], missing: set[str]) -> None:
    """Emit which prompts are taken back: those from the named message on, and those that were deleted since."""
    state = emitter.state
    revert = mended_object(_text(row.get("revert")).encode(errors="replace")) or {}
    first = text_of(revert, "messageID")
    taken_back = {key for id_, key in state.prompts.items() if id_ in missing or (first and id_ >= first)}
    before = set(state.taken_back) & set(state.prompts.values())
    if taken_back != before:
        added, restored = sorted(taken_back - before), sorted(before - taken_back)
        emitter.emit(e.TurnsRolledBack(0, 0, tuple(added), tuple(restored)))
    state.taken_back = sorted(taken_back)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
