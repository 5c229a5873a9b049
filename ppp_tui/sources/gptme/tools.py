"""gptme's tools: calls within the text of an answer, and results as messages of the program.

A call that has an id stands as ``@tool(id): {…}``. Without one a tool is called by a block of code, and only its result
says what was run.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from ppp_tui.model.event_values import StepKind
from ppp_tui.sources.json_records import JsonObject
from ppp_tui.sources.tags import elements
from ppp_tui.sources.toolbox import CallOutcome, Toolbox

_KINDS: dict[str, StepKind] = {
    "shell": "shell",
    "tmux": "shell",
    "read": "read",
    "vision": "read",
    "save": "edit",
    "append": "edit",
    "patch": "edit",
    "morph": "edit",
    "rag": "search",
    "browser": "web",
    "subagent": "subagent",
    "choice": "ask",
    "todo": "plan",
}
TOOLS = Toolbox(_KINDS, {"shell": "command", "save": "content", "append": "content", "patch": "patch"})

_CALL = re.compile(r"^@([\w-]{1,80})\(([^()\s]{1,200})\): ?(?=\{)", re.MULTILINE)
_AFTER_THOUGHT = re.compile(r"\n?(?:<!--\s*think-sig:[^>]*-->)?")
_RAN = re.compile(r"Ran (?:allowlisted )?command: ?(?:`([^`\n]+)`|\n?```[a-z]*\n(.*?)\n```)", re.DOTALL)
_CHANGED = re.compile(r"(?:[^\n]*\n){0,5}?(Saved|Appended|Patch successfully applied) to `?([^`\n]{1,1000})`?")
_EXIT = re.compile(r"^Return code: (-?\d{1,9})\s*$", re.MULTILINE)
_FAILED = ("error", "failed")

_decoder = json.JSONDecoder()


class GptmeCall(NamedTuple):
    """A call in the text of an answer."""

    key: str
    tool: str
    arguments: JsonObject


class ToolNews(NamedTuple):
    """The action in a result."""

    tool: str
    arguments: JsonObject


def split_answer(text: str) -> tuple[str, str, list[GptmeCall]]:
    """Return what an answer thinks, what it says, and what it calls."""
    thoughts, spoken = _split_thoughts(text)
    calls, kept, end = [], [], 0
    begins = list(_CALL.finditer(spoken))
    for number, matched in enumerate(begins):
        # No arguments hold another call's beginning, which is a line of its own. Errors count all lines before them.
        limit = begins[number + 1].start() if number + 1 < len(begins) else len(spoken)
        try:
            arguments, length = _decoder.raw_decode(spoken[matched.end() : limit])
        except (ValueError, RecursionError):
            continue
        if isinstance(arguments, dict):
            calls.append(GptmeCall(matched[2], matched[1], arguments))
            kept.append(spoken[end : matched.start()])
            end = matched.end() + length
    return thoughts, "".join([*kept, spoken[end:]]).strip(), calls


def _split_thoughts(text: str) -> tuple[str, str]:
    """Return the thoughts of an answer, and its text without them and their signatures."""
    thoughts, spoken, end = [], [], 0
    for element in elements(text, "think", "thinking"):
        thoughts.append(element.text.strip())
        spoken.append(text[end : element.start])
        after = _AFTER_THOUGHT.match(text, element.end)
        end = after.end() if after else element.end
    return "\n\n".join(thoughts), "".join(spoken) + text[end:]


def news_of(text: str) -> ToolNews | None:
    """Return the tool of a result, by its wording; None if unknown."""
    ran = _RAN.match(text)
    if ran:
        return ToolNews("shell", {"command": ran[1] or ran[2]})
    changed = _CHANGED.match(text)
    if changed:
        tool = {"Saved": "save", "Appended": "append"}.get(changed[1], "patch")
        return ToolNews(tool, {"path": changed[2]})
    return None


def read_result(text: str) -> CallOutcome:
    """Return the result of a tool; a command's exit code stands in it if it is not 0."""
    code = _exit_code(text)
    is_failure = bool(code) or text[:40].lower().startswith(_FAILED)
    return CallOutcome(text, "failed" if is_failure else "ok", code)


def _exit_code(text: str) -> int | None:
    # The program's own line stands behind whatever the command printed.
    codes = _EXIT.findall(text[-2000:]) if _RAN.match(text) else []
    return int(codes[-1]) if codes else None
