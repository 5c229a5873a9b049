"""An agent's tools: kind of step, target, and whole input of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from ppp_tui.model.event import QuestionAsked, Ref, ToolCallFinished, ToolCallStarted
from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.model.limits import PREVIEW_CHARS
from ppp_tui.sources.json_records import JsonObject, compact_json, objects_of, text_of
from ppp_tui.sources.source import Payload

MAX_TARGET_CHARS = 200
"""Maximum characters of a step's one-line target."""

_TARGETS = (
    "command",
    "file_path",
    "filePath",
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
"""Arguments that name the target of a call, the most specific first."""

_PATHS = ("file_path", "filePath", "absolute_path", "path")
_EDITS = (("old_string", "new_string"), ("oldString", "newString"), ("oldText", "newText"), ("old_str", "new_str"))
"""Arguments of the old and the new text of an edit."""


class ToolInput(NamedTuple):
    """The main part of a call's arguments."""

    text: str
    is_json: bool


class CallOutcome(NamedTuple):
    """The parsed result of a call."""

    output: str
    status: StepStatus
    exit_code: int | None


@dataclass(frozen=True)
class Toolbox:
    """The tools of an agent by name."""

    kinds: Mapping[str, StepKind]
    """Kinds of steps; a tool that is missing is of no special kind."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """The argument that users want to read, by tool, where there is one; of a sub-agent's call it is the prompt."""
    mcp_prefix: str = "mcp_"
    """Prefix of tools of MCP servers."""

    def step_kind(self, tool: str) -> StepKind:
        """Return what kind of step a tool makes."""
        return self.kinds.get(tool) or ("mcp" if tool.startswith(self.mcp_prefix) else "tool")

    def call_started(
        self, name: str, key: str, arguments: JsonObject, at: int, ref: Ref, request: str
    ) -> ToolCallStarted:
        """Return the event of a call; `request` is the key of the model request that it came with."""
        kind, tool_input = self.step_kind(name), self.read_input(name, arguments)
        paths = [text_of(arguments, name) for name in _PATHS] if kind in ("read", "edit") else []
        return ToolCallStarted(
            at,
            ref,
            key=key,
            kind=kind,
            tool=name,
            target=target_of(arguments),
            input_preview=tool_input.text[:PREVIEW_CHARS],
            input_length=len(tool_input.text),
            request=request,
            command=text_of(arguments, "command") if kind == "shell" else "",
            paths=tuple(path for path in paths if path),
        )

    def questions_of(self, name: str, key: str, arguments: JsonObject, at: int, ref: Ref) -> list[QuestionAsked]:
        """Return the questions that a call puts to the user, with the labels of their options."""
        if self.step_kind(name) != "ask":
            return []
        entries = [
            (text_of(entry, "question"), objects_of(entry, "options")) for entry in objects_of(arguments, "questions")
        ]
        return [
            QuestionAsked(at, ref, text, key, tuple(filter(None, (text_of(option, "label") for option in options))))
            for text, options in entries
            if text
        ]

    def read_input(self, name: str, arguments: JsonObject) -> ToolInput:
        """Return the argument of a call that users want to read, else all arguments as JSON."""
        text = arguments.get("prompt" if self.step_kind(name) == "subagent" else self.texts.get(name, ""))
        if isinstance(text, str):
            return ToolInput(text, is_json=False)
        return ToolInput(compact_json(arguments), is_json=True)

    def input_payload(self, name: str, arguments: JsonObject) -> Payload:
        """Return the whole of a call's input; of an edit, the old text and the new one."""
        for old_name, new_name in _EDITS:
            old, new = arguments.get(old_name), arguments.get(new_name)
            if isinstance(old, str) and isinstance(new, str):
                removed, added = (
                    "".join(f"{sign}{line}\n" for line in text.splitlines()) for sign, text in (("-", old), ("+", new))
                )
                return Payload(removed + added, "diff")
        tool_input = self.read_input(name, arguments)
        return Payload(tool_input.text, "json" if tool_input.is_json else "text")


def call_finished(
    key: str,
    status: StepStatus,
    output: str,
    *,
    at: int,
    ref: Ref,
    exit_code: int | None = None,
    child: str = "",
    duration_ms: int | None = None,
) -> ToolCallFinished:
    """Return the event of a call's end; `child` is the sub-agent's own id, `duration_ms` the agent's own figure."""
    return ToolCallFinished(
        at,
        ref,
        key=key,
        status=status,
        exit_code=exit_code,
        output_preview=output[:PREVIEW_CHARS],
        output_length=len(output),
        duration_ms=duration_ms,
        child_native_id=child,
        output=output,
    )


def target_of(arguments: JsonObject) -> str:
    """Return the target of a call, in one line."""
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
