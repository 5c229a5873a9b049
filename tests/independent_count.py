"""A second counting of recorded sessions, by the formats' rules and without a line of the parsers.

Nothing here is imported from the program: what it counts and what the program counts can only be alike if both are
right, or wrong in the same way.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Tokens = tuple[int, int, int, int]
"""Fresh input, output, read from the cache, written to it."""

Counts = dict[str, tuple[int, int, int, int, int]]
"""Model to its requests and their tokens."""


def objects(text: str) -> Iterator[dict[str, Any]]:
    """Every object of a file of JSON lines, several on a line too; what is no JSON ends its line."""
    decoder = json.JSONDecoder()
    for line in text.split("\n"):
        place = 0
        while place < len(line):
            try:
                record, place = decoder.raw_decode(line, place)
            except ValueError:
                break
            if isinstance(record, dict):
                yield record


def claude_requests(files: Iterable[str]) -> list[tuple[str, Tokens]]:
    """Model and tokens of each request of Claude Code's files: of all its records, those of the greatest output.

    A record is the file's own, or a sub-agent's within a `progress` record. Only ids tell requests apart: for sessions
    of which every record has both.
    """
    best: dict[tuple[str, str], tuple[str, Tokens]] = {}
    for text in files:
        for record in objects(text):
            if record.get("type") == "progress" and record["data"].get("type") == "agent_progress":
                record = record["data"]["message"]
            message = record.get("message") or {}
            usage = message.get("usage")
            if record.get("type") != "assistant" or not usage or message["model"] == "<synthetic>":
                continue
            tokens = (
                usage.get("input_tokens") or 0,
                usage.get("output_tokens") or 0,
                usage.get("cache_read_input_tokens") or 0,
                usage.get("cache_creation_input_tokens") or 0,
            )
            key = (message["id"], record["requestId"])
            if key not in best or tokens[1] > best[key][1][1]:
                best[key] = (message["model"], tokens)
    return list(best.values())


def codex_requests(files: Iterable[str]) -> list[tuple[str, Tokens]]:
    """Model and tokens of each request of Codex's files: the last usage of each count whose total moved.

    Copies of a thread tell the same totals again. For threads that began by themselves and recorded totals alone.
    """
    found: dict[tuple[str, int], tuple[str, Tokens]] = {}
    for text in files:
        thread, model, before = "", "", 0
        for line in objects(text):
            payload = line["payload"]
            if line["type"] == "session_meta":
                thread = thread or payload["id"]
            elif line["type"] == "turn_context":
                model = payload["model"]
            elif payload.get("type") == "token_count" and payload["info"]:
                total = payload["info"]["total_token_usage"]["total_tokens"]
                last = payload["info"]["last_token_usage"]
                cached = last["cached_input_tokens"]
                if total != before:
                    found[thread, total] = (model, (last["input_tokens"] - cached, last["output_tokens"], cached, 0))
                before = total
    return list(found.values())


def per_model(requests: Iterable[tuple[str, Tokens]]) -> Counts:
    """The requests of each model and the sums of their tokens."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for model, tokens in requests:
        sums[model] = [known + more for known, more in zip(sums[model], (1, *tokens), strict=True)]
    return {model: (one[0], one[1], one[2], one[3], one[4]) for model, one in sums.items()}


def read_all(paths: Iterable[Path]) -> Iterator[str]:
    """The texts of files."""
    for path in paths:
        yield path.read_text("utf-8", errors="replace")
