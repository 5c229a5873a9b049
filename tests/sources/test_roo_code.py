"""Tasks of Roo Code and Kilo Code: where they lie, what stands beside them, and counts that include the cache."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources import kilo_code, roo_code
from ppp_tui.sources.cline.requests import WHOLE_INPUT_SINCE_MS
from tests.sources.polled import of
from tests.sources.task_messages import SESSION, T0, Task, ask, counts, say


@pytest.fixture
def task(tmp_path: Path) -> Task:
    return Task(roo_code.SOURCE, tmp_path / "tasks", "0199-a")


def message(second: int, **info: Any) -> dict[str, Any]:
    made = say(second, "api_req_started", json.dumps(info))
    del made["modelInfo"]
    return made


PROMPT = {"ts": T0, "type": "say", "say": "text", "text": "Fix it"}


def test_folder_parent_and_model_stand_beside_the_messages(task: Task) -> None:
    task.beside("history_item.json", {"id": "0199-a", "workspace": "/home/me/shop", "parentTaskId": "0199-p"})
    details = "<environment_details>\n<name>Code</name>\n<model>openai/gpt-5.1</model>\n</environment_details>"
    task.beside("api_conversation_history.json", [{"role": "user", "content": [{"type": "text", "text": details}]}])
    reading = task.write(PROMPT, message(1, apiProtocol="openai", **counts(100, 7)))
    facts = {event.name: event.value for event in of(e.MetadataLearned, reading)}
    assert facts == {"project": "/home/me/shop", "parent_native_id": "0199-p", "model": "openai/gpt-5.1"}
    assert [event.model for event in of(e.RequestMeasured, reading)] == ["openai/gpt-5.1"]


@pytest.mark.parametrize(
    ("at", "protocol", "numbers", "fresh"),
    [
        (T0, "anthropic", (1000, 600, 100), 300),
        (T0, "openai", (700, 300, 40), 360),
        (WHOLE_INPUT_SINCE_MS - 1, "anthropic", (1000, 600, 100), 1000),
        (WHOLE_INPUT_SINCE_MS - 1, "openai", (700, 300, 40), 360),
        (T0, "anthropic", (10, 35617, 1729), 10),
        (T0, "", (1000, 600, 100), 1000),
    ],
    ids=["since 3.29.5", "openai", "before", "openai before", "less than the cache", "no protocol"],
)
def test_input_with_the_cache_in_it_is_told_without_it(
    at: int, protocol: str, numbers: tuple[int, int, int], fresh: int, task: Task
) -> None:
    info = {"apiProtocol": protocol} if protocol else {}
    request = {**message(1, **info, **counts(numbers[0], 5, numbers[1], numbers[2])), "ts": at}
    (measured,) = of(e.RequestMeasured, task.write(PROMPT, request))
    assert (measured.input_tokens, measured.cache_read_tokens, measured.cache_write_5m_tokens) == (
        fresh,
        numbers[1],
        numbers[2],
    )


def test_request_that_shows_the_older_meaning_decides_for_the_task(task: Task) -> None:
    task.write(PROMPT, message(1, apiProtocol="anthropic", **counts(10, 5, 35617)))
    older = message(1, apiProtocol="anthropic", **counts(10, 5, 35617))
    (measured,) = of(
        e.RequestMeasured, task.write(PROMPT, older, message(2, apiProtocol="anthropic", **counts(90, 5, 50)))
    )
    assert measured.input_tokens == 90


def test_answered_call_waits_no_longer(task: Task) -> None:
    call = ask(3, "command", "sleep 9")
    waiting = of(e.AgentWaiting, task.write(PROMPT, call))
    assert [event.waits_for for event in waiting] == ["permission prompt, unless the command runs"]
    assert of(e.AgentWaiting, task.write(PROMPT, {**call, "isAnswered": True})) == [e.AgentWaiting(T0 + 3000, "")]


def test_retry_says_its_error_without_the_timer_and_own_limits_are_none(task: Task) -> None:
    reading = task.write(
        PROMPT,
        say(1, "api_req_retry_delayed", "429 Too many requests\n<retry_timer>3</retry_timer>"),
        say(2, "api_req_retry_delayed", "Rate limiting for 5 seconds..."),
    )
    assert [(event.kind, event.status_code, event.message) for event in of(e.RequestFailed, reading)] == [
        ("rate_limit", 429, "429 Too many requests")
    ]


def test_condensed_context_tells_its_sizes(task: Task) -> None:
    figures = {"prevContextTokens": 150_000, "newContextTokens": 20_000, "cost": 0.1, "summary": "s"}
    (compacted,) = of(e.Compacted, task.write(PROMPT, say(1, "condense_context", "", contextCondense=figures)))
    assert (compacted.before_tokens, compacted.after_tokens) == (150_000, 20_000)


def test_task_that_another_began_ends_with_its_result(task: Task) -> None:
    begun = ask(1, "tool", json.dumps({"tool": "newTask", "mode": "code", "content": "Write docs"}))
    reading = task.write(PROMPT, begun, say(9, "subtask_result", "Docs are there"))
    assert [event.kind for event in of(e.ToolCallStarted, reading)] == ["subagent"]
    assert [(event.status, event.output) for event in of(e.ToolCallFinished, reading)] == [("ok", "Docs are there")]


@pytest.mark.parametrize(
    ("source", "extension"),
    [(roo_code.SOURCE, "rooveterinaryinc.roo-cline"), (kilo_code.SOURCE, "kilocode.kilo-code")],
)
def test_each_extension_has_its_own_home(source: Any, extension: str, tmp_path: Path) -> None:
    folder = tmp_path / ".config" / "VSCodium" / "User" / "globalStorage" / extension / "tasks"
    folder.mkdir(parents=True)
    assert source.roots({}, tmp_path) == [folder]
    task = Task(source, folder)
    assert len(of(e.TurnStarted, task.write(*SESSION))) == 2
    assert source.resume_command("1", "/shop") is None
