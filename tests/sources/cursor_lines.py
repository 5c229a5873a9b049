"""Literal lines of Cursor transcripts for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ppp_tui.sources.cursor_cli import SOURCE
from tests.sources.parsed_lines import ParsedLines
from tests.sources.parsed_lines import content as content

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


_PARSED = ParsedLines(SOURCE, PATH)
read, events_of = _PARSED.read, _PARSED.events_of
