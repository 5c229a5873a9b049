"""Recorded sessions: an independent count, straight from the format's rules, agrees with what the source says."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.claude_code import SOURCE
from ppp_tui.sources.source import ParsedChunk
from tests.corpus import CORPUS, needs_corpus, records

pytestmark = [needs_corpus, pytest.mark.slow]
SESSIONS = sorted((CORPUS / "claude-code").rglob("*.jsonl"))
NEWEST = [path for path in SESSIONS if "2.1.205" in path.parent.name]
OLDER = [path for path in SESSIONS if "2.0" in path.parent.name]
NO_PROMPTS = (
    "<local-command-",
    "<bash-stdout>",
    "This session is being continued",
    "[Request interrupted by user",
    "Operation stopped by hook",
)


@cache
def reading(path: Path) -> ParsedChunk:
    """What the source reads in the whole file."""
    return SOURCE.parser(path).feed(path.read_bytes(), 0)


@cache
def main_events(path: Path) -> list[e.Event]:
    """Events of the session itself, without those of the sub-agents in it."""
    trajectory = ""
    found: list[e.Event] = []
    for event in reading(path).events:
        if isinstance(event, e.TrajectorySwitched):
            trajectory = event.name
        elif not trajectory:
            found.append(event)
    return found


def blocks(path: Path, kind: str) -> list[dict[str, Any]]:
    """All blocks of a type in the messages of a file."""
    contents = [
        (record.get("message") or {}).get("content") for record in records(path) if record["type"] != "progress"
    ]
    return [block for content in contents if isinstance(content, list) for block in content if block["type"] == kind]


def counted() -> dict[str, tuple[int, ...]]:
    """Tokens per model: of each message and request the record with the greatest output, once over all files."""
    best: dict[tuple[str, str], tuple[str, tuple[int, ...]]] = {}
    for path in SESSIONS:
        for outer in records(path):
            # The messages of sub-agents stand whole in progress records.
            record = (outer["data"].get("message") or outer) if outer["type"] == "progress" else outer
            message = record.get("message") or {}
            usage = message.get("usage")
            if record["type"] != "assistant" or not usage or message["model"] == "<synthetic>":
                continue
            writes = usage.get("cache_creation") or {}
            key = (message["id"], record.get("requestId", ""))
            numbers: tuple[int, ...] = (
                usage["output_tokens"],
                usage["input_tokens"],
                usage["cache_read_input_tokens"],
                writes.get("ephemeral_5m_input_tokens", 0),
                writes.get("ephemeral_1h_input_tokens", 0),
            )
            if key not in best or numbers[0] > best[key][1][0]:
                best[key] = (message["model"], numbers)
    sums: dict[str, tuple[int, ...]] = {}
    for model, numbers in best.values():
        sums[model] = tuple(a + b for a, b in zip(sums.get(model, (0,) * 5), numbers, strict=True))
    return sums


def said() -> dict[str, tuple[int, ...]]:
    """The same from the source's events."""
    best: dict[str, e.RequestMeasured] = {}
    for path in SESSIONS:
        for event in reading(path).events:
            if isinstance(event, e.RequestMeasured) and (
                event.key not in best or event.output_tokens > best[event.key].output_tokens
            ):
                best[event.key] = event
    sums: dict[str, tuple[int, ...]] = defaultdict(lambda: (0,) * 5)
    for event in best.values():
        numbers = (
            event.output_tokens,
            event.input_tokens,
            event.cache_read_tokens,
            event.cache_write_5m_tokens,
            event.cache_write_1h_tokens,
        )
        sums[event.model] = tuple(a + b for a, b in zip(sums[event.model], numbers, strict=True))
    return dict(sums)


def is_prompt(record: dict[str, Any]) -> bool:
    """A person's prompt, by the rules for versions that do not tell."""
    if record["type"] != "user" or record.get("isMeta") or record.get("isCompactSummary"):
        return False
    content = record["message"]["content"]
    if not isinstance(content, str):
        if any(block["type"] == "tool_result" for block in content):
            return False
        content = content[0]["text"]
    return not content.startswith(NO_PROMPTS)


def test_tokens_per_model_agree() -> None:
    assert said() == counted()


def test_nothing_is_unknown_and_nothing_is_lost() -> None:
    unknown: Counter[str] = Counter()
    for path in SESSIONS:
        unknown.update(reading(path).unknown)
    assert unknown == {}
    assert [damage for path in SESSIONS for damage in reading(path).damage] == []


def test_prompts_are_those_that_the_record_calls_human() -> None:
    assert NEWEST
    for path in NEWEST:
        people = [record["uuid"] for record in records(path) if (record.get("origin") or {}).get("kind") == "human"]
        assert [event.key for event in main_events(path) if isinstance(event, e.TurnStarted)] == people
        queued = [(record.get("attachment") or {}).get("commandMode") for record in records(path)].count("prompt")
        added = [
            event for event in reading(path).events if isinstance(event, e.PromptAdded) and event.origin == "queued"
        ]
        assert len(added) == queued


def test_prompts_of_older_versions_are_those_that_the_rules_leave() -> None:
    assert OLDER
    for path in OLDER:
        people = [record["uuid"] for record in records(path) if is_prompt(record)]
        assert [event.key for event in main_events(path) if isinstance(event, e.TurnStarted)] == people


def test_every_call_begins_a_step_and_every_result_ends_one() -> None:
    for path in SESSIONS:
        events = main_events(path)
        started = [event.key for event in events if isinstance(event, e.ToolCallStarted)]
        ended = [event.key for event in events if isinstance(event, e.ToolCallFinished)]
        assert started == [block["id"] for block in blocks(path, "tool_use")]
        assert ended == [block["tool_use_id"] for block in blocks(path, "tool_result")]


def test_a_records_place_leads_back_to_the_whole_step() -> None:
    for path in (NEWEST[0], OLDER[0]):
        content = path.read_bytes()
        for event in reading(path).events:
            if isinstance(event, e.ToolCallStarted | e.ToolCallFinished):
                record = content[event.ref.offset : event.ref.offset + event.ref.length]
                whole = SOURCE.load_input if isinstance(event, e.ToolCallStarted) else SOURCE.load_output
                assert isinstance(whole(record, event.key).text, str)


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
    assert events == reading(snapshots[-1]).events
    assert len(events) > 200


def test_sessions_read_line_by_line_give_the_events_of_the_whole() -> None:
    for path in (NEWEST[0], OLDER[0]):
        events, state, offset = [], b"", 0
        for line in path.read_bytes().splitlines(keepends=True):
            parser = SOURCE.parser(path, state)
            events += parser.feed(line, offset).events
            state, offset = parser.state(), offset + len(line)
        assert events == reading(path).events


@needs_corpus
def test_recorded_sessions_have_no_turn_taken_back() -> None:
    """Looked at by hand: one prompt hangs on a record before the last turn, and that turn is an idle `/exit`."""
    found = [event for path in SESSIONS for event in reading(path).events if isinstance(event, e.TurnsRolledBack)]
    assert found == []
