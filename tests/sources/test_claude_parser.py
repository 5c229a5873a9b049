"""Claude Code's records become events: literal records in, literal events out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ppp_tui.model import event as e
from tests.sources.claude_lines import (
    CHILD,
    MAIN,
    T0,
    assistant,
    call,
    envelope,
    kinds,
    read,
    result,
    text,
    told,
    user,
)


def noted(*records: dict[str, Any], path: Path = MAIN) -> list[tuple[str, str]]:
    """The facts that these records tell, the model aside."""
    facts = (event for event in read(*records, path=path).events if isinstance(event, e.MetadataLearned))
    return [(event.name, event.value) for event in facts if event.name != "model"]


def test_a_prompt_begins_a_turn_and_an_answer_ends_it() -> None:
    events = told(user("u1", "Fix it", promptSource="typed"), assistant("a1", text("Done."), 3, stop="end_turn"))
    assert kinds(events) == ["TurnStarted", "RequestMeasured", "AssistantMessage", "TurnEnded"]
    start, _, said, end = events
    assert isinstance(start, e.TurnStarted)
    assert (start.at, start.key, start.prompt, start.origin) == (T0, "u1", "Fix it", "typed")
    assert isinstance(said, e.AssistantMessage)
    assert (said.text, said.is_final, said.request) == ("Done.", True, "msg_1:req_1")
    assert end == e.TurnEnded(T0 + 3000, "completed")


def test_text_before_a_call_ends_no_turn() -> None:
    events = told(assistant("a1", text("I look."), stop="tool_use"))
    assert kinds(events) == ["RequestMeasured", "AssistantMessage"]
    assert isinstance(events[1], e.AssistantMessage)
    assert not events[1].is_final


def test_text_without_a_stop_reason_ends_no_turn() -> None:
    assert "TurnEnded" not in kinds(told(assistant("a1", text("Done."), stop=None, version="2.1.12")))


def test_a_refusal_is_a_failed_turn() -> None:
    assert told(assistant("a1", text("No."), 1, stop="refusal"))[-1] == e.TurnEnded(T0 + 1000, "failed")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"subtype": "turn_duration", "durationMs": 52_737}, [e.TurnEnded(T0, "completed", 52_737)]),
        ({"subtype": "turn_duration", "durationMs": 1e308}, [e.TurnEnded(T0, "completed", 10**12)]),
        ({"subtype": "stop_hook_summary", "hookErrors": []}, [e.TurnEnded(T0, "completed")]),
        ({"subtype": "stop_hook_summary", "hookErrors": ["fix the lint"], "preventedContinuation": False}, []),
        (
            {"subtype": "stop_hook_summary", "hookErrors": ["x"], "preventedContinuation": True},
            [e.TurnEnded(T0, "completed")],
        ),
    ],
)
def test_turn_ends_by_a_record_of_the_program(more: dict[str, Any], expected: list[e.Event]) -> None:
    assert told(envelope("system", "s", **more)) == expected


def test_thinking_ends_no_turn() -> None:
    events = told(assistant("a", {"type": "thinking", "thinking": "Hm."}, stop="end_turn"))
    assert kinds(events) == ["RequestMeasured", "ReasoningEmitted"]


@pytest.mark.parametrize(
    ("subtype", "field", "told_so", "expected"),
    [
        (
            "compact_boundary",
            "compactMetadata",
            {"trigger": "auto", "preTokens": 155_000},
            ("auto", 155_000, None, None),
        ),
        (
            "compact_boundary",
            "compactMetadata",
            {"trigger": "manual", "preTokens": 9, "postTokens": 4, "durationMs": 7},
            ("manual", 9, 4, 7),
        ),
        ("compact_boundary", "compactMetadata", {"trigger": 5, "preTokens": "many"}, ("", None, None, None)),
        (
            "microcompact_boundary",
            "microcompactMetadata",
            {"preTokens": 60_497, "tokensSaved": 21_279},
            ("micro", 60_497, 39_218, None),
        ),
    ],
)
def test_compaction_tells_its_size(
    subtype: str, field: str, told_so: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    [event] = told({**envelope("system", "c", subtype=subtype), field: told_so})
    assert isinstance(event, e.Compacted)
    assert event[2:] == expected


def test_facts_are_emitted_only_when_they_change() -> None:
    facts: dict[str, Any] = {"cwd": "/shop", "gitBranch": "main", "version": "2.1.219", "entrypoint": "cli"}
    moved = {**facts, "gitBranch": "fix"}
    assert noted(user("u1", "a", **facts), user("u2", "b", **facts), user("u3", "c", **moved)) == [
        ("project", "/shop"),
        ("branch", "main"),
        ("agent_version", "2.1.219"),
        ("entrypoint", "cli"),
        ("branch", "fix"),
    ]


def test_the_folder_that_a_session_began_in_stays_its_project() -> None:
    assert noted(user("u1", "a", cwd="/shop"), user("u2", "b", cwd="/shop/src")) == [("project", "/shop")]


def test_a_session_names_the_one_that_it_was_forked_from() -> None:
    origin = {"sessionId": "0c1d", "messageUuid": "u0"}
    assert noted(user("u1", "a", forkedFrom=origin), user("u2", "b", forkedFrom=origin)) == [("forked_from", "0c1d")]


def test_a_sub_agents_own_file_tells_its_role() -> None:
    record = assistant("a", text("x"), isSidechain=True, agentId="a1", attributionAgent="Explore")
    assert noted(record, path=CHILD) == [("agent_role", "Explore")]


def test_a_sub_agents_file_beside_the_session_tells_its_parent() -> None:
    record = user("u", "List", isSidechain=True, agentId="a1")
    assert noted(record, record, path=MAIN.with_name("agent-a1.jsonl")) == [("parent_native_id", "5f0c1d9e")]


def test_users_title_takes_precedence_over_summaries() -> None:
    assert noted(
        {"type": "summary", "summary": "Another session", "leafUuid": "elsewhere"},
        user("u1", "Hello"),
        {"type": "summary", "summary": "This session", "leafUuid": "u1"},
        {"type": "ai-title", "aiTitle": "Told by the agent", "sessionId": "5f0c1d9e"},
        {"type": "custom-title", "customTitle": "Told by the person", "sessionId": "5f0c1d9e"},
        {"type": "custom-title", "customTitle": "Told by the person", "sessionId": "5f0c1d9e"},
        {"type": "summary", "summary": "Too late", "leafUuid": "u1"},
    ) == [("title", "This session"), ("title", "Told by the agent"), ("title", "Told by the person")]


def test_an_inline_sub_agent_is_a_trajectory_of_its_own_with_facts_of_its_own() -> None:
    events = read(
        user("u1", "Count", cwd="/shop"),
        assistant("a1", call("t7", "Task", description="List", prompt="List the files")),
        user("s1", "List the files", isSidechain=True, parentUuid=None, cwd="/shop"),
        assistant("s2", text("Two."), isSidechain=True, parentUuid="s1", cwd="/shop", message_id="msg_2"),
        {"type": "summary", "summary": "Counting", "leafUuid": "u1"},
        assistant("s3", text("Yes."), isSidechain=True, parentUuid="s2", cwd="/shop", message_id="msg_3"),
        user("u2", result("t7", "Two."), cwd="/shop"),
    ).events
    shown = [
        event
        for event in events
        if isinstance(event, e.TrajectorySwitched | e.MetadataLearned | e.TurnStarted | e.AssistantMessage)
    ]
    assert [
        event if isinstance(event, e.TrajectorySwitched) else event[-1 if isinstance(event, e.MetadataLearned) else 3]
        for event in shown
        if not isinstance(event, e.AssistantMessage)
    ] == [
        "/shop",
        "Count",
        "claude-opus-4-5",
        e.TrajectorySwitched("s1", "", "t7"),
        "/shop",
        "List the files",
        "claude-opus-4-5",
        e.TrajectorySwitched("", None),
        "Counting",
        e.TrajectorySwitched("s1", "", "t7"),
        e.TrajectorySwitched("", None),
    ]


def test_inline_sub_agents_that_run_at_once_keep_apart() -> None:
    events = told(
        user("s1", "One", isSidechain=True),
        user("s2", "Two", isSidechain=True),
        assistant("s3", text("1"), isSidechain=True, parentUuid="s1"),
        assistant("s4", text("2"), isSidechain=True, parentUuid="s2", agentId=None),
        user("s5", "Three", isSidechain=True, agentId="a3"),
    )
    assert [event.name for event in events if isinstance(event, e.TrajectorySwitched)] == [
        "s1",
        "s2",
        "s1",
        "s2",
        "agent-a3",
    ]


def test_a_hook_that_failed_is_a_remark() -> None:
    failed = envelope("attachment", "h", attachment={"type": "hook_non_blocking_error", "stderr": "no such file"})
    blocked = envelope(
        "attachment", "i", attachment={"type": "hook_blocking_error", "blockingError": {"blockingError": "lint first"}}
    )
    assert [(event.tool, event.text) for event in told(failed, blocked) if isinstance(event, e.SystemNotice)] == [
        ("hook", "no such file"),
        ("hook", "lint first"),
    ]


@pytest.mark.parametrize(
    "name", ["api-request", "api-request-blob", "api-request-shape", "atis-latch", "cost-state", "tools-used"]
)
def test_side_car_records_emit_nothing(name: str) -> None:
    reading = read({"type": name, "sessionId": "5f0c1d9e", "timestamp": "2026-11-20T10:00:00.000Z"})
    assert (reading.events, reading.unknown) == ([], {})


@pytest.mark.parametrize(
    "kind",
    [
        "date",
        "environment",
        "model",
        "prompt_snapshot",
        "remote_session_change",
        "session_context",
        "total_tokens_reminder",
    ],
)
def test_instructions_to_the_model_emit_nothing(kind: str) -> None:
    reading = read(envelope("attachment", "s", attachment={"type": kind, "text": "for the model"}))
    assert [type(event).__name__ for event in reading.events if not isinstance(event, e.MetadataLearned)] == []
    assert reading.unknown == {}


def test_unknown_records_are_counted_by_name() -> None:
    reading = read(
        envelope("telepathy", "x"),
        envelope("system", "y", subtype="mood"),
        envelope("attachment", "z", attachment={"type": "smell"}),
        envelope("attachment", "z2", attachment={"type": "smell"}),
        envelope("progress", "p", data={"type": "dance"}),
        assistant("a", {"type": "hologram"}),
        {"uuid": "n"},
        envelope("assistant", "b"),
    )
    assert reading.unknown == {
        "telepathy": 1,
        "system/mood": 1,
        "attachment/smell": 2,
        "progress/dance": 1,
        "block/hologram": 1,
        "(no type)": 1,
        "assistant/no message": 1,
    }


def test_invalid_time_is_zero() -> None:
    [event] = told({**user("u", "Hi"), "timestamp": "yesterday"})
    assert isinstance(event, e.TurnStarted)
    assert event.at == 0


def test_event_refers_to_the_place_of_its_record() -> None:
    events = told(user("u1", "Hi"), user("u2", "Ho"))
    assert [event.ref for event in events if isinstance(event, e.TurnStarted)] == [e.Ref(0, 142), e.Ref(143, 142)]
