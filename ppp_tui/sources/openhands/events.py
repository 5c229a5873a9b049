"""Makes plain lines of one event of OpenHands."""

from __future__ import annotations

from datetime import datetime

from ppp_tui.model.event_values import StepKind
from ppp_tui.sources.json_records import JsonObject, compact_json, exit_code_of, object_of, text_of
from ppp_tui.sources.plain.made_lines import PlainLine, texts_of

_KINDS: dict[str, StepKind] = {
    "terminal": "shell",
    "execute_bash": "shell",
    "file_editor": "edit",
    "str_replace_editor": "edit",
    "grep": "search",
    "glob": "search",
    "delegate": "subagent",
    "task": "subagent",
    "task_tracker": "plan",
    "think": "thinking",
}
_VIEW = "view"
"""Command of the editor that only reads."""

_SILENT = frozenset(
    {"SystemPromptEvent", "ConversationStateUpdateEvent", "CondensationRequest", "TokenEvent", "LLMCompletionLogEvent"}
)
FINISH = "finish"


def lines_of(event: JsonObject) -> tuple[str, list[PlainLine]]:
    """Return the event's kind if it is not known, else '', and the lines that it makes."""
    kind = text_of(event, "kind")
    lines: list[PlainLine] = []
    match kind:
        case "MessageEvent":
            lines = _message(event)
        case "ActionEvent":
            lines = _action(event)
        case "ObservationEvent":
            lines = [_observation(event)]
        case "AgentErrorEvent":
            lines = [_end(event, "failed", text_of(event, "error"))]
        case "UserRejectObservation":
            lines = [_end(event, "denied", text_of(event, "rejection_reason"))]
        case "ConversationErrorEvent":
            lines = [{"type": "error", "message": text_of(event, "detail"), "is_final": True}]
        case "PauseEvent":
            lines = [{"type": "response", "status": "interrupted"}]
        case "Condensation":
            lines = [{"type": "step", "kind": "compaction", "tool": "condenser", "output": text_of(event, "summary")}]
        case _:
            return ("" if kind in _SILENT else kind or "(no type)"), []
    at = local_time(text_of(event, "timestamp"))
    return "", [{"at": at, "status": "ok", **line} if line["type"] == "step" else {"at": at, **line} for line in lines]


def local_time(text: str) -> str:
    """Return a time in UTC; OpenHands writes that of the machine's own zone, without an offset. '' for none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone().isoformat(timespec="milliseconds")
    except (ValueError, OverflowError, OSError):
        return ""


def _message(event: JsonObject) -> list[PlainLine]:
    text = texts_of(object_of(event, "llm_message").get("content"))
    source = text_of(event, "source")
    if source == "user":
        return [{"type": "turn", "prompt": text, "key": text_of(event, "id")}]
    return [{"type": "response", "text": text, "status": "open"}] if text and source == "agent" else []


def _action(event: JsonObject) -> list[PlainLine]:
    thought, tool = texts_of(event.get("thought")), text_of(event, "tool_name")
    action = object_of(event, "action")
    lines: list[PlainLine] = [{"type": "response", "text": thought, "status": "open"}] if thought else []
    if tool == FINISH:
        return [*lines, {"type": "response", "text": text_of(action, "message"), "status": "open"}]
    command, path = text_of(action, "command"), text_of(action, "path")
    kind = "read" if path and command == _VIEW else _KINDS.get(tool, "tool")
    full_input = command if kind == "shell" else compact_json({name: action[name] for name in action if name != "kind"})
    step = {"type": "step", "kind": kind, "tool": tool, "key": text_of(event, "tool_call_id"), "status": "running"}
    return [*lines, {**step, "target": path or command, "input": full_input}]


def _observation(event: JsonObject) -> PlainLine:
    observation = object_of(event, "observation")
    code = exit_code_of(observation, "exit_code")
    text = texts_of(observation.get("content")) or text_of(observation, "output")
    is_failure = observation.get("is_error") is True or bool(code)
    return _end(event, "failed" if is_failure else "ok", text) | {"exit_code": code}


def _end(event: JsonObject, status: str, text: str) -> PlainLine:
    tool, key = text_of(event, "tool_name"), text_of(event, "tool_call_id")
    if tool == FINISH:
        return {"type": "response", "status": "completed"}
    return {
        "type": "step",
        "kind": _KINDS.get(tool, "tool"),
        "tool": tool,
        "key": key,
        "status": status,
        "output": text,
    }
