"""Codex's tools: what kind of step each is, what it is about, and how its output reads."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from ppp_tui.model.event import StepKind, StepStatus
from ppp_tui.sources.codex.records import Payload, loose

TARGET = 200
"""Characters of a step's one-line target."""

PREVIEW = 300
"""Characters of a preview."""

_KINDS: dict[str, StepKind] = {
    "shell": "shell", "shell_command": "shell", "exec_command": "shell", "local_shell": "shell", "write_stdin": "shell",
    "container.exec": "shell", "exec": "shell", "unified_exec": "shell", "apply_patch": "edit", "update_plan": "plan",
    "view_image": "read", "read_file": "read", "grep_files": "search", "list_dir": "search", "web_search": "web",
    "tool_search": "search", "request_user_input": "ask", "spawn_agent": "subagent", "wait_agent": "subagent",
    "wait": "subagent", "send_input": "subagent", "resume_agent": "subagent", "close_agent": "subagent",
}  # fmt: skip
_TARGETS = (
    "cmd",
    "command",
    "path",
    "file_path",
    "pattern",
    "query",
    "message",
    "url",
    "explanation",
    "chars",
    "title",
)
_EXITED = re.compile(r"(?:Process exited with code|Exit code:|exited with code|exit code:?) (-?\d+)")
_RUNNING = re.compile(r"Process running with session ID (\S+)")
_PATCHED = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.+)$", re.MULTILINE)
_HEAD = 600
"""Characters of an output in which its exit code stands."""


class Called(NamedTuple):
    """A call, read."""

    kind: StepKind
    target: str
    preview: str
    length: int
    values: dict[str, Any]


class Returned(NamedTuple):
    """An output, read."""

    status: StepStatus
    exit_code: int | None
    preview: str
    length: int
    terminal: str
    """The session id of a process that is still running, '' if none is."""
    child: str


def kind_of(name: str, namespace: str) -> StepKind:
    """What kind of step a tool makes."""
    if namespace.startswith("mcp__") or name.startswith("mcp__"):
        return "mcp"
    return _KINDS.get(name, "tool")


def read_call(payload: Payload) -> Called:
    """Read a call of any kind."""
    name = payload.name or ("local_shell" if payload.type == "local_shell_call" else "")
    if payload.type == "custom_tool_call":
        text = payload.input or ""
        files = _PATCHED.findall(text)
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        target = f"{files[0]}{more}" if files else one_line(text)
        return Called(kind_of(name, payload.namespace or ""), target[:TARGET], text[:PREVIEW], len(text), {})
    values = _values(payload)
    target = next((_plain(values[key]) for key in _TARGETS if values.get(key)), "")
    raw = bytes(payload.arguments) or bytes(payload.action)
    return Called(
        kind_of(name, payload.namespace or ""),
        one_line(target),
        (target or json.dumps(values))[:PREVIEW],
        len(raw),
        values,
    )


def one_line(text: str) -> str:
    """A text on one line, cut to `TARGET` characters."""
    return " ".join(text[: TARGET * 4].split())[:TARGET]


def _values(payload: Payload) -> dict[str, Any]:
    """Arguments come as JSON inside a JSON string; a shell's as an object with its argument list."""
    given = loose(payload.arguments) if bytes(payload.arguments) else loose(payload.action)
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return {"command": given}
    return given if isinstance(given, dict) else {}


def _plain(value: object) -> str:
    if isinstance(value, list):
        parts = [str(part) for part in value]
        # A shell is called as ["bash", "-lc", "the command"].
        return parts[2] if len(parts) == 3 and parts[1] in ("-lc", "-c") else " ".join(parts)
    return str(value)


def read_output(payload: Payload) -> Returned:
    """Read an output; the exit code stands only in its text, in the words of several versions."""
    text, is_success = output_text(payload)
    head = text[:_HEAD]
    running = _RUNNING.search(head)
    exited = _EXITED.search(head)
    exit_code = int(exited[1]) if exited else None
    if running and not exited:
        return Returned("running", None, body(text)[:PREVIEW], len(text), running[1], "")
    status: StepStatus = "ok"
    if (exit_code is not None and exit_code != 0) or is_success is False:
        status = "failed"
    elif text.startswith(("aborted by user", "aborted")):
        status = "cancelled"
    elif "rejected by user" in head or "denied by user" in head:
        status = "denied"
    return Returned(status, exit_code, body(text)[:PREVIEW], len(text), "", _child(text))


def output_text(payload: Payload) -> tuple[str, bool | None]:
    """The text of an output, and whether it says of itself that it went well."""
    output = loose(payload.output)
    is_success: bool | None = None
    if isinstance(output, dict):
        is_success = output.get("success") if isinstance(output.get("success"), bool) else None
        output = output.get("content", "")
    if isinstance(output, list):
        output = "\n".join(str(part.get("text", "")) for part in output if isinstance(part, dict))
    text = output if isinstance(output, str) else ""
    if text.startswith('{"') and '"metadata"' in text:
        return _old_output(text), is_success
    return text, is_success


def _old_output(text: str) -> str:
    """Outputs of 2025 were JSON with the exit code beside the text."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return text
    metadata = told.get("metadata") if isinstance(told, dict) else None
    if not isinstance(metadata, dict) or "exit_code" not in metadata:
        return text
    return f"Exit code: {metadata['exit_code']}\nOutput:\n{told.get('output', '')}"


def body(text: str) -> str:
    """An output without the lines that Codex puts above it."""
    head, mark, rest = text[:_HEAD].partition("Output:\n")
    del head
    return rest + text[_HEAD:] if mark else text


def _child(text: str) -> str:
    if not text.startswith("{"):
        return ""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    found = told.get("agent_id") or told.get("thread_id") if isinstance(told, dict) else None
    return found if isinstance(found, str) else ""


def questions_of(values: dict[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    """Questions of a `request_user_input` call, each with the answers on offer."""
    asked = values.get("questions")
    if not isinstance(asked, list):
        return []
    return [
        (str(entry.get("question", "")), tuple(_label(option) for option in entry.get("options") or ()))
        for entry in asked
        if isinstance(entry, dict) and entry.get("question")
    ]


def _label(option: object) -> str:
    return str(option.get("label", "")) if isinstance(option, dict) else str(option)
