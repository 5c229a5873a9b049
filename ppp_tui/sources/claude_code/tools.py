"""Claude Code's tools: what kind of step each is, what it is about, and how its result reads."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from ppp_tui.model.event import StepKind, StepStatus
from ppp_tui.sources.claude_code.records import Block, Record, loose
from ppp_tui.sources.source import Whole

TARGET = 200
"""Characters of a step's one-line target."""

PREVIEW = 300
"""Characters of a preview."""

_KINDS: dict[str, StepKind] = {
    "Bash": "shell", "PowerShell": "shell", "BashOutput": "shell", "KillShell": "shell", "KillBash": "shell",
    "TaskOutput": "shell", "Monitor": "shell",
    "Read": "read", "NotebookRead": "read", "Edit": "edit", "MultiEdit": "edit", "Write": "edit",
    "NotebookEdit": "edit", "Grep": "search", "Glob": "search", "LS": "search", "ToolSearch": "search", "LSP": "search",
    "WebFetch": "web", "WebSearch": "web", "Task": "subagent", "Agent": "subagent", "Workflow": "subagent",
    "AskUserQuestion": "ask", "ExitPlanMode": "plan", "EnterPlanMode": "plan", "TodoWrite": "plan",
    "TaskCreate": "plan", "TaskUpdate": "plan", "TaskList": "plan", "TaskGet": "plan",
}  # fmt: skip

_TARGETS = (
    "command", "file_path", "notebook_path", "pattern", "url", "query", "description", "skill", "subject", "path",
    "prompt", "taskId", "task_id", "bash_id", "plan",
)  # fmt: skip
"""Input fields that say what a call is about, the most telling first."""

_EXIT = re.compile(r"(?:Error: )?Exit code (-?\d+)")
_DENIALS = (
    "The user doesn't want to proceed",
    "User rejected tool use",
    "Permission to use ",
    "The user doesn't want to take",
)
_COLLATERAL = (
    "<tool_use_error>Sibling tool call errored",
    "<tool_use_error>Cancelled",
    "Cancelled:",
    "[Request interrupted",
)


class Called(NamedTuple):
    """A tool call, read."""

    kind: StepKind
    target: str
    preview: str
    length: int
    """Bytes of the input as JSON."""
    questions: tuple[tuple[str, tuple[str, ...]], ...]
    """Questions to the person with the answers on offer."""


class Returned(NamedTuple):
    """A tool result, read."""

    status: StepStatus
    exit_code: int | None
    preview: str
    length: int
    """Characters of the output."""
    child: str
    """The sub-agent's id, '' if there is none."""
    duration_ms: int | None


def kind_of(name: str) -> StepKind:
    """What kind of step a tool makes."""
    return "mcp" if name.startswith("mcp__") else _KINDS.get(name, "tool")


def read_call(block: Block) -> Called:
    """Read a `tool_use` block."""
    kind = kind_of(block.name)
    given = loose(block.input)
    values: dict[str, Any] = given if isinstance(given, dict) else {}
    target = next((str(values[name]) for name in _TARGETS if values.get(name)), "")
    questions = _questions(block.name, values)
    if questions:
        target = questions[0][0]
    raw = bytes(block.input)
    preview = str(values.get("command") or "") or raw[: PREVIEW * 2].decode("utf-8", "replace")
    return Called(kind, one_line(target), preview[:PREVIEW], len(raw), questions)


def one_line(text: str) -> str:
    """A text on one line, cut to `TARGET` characters."""
    return " ".join(text[: TARGET * 4].split())[:TARGET]


def _questions(name: str, values: dict[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if name == "ExitPlanMode":
        return (("Is this plan right, may I go ahead?", ("yes", "no")),)
    if name == "EnterPlanMode":
        return (("May I make a plan first?", ("yes", "no")),)
    asked = values.get("questions")
    if name != "AskUserQuestion" or not isinstance(asked, list):
        return ()
    return tuple(
        (str(entry.get("question", "")), tuple(_label(option) for option in entry.get("options") or ()))
        for entry in asked
        if isinstance(entry, dict) and entry.get("question")
    )


def _label(option: object) -> str:
    return str(option.get("label", "")) if isinstance(option, dict) else str(option)


def read_result(block: Block, record: Record) -> Returned:
    """Read a `tool_result` block; the exit code of a failed command stands only in its text."""
    text, length = result_text(block.content)
    told = _told(record)
    exit_code: int | None = None
    status: StepStatus = "ok"
    if block.is_error:
        matched = _EXIT.match(text)
        exit_code = int(matched[1]) if matched else None
        status = "failed"
        if record.toolDenialKind or text.startswith(_DENIALS):
            status = "denied"
        elif text.startswith(_COLLATERAL):
            status = "cancelled"
    elif "stdout" in told:
        status = "cancelled" if told.get("interrupted") else "ok"
        exit_code = None if told.get("interrupted") or told.get("backgroundTaskId") else 0
    child = told.get("agentId")
    duration = told.get("totalDurationMs")
    return Returned(
        status, exit_code, text[:PREVIEW], length, f"agent-{child}" if isinstance(child, str) and child else "",
        int(duration) if isinstance(duration, int | float) else None,
    )  # fmt: skip


class _Told(msgspec.Struct):
    """The few fields of `toolUseResult` that matter; its outputs repeat the result block and are skipped."""

    agentId: str | None = None  # noqa: N815
    totalDurationMs: float | None = None  # noqa: N815
    interrupted: bool | None = None
    backgroundTaskId: str | None = None  # noqa: N815
    stdout: msgspec.Raw = msgspec.Raw(b"")


_decode_told = msgspec.json.Decoder(_Told).decode


def _told(record: Record) -> dict[str, Any]:
    raw = bytes(record.toolUseResult)
    if not raw.startswith(b"{"):
        return {}
    try:
        told = _decode_told(raw)
    except msgspec.MsgspecError:
        return {}
    fields: dict[str, Any] = {"agentId": told.agentId, "totalDurationMs": told.totalDurationMs}
    if bytes(told.stdout):
        fields |= {"stdout": True, "interrupted": told.interrupted, "backgroundTaskId": told.backgroundTaskId}
    return fields


def result_text(raw: msgspec.Raw) -> tuple[str, int]:
    """The text of a result's content, as far as a preview needs it, and the length of all of it in characters."""
    content = bytes(raw)
    if content.startswith(b'"'):
        text = loose(raw)
        return (text[: PREVIEW * 4], len(text)) if isinstance(text, str) else ("", 0)
    parts = loose(raw)
    if not isinstance(parts, list):
        return "", 0
    texts = [part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str)]
    whole = "\n".join(texts)
    return whole[: PREVIEW * 4], len(whole)


def whole_result(block: Block) -> Whole:
    """The whole of a result."""
    content = loose(block.content)
    if isinstance(content, str):
        return Whole(content)
    if not isinstance(content, list):
        return Whole("")
    texts = [
        part["text"] if isinstance(part.get("text"), str) else f"({part.get('type', 'part')})"
        for part in content
        if isinstance(part, dict)
    ]
    return Whole("\n".join(texts))
