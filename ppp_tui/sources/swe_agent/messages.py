"""Makes plain lines of the messages of mini-SWE-agent: OpenAI's chat format with facts of its own in `extra`."""

from __future__ import annotations

import re

from ppp_tui.sources.json_records import JsonObject, count_of, object_of, objects_of, text_of
from ppp_tui.sources.plain.made_lines import PlainLine, cost_of, texts_of, unix_ms

_BLOCK = re.compile(r"```(?:bash|sh|mswea_bash_command)?[^\S\n]*\n")
"""Begins a block of code that is run."""

_BLOCK_END = "\n```"
_RETURN_CODE = re.compile(r"<returncode>\s*(-?\d{1,9})\s*</returncode>")
_OPEN = "last"
"""Key of a command in versions whose calls have no ids: its result is the next message."""


def lines_of(message: JsonObject, number: int, model: str) -> list[PlainLine]:
    """Return the lines that the message of that number makes; `model` is the configured one."""
    role, extra = text_of(message, "role"), object_of(message, "extra")
    at = unix_ms(extra.get("timestamp"))
    text = texts_of(message.get("content"))
    lines: list[PlainLine] = []
    if role == "user" and number <= 1:
        lines = [{"type": "turn", "prompt": text, "key": "task"}]
    elif role == "assistant":
        lines = _assistant(extra, number, text, model)
    elif role in ("tool", "user"):
        lines = [_result(message, extra, number, text)]
    return [{"at": at, **line} for line in lines]


def _assistant(extra: JsonObject, number: int, text: str, model: str) -> list[PlainLine]:
    lines: list[PlainLine] = [{"type": "response", "text": text, "status": "open"}] if text else []
    response = object_of(extra, "response")
    usage = object_of(response, "usage")
    if usage:
        cached = count_of(object_of(usage, "prompt_tokens_details"), "cached_tokens") or 0
        details = object_of(usage, "completion_tokens_details")
        lines.append(
            {
                "type": "usage",
                "model": text_of(response, "model") or model,
                "key": text_of(response, "id") or f"message {number}",
                "input_tokens": max(0, (count_of(usage, "prompt_tokens") or 0) - cached),
                "cache_read_tokens": cached,
                "output_tokens": count_of(usage, "completion_tokens") or 0,
                "reasoning_tokens": count_of(details, "reasoning_tokens"),
                "cost_usd": cost_of(extra.get("cost")),
            }
        )
    actions = objects_of(extra, "actions")
    for place, action in enumerate(actions):
        key = text_of(action, "tool_call_id") or _key(number, place)
        lines.append(_call(key, text_of(action, "command")))
    if not actions and (command := command_of(text)):
        lines.append(_call(_key(number, 0), command))
    return lines


def command_of(text: str) -> str:
    """Return the first block of a text that is run, '' if there is none."""
    matched = _BLOCK.search(text)
    # Where the first block has no end, no later one has.
    end = text.find(_BLOCK_END, matched.end()) if matched else -1
    return text[matched.end() : end].lstrip("\n") if matched and end >= 0 else ""


def _key(number: int, place: int) -> str:
    return f"{_OPEN} {number} {place}"


def _call(key: str, command: str) -> PlainLine:
    return {"type": "step", "kind": "shell", "tool": "bash", "key": key, "status": "running", "input": command}


def _result(message: JsonObject, extra: JsonObject, number: int, text: str) -> PlainLine:
    code = extra.get("returncode")
    if isinstance(code, bool) or not isinstance(code, int):
        matched = _RETURN_CODE.search(text)
        code = int(matched[1]) if matched else None
    code = code if code is not None and abs(code) < 2**31 else None
    output = extra.get("raw_output")
    return {
        "type": "step",
        "kind": "shell",
        "tool": "bash",
        # Without ids a result is that of the command before it.
        "key": text_of(message, "tool_call_id") or _key(number - 1, 0),
        "status": "unknown" if code is None else "failed" if code else "ok",
        "exit_code": code,
        "output": output if isinstance(output, str) else text,
    }
