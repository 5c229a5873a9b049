"""Literal lines of pi sessions for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ppp_tui.sources.pi import SOURCE
from tests.sources.parsed_lines import ParsedLines
from tests.sources.parsed_lines import content as content

SESSION = "01a22bb0-e385-76ee-9149-71c5574fbc73"
NAME = f"--home-me-shop--/2026-11-20T10-00-00-000Z_{SESSION}.jsonl"
PATH = Path(f"/home/me/.pi/agent/sessions/{NAME}")
T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC: second 0 of the lines."""

Line = dict[str, Any]


def header(**more: Any) -> Line:
    return {"type": "session", "version": 3, "id": SESSION, "timestamp": stamp(0), "cwd": "/home/me/shop", **more}


def stamp(second: float) -> str:
    return f"2026-11-20T10:00:{int(second):02d}.{round(second % 1 * 1000):03d}Z"


def entry(kind: str, id_: str, parent: str | None, second: float, **more: Any) -> Line:
    """An entry of the tree."""
    return {"type": kind, "id": id_, "parentId": parent, "timestamp": stamp(second), **more}


def message(id_: str, parent: str | None, second: float, **fields: Any) -> Line:
    return entry("message", id_, parent, second, message={"timestamp": T0 + round(second * 1000), **fields})


def user(id_: str, parent: str | None, text: str, second: float = 0) -> Line:
    return message(id_, parent, second, role="user", content=[{"type": "text", "text": text}])


def answer(id_: str, parent: str, second: float, *blocks: Line, stop: str = "stop", **more: Any) -> Line:
    """An answer of claude-sonnet-4-5: 10 fresh tokens, 1000 of the cache, 200 written to it, 40 of output."""
    usage = {"input": 10, "output": 40, "cacheRead": 1000, "cacheWrite": 200, "totalTokens": 1250}
    usage |= {"cost": {"total": 0.001234}}  # type: ignore[dict-item]
    fields = {"role": "assistant", "content": list(blocks), "provider": "anthropic", "model": "claude-sonnet-4-5"}
    return message(id_, parent, second, **{**fields, "usage": usage, "stopReason": stop, **more})


def text(content: str) -> Line:
    return {"type": "text", "text": content}


def call(key: str, name: str, **arguments: Any) -> Line:
    return {"type": "toolCall", "id": key, "name": name, "arguments": arguments}


def result(id_: str, parent: str, second: float, key: str, name: str, output: str, **more: Any) -> Line:
    content = [{"type": "text", "text": output}]
    fields = {"role": "toolResult", "toolCallId": key, "toolName": name, "content": content, "isError": False}
    return message(id_, parent, second, **{**fields, **more})


def first_format(line: Line) -> Line:
    """The line as the first format has it."""
    return {name: value for name, value in line.items() if name not in ("id", "parentId", "version")}


_PARSED = ParsedLines(SOURCE, PATH)
read, events_of = _PARSED.read, _PARSED.events_of
