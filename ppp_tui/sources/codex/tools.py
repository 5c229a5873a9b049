"""Codex's tools: kind of step, target, and whole input of each."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any, NamedTuple

from ppp_tui.model.event_values import StepKind
from ppp_tui.sources.codex.questions import ASKING_TOOLS, ParsedQuestion, read_questions
from ppp_tui.sources.codex.raw_json import EMPTY, Raw, indented, loose, parse
from ppp_tui.sources.codex.records import HistoryItem
from ppp_tui.sources.source import Payload
from ppp_tui.sources.toolbox import MAX_TARGET_CHARS, one_line

_KINDS: dict[str, StepKind] = {
    "shell": "shell",
    "shell_command": "shell",
    "exec_command": "shell",
    "local_shell": "shell",
    "write_stdin": "shell",
    "container.exec": "shell",
    "unified_exec": "shell",
    "apply_patch": "edit",
    "update_plan": "plan",
    "create_goal": "plan",
    "update_goal": "plan",
    "get_goal": "plan",
    "view_image": "read",
    "read_file": "read",
    "list_dir": "read",
    "grep_files": "search",
    "tool_search": "search",
    "web_search": "web",
    "request_user_input": "ask",
    "request_user_input_async": "ask",
    "spawn_agent": "subagent",
    "wait_agent": "subagent",
    "wait": "subagent",
    "send_input": "subagent",
    "send_message": "subagent",
    "followup_task": "subagent",
    "assign_task": "subagent",
    "resume_agent": "subagent",
    "close_agent": "subagent",
    "interrupt_agent": "subagent",
    "list_agents": "subagent",
    "list_mcp_resources": "mcp",
    "list_mcp_resource_templates": "mcp",
    "read_mcp_resource": "mcp",
}
_TARGETS = (
    "cmd",
    "command",
    "path",
    "file_path",
    "pattern",
    "query",
    "message",
    "task_name",
    "objective",
    "url",
    "explanation",
    "title",
    "target",
    "targets",
    "id",
)
_WAITS = frozenset({"wait", "wait_agent"})
"""Tools whose only arguments are ids of sub-agents, of which the target tells the number."""
_PATCHED = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.+)$", re.MULTILINE)
_CHANGED = re.compile(r"^\*\*\* (?:(?:Add|Update|Delete) File:|add|update|delete) (.+)$", re.MULTILINE)
"""Matches files of a patch, and of the changes that an event lists."""

_READING = frozenset({"view_image", "read_file"})
_SHELLS = frozenset({"-lc", "-c", "-ic", "-lic"})
_MCP = "mcp__"


class CodexCall(NamedTuple):
    """A parsed call."""

    kind: StepKind
    tool: str
    target: str
    payload: Payload
    session: str = ""
    """The terminal session that it polls, '' for none."""
    questions: tuple[ParsedQuestion, ...] = ()
    """Questions to the user."""
    folder: str = ""
    """The folder that a command runs in, '' if the call names none."""


def kind_of(tool: str) -> StepKind:
    """Return the kind of step that a tool makes."""
    return "mcp" if tool.startswith(_MCP) else _KINDS.get(tool, "tool")


def read_call(item: HistoryItem) -> CodexCall:
    """Parse a call of any kind."""
    name = item.name or (item.type or "").removesuffix("_call")
    namespace = item.namespace or ""
    tool = f"{namespace}{'_' if name.startswith('_') else '__'}{name}" if namespace.startswith(_MCP) else name
    if item.type == "custom_tool_call":
        return read_custom(tool, item.input or "")
    values = _values(item.action if item.arguments is EMPTY else item.arguments)
    patch = values.get("input") or values.get("patch") if tool == "apply_patch" else None
    if isinstance(patch, str):
        # Models that know no tools with plain input are given it as a function.
        return read_custom(tool, patch)
    session = str(values.get("session_id", "")) if tool == "write_stdin" else ""
    asked = read_questions(values.get("questions")) if tool in ASKING_TOOLS else ()
    kind, folder = kind_of(tool), values.get("workdir")
    return CodexCall(
        kind=kind,
        tool=tool,
        target=_target(tool, values, asked),
        payload=_payload_of(values),
        session=session,
        questions=asked,
        folder=folder if kind == "shell" and isinstance(folder, str) else "",
    )


def read_custom(tool: str, text: str) -> CodexCall:
    """Return a call with plain text as input: a patch, a program."""
    files = _PATCHED.findall(text)
    payload = Payload(text, "diff") if tool == "apply_patch" else Payload(text)
    return CodexCall(kind_of(tool), tool, files_target(files) if files else one_line(text), payload)


def files_target(files: list[str]) -> str:
    """Return several files on one line: the first, and how many more."""
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"{one_line(files[0])[: MAX_TARGET_CHARS - len(more)]}{more}" if files else ""


def command_of(called: CodexCall, project: str) -> str:
    """Return a shell command as it would be typed in the session's folder; '' for other calls."""
    if called.kind != "shell" or called.session:
        return ""
    if called.folder in ("", project):
        return called.payload.text
    return f"cd {shlex.quote(called.folder)} && {called.payload.text}"


def files_of(called: CodexCall) -> tuple[str, ...]:
    """Return the files that a call reads or changes, as it names them, those of a patch in a shell command included."""
    text = called.payload.text
    if called.kind == "edit" or (called.kind == "shell" and "*** Begin Patch" in text):
        return tuple(dict.fromkeys(_CHANGED.findall(text)))
    return (called.target,) if called.tool in _READING and len(called.target) < MAX_TARGET_CHARS else ()


def command_text(command: list[str]) -> str:
    """Return a command as a user would type it; shells are called as ``["bash", "-lc", "the command"]``."""
    if len(command) == 3 and command[1] in _SHELLS:
        return command[2]
    return shlex.join(command)


def _values(raw: Raw) -> dict[str, Any]:
    """Return arguments: JSON inside a JSON string; for a search or a local shell, an object."""
    given = loose(raw)
    if isinstance(given, str):
        arguments = parse(given)
        return arguments if isinstance(arguments, dict) else {"command": given} if given else {}
    return given if isinstance(given, dict) else {}


def _payload_of(values: dict[str, Any]) -> Payload:
    for name in ("cmd", "command"):
        if name in values:
            return Payload(_plain(values[name]))
    return Payload(indented(values), "json")


def _target(tool: str, values: dict[str, Any], asked: tuple[ParsedQuestion, ...]) -> str:
    if asked:
        return one_line(asked[0].text)
    if tool in _WAITS:
        return _counted(values.get("targets") or values.get("ids"))
    if tool == "update_plan" and not values.get("explanation"):
        return one_line(_present_step(values))
    if tool == "write_stdin":
        return one_line(f"{values.get('session_id', '')} {values.get('chars', '')}")
    for name in _TARGETS:
        if values.get(name) and (target := _plain(values[name])):
            return one_line(target)
    return one_line(next((value for value in values.values() if isinstance(value, str)), ""))


def _counted(ids: object) -> str:
    count = len(ids) if isinstance(ids, list) else 1
    return "a sub-agent" if count == 1 else f"{count} sub-agents"


def _present_step(values: dict[str, Any]) -> str:
    """Return the current step of a plan, else its first."""
    plan = values.get("plan")
    steps = [entry for entry in plan if isinstance(entry, dict)] if isinstance(plan, list) else []
    present = [entry for entry in steps if entry.get("status") == "in_progress"] or steps
    return str(present[0].get("step", "")) if present else ""


def _plain(value: object) -> str:
    if isinstance(value, list):
        return command_text([str(part) for part in value])
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
