"""Literal lines of Cursor transcripts for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ppp_tui.sources.cursor_cli import SOURCE
from ppp_tui.sources.source import ParsedChunk

SESSION = "1a2b3c4d-0000-4000-8000-000000000001"
PATH = Path(f"/home/me/.cursor/projects/home-me-shop/agent-transcripts/{SESSION}/{SESSION}.jsonl")
T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC: when the first prompt was written."""

STAMP = "<timestamp>Friday, Nov 20, 2026, 11:00 AM (UTC+1)</timestamp>"

Line = dict[str, Any]


def user(text: str, stamp: str = STAMP) -> Line:
    return {
        "role": "user",
        "message": {"content": [block(f"{stamp}\n<user_query>\n{text}\n</user_query>".lstrip())]},
    }


def block(text: str) -> Line:
    return {"type": "text", "text": text}


def call(name: str, **arguments: Any) -> Line:
    return {"type": "tool_use", "name": name, "input": arguments}


def answer(*blocks: Line) -> Line:
    return {"role": "assistant", "message": {"content": list(blocks)}}


def ended(status: str = "success", **more: Any) -> Line:
    return {"type": "turn_ended", "status": status, **more}


def content(*lines: Line) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def read(*lines: Line, path: Path = PATH) -> ParsedChunk:
    return SOURCE.parser(path).feed(content(*lines), 0)


def events_of(kind: type[Any], *lines: Line) -> list[Any]:
    return [event for event in read(*lines).events if isinstance(event, kind)]
