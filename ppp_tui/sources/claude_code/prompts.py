"""Tells a person's prompt from what Claude Code itself puts into the place of one."""

from __future__ import annotations

import re
from typing import NamedTuple

from ppp_tui.model.event import Origin
from ppp_tui.sources.claude_code.records import Block, Record, loose

_INJECTED = (
    "<local-command-stdout>", "<local-command-caveat>", "<local-command-stderr>", "<bash-stdout>", "<bash-stderr>",
    "<system-reminder>", "Stop hook feedback:", "This session is being continued from a previous conversation",
    "Caveat: ", "<user-memory-input>", "<session-start-hook>", "<user-prompt-submit-hook>",
)  # fmt: skip
_INTERRUPTED = "[Request interrupted by user"
_NOTIFIED = "<task-notification>"
_COMMAND = re.compile(r"<command-name>\s*(\S[^<]*?)\s*</command-name>", re.DOTALL)
_ARGUMENTS = re.compile(r"<command-args>(.*?)</command-args>", re.DOTALL)
_BASH_INPUT = re.compile(r"<bash-input>(.*?)</bash-input>", re.DOTALL)
_IDE = re.compile(r"\A\s*<(ide_opened_file|ide_selection|ide_diagnostics)>.*?</\1>\s*", re.DOTALL)
_ORIGINS: dict[str, Origin] = {"typed": "typed", "queued": "queued", "sdk": "sdk", "system": "system"}


class Said(NamedTuple):
    """What a user record says."""

    what: str
    """`prompt`, `interrupt`, `note` or `notification` (of the agent's program), `bash` (a command typed with ``!``) or
    `nothing`."""
    text: str
    origin: Origin = "typed"


NOTHING = Said("nothing", "")


def read_user(record: Record, *, is_child: bool) -> Said:
    """Read a user record that holds no tool result."""
    text = text_of(record.message.content if record.message else "")
    if text.startswith(_INTERRUPTED):
        return Said("interrupt", text)
    if record.isCompactSummary:
        return NOTHING
    if record.isMeta or text.startswith(_INJECTED):
        return Said("note", text) if text else NOTHING
    if is_child:
        return Said("prompt", text, "sdk")
    return _read_prompt(record, text)


def _read_prompt(record: Record, text: str) -> Said:
    command = _COMMAND.search(text) if text.lstrip().startswith("<command-") else None
    if command:
        arguments = _ARGUMENTS.search(text)
        given = arguments[1].strip() if arguments else ""
        return Said("prompt", f"{command[1]} {given}".strip(), "command")
    typed = _BASH_INPUT.match(text)
    if typed:
        return Said("bash", typed[1].strip())
    origin = _ORIGINS.get(record.promptSource or "", "typed")
    told = loose(record.origin)
    kind = told.get("kind", "human") if isinstance(told, dict) else "human"
    if text.startswith(_NOTIFIED) or kind != "human":
        # A background task reports back: the agent goes on with what it was asked before.
        return Said("notification", text)
    while trimmed := _IDE.match(text):
        text = text[trimmed.end() :]
    return Said("prompt", text, origin) if text.strip() or _has_picture(record) else NOTHING


def text_of(content: str | list[Block]) -> str:
    """The text of a message's content; a picture is named, not shown."""
    if isinstance(content, str):
        return content
    return "\n".join(block.text if block.type == "text" else f"[{block.type}]" for block in content)


def _has_picture(record: Record) -> bool:
    content = record.message.content if record.message else ""
    return not isinstance(content, str) and any(block.type == "image" for block in content)
