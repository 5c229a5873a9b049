"""Readable names of tools and commands, the same for all agents. Pure."""

from __future__ import annotations

from ppp_tui.model.event_values import StepKind
from ppp_tui.model.patterns import lazy_pattern
from ppp_tui.model.project import path_tail
from ppp_tui.query.rows import StepLine

_LABELS = {
    "exec_command": "Shell",
    "powershell": "Shell",
    "shell": "Shell",
    "local_shell": "Shell",
    "run_shell_command": "Shell",
    "run_terminal_cmd": "Shell",
    "write_stdin": "Keys",
    "apply_patch": "Edit",
    "str_replace_editor": "Edit",
    "str_replace": "Edit",
    "replace": "Edit",
    "multiedit": "Edit",
    "notebookedit": "Edit",
    "write_file": "Write",
    "create": "Write",
    "read_file": "Read",
    "read_many_files": "Read",
    "view": "Read",
    "list_directory": "List",
    "ls": "List",
    "search_file_content": "Grep",
    "grep_search": "Grep",
    "tool_search": "Tools",
    "toolsearch": "Tools",
    "web_search": "Web",
    "websearch": "Web",
    "google_web_search": "Web",
    "web_fetch": "Web",
    "webfetch": "Web",
    "update_plan": "Plan",
    "todowrite": "Plan",
    "taskcreate": "Plan",
    "taskupdate": "Plan",
    "tasklist": "Plan",
    "taskget": "Plan",
    "enterplanmode": "asks",
    "exitplanmode": "asks",
    "askuserquestion": "asks",
    "request_user_input": "asks",
    "ask_user": "asks",
    "task": "Agent",
    "spawn_agent": "Agent",
    "sendmessage": "Message",
    "schedulewakeup": "Wake up",
    "notification": "notice",
    "meta": "note",
    "sdk": "note",
    "logged": "note",
    "synthetic": "note",
}
"""What lists call a tool, by its name in lower case."""

_KIND_LABELS: dict[StepKind, str] = {
    "message": "agent",
    "thinking": "thinks",
    "compaction": "compacts",
    "error": "error",
    "ask": "asks",
    "subagent": "Agent",
}
"""What lists call a kind of step; for the others the tool's name says more."""

_MCP = "mcp__"
_CHANGES_FOLDER = lazy_pattern(r"(?i:cd|pushd|Set-Location)\s+(?:\"[^\"]*\"|'[^']*'|[^\s;&|]+)\s*(?:&&|;)\s*")
# A value that a command computes is part of the command, so it stays.
_ASSIGNS = lazy_pattern(
    r"(?:(?:export )?[A-Za-z_]\w*=|\$[\w:]+ = )(?:\"[^\"]*\"|'[^']*'|[^\s;&|$`'\"][^\s;&|]*)?(?:\s*(?:&&|;)\s*|\s+)"
)
_PREPARES = lazy_pattern(r"(?:set -[a-z]+(?: pipefail)?|source \S+|\. \S+)\s*(?:&&|;)\s*")


def tool_label(step: StepLine) -> str:
    """Return the name of a step's tool or speaker in lists: ``Shell`` for ``exec_command``."""
    if step.kind in ("message", "thinking", "compaction", "error"):
        return _KIND_LABELS[step.kind]
    if step.tool.startswith(_MCP):
        return mcp_names(step.tool)[0]
    return _LABELS.get(step.tool.lower()) or step.tool or _KIND_LABELS.get(step.kind, step.kind)


def mcp_names(tool: str) -> tuple[str, str]:
    """Return server and tool of an MCP tool name ``mcp__server__tool``, in words."""
    server, _, name = tool.removeprefix(_MCP).rpartition("__")
    server = server.removeprefix("codex_apps__").replace("_", " ").strip()
    return server or "MCP", name.replace("_", " ").strip()


def readable_command(command: str) -> str:
    """Return a command in one line without its preparations: folder changes, variables, shell options.

    A command that does nothing else stays as it is.
    """
    text = " ".join(command.split())
    rest = text
    while True:
        matched = _CHANGES_FOLDER.match(rest) or _PREPARES.match(rest) or _ASSIGNS.match(rest)
        if matched is None or matched.end() >= len(rest):
            return rest or text
        rest = rest[matched.end() :]


_THOUGHT_HEADING = lazy_pattern(r"^\s*\*\*([^*\n]{1,100}[^*\n:.!?…])\*\*[ \t]*\n\s*(?=\S)")
"""The heading that a thought begins with, on a line of its own."""


def step_subject(step: StepLine, description: str = "") -> str:
    """Return the subject of a step in one line; '' where nothing is recorded.

    What the agent itself wrote about a call goes before its command; a file is told by the end of its path.
    """
    text = step.target or step.input_preview
    if step.kind == "shell":
        return description or readable_command(text)
    text = " ".join((path_tail(text, 2) if step.kind in ("read", "edit") else text).split())
    if step.kind == "thinking":
        # Headings of thoughts are bold in Markdown; a line of a list is not.
        thought = _THOUGHT_HEADING.sub(r"\1: ", step.target or step.input_preview)
        return " ".join(thought.split()).replace("**", "")
    if step.tool.startswith(_MCP):
        return f"{mcp_names(step.tool)[1]}  {text}".strip()
    return text
