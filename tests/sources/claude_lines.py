"""Literal records of Claude Code for tests, with an envelope that a test does not speak of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ppp_tui.model.event import Event
from ppp_tui.sources.claude_code import SOURCE
from ppp_tui.sources.source import ParsedChunk
from tests.sources.parsed_lines import content

MAIN = Path("/home/dev/.claude/projects/-home-dev-shop/5f0c1d9e.jsonl")
T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC: second 0 of the records."""

CHILD = Path("/home/dev/.claude/projects/-home-dev-shop/5f0c1d9e/subagents/agent-a1.jsonl")


def envelope(kind: str, uuid: str, second: int = 0, **more: Any) -> dict[str, Any]:
    """A record of the chain, so many seconds after ten o'clock."""
    stamp = f"2026-11-20T10:{second // 60:02d}:{second % 60:02d}.000Z"
    return {"type": kind, "uuid": uuid, "sessionId": "5f0c1d9e", "timestamp": stamp, **more}


def user(uuid: str, content: Any, second: int = 0, **more: Any) -> dict[str, Any]:
    """A user record."""
    return envelope("user", uuid, second, message={"role": "user", "content": content}, **more)


def assistant(
    uuid: str,
    block: dict[str, Any],
    second: int = 0,
    *,
    message_id: str = "msg_1",
    stop: str | None = "tool_use",
    output: int = 5,
    request: str = "req_1",
    **more: Any,
) -> dict[str, Any]:
    """A record of one block of a message of claude-opus-4-5: 10 fresh tokens, 1000 read, 50 written for an hour."""
    usage = {
        "input_tokens": 10,
        "cache_read_input_tokens": 1000,
        "cache_creation_input_tokens": 50,
        "output_tokens": output,
        "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 50},
    }
    message = {
        "id": message_id,
        "role": "assistant",
        "model": "claude-opus-4-5",
        "content": [block],
        "stop_reason": stop,
        "usage": usage,
    }
    return envelope("assistant", uuid, second, message=message, requestId=request, **more)


def text(said: str) -> dict[str, Any]:
    """A text block."""
    return {"type": "text", "text": said}


def call(key: str, name: str, **given: Any) -> dict[str, Any]:
    """A tool call."""
    return {"type": "tool_use", "id": key, "name": name, "input": given}


def result(key: str, content: Any, *, is_error: bool = False) -> list[dict[str, Any]]:
    """A tool result as the content of a user record."""
    return [{"type": "tool_result", "tool_use_id": key, "content": content, "is_error": is_error}]


def read(*records: dict[str, Any], path: Path = MAIN) -> ParsedChunk:
    """What the parser reads in these records."""
    return SOURCE.parser(path).feed(content(*records), 0)


def told(*records: dict[str, Any], path: Path = MAIN) -> list[Event]:
    """The events of these records, facts left out."""
    return [
        event
        for event in read(*records, path=path).events
        if type(event).__name__ not in ("MetadataLearned", "ContextMeasured")
    ]


def kinds(events: list[Event]) -> list[str]:
    """Names of the events."""
    return [type(event).__name__ for event in events]
