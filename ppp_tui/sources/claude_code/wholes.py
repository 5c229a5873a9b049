"""The whole of a step, read back from its record when somebody opens it."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from ppp_tui.sources.claude_code import tools
from ppp_tui.sources.claude_code.asides import fields
from ppp_tui.sources.claude_code.records import Block, Record, decode_record, loose
from ppp_tui.sources.source import Whole


def whole_input(record: bytes, key: str) -> Whole:
    """The whole input of a call; of an edit, what it changes. Raises ValueError if the record does not hold it."""
    found = _decode(record)
    for block in _blocks(found):
        if block.type == "tool_use" and block.id == key:
            given = loose(block.input)
            return _input(block.name, given if isinstance(given, dict) else {})
        if not key and found.type == "assistant" and block.type in ("text", "thinking"):
            return Whole(block.text or block.thinking, "markdown" if block.type == "text" else "text")
    if not key:
        return Whole(json.dumps(json.loads(record), indent=2, ensure_ascii=False), "json")
    raise ValueError(f"the record holds no call {key}")


def whole_output(record: bytes, key: str) -> Whole:
    """The whole result of a call; of an edit, the difference that it made. Raises ValueError likewise."""
    found = _decode(record)
    for block in _blocks(found):
        if block.type == "tool_result" and block.tool_use_id == key:
            told = fields(found.toolUseResult)
            if isinstance(told.get("structuredPatch"), list) and told["structuredPatch"]:
                return Whole(_patch(told), "diff")
            return tools.whole_result(block)
    raise ValueError(f"the record holds no result of {key}")


def _decode(record: bytes) -> Record:
    try:
        return decode_record(record)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"the record cannot be read: {error}") from error


def _blocks(record: Record) -> list[Block]:
    content = record.message.content if record.message else []
    return [Block("text", content)] if isinstance(content, str) else content


def _input(name: str, given: dict[str, Any]) -> Whole:
    if isinstance(given.get("command"), str):
        return Whole(given["command"])
    if name in ("Edit", "MultiEdit"):
        edits = given.get("edits") if isinstance(given.get("edits"), list) else [given]
        lines = [f"--- {given.get('file_path', '')}", f"+++ {given.get('file_path', '')}"]
        for edit in edits or []:
            if isinstance(edit, dict):
                lines.append("@@")
                lines += [f"-{line}" for line in str(edit.get("old_string", "")).splitlines()]
                lines += [f"+{line}" for line in str(edit.get("new_string", "")).splitlines()]
        return Whole("\n".join(lines), "diff")
    if name == "Write" and isinstance(given.get("content"), str):
        return Whole(given["content"])
    if name in ("Task", "Agent") and isinstance(given.get("prompt"), str):
        return Whole(given["prompt"], "markdown")
    if isinstance(given.get("plan"), str):
        return Whole(given["plan"], "markdown")
    return Whole(json.dumps(given, indent=2, ensure_ascii=False), "json")


def _patch(told: dict[str, Any]) -> str:
    lines = [f"--- {told.get('filePath', '')}", f"+++ {told.get('filePath', '')}"]
    for hunk in told["structuredPatch"]:
        if not isinstance(hunk, dict):
            continue
        old = f"-{hunk.get('oldStart', 0)},{hunk.get('oldLines', 0)}"
        new = f"+{hunk.get('newStart', 0)},{hunk.get('newLines', 0)}"
        lines.append(f"@@ {old} {new} @@")
        lines += [str(line) for line in hunk.get("lines") or []]
    return "\n".join(lines)
