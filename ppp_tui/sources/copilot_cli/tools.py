"""Copilot CLI's tools, and what their results say."""

from __future__ import annotations

import re

from ppp_tui.model.event import QuestionAsked, Ref
from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.model.question import AnswerStatus
from ppp_tui.sources.json_records import JsonObject, object_of, text_of
from ppp_tui.sources.toolbox import CallOutcome, Toolbox

_KINDS: dict[str, StepKind] = {
    "bash": "shell",
    "powershell": "shell",
    "read_bash": "shell",
    "write_bash": "shell",
    "stop_bash": "shell",
    "view": "read",
    "create": "edit",
    "edit": "edit",
    "str_replace_editor": "edit",
    "apply_patch": "edit",
    "grep": "search",
    "rg": "search",
    "glob": "search",
    "web_fetch": "web",
    "web_search": "web",
    "task": "subagent",
    "read_agent": "subagent",
    "ask_user": "ask",
    "update_todo": "plan",
    "report_intent": "plan",
    "exit_plan_mode": "plan",
}
TOOLS = Toolbox(_KINDS, {"bash": "command", "create": "file_text"})

_EXIT = re.compile(r"\n?<shellId: [^>\n]{1,80} completed with exit code (-?\d{1,9})>\s*\Z")
_ANSWERS = ("User responded: ", "User selected: ")
_DENIALS = frozenset({"denied", "rejected"})


def read_result(data: JsonObject) -> CallOutcome:
    """Return the result of a call; a command's exit code stands behind its output."""
    error = object_of(data, "error")
    if data.get("success") is False or error:
        status: StepStatus = "denied" if text_of(error, "code") in _DENIALS else "failed"
        return CallOutcome(text_of(error, "message") or text_of(object_of(data, "result"), "content"), status, None)
    output = text_of(object_of(data, "result"), "content")
    matched = _EXIT.search(output)
    if matched is None:
        return CallOutcome(output, "ok", None)
    code = int(matched[1])
    return CallOutcome(output[: matched.start()], "failed" if code else "ok", code)


def asked_question(key: str, arguments: JsonObject, at: int, ref: Ref) -> QuestionAsked | None:
    """Return the question that a call puts to the user, None if it puts none."""
    choices = arguments.get("choices")
    options = tuple(choice for choice in choices if isinstance(choice, str)) if isinstance(choices, list) else ()
    text = text_of(arguments, "question")
    return QuestionAsked(at, ref, text, key, options) if text else None


def read_reply(result: CallOutcome) -> tuple[tuple[str | None, ...], AnswerStatus]:
    """Return what the user answered, and the answer's status."""
    for prefix in _ANSWERS:
        if result.status == "ok" and result.output.startswith(prefix):
            answer = result.output[len(prefix) :].strip()
            return ((answer,), "given") if answer else ((), "empty")
    return (), "rejected"
