"""Claude Code's tools: kind of step, target, and result of each."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.model.limits import PREVIEW_CHARS
from ppp_tui.sources.claude_code.lenient_decode import decode_part
from ppp_tui.sources.claude_code.records import (
    EMPTY,
    UNREADABLE,
    ContentBlock,
    Raw,
    Record,
    ToolResult,
    bounded,
    fields,
    loose,
)
from ppp_tui.sources.claude_code.replies import Replies, read_replies
from ppp_tui.sources.parser_state import MAX_KEY_CHARS
from ppp_tui.sources.source import Payload
from ppp_tui.sources.toolbox import one_line

_KINDS: dict[str, StepKind] = {
    "Bash": "shell",
    "PowerShell": "shell",
    "BashOutput": "shell",
    "KillShell": "shell",
    "KillBash": "shell",
    "TaskOutput": "shell",
    "Monitor": "shell",
    "Read": "read",
    "NotebookRead": "read",
    "Edit": "edit",
    "MultiEdit": "edit",
    "Write": "edit",
    "NotebookEdit": "edit",
    "Grep": "search",
    "Glob": "search",
    "LS": "search",
    "ToolSearch": "search",
    "LSP": "search",
    "WebFetch": "web",
    "WebSearch": "web",
    "Task": "subagent",
    "Agent": "subagent",
    "Workflow": "subagent",
    "AskUserQuestion": "ask",
    "ExitPlanMode": "plan",
    "EnterPlanMode": "plan",
    "TodoWrite": "plan",
    "TaskCreate": "plan",
    "TaskUpdate": "plan",
    "TaskList": "plan",
    "TaskGet": "plan",
}

_POLLING = frozenset({"BashOutput", "TaskOutput"})
_POLLED = ("<status>", "<retrieval_status>")
"""What their results begin with."""

_POLLED_EXIT = re.compile(r"<exit_code>(-?\d{1,9})</exit_code>")
_POLLED_HEAD_CHARS = 400
"""Characters of such a result in which its state stands, before the output."""

_ASKING = frozenset({"AskUserQuestion", "ExitPlanMode", "EnterPlanMode"})
_TARGETS = (
    "command",
    "file_path",
    "notebook_path",
    "pattern",
    "url",
    "query",
    "description",
    "skill",
    "subject",
    "path",
    "summary",
    "prompt",
    "taskId",
    "task_id",
    "bash_id",
    "plan",
    "text",
    "reason",
)
"""Input fields that name the target of a call, the most specific first."""

_WHOLES = {"Task": "prompt", "Agent": "prompt", "ExitPlanMode": "plan", "Write": "content"}
"""Main input field of tools."""

_EXIT = re.compile(r"(?:Error: )?Exit code (-?\d{1,9})\b")
_DENIALS = (
    "The user doesn't want to proceed",
    "User rejected tool use",
    "Permission to use ",
    "The user doesn't want to take",
)
_SAID_INSTEAD = "To tell you how to proceed, the user said:\n"
_NOTE = "\n\nNote: The user's next message may contain a correction"
_COLLATERAL = (
    "<tool_use_error>Sibling tool call errored",
    "<tool_use_error>Cancelled",
    "Sibling tool call errored",
    "Cancelled:",
    "[Request interrupted",
)


class ClaudeCall(NamedTuple):
    """A parsed tool call."""

    kind: StepKind
    target: str
    preview: str
    length: int
    """Characters of the main input, else of the input's JSON."""
    questions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Questions to the user with their options."""
    task: str = ""
    """Prompt of a sub-agent, '' if the call starts none."""
    command: str = ""
    """The whole shell command."""
    paths: tuple[str, ...] = ()
    """Files that it reads or changes."""
    process: str = ""
    """Id of the command in the background whose output it asks for."""


class ClaudeResult(NamedTuple):
    """A parsed tool result."""

    status: StepStatus
    exit_code: int | None
    agent: str
    """The sub-agent's id, '' if there is none."""
    duration_ms: int | None
    feedback: str
    """What the user wrote instead of allowing the call."""
    text: str
    """The whole output."""
    replies: Replies | None = None
    """The user's answers, if the call asked something."""
    process: str = ""
    """Id of the command that goes on in the background."""
    is_detached: bool = False
    """Whether a command goes on in the background, that of the call or one that it looked at."""


def kind_of(name: str) -> StepKind:
    """Return the kind of step that a tool makes."""
    return "mcp" if name.startswith("mcp__") else _KINDS.get(name, "tool")


def read_call(block: ContentBlock) -> ClaudeCall:
    """Parse a `tool_use` block."""
    name, kind = block.name, kind_of(block.name)
    values = fields(block.input)
    questions = _questions(name, values) if name in _ASKING else ()
    target = one_line(questions[0][0] if questions else _target(values))
    text = main_input(name, values)
    paths: tuple[str, ...] = ()
    if kind in ("read", "edit"):
        path = values.get("file_path") or values.get("notebook_path")
        paths = (path,) if isinstance(path, str) else ()
    if text is None:
        raw = bytes(block.input)
        # ASCII has as many characters as bytes.
        full_input = raw if raw.isascii() else raw.decode("utf-8", "replace")
        beginning = full_input[:PREVIEW_CHARS]
        preview = beginning if isinstance(beginning, str) else beginning.decode()
        process = values.get("bash_id") or values.get("task_id") if name in _POLLING else ""
        process = process if isinstance(process, str) else ""
        return ClaudeCall(kind, target, preview, len(full_input), questions, paths=paths, process=process)
    return ClaudeCall(
        kind,
        target,
        text[:PREVIEW_CHARS],
        len(text),
        questions,
        task=text if kind == "subagent" else "",
        command=text if kind == "shell" else "",
        paths=paths,
    )


def main_input(name: str, values: dict[str, Any]) -> str | None:
    """Return the main part of a call's input: command, sub-agent's prompt, plan, or file; None for other calls."""
    text = values.get("command") or values.get(_WHOLES.get(name, ""))
    return text if isinstance(text, str) else None


def _target(values: dict[str, Any]) -> str:
    for name in _TARGETS:
        if values.get(name):
            return str(values[name])
    tasks = values.get("todos")
    if isinstance(tasks, list):
        doing = (task for task in tasks if isinstance(task, dict) and task.get("status") == "in_progress")
        return str(next(doing, {}).get("content", "") or f"{len(tasks)} tasks")
    return next((value for value in values.values() if value and isinstance(value, str)), "")


def _questions(name: str, values: dict[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if name == "ExitPlanMode":
        return (("Is this plan right, may I go ahead?", ("yes", "no")),)
    if name == "EnterPlanMode":
        return (("May I make a plan first?", ("yes", "no")),)
    asked = values.get("questions")
    if name != "AskUserQuestion" or not isinstance(asked, list):
        return ()
    return tuple(
        (str(entry["question"]), _options(entry.get("options")))
        for entry in asked
        if isinstance(entry, dict) and entry.get("question")
    )


def _options(offered: object) -> tuple[str, ...]:
    if not isinstance(offered, list):
        return ()
    return tuple(str(option.get("label", "")) if isinstance(option, dict) else str(option) for option in offered)


def read_result(block: ContentBlock, record: Record) -> ClaudeResult:
    """Parse a `tool_result` block; the exit code of a failed command stands only in its text."""
    text = _text(block.content)
    result = decode_part(record.toolUseResult, ToolResult)
    exit_code: int | None = None
    status: StepStatus = "ok"
    feedback = ""
    if block.is_error:
        matched = _EXIT.match(text)
        exit_code = int(matched[1]) if matched else None
        status = "failed"
        if record.toolDenialKind or text.startswith(_DENIALS):
            status, feedback = "denied", _feedback(text)
        elif text.startswith(_COLLATERAL):
            status = "cancelled"
    elif result.interrupted:
        status = "cancelled"
    elif result.stdout is not EMPTY and not result.backgroundTaskId:
        # For commands whose exit code 1 is no failure (grep, diff, test) the record interprets it.
        exit_code = 1 if result.returnCodeInterpretation else 0
    is_detached = bool(result.backgroundTaskId)
    if status == "ok" and text.startswith(_POLLED):
        head = text[:_POLLED_HEAD_CHARS]
        matched = _POLLED_EXIT.search(head)
        exit_code = int(matched[1]) if matched else None
        status = "failed" if exit_code else "ok"
        is_detached = matched is None
    return ClaudeResult(
        status,
        exit_code,
        result.agentId[:MAX_KEY_CHARS] if result.agentId else "",
        None if result.totalDurationMs is None else bounded(result.totalDurationMs),
        feedback,
        text,
        replies=read_replies(result, text, feedback, is_denied=status == "denied"),
        process=result.backgroundTaskId[:MAX_KEY_CHARS] if result.backgroundTaskId else "",
        is_detached=is_detached,
    )


def _feedback(text: str) -> str:
    feedback = text.partition(_SAID_INSTEAD)[2]
    return feedback.partition(_NOTE)[0].strip()


def result_payload(block: ContentBlock) -> Payload:
    """Return the whole result."""
    return Payload(_text(block.content))


class _Part(msgspec.Struct, gc=False):
    """One part of a result's content; pictures are not decoded."""

    type: str | None = ""
    text: str | None = None


_decode_content = msgspec.json.Decoder(str | list[_Part]).decode


def _text(raw: Raw) -> str:
    if raw is EMPTY:
        return ""
    try:
        content: object = _decode_content(raw)
    except UNREADABLE:
        content = _odd_parts(loose(raw))
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    if len(parts) == 1 and parts[0].text is not None:
        return str(parts[0].text)
    return "\n".join(part.text if part.text is not None else f"[{part.type or 'part'}]" for part in parts)


def _odd_parts(content: object) -> object:
    """Return parts of an unknown shape as plain parts."""
    if not isinstance(content, list):
        return content
    return [
        _Part(str(part.get("type", "")), part["text"] if isinstance(part.get("text"), str) else None)
        for part in content
        if isinstance(part, dict)
    ]
