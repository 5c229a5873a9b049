"""Recorded rollouts, counted a second time by the rules alone with plain json."""

from __future__ import annotations

import itertools
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.codex import SOURCE
from tests.corpus import CORPUS, needs_corpus

_FILES = sorted(SOURCE.find(CORPUS / "codex"))

pytestmark = needs_corpus

_FIELDS = (
    "input_tokens",
    "cached_input_tokens",
    "cache_write_input_tokens",
    "output_tokens",
    "reasoning_output_tokens",
)


def _counted(lines: list[dict[str, Any]]) -> dict[str, list[int]]:
    """Tokens by model: one record per response where there are any, else how far the thread's total moved."""
    totals: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    has_records = any(line["type"] == "token_usage_record" for line in lines)
    model, before = "", [0] * 5
    for line in lines:
        payload = line["payload"]
        if line["type"] == "turn_context":
            model = payload["model"]
        used = None
        if line["type"] == "token_usage_record":
            used = [payload["usage"].get(name, 0) for name in _FIELDS]
        elif payload.get("type") == "token_count" and payload["info"] and not has_records:
            total = [payload["info"]["total_token_usage"].get(name, 0) for name in _FIELDS]
            used = [new - old for new, old in zip(total, before, strict=True)]
            before = total
        if used:
            assert min(used) >= 0
            for index, number in enumerate(used):
                totals[model][index] += number
    return {name: numbers for name, numbers in totals.items() if any(numbers)}


def _measured(events: list[e.Event]) -> dict[str, list[int]]:
    totals: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
    for event in events:
        if isinstance(event, e.RequestMeasured):
            cached, written = event.cache_read_tokens, event.cache_write_5m_tokens + event.cache_write_1h_tokens
            reasoning = event.reasoning_tokens or 0
            numbers = (event.input_tokens + cached + written, cached, written, event.output_tokens, reasoning)
            for index, number in enumerate(numbers):
                totals[event.model][index] += number
    return dict(totals)


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem[-30:])
def test_recorded_rollout_has_no_damage_and_no_unknown_record(path: Path) -> None:
    data = path.read_bytes()
    lines = [json.loads(line) for line in data.splitlines()]
    kinds = Counter((line["type"], line["payload"].get("type", "")) for line in lines)
    reading = SOURCE.parser(path).feed(data, 0)
    events = reading.events
    told = Counter(type(event).__name__ for event in events)

    assert reading.damage == []
    assert reading.unknown == {}
    assert _measured(events) == _counted(lines)
    assert told["TurnStarted"] == kinds["event_msg", "task_started"]
    ends = Counter(event.status for event in events if isinstance(event, e.TurnEnded))
    assert ends["interrupted"] == kinds["event_msg", "turn_aborted"]
    assert ends["completed"] + ends["failed"] == kinds["event_msg", "task_complete"]
    assert told["AssistantMessage"] == kinds["event_msg", "agent_message"]
    prompts = [event for event in events if isinstance(event, (e.TurnStarted, e.PromptAdded))]
    said = [line["payload"]["message"] for line in lines if line["payload"].get("type") == "user_message"]
    assert [event.prompt if isinstance(event, e.TurnStarted) else event.text for event in prompts] == said
    assert told["Compacted"] == kinds["compacted", ""]
    keys = [event.key for event in events if isinstance(event, e.RequestMeasured)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem[-30:])
def test_recorded_rollout_gives_its_exit_codes(path: Path) -> None:
    """Every exit code that an output tells in its first lines reaches a step, and no other."""
    data = path.read_bytes()
    told: Counter[int] = Counter()
    for line in map(json.loads, data.splitlines()):
        payload = line["payload"]
        if payload.get("type") not in ("function_call_output", "custom_tool_call_output"):
            continue
        for words in payload["output"].split("Output:\n")[0].splitlines():
            for mark in ("Process exited with code ", "Exit code: "):
                if words.startswith(mark):
                    told[int(words.removeprefix(mark))] += 1
    patches = sum(b'"patch_apply_end"' in line for line in data.splitlines())
    events = SOURCE.parser(path).feed(data, 0).events
    codes = Counter(
        event.exit_code for event in events if isinstance(event, e.ToolCallFinished) and event.exit_code is not None
    )
    # What ends with an event of its own (a patch) needs no exit code.
    assert codes[0] == told[0] - patches
    assert {code: number for code, number in codes.items() if code} == {code: n for code, n in told.items() if code}


def test_growing_copies_of_one_thread_tell_the_same_keys() -> None:
    threads: dict[str, list[list[str]]] = defaultdict(list)
    for path in _FILES:
        events = SOURCE.parser(path).feed(path.read_bytes(), 0).events
        keys = [event.key for event in events if isinstance(event, (e.TurnStarted, e.RequestMeasured))]
        threads[SOURCE.identify(path).native_id].append(keys)
    grown = [sorted(copies, key=len) for copies in threads.values() if len(copies) > 1]
    assert grown
    for copies in grown:
        for shorter, longer in itertools.pairwise(copies):
            assert longer[: len(shorter)] == shorter
