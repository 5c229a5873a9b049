"""Reads `item_completed` events (since 0.16x), and the earlier events that they replaced.

Most end a call of the model's history; some were never called there (a command that the user ran with ``!``, commands
run by a program of the model) and are told whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ppp_tui.model.event import Heartbeat, Ref, SystemNotice
from ppp_tui.model.event_values import StepStatus
from ppp_tui.sources.codex import calls, prompts, questions, reasoning, tools, turns
from ppp_tui.sources.codex.emitter import ThreadEmitter
from ppp_tui.sources.codex.history import image_call, search_call
from ppp_tui.sources.codex.outputs import CodexResult
from ppp_tui.sources.codex.raw_json import Raw, indented, loose, milliseconds, moment, part_text, texts, whole_number
from ppp_tui.sources.codex.records import EventPayload, Item
from ppp_tui.sources.source import Payload
from ppp_tui.sources.toolbox import one_line

_STATUSES: dict[str, StepStatus] = {
    "completed": "ok",
    "failed": "failed",
    "declined": "denied",
    "inProgress": "running",
    "in_progress": "running",
}
_SILENT = frozenset({"ContextCompaction"})


class ItemPlace(NamedTuple):
    """Begin and end of an item in Unix milliseconds, and the place of its line."""

    started_at: int
    at: int
    ref: Ref


def read_item(emitter: ThreadEmitter, event: EventPayload, item: Item, at: int, ref: Ref) -> None:
    """Read a completed item."""
    read = _READERS.get(item.type)
    if read is not None:
        started_at, ended_at = moment(event.started_at_ms), moment(event.completed_at_ms)
        read(emitter, item, ItemPlace(started_at or at, ended_at or at, ref))
    elif item.type not in _SILENT:
        emitter.count_unknown(f"item/{item.type}")


def remember_child(emitter: ThreadEmitter, key: str, child: str) -> None:
    """Note that a call started a sub-agent, which its end will name."""
    call = emitter.state.calls.get(key)
    if call is not None and child:
        call.child = child


def command_end(item: Item) -> CodexResult:
    """Return the result of a command."""
    status = _STATUSES.get(item.status or "", "unknown")
    if item.exit_code is not None and status != "denied":
        status = "ok" if item.exit_code == 0 else "failed"
    return CodexResult(status, item.exit_code, item.aggregated_output or "", duration_ms=milliseconds(item.duration))


def change_end(item: Item) -> CodexResult:
    """Return the result of a change of files."""
    return CodexResult(_STATUSES.get(item.status or "", "unknown"), None, item.stdout or item.stderr or "")


def tool_end(item: Item) -> CodexResult:
    """Return the result of a call to an MCP server: ``{"Ok": …}`` or ``{"Err": …}`` before 0.16x, later a bare one."""
    result = loose(item.result)
    failure = loose(item.error)
    if isinstance(result, dict) and set(result) <= {"Ok", "Err"} and result:
        failure, result = result.get("Err"), result.get("Ok")
    if isinstance(failure, dict):
        failure = failure.get("message", "")
    content = result.get("content") if isinstance(result, dict) else None
    text = "\n".join(filter(None, map(part_text, content))) if isinstance(content, list) else ""
    is_error = failure is not None or (isinstance(result, dict) and result.get("isError") is True)
    status: StepStatus = "failed" if is_error or item.status == "failed" else "ok"
    return CodexResult(status, None, str(failure) if failure else text, duration_ms=milliseconds(item.duration))


def change_call(item: Item) -> tools.CodexCall:
    """Return the call of a change of files that no call announced."""
    changes = loose(item.changes)
    files = [str(name) for name in changes] if isinstance(changes, dict) else []
    return tools.CodexCall("edit", "apply_patch", tools.files_target(files), Payload(_diff(changes), "diff"))


def command_call(item: Item) -> tools.CodexCall:
    """Return the call of a command that no call announced."""
    text = tools.command_text(item.command or [])
    return tools.CodexCall("shell", "shell", one_line(text), Payload(text))


def tool_call(item: Item) -> tools.CodexCall:
    """Return a call that the model's history lacks: to an MCP server, or to a tool of the program around Codex."""
    tool = f"mcp__{item.server}__{item.tool}" if item.server else item.tool or "tool"
    arguments = _pretty(item.arguments)
    return tools.CodexCall(tools.kind_of(tool), tool, one_line(arguments.text), arguments)


def web_call(item: Item) -> tools.CodexCall:
    """Return the call of a web search."""
    return search_call(item.query or "", loose(item.action))


def _read_command(emitter: ThreadEmitter, item: Item, place: ItemPlace) -> None:
    state = emitter.state
    key = item.id or ""
    if item.source == "unified_exec_interaction":
        step = state.terminals.get(item.process_id or "")
        if step:
            emitter.emit(Heartbeat(place.at, step))
        return
    called, returned = command_call(item), command_end(item)
    if returned.status == "running":
        emitter.emit(Heartbeat(place.at, key))
        return
    if item.source == "user_shell" and state.pending_turn is not None:
        emitter.flush_pending_turn(f"! {called.payload.text}", "command")
    _end_or_tell(emitter, key, called, returned, place)


def _read_change(emitter: ThreadEmitter, item: Item, place: ItemPlace) -> None:
    call = emitter.state.calls.get(item.id or "")
    # A patch inside a shell command ends with that command.
    if call is None or call.tool == "apply_patch":
        _end_or_tell(emitter, item.id or "", change_call(item), change_end(item), place)


def _read_tool(emitter: ThreadEmitter, item: Item, place: ItemPlace) -> None:
    """Emit a tool's step that the model's history lacks; of others note status and duration for their output."""
    call = emitter.state.calls.get(item.id or "")
    returned = tool_end(item)
    if call is None:
        calls.emit_completed_step(emitter, item.id or "", tool_call(item), returned, place[:2], place.ref)
    else:
        call.status, call.duration_ms = returned.status, returned.duration_ms


def _read_search(emitter: ThreadEmitter, item: Item, place: ItemPlace) -> None:
    emitter.state.searches += 1
    key = item.id or f"web:{place.ref.offset}"
    calls.emit_completed_step(emitter, key, web_call(item), CodexResult("ok"), place[:2], place.ref)


def _read_image(emitter: ThreadEmitter, item: Item, place: ItemPlace) -> None:
    if (item.id or "") not in emitter.state.calls:
        path = item.path or ""
        called = tools.CodexCall("read", "view_image", one_line(path), Payload(path))
        calls.emit_completed_step(emitter, item.id or "", called, CodexResult("ok"), place[:2], place.ref)


def _read_drawing(emitter: ThreadEmitter, item: Item, place: ItemPlace) -> None:
    called = image_call(item.revised_prompt or "")
    calls.emit_completed_step(emitter, item.id or "", called, CodexResult("ok"), place[:2], place.ref)


def _read_sleep(emitter: ThreadEmitter, item: Item, place: ItemPlace) -> None:
    if (item.id or "") not in emitter.state.calls:
        called = tools.CodexCall("tool", "sleep", "", Payload(""))
        returned = CodexResult("ok", duration_ms=whole_number(item.duration_ms))
        calls.emit_completed_step(emitter, item.id or "", called, returned, place[:2], place.ref)


def _read_spawn(emitter: ThreadEmitter, item: Item, place: ItemPlace) -> None:
    del place
    if item.tool in ("spawn_agent", "spawnAgent") and item.receiver_thread_ids:
        remember_child(emitter, item.id or "", item.receiver_thread_ids[0])


def _read_activity(emitter: ThreadEmitter, item: Item, place: ItemPlace) -> None:
    del place
    if item.kind == "started":
        remember_child(emitter, item.id or "", item.agent_thread_id or "")


def _add_prompt(emitter: ThreadEmitter, item: Item, place: ItemPlace) -> None:
    turns.add_prompt(emitter, prompts.own_words(texts(item.content)), place.at, place.ref, is_event=True)


def _speak(emitter: ThreadEmitter, item: Item, place: ItemPlace) -> None:
    asked = questions.read_questions(loose(item.questions))
    step = questions.ask_in_message(emitter, item.id or "", asked, place.at, place.ref) if asked else ""
    turns.add_message(
        emitter, texts(item.content), item.phase or "", place.at, place.ref, is_event=True, question_step=step
    )


def _propose(emitter: ThreadEmitter, item: Item, place: ItemPlace) -> None:
    """Emit a plan that asks for the user's consent; Codex takes it out of the agent's message."""
    turns.add_message(emitter, item.text or "", "", place.at, place.ref, is_event=True)


def _think(emitter: ThreadEmitter, item: Item, place: ItemPlace) -> None:
    for text in item.summary_text or item.raw_content or ():
        reasoning.add_thought(emitter, text, place.at, place.ref)


def _remark(emitter: ThreadEmitter, item: Item, place: ItemPlace) -> None:
    fragments = loose(item.fragments)
    parts = [part_text(part) for part in fragments] if isinstance(fragments, list) else []
    text = "\n".join(filter(None, parts)) or item.review or item.text or ""
    emitter.emit(SystemNotice(place.at, place.ref, "hook" if item.type == "HookPrompt" else "review", text))


def _end_or_tell(
    emitter: ThreadEmitter, key: str, called: tools.CodexCall, returned: CodexResult, place: ItemPlace
) -> None:
    if key in emitter.state.calls:
        calls.finish(emitter, key, returned, place.at, place.ref)
    else:
        calls.emit_completed_step(emitter, key, called, returned, place[:2], place.ref)


def _pretty(raw: Raw) -> Payload:
    value = loose(raw)
    return Payload("" if value is None else indented(value), "json")


def _diff(changes: object) -> str:
    """Return the changes of all files, one below the other."""
    if not isinstance(changes, dict):
        return ""
    parts = []
    for name, change in changes.items():
        fields = change if isinstance(change, dict) else {}
        parts.append(
            f"*** {fields.get('type', 'update')} {name}\n{fields.get('unified_diff') or fields.get('content') or ''}"
        )
    return "\n".join(parts)


_READERS: dict[str, Callable[[ThreadEmitter, Item, ItemPlace], None]] = {
    "UserMessage": _add_prompt,
    "AgentMessage": _speak,
    "Plan": _propose,
    "Reasoning": _think,
    "HookPrompt": _remark,
    "EnteredReviewMode": _remark,
    "ExitedReviewMode": _remark,
    "CommandExecution": _read_command,
    "FileChange": _read_change,
    "McpToolCall": _read_tool,
    "DynamicToolCall": _read_tool,
    "CollabAgentToolCall": _read_spawn,
    "SubAgentActivity": _read_activity,
    "WebSearch": _read_search,
    "ImageView": _read_image,
    "ImageGeneration": _read_drawing,
    "Sleep": _read_sleep,
}
