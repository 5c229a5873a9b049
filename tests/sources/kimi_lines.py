"""Literal lines of Kimi CLI's sessions for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ppp_tui.sources.kimi_cli import SOURCE
from tests.sources.parsed_lines import ParsedLines
from tests.sources.parsed_lines import content as content

SESSION = "0220108c-73d4-4802-ad21-fa27568f3e4b"
FOLDER = "d3a5c2d8d4b9f4b7b54f5f4f1d2f1b6a"
PATH = Path(f"/home/me/.kimi/sessions/{FOLDER}/{SESSION}/wire.jsonl")
T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC: second 0 of the lines."""

Line = dict[str, Any]


def metadata() -> Line:
    return {"type": "metadata", "protocol_version": "1.10"}


def line(second: float, kind: str, **payload: Any) -> Line:
    return {"timestamp": T0 / 1000 + second, "message": {"type": kind, "payload": payload}}


def prompt(second: float, text: str) -> Line:
    return line(second, "TurnBegin", user_input=[{"type": "text", "text": text}])


def said(second: float, text: str) -> Line:
    return line(second, "ContentPart", type="text", text=text)


def call(second: float, key: str, tool: str, **arguments: Any) -> Line:
    function = {"name": tool, "arguments": json.dumps(arguments)}
    return line(second, "ToolCall", type="function", id=key, function=function, extras=None)


def result(second: float, key: str, output: str, message: str = "", *, is_error: bool = False) -> Line:
    value = {"is_error": is_error, "output": output, "message": message, "display": [], "extras": None}
    return line(second, "ToolResult", tool_call_id=key, return_value=value)


def status(second: float, id_: str | None = "chatcmpl-1", **more: Any) -> Line:
    """100 tokens of fresh input, 50 of output, 2000 of the cache."""
    usage = {"input_other": 100, "output": 50, "input_cache_read": 2000, "input_cache_creation": 0}
    fields = {"context_usage": 0.01, "context_tokens": 2150, "max_context_tokens": 262144, "token_usage": usage}
    return line(second, "StatusUpdate", **{**fields, "message_id": id_, **more})


def of_subagent(inner: Line, call: str, agent_id: str | None = None) -> Line:
    """The line as its parent's session repeats it, by a call of its parent."""
    names = {"task_tool_call_id": call} if agent_id is None else {"parent_tool_call_id": call, "agent_id": agent_id}
    payload = {**names, "event": inner["message"]}
    return {"timestamp": inner["timestamp"], "message": {"type": "SubagentEvent", "payload": payload}}


_PARSED = ParsedLines(SOURCE, PATH)
read, events_of = _PARSED.read, _PARSED.events_of
