"""Kimi CLI's tools, and what their results say."""

from __future__ import annotations

import re

import msgspec

from ppp_tui.model.event_values import StepKind
from ppp_tui.model.ids import hash64
from ppp_tui.sources.json_records import JsonObject, content_text, object_of, text_of
from ppp_tui.sources.toolbox import CallOutcome, Toolbox

_KINDS: dict[str, StepKind] = {
    "Shell": "shell",
    "Bash": "shell",
    "ReadFile": "read",
    "ReadMediaFile": "read",
    "WriteFile": "edit",
    "StrReplaceFile": "edit",
    "PatchFile": "edit",
    "Glob": "search",
    "Grep": "search",
    "SearchWeb": "web",
    "FetchURL": "web",
    "Task": "subagent",
    "Agent": "subagent",
    "AskUserQuestion": "ask",
    "SetTodoList": "plan",
    "EnterPlanMode": "plan",
    "ExitPlanMode": "plan",
    "Think": "thinking",
}
TOOLS = Toolbox(_KINDS, {"Shell": "command", "Bash": "command", "WriteFile": "content"})

_EXIT = re.compile(r"Command failed with exit code: (-?\d{1,9})\.")
_SUCCEEDED = "Command executed successfully"
_REJECTED = "The tool call is rejected by the user"


def arguments_of(payload: JsonObject) -> JsonObject:
    """Return a call's arguments, which stand as JSON in a text; the text itself where it is no object."""
    text = text_of(object_of(payload, "function"), "arguments")
    try:
        arguments = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        arguments = None
    if isinstance(arguments, dict):
        return arguments
    return {"arguments": text} if text else {}


def read_result(tool: str, payload: JsonObject) -> CallOutcome:
    """Return the result of a call; a command's exit code stands in the message beside its output."""
    value = object_of(payload, "return_value")
    message = text_of(value, "message")
    output = content_text(value.get("output")) or message
    is_error = value.get("is_error") is True
    if message.startswith(_REJECTED):
        return CallOutcome(output, "denied", None)
    if TOOLS.step_kind(tool) != "shell":
        return CallOutcome(output, "failed" if is_error else "ok", None)
    matched = _EXIT.search(message)
    if matched:
        return CallOutcome(output, "failed", int(matched[1]))
    return CallOutcome(output, "failed" if is_error else "ok", 0 if message.startswith(_SUCCEEDED) else None)


def answers_of(output: str, questions: list[int]) -> tuple[str | None, ...]:
    """Return the answers in a result's output, in the order of the questions, which are given by their hashes."""
    try:
        decoded = msgspec.json.decode(output)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ()
    answers = object_of(decoded, "answers") if isinstance(decoded, dict) else {}
    by_question = {hash64(question): answer for question, answer in answers.items()}
    ordered = (by_question.get(question) for question in questions)
    return tuple(answer if isinstance(answer, str) and answer else None for answer in ordered)


def is_version_from(version: str, first: tuple[int, ...]) -> bool:
    """Return whether a version such as ``1.10`` is `first` or a later one; not what is no version."""
    numbers = version.split(".")
    if not all(number.isdecimal() and len(number) < 6 for number in numbers):
        return False
    return tuple(map(int, numbers)) >= first
