"""Kimi Code's tools, and what their results say."""

from __future__ import annotations

import re

from ppp_tui.model.event_values import StepKind
from ppp_tui.sources.json_records import JsonObject, content_text, count_of, object_of
from ppp_tui.sources.toolbox import CallOutcome, Toolbox

_KINDS: dict[str, StepKind] = {
    "Bash": "shell",
    "Read": "read",
    "ReadMediaFile": "read",
    "Write": "edit",
    "Edit": "edit",
    "Glob": "search",
    "Grep": "search",
    "WebSearch": "web",
    "FetchURL": "web",
    "Agent": "subagent",
    "AgentSwarm": "subagent",
    "AskUserQuestion": "ask",
    "TodoList": "plan",
    "EnterPlanMode": "plan",
    "ExitPlanMode": "plan",
}
TOOLS = Toolbox(_KINDS, {"Bash": "command", "Write": "content"}, mcp_prefix="mcp__")

_EXIT = re.compile(r"Command failed with exit code: (-?\d{1,9})\.?\s*\Z")
_EXIT_CHARS = 80
"""The exit code stands at the end of the output."""

_REJECTED = re.compile(r'Tool "[^"\n]{1,100}" was not run because')
_INTERRUPTED = "Interrupted by user"


def read_result(tool: str, result: JsonObject, *, is_background: bool = False) -> CallOutcome:
    """Return the result of a call; a command that goes on in the background has no exit code yet."""
    output = content_text(result.get("output"))
    is_error = result.get("isError") is True
    if is_error and _REJECTED.match(output):
        return CallOutcome(output, "denied", None)
    if is_error and output == _INTERRUPTED:
        return CallOutcome(output, "cancelled", None)
    if TOOLS.step_kind(tool) != "shell":
        return CallOutcome(output, "failed" if is_error else "ok", None)
    matched = _EXIT.search(output, max(0, len(output) - _EXIT_CHARS))
    if matched:
        return CallOutcome(output, "failed", int(matched[1]))
    return CallOutcome(output, "failed" if is_error else "ok", None if is_error or is_background else 0)


def duration_of(result: JsonObject) -> int | None:
    """Return how long a call took, as it was measured."""
    return count_of(result, "durationMs")


def arguments_of(event: JsonObject) -> JsonObject:
    """Return a call's arguments."""
    return object_of(event, "args")
