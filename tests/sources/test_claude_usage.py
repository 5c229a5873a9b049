"""What model requests cost: counted once, with the greatest output, and whose version tells too little of it."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model import event as e
from ppp_tui.sources.claude_code.usage import is_under_recorded
from tests.sources.claude_lines import (
    CHILD,
    T0,
    assistant,
    call,
    kinds,
    read,
    result,
    text,
    told,
    user,
)


def measured(*records: dict[str, Any]) -> list[e.RequestMeasured]:
    """The requests that these records tell of."""
    return [event for event in told(*records) if isinstance(event, e.RequestMeasured)]


def test_one_message_in_many_records_is_one_request_with_its_greatest_output() -> None:
    found = measured(
        assistant("a1", text("I look."), output=1, stop=None, version="2.1.12"),
        user("u", result("t0", "x")),
        assistant("a2", call("t1", "Bash", command="ls"), output=9, stop=None, version="2.1.12"),
        assistant("a3", call("t2", "Bash", command="pwd"), output=9, stop=None, version="2.1.12"),
        assistant("a4", call("t3", "Bash", command="id"), output=4, stop=None, version="2.1.12"),
    )
    assert [(m.key, m.alias, m.output_tokens, m.is_lower_bound) for m in found] == [
        ("msg_1:req_1", "msg_1", 1, True),
        ("msg_1:req_1", "msg_1", 9, True),
    ]


def test_counts_are_disjoint() -> None:
    record = assistant("a", text("x"))
    record["message"]["usage"] |= {
        "cache_creation_input_tokens": 70,
        "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 50},
        "service_tier": "standard",
        "speed": "fast",
        "server_tool_use": {"web_search_requests": 2},
        "iterations": [{"input_tokens": 10, "output_tokens": 5}],
    }
    [request] = measured(record)
    assert (request.input_tokens, request.output_tokens, request.cache_read_tokens) == (10, 5, 1000)
    assert (request.cache_write_5m_tokens, request.cache_write_1h_tokens) == (20, 50)
    assert (request.model, request.speed, request.service_tier) == ("claude-opus-4-5", "fast", "standard")
    assert (request.web_searches, request.stop_reason, request.reasoning_tokens) == (2, "tool_use", None)


def test_writes_of_unknown_lifetime_are_short_ones() -> None:
    record = assistant("a", text("x"))
    del record["message"]["usage"]["cache_creation"]
    [request] = measured(record)
    assert (request.cache_write_5m_tokens, request.cache_write_1h_tokens) == (50, 0)


def test_without_a_request_id_a_message_is_known_by_its_first_record() -> None:
    first, second = assistant("a1", text("x"), message_id="msg_0"), assistant("a2", text("y"), message_id="msg_0")
    del first["requestId"], second["requestId"]
    assert [(m.key, m.alias) for m in measured(first, second)] == [("msg_0:a1", "msg_0")]


def test_a_stop_reason_on_any_record_of_a_message_says_that_its_count_is_whole() -> None:
    found = measured(
        assistant("a1", text("x"), output=7, stop=None, version="2.1.12"),
        assistant("a2", text("y"), output=7, stop="end_turn", version="2.1.12"),
    )
    assert [(m.output_tokens, m.is_lower_bound, m.stop_reason) for m in found] == [
        (7, True, ""),
        (7, False, "end_turn"),
    ]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2.0.64", True),
        ("2.1.8", True),
        ("2.1.42", True),
        ("2.1.204", True),
        ("2.1.205", False),
        ("2.1.329", False),
        ("3.0.0", False),
        ("2.1.300-beta.1", False),
        ("", True),
        ("next", True),
        ("9" * 5000 + ".1.1", True),
    ],
)
def test_usage_of_under_recording_versions_is_a_lower_bound(version: str, expected: bool) -> None:
    assert is_under_recorded(version) is expected


def test_the_context_is_what_the_last_main_request_was_sent() -> None:
    events = read(assistant("a", text("x"), 3)).events
    assert [event for event in events if isinstance(event, e.ContextMeasured)] == [e.ContextMeasured(T0 + 3000, 1060)]


def test_a_side_conversation_is_marked_and_does_not_fill_the_context() -> None:
    events = read(user("s1", "List", isSidechain=True), assistant("s2", text("x"), isSidechain=True)).events
    assert [event.is_aside for event in events if isinstance(event, e.RequestMeasured)] == [True]
    assert "ContextMeasured" not in kinds(events)


def test_context_of_a_sub_agents_own_file_is_its_own() -> None:
    events = read(assistant("s", text("x"), isSidechain=True, agentId="a1"), path=CHILD).events
    assert {"ContextMeasured", "RequestMeasured"} <= set(kinds(events))


def test_synthetic_messages_are_no_model_and_no_usage() -> None:
    record = assistant("a", text("No response requested."), isApiErrorMessage=False)
    record["message"]["model"] = "<synthetic>"
    assert kinds(read(record).events) == ["SystemNotice"]


@pytest.mark.parametrize(
    ("count", "expected"), [(10**30, 10**12), (-5, 0), (None, 0)], ids=["absurd", "negative", "none"]
)
def test_counts_that_no_store_can_hold_are_bounded(count: int | None, expected: int) -> None:
    record = assistant("a", text("x"))
    record["message"]["usage"] |= {"input_tokens": count, "output_tokens": count}
    [request] = measured(record)
    assert (request.input_tokens, request.output_tokens) == (expected, expected)
