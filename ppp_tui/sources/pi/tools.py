"""pi's tools, and what their results say."""

from __future__ import annotations

import re

from ppp_tui.model.event_values import StepKind
from ppp_tui.sources.json_records import JsonObject, content_text
from ppp_tui.sources.toolbox import CallOutcome, Toolbox

_KINDS: dict[str, StepKind] = {
    "bash": "shell",
    "read": "read",
    "edit": "edit",
    "write": "edit",
    "grep": "search",
    "find": "search",
    "ls": "search",
    "subagent": "subagent",
    "todo": "plan",
}
TOOLS = Toolbox(_KINDS, {"bash": "command", "write": "content"})

_EXIT = re.compile(r"\s*Command exited with code (-?\d{1,9})\s*\Z")
_ABORTED = "Command aborted"


def read_result(tool: str, message: JsonObject) -> CallOutcome:
    """Return the result of a call; a command's exit code stands behind its output if it is not 0."""
    output, is_error = content_text(message.get("content")), message.get("isError") is True
    if TOOLS.step_kind(tool) != "shell":
        return CallOutcome(output, "failed" if is_error else "ok", None)
    if not is_error:
        return CallOutcome(output, "ok", 0)
    matched = _EXIT.search(output)
    if matched:
        return CallOutcome(output[: matched.start()], "failed", int(matched[1]))
    return CallOutcome(output, "cancelled" if output.rstrip().endswith(_ABORTED) else "failed", None)
