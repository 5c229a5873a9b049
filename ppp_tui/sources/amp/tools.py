"""The tools of Amp, and what their runs come to."""

from __future__ import annotations

from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.sources.json_records import JsonObject, compact_json, exit_code_of, object_of, text_of
from ppp_tui.sources.toolbox import CallOutcome, Toolbox

_KINDS: dict[str, StepKind] = {
    "Bash": "shell",
    "shell_command": "shell",
    "Read": "read",
    "edit_file": "edit",
    "create_file": "edit",
    "apply_patch": "edit",
    "undo_edit": "edit",
    "Grep": "search",
    "glob": "search",
    "finder": "search",
    "codebase_search_agent": "search",
    "web_search": "web",
    "read_web_page": "web",
    "Task": "subagent",
    "oracle": "subagent",
    "librarian": "subagent",
    "todo_write": "plan",
    "todo_read": "plan",
}
TOOLS = Toolbox(_KINDS, {"Bash": "command", "shell_command": "command", "create_file": "content"})

_RESULT_TEXTS = ("output", "content", "diff")
BLOCKED = "blocked-on-user"
_RUNNING = frozenset({"in-progress", "running", "queued", "pending", BLOCKED})
_STATUSES: dict[str, StepStatus] = {
    "done": "ok",
    "error": "failed",
    "cancelled": "cancelled",
    "rejected-by-user": "denied",
}


def is_over(run: JsonObject) -> bool:
    """Return whether a run has come to its end."""
    return text_of(run, "status") not in _RUNNING


def arguments_of(block: JsonObject) -> JsonObject:
    """Return a call's arguments; a command is `cmd` in older versions."""
    arguments = object_of(block, "input")
    command = arguments.get("cmd")
    if not isinstance(command, str) or "command" in arguments:
        return arguments
    return {"command": command, **{name: value for name, value in arguments.items() if name != "cmd"}}


def read_outcome(run: JsonObject) -> CallOutcome:
    """Return what a run that is over came to."""
    status = _STATUSES.get(text_of(run, "status"), "unknown")
    result = run.get("result")
    record: JsonObject = result if isinstance(result, dict) else {}
    exit_code = exit_code_of(record, "exitCode")
    if status == "ok" and (exit_code or record.get("success") is False):
        status = "failed"
    output = _text(result) or text_of(object_of(run, "error"), "message") or text_of(run, "reason")
    return CallOutcome(output, status, exit_code)


def _text(result: object) -> str:
    """Return a result's text: of a command its output, of a file its content, of an edit the difference."""
    if isinstance(result, str):
        return result
    texts = [result.get(name) for name in _RESULT_TEXTS] if isinstance(result, dict) else []
    text = next((text for text in texts if isinstance(text, str)), None)
    return "" if result is None else compact_json(result) if text is None else text
