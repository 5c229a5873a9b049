"""Recorded sessions: an independent count, straight from the format's rules, agrees with what the source says."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.claude_code import SOURCE
from tests.corpus import CORPUS, needs_corpus

pytestmark = [needs_corpus, pytest.mark.slow]
SESSIONS = sorted((CORPUS / "claude-code").rglob("*.jsonl"))


def records(path: Path) -> Iterator[dict[str, Any]]:
    """Every JSON object of the file, several on a line too."""
    decoder = json.JSONDecoder()
    for line in path.read_text("utf-8").splitlines():
        place = 0
        while place < len(line):
            record, place = decoder.raw_decode(line, place)
            yield record


def counted() -> dict[str, tuple[int, ...]]:
    """Tokens per model: of each message and request the record with the greatest output, once over all files."""
    best: dict[tuple[str, str], tuple[str, tuple[int, ...]]] = {}
    for path in SESSIONS:
        for record in records(path):
            message = record.get("message") or {}
            usage = message.get("usage")
            if record["type"] != "assistant" or not usage or message["model"] == "<synthetic>":
                continue
            writes = usage.get("cache_creation") or {}
            key = (message["id"], record.get("requestId", ""))
            numbers: tuple[int, ...] = (
                usage["output_tokens"], usage["input_tokens"], usage["cache_read_input_tokens"],
                writes.get("ephemeral_5m_input_tokens", 0), writes.get("ephemeral_1h_input_tokens", 0),
            )  # fmt: skip
            if key not in best or numbers[0] > best[key][1][0]:
                best[key] = (message["model"], numbers)
    sums: dict[str, tuple[int, ...]] = {}
    for model, numbers in best.values():
        sums[model] = tuple(a + b for a, b in zip(sums.get(model, (0,) * 5), numbers, strict=True))
    return sums


def said() -> tuple[dict[str, tuple[int, ...]], Counter[str], int, int]:
    """The same from the source's events; unknown names, damaged places and prompts of a person beside it."""
    best: dict[str, e.RequestMeasured] = {}
    unknown: Counter[str] = Counter()
    damage = human = 0
    for path in SESSIONS:
        reading = SOURCE.parser(path).feed(path.read_bytes(), 0)
        unknown.update(reading.unknown)
        damage += len(reading.damage)
        for event in reading.events:
            if isinstance(event, e.RequestMeasured) and (
                event.key not in best or event.output_tokens > best[event.key].output_tokens
            ):
                best[event.key] = event
            human += isinstance(event, e.TurnStarted) and "2.1.205" in path.parent.name
    sums: dict[str, tuple[int, ...]] = defaultdict(lambda: (0,) * 5)
    for event in best.values():
        numbers = (
            event.output_tokens, event.input_tokens, event.cache_read_tokens, event.cache_write_5m_tokens,
            event.cache_write_1h_tokens,
        )  # fmt: skip
        sums[event.model] = tuple(a + b for a, b in zip(sums[event.model], numbers, strict=True))
    return dict(sums), unknown, damage, human


def test_totals_per_model_agree_and_nothing_is_lost() -> None:
    sums, unknown, damage, human = said()
    assert sums == counted()
    assert unknown == {}
    assert damage == 0
    newest = [path for path in SESSIONS if "2.1.205" in path.parent.name]
    people = sum(
        (record.get("origin") or {}).get("kind") == "human" and record["type"] == "user"
        for path in newest
        for record in records(path)
    )
    assert human >= people > 0


def test_growing_snapshots_read_piece_by_piece_give_the_events_of_the_last() -> None:
    snapshots = sorted((CORPUS / "claude-code/growing/cc432c40").glob("*.jsonl"))
    contents = [path.read_bytes() for path in snapshots]
    events, state, offset = [], b"", 0
    for content in contents:
        end = content.rfind(b"\n") + 1
        parser = SOURCE.parser(snapshots[-1], state)
        events += parser.feed(content[offset:end], offset).events
        state, offset = parser.state(), end
    parser = SOURCE.parser(snapshots[-1], state)
    events += parser.feed(contents[-1][offset:], offset).events
    assert events == SOURCE.parser(snapshots[-1]).feed(contents[-1], 0).events
    assert len(events) > 200
