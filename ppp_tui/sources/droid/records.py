"""Turns the records of a Droid session into events."""

from __future__ import annotations

import re

from ppp_tui.model import event as e
from ppp_tui.model.event_values import StepKind, StepStatus, TurnStatus
from ppp_tui.model.failure import stated_failure
from ppp_tui.model.ids import hash64
from ppp_tui.sources.droid.state import MAX_CALLS, MAX_RECENT, DroidState
from ppp_tui.sources.emitter import TextlessEmitter
from ppp_tui.sources.json_records import JsonObject, blocks_of, object_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS, remember
from ppp_tui.sources.plain.made_lines import texts_of
from ppp_tui.sources.toolbox import Toolbox, call_finished

_KINDS: dict[str, StepKind] = {
    "Execute": "shell",
    "Read": "read",
    "Edit": "edit",
    "MultiEdit": "edit",
    "Create": "edit",
    "ApplyPatch": "edit",
    "LS": "search",
    "Grep": "search",
    "Glob": "search",
    "WebSearch": "web",
    "FetchUrl": "web",
    "Task": "subagent",
    "TodoWrite": "plan",
    "AskUser": "ask",
}
_TOOLS = Toolbox(_KINDS, {"Execute": "command", "Create": "content"})
_SERVER_JOINT = "___"
"""Stands between the name of a server and that of its tool."""

_REMINDER = "<system-reminder>"
_EXIT_CODE = re.compile(r"\[Process exited with code (-?\d{1,9})\]\s*\Z")
_TAIL_CHARS = 200
_REFUSED = "Error: Exec ended early: insufficient permission"
_FOR_USER = "user_only"
"""Whom a message is shown to that the model does not get."""

_OUTCOMES: dict[str, TurnStatus] = {"completed": "completed", "model_request_rejected": "failed"}
_INTERRUPTS = ("cancel", "interrupt", "abort")
_SILENT = frozenset({"todo_state", "session_end"})
_SILENT_BLOCKS = frozenset({"image", "redacted_thinking", "file"})

DroidEmitter = TextlessEmitter[DroidState]
"""Collects the events of a session."""


def read_record(emitter: DroidEmitter, session: str, record: JsonObject) -> None:
    """Emit what a record says, unless it was read before."""
    state, kind, id_ = emitter.state, text_of(record, "type"), text_of(record, "id")
    at = emitter.time_of(text_of(record, "timestamp"))
    if kind != "session_start" and id_:
        if hash64(id_) in state.recent:
            return
        remember(state.recent, hash64(id_), True, MAX_RECENT)
    state.last_at = at or state.last_at
    if kind == "session_start":
        emitter.note(at, "project", text_of(record, "cwd"))
        emitter.note(at, "title", text_of(record, "sessionTitle") or text_of(record, "title"))
        emitter.note(at, "parent_native_id", text_of(record, "callingSessionId"))
    elif kind == "message":
        _read_message(emitter, session, object_of(record, "message"), id_, at)
    elif kind == "agent_turn_outcome":
        _end_turn(emitter, text_of(record, "reason"))
    elif kind == "compaction_state":
        emitter.emit(e.Compacted(at, e.NOWHERE, "auto"))
    elif kind not in _SILENT:
        emitter.count_unknown(kind or "(no type)")


def _end_turn(emitter: DroidEmitter, reason: str) -> None:
    """Emit how a turn ended, unless its last answer showed that before."""
    if emitter.state.is_open:
        emitter.state.is_open = False
        status: TurnStatus = "interrupted" if any(word in reason for word in _INTERRUPTS) else "unknown"
        emitter.emit(e.TurnEnded(emitter.state.last_at, _OUTCOMES.get(reason, status)))


def _read_message(emitter: DroidEmitter, session: str, message: JsonObject, id_: str, at: int) -> None:
    blocks = blocks_of(message.get("content"))
    role, kinds = text_of(message, "role"), {text_of(block, "type") for block in blocks}
    if role == "user":
        for block in blocks:
            if text_of(block, "type") == "tool_result":
                _finish_call(emitter, block, at)
        if text_of(message, "visibility") == _FOR_USER:
            _read_failure(emitter, blocks, at)
        elif "tool_result" not in kinds:
            _read_prompt(emitter, session, blocks, id_, at)
    elif role == "assistant":
        is_final = "tool_use" not in kinds
        for block in blocks:
            _read_block(emitter, block, at, is_final=is_final)
        if is_final and emitter.state.is_open:
            emitter.state.is_open = False
            emitter.emit(e.TurnEnded(at, "completed"))
    else:
        emitter.count_unknown(f"role/{role or '(no role)'}")


def _read_failure(emitter: DroidEmitter, blocks: list[JsonObject], at: int) -> None:
    """Read what the program tells the user alone: why a request failed, or anything else."""
    text = "\n".join(filter(None, (text_of(block, "text") for block in blocks)))
    kind, status = stated_failure("", None, text)
    if kind == "error" and status is None:
        emitter.emit(e.SystemNotice(at, e.NOWHERE, "notice", text))
    else:
        emitter.state.is_open = False
        emitter.emit(e.RequestFailed(at, e.NOWHERE, kind, text, status, is_final=True))


def _read_prompt(emitter: DroidEmitter, session: str, blocks: list[JsonObject], id_: str, at: int) -> None:
    texts = [text_of(block, "text") for block in blocks]
    text = "\n".join(text for text in texts if text.strip() and not text.lstrip().startswith(_REMINDER))
    if text:
        emitter.state.is_open = True
        emitter.emit(e.TurnStarted(at, e.NOWHERE, f"{session}:{id_ or at}", text))


def _read_block(emitter: DroidEmitter, block: JsonObject, at: int, *, is_final: bool) -> None:
    kind = text_of(block, "type")
    if kind == "text":
        if text_of(block, "text").strip():
            emitter.emit(e.AssistantMessage(at, e.NOWHERE, text_of(block, "text"), is_final=is_final))
    elif kind == "thinking":
        if text_of(block, "thinking").strip():
            emitter.emit(e.ReasoningEmitted(at, e.NOWHERE, text_of(block, "thinking")))
    elif kind == "tool_use":
        _start_call(emitter, block, at)
    elif kind not in _SILENT_BLOCKS:
        emitter.count_unknown(f"content/{kind or '(no type)'}")


def _start_call(emitter: DroidEmitter, block: JsonObject, at: int) -> None:
    key, name, arguments = text_of(block, "id")[:MAX_KEY_CHARS], text_of(block, "name"), object_of(block, "input")
    if not key or not name or key in emitter.state.calls:
        return
    started = _TOOLS.call_started(name, key, arguments, at, e.NOWHERE, "")
    if _SERVER_JOINT in name:
        started = started._replace(kind="mcp")
    emitter.state.is_open = True
    remember(emitter.state.calls, key, started.kind, MAX_CALLS)
    emitter.emit(started)
    question = text_of(arguments, "questionnaire") or text_of(arguments, "question")
    if started.kind == "ask" and question:
        emitter.emit(e.QuestionAsked(at, e.NOWHERE, question, key))


def _finish_call(emitter: DroidEmitter, block: JsonObject, at: int) -> None:
    key = text_of(block, "tool_use_id")[:MAX_KEY_CHARS]
    kind = emitter.state.calls.pop(key, None)
    if kind is None:
        return
    output = texts_of(block.get("content"))
    matched = _EXIT_CODE.search(output[-_TAIL_CHARS:]) if kind == "shell" else None
    code = int(matched[1]) if matched else None
    status: StepStatus = "failed" if block.get("is_error") is True or code else "ok"
    if output.startswith(_REFUSED):
        status = "denied"
    if kind == "ask" and status == "ok":
        emitter.emit(e.QuestionAnswered(at, key, (output or None,), "given" if output else "empty"))
    emitter.emit(call_finished(key, status, output, at=at, ref=e.NOWHERE, exit_code=code))
