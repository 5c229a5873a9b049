"""The tools of Gemini CLI and of Qwen Code, which began as its fork: kinds of steps, targets, questions and answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from ppp_tui.model.event import QuestionAsked, Ref, StepKind, ToolCallStarted
from ppp_tui.model.limits import PREVIEW_CHARS
from ppp_tui.model.question import AnswerStatus
from ppp_tui.sources.json_records import JsonObject, compact_json, objects_of, text_of
from ppp_tui.sources.source import Payload

MAX_TARGET_CHARS = 200
"""Characters of a step's one-line target."""

_KINDS: dict[str, StepKind] = {
    "run_shell_command": "shell",
    "read_background_output": "shell",
    "list_background_processes": "shell",
    "monitor": "shell",
    "read_file": "read",
    "read_many_files": "read",
    "list_directory": "search",
    "glob": "search",
    "grep_search": "search",
    "search_file_content": "search",
    "lsp": "search",
    "tool_search": "search",
    "write_file": "edit",
    "replace": "edit",
    "edit": "edit",
    "web_fetch": "web",
    "google_web_search": "web",
    "web_search": "web",
    "invoke_agent": "subagent",
    "agent": "subagent",
    "task": "subagent",
    "codebase_investigator": "subagent",
    "ask_user": "ask",
    "ask_user_question": "ask",
    "write_todos": "plan",
    "todo_write": "plan",
    "update_topic": "plan",
    "enter_plan_mode": "plan",
    "exit_plan_mode": "plan",
}
_TARGETS = (
    "command",
    "file_path",
    "absolute_path",
    "notebook_path",
    "pattern",
    "url",
    "query",
    "description",
    "title",
    "prompt",
    "path",
    "dir_path",
    "name",
)
"""Arguments that say what a call is about, the most telling first."""

_TEXTS = {"run_shell_command": "command", "write_file": "content", "exit_plan_mode": "plan"}
"""Tools of whose input one argument is what a user wants to read; of those that ask a sub-agent it is the prompt."""

_PATHS = ("file_path", "absolute_path", "path")
_DISMISSED = ("User dismissed", "User declined", "[Operation Cancelled]")
_ANSWERED = "User has provided the following answers:"

Replies = tuple[tuple[str | None, ...], AnswerStatus]
"""Answers in the order of the questions, and their status."""


class ToolInput(NamedTuple):
    """What a call's arguments say."""

    text: str
    is_json: bool


def step_kind(tool: str) -> StepKind:
    """Return what kind of step a tool makes."""
    return "mcp" if tool.startswith("mcp_") else _KINDS.get(tool, "tool")


def call_started(name: str, key: str, arguments: JsonObject, at: int, ref: Ref, request: str) -> ToolCallStarted:
    """Return the event of a call; `request` is the key of the model request that it came with."""
    kind, tool_input = step_kind(name), read_input(name, arguments)
    paths = [text_of(arguments, name) for name in _PATHS] if kind in ("read", "edit") else []
    return ToolCallStarted(
        at,
        ref,
        key=key,
        kind=kind,
        tool=name,
        target=_target(arguments),
        input_preview=tool_input.text[:PREVIEW_CHARS],
        input_length=len(tool_input.text),
        request=request,
        command=text_of(arguments, "command") if kind == "shell" else "",
        paths=tuple(path for path in paths if path),
    )


def read_input(name: str, arguments: JsonObject) -> ToolInput:
    """Return the part of a call's arguments that says all, else all of them as JSON."""
    text = arguments.get("prompt" if step_kind(name) == "subagent" else _TEXTS.get(name, ""))
    return ToolInput(text, is_json=False) if isinstance(text, str) else ToolInput(compact_json(arguments), is_json=True)


def input_payload(name: str, arguments: JsonObject) -> Payload:
    """Return the whole of a call's input; of an edit, the old text and the new one."""
    old, new = arguments.get("old_string"), arguments.get("new_string")
    if isinstance(old, str) and isinstance(new, str):
        removed, added = (
            "".join(f"{sign}{line}\n" for line in text.splitlines()) for sign, text in (("-", old), ("+", new))
        )
        return Payload(removed + added, "diff")
    tool_input = read_input(name, arguments)
    return Payload(tool_input.text, "json" if tool_input.is_json else "text")


def questions_of(name: str, key: str, arguments: JsonObject, at: int, ref: Ref) -> list[QuestionAsked]:
    """Return the questions that a call puts to the user."""
    if step_kind(name) != "ask":
        return []
    asked = ((text_of(entry, "question"), objects_of(entry, "options")) for entry in objects_of(arguments, "questions"))
    return [
        QuestionAsked(at, ref, question, key, tuple(filter(None, (text_of(option, "label") for option in options))))
        for question, options in asked
        if question
    ]


def question_headers(arguments: JsonObject) -> list[str]:
    """Return the short name of each question that a call puts to the user, '' for one without."""
    return [text_of(entry, "header") for entry in objects_of(arguments, "questions") if text_of(entry, "question")]


def read_replies(headers: Sequence[str], output: str) -> Replies | None:
    """Return what the user answered to a call's questions, None where the output holds no answers."""
    if output.startswith(_DISMISSED):
        return (), "rejected"
    if output.startswith(_ANSWERED):
        return _listed_answers(headers, output), "given"
    try:
        answers = json.loads(output)["answers"]
        by_place = {str(place): answer for place, answer in answers.items() if isinstance(answer, str)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    if not by_place:
        return (), "empty"
    return tuple(by_place.get(str(place)) for place in range(len(headers))), "given"


def _listed_answers(headers: Sequence[str], output: str) -> tuple[str | None, ...]:
    """Return the answers of a list such as ``**Provider**: GitHub``: in its order if it is complete, else by header."""
    answers: dict[str, str] = {}
    header = ""
    for line in output.split("\n")[1:]:
        name, separator, answer = line.removeprefix("**").partition("**: ")
        if line.startswith("**") and separator:
            header = name
            answers[header] = answer
        elif header:
            answers[header] += f"\n{line}"
    names = [header or f"Question {place}" for place, header in enumerate(headers, 1)]
    listed = list(answers.values()) if len(answers) == len(names) else [answers.get(name, "") for name in names]
    return tuple(answer.strip() or None for answer in listed)


def _target(arguments: JsonObject) -> str:
    for name in _TARGETS:
        if text_of(arguments, name):
            return one_line(text_of(arguments, name))
    for entry in objects_of(arguments, "questions"):
        return one_line(text_of(entry, "question"))
    tasks = objects_of(arguments, "todos")
    if tasks:
        doing = next((task for task in tasks if task.get("status") == "in_progress"), {})
        return one_line(text_of(doing, "description") or text_of(doing, "content")) or f"{len(tasks)} tasks"
    return one_line(next((value for value in arguments.values() if value and isinstance(value, str)), ""))


def one_line(text: str) -> str:
    """Return a text on one line, cut to `MAX_TARGET_CHARS`."""
    return " ".join(text[: MAX_TARGET_CHARS * 4].split())[:MAX_TARGET_CHARS]
