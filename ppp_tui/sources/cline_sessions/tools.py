"""The tools of Cline since 4, and what their results say."""

from __future__ import annotations

import re

from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.sources.json_records import JsonObject, compact_json, objects_of, text_of
from ppp_tui.sources.toolbox import CallOutcome, Toolbox

ASK, EXIT = "ask_question", "submit_and_exit"

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
    "spawn_agent": "subagent",
    ASK: "ask",
}
TOOLS = Toolbox(
    _KINDS, {"run_commands": "command", "execute_command": "command", "apply_patch": "input", EXIT: "summary"}, "mcp"
)

_EXIT_CODE = re.compile(r"exited with code (\d{1,9})")
_ERROR_CHARS = 200


def arguments_of(name: str, arguments: JsonObject) -> JsonObject:
    """Return a call's arguments, with several commands as one and the first file as its path."""
    commands = arguments.get("commands")
    if isinstance(commands, list) and "command" not in arguments:
        lines = [command if isinstance(command, str) else compact_json(command) for command in commands]
        return {"command": "\n".join(lines), **{key: each for key, each in arguments.items() if key != "commands"}}
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
    content, parts = block.get("content"), objects_of(block, "content")
    entries = [part for part in parts if "success" in part]
    status: StepStatus = "ok"
    if block.get("is_error") is True or any(entry.get("success") is False for entry in entries):
        status = "failed"
    if isinstance(content, str):
        text = error = content
    else:
        text = "\n".join(filter(None, map(_text, parts))) or (compact_json(content) if content and not parts else "")
        error = text_of(entries[0], "error") if len(entries) == 1 else ""
    is_command = status == "failed" and TOOLS.step_kind(tool) == "shell"
    return CallOutcome(text, status, _exit_code(error) if is_command else None)


def _exit_code(error: str) -> int | None:
    """Return the code that the beginning of an error names, None if it names none."""
    matched = _EXIT_CODE.search(error[:_ERROR_CHARS])
    code = int(matched[1]) if matched else None
    return code if code is not None and code < 2**31 else None


def _text(part: JsonObject) -> str:
    result = part.get("result")
    texts = [text_of(part, "text"), result if isinstance(result, str) else "", text_of(part, "error")]
    return "\n".join(filter(None, texts)) or (compact_json(result) if result else "")
