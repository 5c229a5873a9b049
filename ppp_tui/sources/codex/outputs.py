"""Parses outputs of calls; the exit code stands only in an output's text, worded differently by version."""

from __future__ import annotations

import re
from typing import NamedTuple

from ppp_tui.model.event_values import StepStatus
from ppp_tui.sources.codex.raw_json import Raw, bounded, loose, parse, part_text
from ppp_tui.sources.codex.records import HistoryItem

_HEAD = 600
"""Characters of an output in which Codex's own lines are searched."""

_MARK = "Output:\n"
"""Line that ends Codex's own lines."""

_EXITED = re.compile(r"^(?:Process exited with code|Exit code:|exit code:) (-?\d+)", re.MULTILINE)
_RUNNING = re.compile(r"^Process running with session ID (\S+)", re.MULTILINE)
_WALL_TIME = re.compile(r"^Wall time: ([\d.]+) seconds", re.MULTILINE)
_CANCELLED = re.compile(r"^aborted\b", re.MULTILINE)
_DENIED = re.compile(r"\b(?:rejected|denied|declined) by (?:the )?user\b|user rejected\b", re.IGNORECASE)
_FAILED = re.compile(
    r"(?:unsupported call\b|unsupported custom tool call\b|execution error\b|err(?:or)?: |failed to |unable to |"
    r"[\w.]+ (?:verification )?failed\b|[\w.]+ is unavailable\b|unknown (?:process|session|tool)\b|"
    r"command timed out\b)",
    re.IGNORECASE,
)


class CodexResult(NamedTuple):
    """A parsed output."""

    status: StepStatus
    exit_code: int | None = None
    text: str = ""
    """The output itself, without the lines that Codex puts above it."""
    terminal: str = ""
    """Session id of a process that still runs, '' if none does."""
    child: str = ""
    """The sub-agent that the call started."""
    duration_ms: int | None = None
    preview: str = ""
    """The beginning of the output, where `text` is only its end."""
    length: int = 0
    """Characters of the whole output, where `text` is only its end."""


def read_output(item: HistoryItem, tool: str) -> CodexResult:
    """Parse an output of a call to that tool."""
    if item.type == "tool_search_output":
        return CodexResult("ok", text=_found_tools(item.tools))
    output, is_success = _text_of(item)
    if output.startswith("{"):
        old = _old_output(output)
        if old is not None:
            return old
    head, text = _split(output)
    # Substrings are looked for first: an expression for the beginning of lines costs ten times as much.
    running = _RUNNING.search(head) if "Process running" in head else None
    exited = _EXITED.search(head) if "xit" in head else None
    if running and not exited:
        return CodexResult("running", None, text, running[1])
    exit_code = bounded(int(exited[1])) if exited else None
    child = _child(output) if tool == "spawn_agent" else ""
    return CodexResult(_status(head, exit_code, is_success), exit_code, text, "", child, _wall_time(head))


def is_lost(returned: CodexResult) -> bool:
    """Return whether a poll found no process, so that its output is not the command's."""
    return returned.exit_code is None and returned.status == "failed"


def _status(head: str, exit_code: int | None, is_success: bool | None) -> StepStatus:
    if exit_code is not None:
        return "ok" if exit_code == 0 else "failed"
    if "aborted" in head and _CANCELLED.search(head):
        return "cancelled"
    if "user" in head.lower() and _DENIED.search(head):
        return "denied"
    if is_success is None:
        return "failed" if _FAILED.match(head) else "ok"
    return "ok" if is_success else "failed"


def _text_of(item: HistoryItem) -> tuple[str, bool | None]:
    """Return the text of an output, and whether it states success."""
    output = loose(item.output)
    is_success: bool | None = None
    if isinstance(output, dict):
        success = output.get("success")
        is_success = success if isinstance(success, bool) else None
        output = output.get("content", "")
    if isinstance(output, list):
        output = "\n".join(text for text in map(part_text, output) if text)
    return (output if isinstance(output, str) else ""), is_success


def _split(text: str) -> tuple[str, str]:
    """Return Codex's own lines (all of a short text without any) and the output itself."""
    mark = text.find(_MARK, 0, _HEAD)
    if mark < 0:
        return text[:_HEAD], text
    return text[:mark], text[mark + len(_MARK) :]


def _old_output(text: str) -> CodexResult | None:
    """Return an output of 2025, JSON with the exit code beside the text; None for other JSON."""
    if '"metadata"' not in text:
        return None
    body = parse(text)
    metadata = body.get("metadata") if isinstance(body, dict) else None
    code = metadata.get("exit_code") if isinstance(metadata, dict) else None
    if not isinstance(code, int) or not isinstance(metadata, dict):
        return None
    seconds = metadata.get("duration_seconds")
    duration_ms = bounded(seconds * 1000) if isinstance(seconds, (int, float)) else None
    return CodexResult(
        "ok" if code == 0 else "failed", bounded(code), str(body.get("output", "")), duration_ms=duration_ms
    )


def _wall_time(head: str) -> int | None:
    matched = _WALL_TIME.search(head) if "Wall time" in head else None
    try:
        return bounded(float(matched[1]) * 1000) if matched else None
    except ValueError:
        return None


def _child(text: str) -> str:
    body = parse(text)
    thread_id = (body.get("agent_id") or body.get("thread_id")) if isinstance(body, dict) else None
    return thread_id if isinstance(thread_id, str) else ""


def _found_tools(raw: Raw) -> str:
    tools = loose(raw)
    names = [str(tool.get("name", "")) for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []
    return "\n".join(names)
