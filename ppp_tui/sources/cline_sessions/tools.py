"""The tools of the Cline CLI, and what their results say."""

from __future__ import annotations

import re

from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.sources.json_records import JsonObject, compact_json, mended_object, objects_of, text_of
from ppp_tui.sources.toolbox import CallOutcome, Toolbox

ASK, EXIT, SPAWN = "ask_question", "submit_and_exit", "spawn_agent"

_KINDS: dict[str, StepKind] = {
    "run_commands": "shell",
    "execute_command": "shell",
    "read_files": "read",
    "read_file": "read",
    "editor": "edit",
    "edit_file": "edit",
    "apply_patch": "edit",
    "write_to_file": "edit",
    "replace_in_file": "edit",
    "search_codebase": "search",
    "fetch_web_content": "web",
    "web_search": "web",
    SPAWN: "subagent",
    ASK: "ask",
}
TOOLS = Toolbox(
    _KINDS, {"run_commands": "command", "execute_command": "command", "apply_patch": "input", EXIT: "summary"}, "mcp"
)

_EXIT_CODE = re.compile(r"exited with code (\d{1,9})")
_ERROR_CHARS = 200
_REFUSED = "This tool call was rejected by the user"
_ABORTED = "Command was aborted"


def arguments_of(name: str, arguments: JsonObject) -> JsonObject:
    """Return a call's arguments, with several commands as one and the first file as its path."""
    commands = arguments.get("commands")
    if isinstance(commands, list) and "command" not in arguments:
        lines = [command if isinstance(command, str) else compact_json(command) for command in commands]
        return {"command": "\n".join(lines), **{key: each for key, each in arguments.items() if key != "commands"}}
    task = arguments.get("task")
    if name == SPAWN and isinstance(task, str):
        return {"prompt": task, **arguments}
    paths = paths_of(name, arguments)
    return {"path": paths[0], **arguments} if paths and "path" not in arguments else arguments


def paths_of(name: str, arguments: JsonObject) -> tuple[str, ...]:
    """Return the files that a call is given to read or to change."""
    if TOOLS.step_kind(name) not in ("read", "edit"):
        return ()
    paths = [text_of(arguments, "path"), *(text_of(each, "path") for each in objects_of(arguments, "files"))]
    return tuple(filter(None, paths))


def read_outcome(tool: str, block: JsonObject) -> CallOutcome:
    """Return what a call came to: text, or an entry for each command, file or query of it."""
    content, parts = block.get("content"), _parts(tool, block)
    entries = [part for part in parts if "success" in part]
    error = text_of(parts[0], "error") if len(parts) == 1 else ""
    text = "\n".join(filter(None, map(_text, parts))) or (compact_json(content) if content and not parts else "")
    status: StepStatus = "ok"
    if error.startswith(_REFUSED):
        status = "denied"
    elif error.endswith(_ABORTED):
        status = "cancelled"
    elif block.get("is_error") is True or any(entry.get("success") is False for entry in entries):
        status = "failed"
    is_command = status == "failed" and TOOLS.step_kind(tool) == "shell"
    return CallOutcome(text, status, _exit_code(error) if is_command else None)


def _parts(tool: str, block: JsonObject) -> list[JsonObject]:
    """Return the parts of a result; text may be one of them as JSON."""
    content = block.get("content")
    if not isinstance(content, str):
        return objects_of(block, "content")
    entry = mended_object(content.encode(errors="replace")) if content.startswith("{") else None
    is_own = entry is not None and (
        {"query", "success"} <= entry.keys() or (block.get("is_error") is True and "error" in entry) or tool == SPAWN
    )
    return [entry] if entry is not None and is_own else [{"text": content, "error": content}]


def _exit_code(error: str) -> int | None:
    """Return the code that the beginning of an error names, None if it names none."""
    matched = _EXIT_CODE.search(error[:_ERROR_CHARS])
    code = int(matched[1]) if matched else None
    return code if code is not None and code < 2**31 else None


def _text(part: JsonObject) -> str:
    result = part.get("result")
    text = text_of(part, "text") or (result if isinstance(result, str) else compact_json(result) if result else "")
    return text or text_of(part, "error")
