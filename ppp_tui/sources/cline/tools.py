"""The tools of Cline and its descendants: what their panels show of a call, and what was sent back as its result."""

from __future__ import annotations

import re
from typing import NamedTuple

from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.sources.json_records import JsonObject, mended_object, text_of
from ppp_tui.sources.toolbox import Toolbox

_KINDS: dict[str, StepKind] = {
    "execute_command": "shell",
    "readFile": "read",
    "editedExistingFile": "edit",
    "newFileCreated": "edit",
    "fileDeleted": "edit",
    "appliedDiff": "edit",
    "insertContent": "edit",
    "searchAndReplace": "edit",
    "searchFiles": "search",
    "codebaseSearch": "search",
    "listFilesTopLevel": "search",
    "listFilesRecursive": "search",
    "listCodeDefinitionNames": "search",
    "webFetch": "web",
    "webSearch": "web",
    "browser_action": "web",
    "newTask": "subagent",
    "use_subagents": "subagent",
    "updateTodoList": "plan",
    "summarizeTask": "compaction",
    "ask_followup_question": "ask",
    "use_mcp_server": "mcp",
}
TOOLS = Toolbox(_KINDS, {"execute_command": "command", "newFileCreated": "content", "newTask": "content"})

MAX_REQUEST_CHARS = 4_000_000
"""Characters of what was sent to the model that are looked into."""

_ENVIRONMENT = "<environment_details>"
_REMINDER = re.compile(r"\n\n# (?:task_progress|[A-Z]{4} LIST) [A-Z]")
"""Begins what stands behind the results, about the list of things to do."""

_NEEDS_LEAVE = "REQ_APP"
"""Ends a command that the model wants the user's leave for."""

_HEAD = re.compile(r"^\[([a-z_]{1,40})(?: |\])", re.MULTILINE)
_RESULT = "] Result:"
_MAX_HEAD_CHARS = 20_000
_EXIT_CODE = re.compile(r"\bexit code:? (-?\d{1,9})\b", re.IGNORECASE)
_OUTPUT = "Output:"
_MAX_NOTE_CHARS = 600
"""Before a command's output stands where it ran and how it ended."""

_DENIALS = ("The user denied this operation", "The user rejected this operation")
_FAILURES = ("The tool execution failed", "Error executing", "[ERROR]", '{"status":"error"', "<error>")
_DENIED_STATUS = '{"status":"denied"'


class SentResult(NamedTuple):
    """What was sent to the model as the result of a call."""

    output: str
    status: StepStatus
    exit_code: int | None


def read_results(request: str, kinds: list[str]) -> list[SentResult | None]:
    """Return the results in what was sent to the model, one for each call; None where it cannot be told which it is.

    Results follow each other without ends, and a file may hold what looks like the head of another one.
    """
    if not kinds:
        return []
    sent = request[:MAX_REQUEST_CHARS].rpartition(_ENVIRONMENT)[0] or request[:MAX_REQUEST_CHARS]
    reminders = [reminder.start() for reminder in _REMINDER.finditer(sent)]
    sent = sent[: reminders[-1]] if reminders else sent
    heads: list[tuple[int, int]] = []
    for head in _HEAD.finditer(sent):
        if heads and head.start() < heads[-1][1]:
            continue
        end = sent.find(_RESULT, head.start(), head.start() + _MAX_HEAD_CHARS)
        if end >= 0:
            heads.append((head.start(), end + len(_RESULT)))
        if len(heads) > len(kinds):
            break
    if len(kinds) == 1 and heads:
        return [read_result(sent[heads[0][1] :], kinds[0])]
    if len(heads) != len(kinds):
        return [None] * len(kinds)
    ends = [start for start, _ in heads[1:]] + [len(sent)]
    return [read_result(sent[begin:end], kind) for (_, begin), end, kind in zip(heads, ends, kinds, strict=True)]


def read_result(text: str, kind: str) -> SentResult:
    """Return a result with what its words say of how the call ended."""
    text = text.strip()
    if text.startswith((*_DENIALS, _DENIED_STATUS)):
        return SentResult(text, "denied", None)
    if text.startswith(_FAILURES):
        return SentResult(text, "failed", None)
    if kind != "shell":
        return SentResult(text, "ok", None)
    note, separator, output = text.partition(_OUTPUT)
    matched = _EXIT_CODE.search(note[:_MAX_NOTE_CHARS])
    code = int(matched[1]) if matched else None
    # Some versions do not say how a command ended.
    status: StepStatus = "unknown" if code is None else "failed" if code else "ok"
    return SentResult(output.strip() if separator else text, status, code)


def shown(text: str) -> JsonObject:
    """Return the object in a message's text, an empty one for any other text."""
    return (mended_object(text.encode("utf-8", "replace")) or {}) if text.startswith("{") else {}


def call_of(kind: str, text: str) -> tuple[str, JsonObject] | None:
    """Return the tool and arguments of the call that a message shows, None if it shows none."""
    if kind == "command":
        return "execute_command", {"command": text.removesuffix(_NEEDS_LEAVE)}
    if kind in ("use_mcp_server", "use_subagents", "browser_action", "browser_action_launch"):
        return kind.removesuffix("_launch"), shown(text) or {"url": text}
    if kind != "tool":
        return None
    call = shown(text)
    arguments = {name: value for name, value in call.items() if name not in ("tool", "operationIsLocatedInWorkspace")}
    return text_of(call, "tool") or "tool", arguments
