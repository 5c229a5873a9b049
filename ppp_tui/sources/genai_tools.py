"""The tools of Gemini CLI and of Qwen Code, which began as its fork: kinds of steps, targets, questions and answers."""

from __future__ import annotations

import json
from collections.abc import Sequence

from ppp_tui.model.event import Ref, ToolCallFinished
from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.model.question import AnswerStatus
from ppp_tui.sources import toolbox
from ppp_tui.sources.genai_parts import read_shell_output
from ppp_tui.sources.json_records import JsonObject, objects_of, text_of
from ppp_tui.sources.parser_state import MAX_KEY_CHARS

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
_TEXTS = {"run_shell_command": "command", "write_file": "content", "exit_plan_mode": "plan"}
_TOOLBOX = toolbox.Toolbox(_KINDS, _TEXTS)

step_kind = _TOOLBOX.step_kind
call_started = _TOOLBOX.call_started
read_input = _TOOLBOX.read_input
input_payload = _TOOLBOX.input_payload
questions_of = _TOOLBOX.questions_of

_DISMISSED = ("User dismissed", "User declined", "[Operation Cancelled]")
_ANSWERED = "User has provided the following answers:"

Replies = tuple[tuple[str | None, ...], AnswerStatus]
"""Answers in the order of the questions, and their status."""


def call_finished(
    name: str, key: str, status: StepStatus, output: str, *, at: int, ref: Ref, child: str = ""
) -> ToolCallFinished:
    """Return the event of a call's end: a command's own exit code says whether it failed."""
    exit_code: int | None = None
    if step_kind(name) == "shell" and status == "ok":
        shell = read_shell_output(output)
        exit_code, output = shell.exit_code, shell.text
        status = "failed" if shell.is_failed else "ok"
    return toolbox.call_finished(key, status, output, at=at, ref=ref, exit_code=exit_code, child=child[:MAX_KEY_CHARS])


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
