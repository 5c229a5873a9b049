"""Conversations of OpenHands: turns, steps with exit codes, tokens of each request, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.openhands import SOURCE
from ppp_tui.sources.source import Identity, ParsedChunk
from tests.sources.polled import PolledSession, of

USAGE = {"model": "openai/gpt-5", "prompt_tokens": 100, "completion_tokens": 7, "cache_read_tokens": 40}


class Conversation(PolledSession):
    """A conversation's folder, and what was read of it so far."""

    source = SOURCE

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "c1" / "base_state.json")
        (folder / "c1" / "events").mkdir()
        self.count = 0

    def add(self, *events: dict[str, Any] | str) -> None:
        for event in events:
            text = event if isinstance(event, str) else json.dumps({"timestamp": "2026-11-20T10:00:00+00:00", **event})
            (self.path.parent / "events" / f"event-{self.count:05d}-x{self.count}.json").write_text(text)
            self.count += 1

    def update(self, status: str = "running", *usages: dict[str, Any], limit: int = 5000) -> ParsedChunk:
        metrics = {"agent": {"token_usages": usages, "costs": []}}
        document = {
            "execution_status": status,
            "agent": {"llm": {"model": "openai/gpt-5"}},
            "workspace": {"working_dir": "/home/me/shop"},
            "stats": {"usage_to_metrics": metrics},
        }
        self.path.write_text(json.dumps(document))
        return self.poll(limit)


@pytest.fixture
def conversation(tmp_path: Path) -> Conversation:
    return Conversation(tmp_path)


def said(source: str, text: str) -> dict[str, Any]:
    content = [{"type": "text", "text": text}]
    return {"kind": "MessageEvent", "id": f"m-{text}", "source": source, "llm_message": {"content": content}}


def acted(key: str, tool: str = "terminal", **action: Any) -> dict[str, Any]:
    return {"kind": "ActionEvent", "source": "agent", "tool_name": tool, "tool_call_id": key, "action": action}


def observed(key: str, text: str, tool: str = "terminal", **more: Any) -> dict[str, Any]:
    observation = {"content": [{"type": "text", "text": text}], "is_error": False, **more}
    return {"kind": "ObservationEvent", "tool_name": tool, "tool_call_id": key, "observation": observation}


def test_conversation_has_its_facts_turn_and_step(conversation: Conversation) -> None:
    conversation.add(said("user", "Fix it"), acted("t1", command="pytest -q"), observed("t1", "1 failed", exit_code=1))
    reading = conversation.update()
    facts = {event.name: event.value for event in of(e.MetadataLearned, reading)}
    assert facts == {"agent_name": "openhands", "model": "gpt-5", "project": "/home/me/shop"}
    assert [(event.prompt, event.at) for event in of(e.TurnStarted, reading)] == [("Fix it", 1_795_168_800_000)]
    assert [event.command for event in of(e.ToolCallStarted, reading)] == ["pytest -q"]
    assert [(event.status, event.exit_code) for event in of(e.ToolCallFinished, reading)] == [("failed", 1)]
    assert SOURCE.identify(conversation.path) == Identity("c1")
    assert list(SOURCE.find(conversation.path.parent.parent)) == [conversation.path]


def test_new_events_and_requests_are_told_once(conversation: Conversation) -> None:
    conversation.add(said("user", "Fix it"))
    conversation.update("running", USAGE)
    conversation.add(acted("t1", command="ls"))
    reading = conversation.update("running", USAGE, {**USAGE, "completion_tokens": 9})
    assert (of(e.TurnStarted, reading), len(of(e.ToolCallStarted, reading))) == ([], 1)
    assert [request.output_tokens for request in of(e.RequestMeasured, reading)] == [9]
    assert conversation.update("running", USAGE, USAGE) == ParsedChunk()


def test_prompt_without_what_the_cache_held_is_fresh_input(conversation: Conversation) -> None:
    (request,) = of(e.RequestMeasured, conversation.update("running", {**USAGE, "cache_write_tokens": 10}))
    assert (request.input_tokens, request.cache_read_tokens, request.cache_write_5m_tokens) == (50, 40, 10)


def test_finish_is_the_answer_and_the_end(conversation: Conversation) -> None:
    conversation.add(said("user", "Fix it"), acted("f1", "finish", message="Done."), observed("f1", "", "finish"))
    reading = conversation.update("finished")
    assert [event.text for event in of(e.AssistantMessage, reading)] == ["Done."]
    assert [event.status for event in of(e.TurnEnded, reading)] == ["completed"]
    assert of(e.ToolCallStarted, reading) == []


@pytest.mark.parametrize(
    ("status", "ends"),
    [("running", []), ("error", ["failed"]), ("stuck", ["failed"]), ("paused", ["interrupted"])],
)
def test_state_ends_the_open_turn_once(status: str, ends: list[str], conversation: Conversation) -> None:
    conversation.add(said("user", "Fix it"))
    assert [event.status for event in of(e.TurnEnded, conversation.update(status))] == ends
    assert conversation.update(status) == ParsedChunk()


def test_failed_and_refused_calls_are_told_apart(conversation: Conversation) -> None:
    failed = {"kind": "AgentErrorEvent", "tool_name": "terminal", "tool_call_id": "t1", "error": "no such tool"}
    refused = {"kind": "UserRejectObservation", "tool_name": "terminal", "tool_call_id": "t2", "rejection_reason": "no"}
    conversation.add(said("user", "Go"), acted("t1", command="a"), failed, acted("t2", command="b"), refused)
    ends = of(e.ToolCallFinished, conversation.update())
    assert [(event.status, event.output) for event in ends] == [("failed", "no such tool"), ("denied", "no")]


def test_file_that_is_only_looked_at_is_read(conversation: Conversation) -> None:
    conversation.add(said("user", "Go"), acted("t1", "file_editor", command="view", path="/a.py"))
    conversation.add(acted("t2", "file_editor", command="create", path="/b.py"))
    steps = of(e.ToolCallStarted, conversation.update())
    assert [(step.kind, step.paths) for step in steps] == [("read", ("/a.py",)), ("edit", ("/b.py",))]


def test_event_that_is_being_written_is_waited_for_and_a_lost_one_is_counted(conversation: Conversation) -> None:
    conversation.add(said("user", "Go"), '{"kind": "Action')
    assert conversation.update().unknown == {}
    conversation.add(acted("t1", command="ls"), {"kind": "NewEvent"}, {"kind": "TokenEvent"})
    reading = conversation.update()
    assert reading.unknown == {"unreadable event": 1, "NewEvent": 1}
    assert [event.key for event in of(e.ToolCallStarted, reading)] == ["t1"]


def test_long_conversation_is_read_in_parts(conversation: Conversation) -> None:
    conversation.add(said("user", "Go"), acted("t1", command="ls"), observed("t1", "a.py"))
    conversation.update(limit=2)
    assert len(of(e.ToolCallFinished, conversation.update(limit=2))) == 1


@pytest.mark.parametrize(
    "event",
    [
        {"kind": "MessageEvent", "source": "user", "llm_message": 5, "id": 7},
        {"kind": "ActionEvent", "action": [], "thought": "x", "timestamp": "never"},
        {"kind": "ObservationEvent", "observation": {"content": 5, "exit_code": 10**30}},
        {"kind": ["x"]},
    ],
)
def test_odd_values_cost_facts_and_raise_nothing(event: dict[str, Any], conversation: Conversation) -> None:
    conversation.add(event, "[]", "{}")
    conversation.update("finished", {"prompt_tokens": "x"})


def test_resumed_conversation_is_quoted() -> None:
    assert SOURCE.resume_command("c1", "/a b") == "cd '/a b' && openhands --resume c1"
    assert SOURCE.resume_command("--x", "") is None
