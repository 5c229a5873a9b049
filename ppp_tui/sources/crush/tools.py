"""Crush's tools, and what their results say."""

from __future__ import annotations

import re
from typing import NamedTuple

from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.sources.json_records import JsonObject, count_of, mended_object, text_of
from ppp_tui.sources.toolbox import Toolbox

_KINDS: dict[str, StepKind] = {
    "bash": "shell",
    "job_output": "shell",
    "job_kill": "shell",
    "view": "read",
    "edit": "edit",
    "multiedit": "edit",
    "write": "edit",
    "delete": "edit",
    "download": "web",
    "fetch": "web",
    "agentic_fetch": "web",
    "web_fetch": "web",
    "web_search": "web",
    "sourcegraph": "search",
    "grep": "search",
    "glob": "search",
    "ls": "search",
    "references": "search",
    "diagnostics": "search",
    "agent": "subagent",
    "todos": "plan",
}
TOOLS = Toolbox(_KINDS, {"bash": "command", "write": "content"})

_EXIT = re.compile(r"(?:\A|\n)Exit code (-?\d{1,9})\s*\Z")
_ABORTED = "Command was aborted before completion"
_FOLDER = re.compile(r"\n*<cwd>[^\n]*</cwd>\s*\Z")
_DENIED = "denied permission"


class CrushOutcome(NamedTuple):
    """The parsed result of a call."""

    output: str
    status: StepStatus
    exit_code: int | None
    duration_ms: int | None


def arguments_of(text: str) -> JsonObject:
    """Return a call's arguments, which stand as JSON in a text; the text itself where it is no object."""
    arguments = mended_object(text.encode(errors="replace"))
    if arguments is not None:
        return arguments
    return {"input": text} if text else {}


def read_result(tool: str, data: JsonObject) -> CrushOutcome:
    """Return the result of a call; a command's exit code stands behind its output if it is not 0."""
    content, is_error = text_of(data, "content"), data.get("is_error") is True
    metadata = mended_object(text_of(data, "metadata").encode(errors="replace")) or {}
    begun, ended = count_of(metadata, "start_time"), count_of(metadata, "end_time")
    duration = ended - begun if begun and ended and ended >= begun else None
    status: StepStatus = "failed" if is_error else "ok"
    if is_error and _DENIED in content[:80].lower():
        return CrushOutcome(content, "denied", None, duration)
    if TOOLS.step_kind(tool) != "shell":
        return CrushOutcome(content, status, None, duration)
    output = _FOLDER.sub("", content)
    matched = _EXIT.search(output)
    if matched:
        return CrushOutcome(output[: matched.start()], "failed", int(matched[1]), duration)
    if output.rstrip().endswith(_ABORTED):
        return CrushOutcome(output, "cancelled", None, duration)
    # Without a mark it ended well, unless it goes on in the background.
    is_over = tool == "bash" and not is_error and metadata and metadata.get("background") is not True
    return CrushOutcome(output, status, 0 if is_over else None, duration)
