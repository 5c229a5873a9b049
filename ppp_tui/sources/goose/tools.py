"""The tools of Goose: those of its own extensions, with or without the extension's name before theirs."""

from __future__ import annotations

from ppp_tui.model.event import NOWHERE, ToolCallStarted
from ppp_tui.model.event_values import StepKind, StepStatus
from ppp_tui.sources.json_records import JsonObject, compact_json, exit_code_of, object_of, objects_of, text_of
from ppp_tui.sources.toolbox import CallOutcome, Toolbox, one_line

_KINDS: dict[str, StepKind] = {
    "shell": "shell",
    "edit": "edit",
    "write": "edit",
    "text_editor": "edit",
    "read": "read",
    "read_image": "read",
    "tree": "search",
    "analyze": "search",
    "list_windows": "tool",
    "web_scrape": "web",
    "todo_write": "plan",
    "todo_read": "plan",
    "delegate": "subagent",
    "subagent": "subagent",
    "create_task": "subagent",
    "execute_task": "subagent",
}
_TEXTS = {"shell": "command", "write": "content"}
_OWN_EXTENSIONS = frozenset(
    {"developer", "todo", "subagent", "summon", "dynamic_task", "computercontroller", "analyze"}
)
_JOINT = "__"
_VIEW = "view"
"""Command of the older editor that only reads."""

_DECLINED = "The user has declined to run this tool"


def call_started(name: str, key: str, arguments: JsonObject, at: int) -> ToolCallStarted:
    """Return the event of a call; tools of servers that are no extensions of Goose's own are told as such."""
    extension, joint, short = name.rpartition(_JOINT)
    kind: StepKind = _KINDS.get(short, "tool")
    if joint and extension not in _OWN_EXTENSIONS:
        kind = "mcp"
    elif kind == "edit" and text_of(arguments, "command") == _VIEW:
        kind = "read"
    tools = Toolbox({name: kind}, {name: _TEXTS[short]} if short in _TEXTS else {})
    started = tools.call_started(name, key, arguments, at, NOWHERE, "")
    # The file says more than the editor's command.
    return started._replace(target=one_line(started.paths[0])) if started.paths else started


def read_outcome(envelope: JsonObject) -> CallOutcome:
    """Return what a call came to: an envelope has an `error`, or a `value` that is a list of contents or holds one."""
    if text_of(envelope, "status") == "error":
        error = text_of(envelope, "error")
        return CallOutcome(error, "denied" if _DECLINED in error else "failed", None)
    value = envelope.get("value")
    record: JsonObject = value if isinstance(value, dict) else {"content": value}
    output = "\n".join(_texts(objects_of(record, "content")))
    structured = object_of(record, "structuredContent")
    exit_code = exit_code_of(structured, "exit_code")
    if not output and structured:
        output = compact_json(structured)
    status: StepStatus = "failed" if record.get("isError") is True or exit_code else "ok"
    if output.startswith(_DECLINED):
        status = "denied"
    return CallOutcome(output, status, exit_code)


def _texts(blocks: list[JsonObject]) -> list[str]:
    """Return the texts of a result; of two for different readers, that which the model got."""
    texts = [block for block in blocks if text_of(block, "type") in ("text", "")]
    for_model = [block for block in texts if _is_for_model(block)]
    return [text_of(block, "text") for block in for_model or texts]


def _is_for_model(block: JsonObject) -> bool:
    audience = object_of(block, "annotations").get("audience", block.get("audience"))
    return not isinstance(audience, list) or "assistant" in audience
