"""Literal messages of gptme's conversations for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ppp_tui.sources.gptme import SOURCE
from tests.sources.parsed_lines import ParsedLines
from tests.sources.parsed_lines import content as content

NAME = "2026-11-20-fix-login"
PATH = Path(f"/home/me/.local/share/gptme/logs/{NAME}/conversation.jsonl")
T0 = 1_795_168_800_000
"""2026-11-20 10:00:00 UTC: second 0 of the messages."""

Line = dict[str, Any]


def message(role: str, text: str, second: float = 0, **more: Any) -> Line:
    stamp = f"2026-11-20T10:00:{int(second):02d}.{round(second % 1 * 1000):03d}000+00:00"
    return {"role": role, "content": text, "timestamp": stamp, **more}


def answer(text: str, second: float = 0, **more: Any) -> Line:
    """An answer of claude-sonnet-4-5: 10 fresh tokens, 1000 of the cache, 200 written to it, 40 of output."""
    usage = {"input_tokens": 10, "output_tokens": 40, "cache_read_tokens": 1000, "cache_creation_tokens": 200}
    metadata = {"model": "anthropic/claude-sonnet-4-5", "cost": 0.001234, "usage": usage, **more}
    return message("assistant", text, second, metadata=metadata)


_PARSED = ParsedLines(SOURCE, PATH)
read, events_of = _PARSED.read, _PARSED.events_of
