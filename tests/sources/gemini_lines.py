"""Literal lines of Gemini CLI sessions for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ppp_tui.model.event import Event
from ppp_tui.sources.gemini_cli import SOURCE
from tests.sources.parsed_lines import ParsedLines
from tests.sources.parsed_lines import content as content

SESSION = "e842380b-3b49-4000-8000-000000000001"
CHILD = "392459b0-5f64-4000-8000-000000000002"
CHATS = Path("/home/me/.gemini/tmp/shop/chats")
MAIN = CHATS / "session-2026-11-20T10-00-e842380b.jsonl"
CHILD_FILE = CHATS / SESSION / f"{CHILD}.jsonl"
T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC: second 0 of the lines."""

Line = dict[str, Any]


def stamp(second: float) -> str:
    return f"2026-11-20T10:{int(second) // 60:02d}:{int(second) % 60:02d}.{round(second % 1 * 1000):03d}Z"


def header(**more: Any) -> Line:
    base = {"sessionId": SESSION, "projectHash": "ab12", "startTime": stamp(0), "lastUpdated": stamp(0)}
    return {**base, "kind": "main", **more}


def user(key: str, text: str, second: float = 0, **more: Any) -> Line:
    return {"id": key, "timestamp": stamp(second), "type": "user", "content": [{"text": text}], **more}


def answer(key: str, text: str, second: float = 0, *, tokens: Line | None = None, **more: Any) -> Line:
    """An answer of gemini-3-pro: 1200 tokens of prompt, 1000 of them from the cache, 45 of text and 5 of thoughts."""
    counts = {"input": 1200, "output": 45, "cached": 1000, "thoughts": 5, "tool": 0, "total": 1250}
    base = {"id": key, "timestamp": stamp(second), "type": "gemini", "content": text, "thoughts": []}
    return {**base, "tokens": tokens or counts, "model": "gemini-3-pro", **more}


def call(key: str, name: str, output: str, second: float = 0, *, status: str = "success", **more: Any) -> Line:
    """A call with its result, which is an error unless it succeeded."""
    response = {"output" if status == "success" else "error": output}
    result = [{"functionResponse": {"id": key, "name": name, "response": response}}]
    base = {"id": key, "name": name, "args": {}, "result": result, "status": status, "timestamp": stamp(second)}
    return {**base, **more}


def fields(**values: Any) -> Line:
    return {"$set": {"lastUpdated": stamp(0), **values}}


_PARSED = ParsedLines(SOURCE, MAIN)
read, events_of = _PARSED.read, _PARSED.events_of


def kinds(events: list[Event]) -> list[str]:
    """Names of events without those that describe the session and its context."""
    silent = ("MetadataLearned", "ContextMeasured")
    return [name for event in events if (name := type(event).__name__) not in silent]
