"""Reads the whole input or output of a step from its record."""

from __future__ import annotations

import json
from typing import Any

from ppp_tui.sources.claude_code import prompts, tools
from ppp_tui.sources.claude_code.embedded_agents import message_record
from ppp_tui.sources.claude_code.lenient_decode import read_record
from ppp_tui.sources.claude_code.records import UNREADABLE, ContentBlock, Record, fields, loose
from ppp_tui.sources.lines import mend
from ppp_tui.sources.source import Payload

_EDITS = frozenset({"Edit", "MultiEdit"})


def load_input(record: bytes, key: str) -> Payload:
    """Return the whole input of a call, of an edit the change. Raises ValueError if the record does not hold it.

    Without a key it is what the record says: a text of the agent, a remark, else the record itself.
    """
    decoded = _decode(record)
    if not key:
        return _message_payload(decoded) or _as_json(record)
    for block in _blocks(decoded):
        if block.type == "tool_use" and block.id == key:
            return _input(block.name, fields(block.input))
    raise ValueError(f"the record holds no call {key}")


def load_output(record: bytes, key: str) -> Payload:
    """Return the whole result of a call, of an edit the diff. Raises ValueError if the record does not hold it."""
    decoded = _decode(record)
    for block in _blocks(decoded):
        if block.type == "tool_result" and block.tool_use_id == key:
            result = fields(decoded.toolUseResult)
            if isinstance(result.get("structuredPatch"), list) and result["structuredPatch"]:
                return Payload(_patch(result, result["structuredPatch"]), "diff")
            return tools.result_payload(block)
    raise ValueError(f"the record holds no result of {key}")


def _decode(record: bytes) -> Record:
    try:
        return message_record(read_record(record).record)
    except UNREADABLE as error:
        raise ValueError(f"the record cannot be read: {error}") from error


def _blocks(record: Record) -> list[ContentBlock]:
    content = record.message.content if record.message else []
    return [ContentBlock("text", content)] if isinstance(content, str) else content


def _message_payload(record: Record) -> Payload | None:
    """Return the text of a message, None for other records."""
    if record.type == "assistant":
        for block in _blocks(record):
            if block.type in ("text", "thinking"):
                return Payload(block.text or block.thinking, "markdown" if block.type == "text" else "text")
    if record.type == "user" and record.message:
        return Payload(prompts.text_of(record.message.content))
    content = loose(record.content)
    return Payload(content) if isinstance(content, str) and content else None


def _as_json(record: bytes) -> Payload:
    mended = mend(record)
    if mended is None:
        raise ValueError("the record cannot be read")
    return Payload(json.dumps(json.loads(mended), indent=2, ensure_ascii=False), "json")


def _input(name: str, given: dict[str, Any]) -> Payload:
    if name in _EDITS:
        return Payload(_edit(given), "diff")
    text = tools.main_input(name, given)
    if text is None:
        return Payload(json.dumps(given, indent=2, ensure_ascii=False), "json")
    return Payload(text, "markdown" if name in ("Task", "Agent", "ExitPlanMode") else "text")


def _edit(given: dict[str, Any]) -> str:
    edits = given.get("edits")
    lines = [f"--- {given.get('file_path', '')}", f"+++ {given.get('file_path', '')}"]
    for edit in edits if isinstance(edits, list) else [given]:
        if isinstance(edit, dict):
            lines.append("@@")
            lines += [f"-{line}" for line in str(edit.get("old_string", "")).split("\n")]
            lines += [f"+{line}" for line in str(edit.get("new_string", "")).split("\n")]
    return "\n".join(lines)


def _patch(result: dict[str, Any], hunks: list[Any]) -> str:
    lines = [f"--- {result.get('filePath', '')}", f"+++ {result.get('filePath', '')}"]
    for hunk in hunks:
        if not isinstance(hunk, dict):
            continue
        old = f"-{hunk.get('oldStart', 0)},{hunk.get('oldLines', 0)}"
        new = f"+{hunk.get('newStart', 0)},{hunk.get('newLines', 0)}"
        changed = hunk.get("lines")
        lines.append(f"@@ {old} {new} @@")
        lines += [str(line) for line in changed] if isinstance(changed, list) else []
    return "\n".join(lines)
