"""Distinguishes a user's prompt from texts that Claude Code itself puts into the place of one."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from ppp_tui.model.event_values import Origin
from ppp_tui.sources.claude_code.records import EMPTY, ContentBlock, Raw, Record, loose
from ppp_tui.sources.tags import elements, tagged_text

_OUTPUT_TAGS = ("local-command-stdout", "local-command-stderr", "bash-stdout", "bash-stderr")
_OUTPUTS = tuple(f"<{tag}>" for tag in _OUTPUT_TAGS)
_INJECTED = (
    "This session is being continued from a previous conversation",
    "Caveat: The messages below were generated",
    "<local-command-caveat>",
    "<system-reminder>",
    "<user-memory-input>",
)
_INTERRUPTED = "[Request interrupted by user"
_NOTIFIED = ("<task-notification>", "[SYSTEM NOTIFICATION")
_OTHERS = ("<teammate-message", "<agent-message", "<cross-session-message")
"""Prefixes of messages from another agent or session."""

_OTHER_KINDS = frozenset({"peer", "teammate", "agent", "coordinator", "session", "cross-session"})
"""Authors of such messages, in versions that state them."""

_PROGRAM_ELEMENT = re.compile(r"<([a-z]+(?:-[a-z]+)+|tick|ultraplan)(?:\s[^<>]*)?/?>")
"""Opening tag of an element that programs write: users write prompts around elements, and seldom hyphenated ones."""

_CHANNEL = "<channel "
"""Prefix of prompts from a chat or another program outside, which were not typed here."""

_PREFIX = re.compile(
    r"\s*<(ide_opened_file|ide_selection|ide_diagnostics|system-reminder|session-start-hook|user-prompt-submit-hook)>"
    r".*?</\1>\s*",
    re.DOTALL,
)
_ORIGINS: dict[str, Origin] = {"queued": "queued", "sdk": "sdk", "system": "system"}

_HOOK_FEEDBACK = re.compile(
    r"(?:(?:Pre|Post)[A-Z]\w+|(?:Session|Subagent|User|Task|Teammate|Permission|Config|Worktree)[A-Z]\w+|Stop\w*"
    r"|Setup|Notification)"
    r"(?::[\w*|.-]+)? (?:hook (?:feedback|success|additional context|stopped continuation|(?:[a-z-]+ )?error)"
    r"|operation (?:feedback|blocked by hook))(?: from command)?\s*[:\n]"
)
"""Beginning of a hook's message to the agent: the event, its matcher, what the hook says."""

_STOPPED = re.compile(r"(?:Operation|Execution) (?:stopped|blocked) by (?:\w+ )?hook\b")

UserTextKind = Literal["prompt", "interrupt", "stopped", "note", "output", "message", "notification", "nothing"]
"""`stopped`: a hook ended the turn. `output` is what a command of the user wrote, `message` what another agent or
session sent; `note` and `notification` are from the agent's program."""


class UserText(NamedTuple):
    """The text of a user record, and its kind."""

    kind: UserTextKind
    text: str
    origin: Origin = "typed"


NOTHING = UserText("nothing", "")


def read_user(record: Record, *, is_child: bool) -> UserText:
    """Read a user record that holds no tool result."""
    full_text = text_of(record.message.content if record.message else "")
    if full_text.startswith(_INTERRUPTED):
        return UserText("interrupt", full_text)
    if record.isCompactSummary:
        return NOTHING
    if full_text.startswith(_OUTPUTS):
        return UserText("output", output_of(full_text))
    text = full_text[_injected_end(full_text) :]
    if record.isMeta or not text.strip() or text.startswith(_INJECTED):
        return UserText("note", full_text) if full_text else NOTHING
    kind = _kind_of(record.origin)
    if not kind and _STOPPED.match(text):
        # Newer versions mark what a user wrote; in older ones only the words identify a hook's text.
        return UserText("stopped", text)
    if not kind and _HOOK_FEEDBACK.match(text):
        return UserText("note", text)
    if text.startswith(_NOTIFIED) or kind == "task-notification":
        # A background task reports back: the agent goes on with what it was asked before.
        return UserText("notification", text)
    return UserText("prompt", text, "sdk") if is_child else _read_prompt(record, text, kind)


def read_queued(text: str, origin: Raw, mode: str) -> UserText:
    """Read a text that came while the agent was busy; `mode` is `prompt` if it looks like a prompt."""
    kind = _kind_of(origin)
    if mode != "prompt" or text.startswith(_NOTIFIED) or kind == "task-notification":
        return UserText("notification", text)
    if text.startswith(_OTHERS) or kind in _OTHER_KINDS:
        return UserText("message", text)
    if not text.strip():
        return NOTHING
    is_injected = text.startswith(_INJECTED) or (not kind and _HOOK_FEEDBACK.match(text))
    if is_injected or kind not in ("", "human"):
        return UserText("note", text)
    return UserText("prompt", text, "queued")


def _injected_end(text: str) -> int:
    """Return the offset of the prompt behind what the program put before it."""
    end = 0
    while matched := _PREFIX.match(text, end):
        end = matched.end()
    return end


def _read_prompt(record: Record, text: str, kind: str) -> UserText:
    command = command_of(text)
    if command:
        return UserText("prompt", command, "command")
    if text.startswith(_CHANNEL):
        return UserText("prompt", text, "system")
    if text.startswith(_OTHERS) or kind in _OTHER_KINDS:
        return UserText("message", text, "system")
    if kind not in ("", "human"):
        return UserText("notification", text)
    if not kind and not record.promptSource and _is_program_element(text):
        return UserText("message", text, "system")
    return UserText("prompt", text, _ORIGINS.get(record.promptSource or "", "typed"))


def _is_program_element(text: str) -> bool:
    """Return whether a text is one element of a program and nothing else."""
    text = text.strip()
    opened = _PROGRAM_ELEMENT.match(text)
    if opened is None:
        return False
    return opened.end() == len(text) if opened[0].endswith("/>") else text.endswith(f"</{opened[1]}>")


def _kind_of(origin: Raw) -> str:
    """Return the kind of a record's author, '' if it is not stated (before 2.1.205)."""
    if origin is EMPTY:
        return ""
    value = loose(origin)
    return str(value.get("kind", "")) if isinstance(value, dict) else ""


def command_of(text: str) -> str:
    """Return the command that a user typed (``/review 12``, ``! ls``), '' if it is none."""
    text = text.lstrip()
    if text.startswith("<command-"):
        command = (tagged_text(text, "command-name") or "").strip()
        return f"{command} {(tagged_text(text, 'command-args') or '').strip()}".strip() if command else ""
    typed = tagged_text(text, "bash-input") if text.startswith("<bash-input>") else None
    return f"! {typed.strip()}" if typed is not None else ""


def output_of(text: str) -> str:
    """Return the output of a command without its tags."""
    outputs = (element.text.strip() for element in elements(text, *_OUTPUT_TAGS))
    return "\n".join(output for output in outputs if output)


def text_of(content: str | list[ContentBlock]) -> str:
    """Return the text of a message's content; a picture is only named."""
    if isinstance(content, str):
        return content
    return "\n".join(block.text if block.type == "text" else f"[{block.type}]" for block in content)
