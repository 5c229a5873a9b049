"""Which records of Claude Code are one request: by ids, and where a relay left them out, by what stands around them."""

from __future__ import annotations

from typing import Any

import pytest

from ppp_tui.model import event as e
from tests.sources.claude_lines import assistant, call, read, result, text, user


def answer(
    uuid: str,
    said: dict[str, Any],
    fresh: int,
    second: int = 0,
    *,
    message_id: str = "relay",
    parent: str = "",
    request: str = "",
    output: int = 5,
    cached: int = 0,
) -> dict[str, Any]:
    """A record of a message with so many fresh and cached tokens, without a request id unless one is given."""
    record = assistant(uuid, said, second, message_id=message_id, output=output)
    record["message"]["usage"] = {"input_tokens": fresh, "cache_read_input_tokens": cached, "output_tokens": output}
    record["requestId"] = request or None
    if parent:
        record["parentUuid"] = parent
    return record


def requests(*records: dict[str, Any]) -> list[e.RequestMeasured]:
    """The last that these records tell of each request, in their order."""
    found = [event for event in read(*records).events if isinstance(event, e.RequestMeasured)]
    return list({event.key or str(number): event for number, event in enumerate(found)}.values())


def test_a_relay_with_one_id_for_all_its_answers_is_many_requests() -> None:
    found = requests(
        user("u1", "Sort the shelf"),
        answer("a1", text("Sorted."), 700, 1, parent="u1", output=30),
        user("u2", "And the drawer"),
        answer("a2", text("Sorted too."), 900, 3, parent="u2", output=31),
    )
    assert [(r.key, r.input_tokens, r.output_tokens) for r in found] == [("relay:a1", 700, 30), ("relay:a2", 900, 31)]


def test_a_relay_that_counts_every_prompt_alike_is_told_apart_by_the_results_between() -> None:
    found = requests(
        user("u1", "Tidy up"),
        answer("a1", call("t1", "Bash", command="ls"), 50, 1, parent="u1"),
        user("u2", result("t1", "a b"), parentUuid="a1"),
        answer("a2", call("t2", "Bash", command="rm a"), 50, 2, parent="u2"),
        user("u3", result("t2", ""), parentUuid="a2"),
        answer("a3", text("Done."), 50, 3, parent="u3"),
    )
    assert [r.key for r in found] == ["relay:a1", "relay:a2", "relay:a3"]


def test_the_same_prompt_asked_again_is_another_request() -> None:
    unique = "msg_7Fq2LkP0Zr8xYc3Wn5"
    found = requests(
        user("u1", "Count"),
        answer("a1", text("Three."), 80, 1, parent="u1", message_id=unique),
        user("u2", "Count"),
        answer("a2", text("Four."), 80, 2, parent="u2", message_id=unique),
    )
    assert len(found) == 2


def test_blocks_of_one_answer_without_a_request_id_are_one_request_with_the_results_between_them() -> None:
    unique = "chatcmpl-81f0c2ab77de"
    found = requests(
        user("u1", "Look"),
        answer("a1", text("I look."), 60, 1, parent="u1", message_id=unique, output=2),
        answer("a2", call("t1", "Bash", command="ls"), 60, 2, parent="a1", message_id=unique, output=9),
        user("u2", result("t1", "x"), parentUuid="a2"),
        answer("a3", call("t2", "Bash", command="id"), 60, 3, parent="u2", message_id=unique, output=12),
    )
    assert [(r.key, r.output_tokens) for r in found] == [(f"{unique}:a1", 12)]


def test_a_prompt_of_no_tokens_tells_nothing_and_the_chain_decides() -> None:
    found = requests(
        answer("a1", text("One"), 0, 1, message_id="chatcmpl-81f0c2ab77de"),
        answer("a2", text("two"), 0, 2, message_id="chatcmpl-81f0c2ab77de", parent="a1"),
        answer("a3", text("three"), 0, 3, message_id="chatcmpl-81f0c2ab77de", parent="u9"),
    )
    assert [r.key.rpartition(":")[2] for r in found] == ["a1", "a3"]


def test_one_message_id_under_two_request_ids_is_two_requests() -> None:
    found = requests(
        answer("a1", text("x"), 10, request="req_a", message_id="msg_1"),
        answer("a2", text("y"), 20, request="req_b", message_id="msg_1"),
    )
    assert [(r.key, r.alias, r.is_aside) for r in found] == [
        ("msg_1:req_a", "msg_1", False),
        ("msg_1:req_b", "msg_1", False),
    ]


def test_a_record_that_lost_its_request_id_is_the_same_request() -> None:
    found = requests(
        answer("a1", text("x"), 10, cached=400, request="req_a", message_id="msg_1", output=3),
        answer("a2", text("y"), 10, cached=400, message_id="msg_1", output=8),
    )
    assert [(r.key, r.output_tokens, r.is_aside) for r in found] == [("msg_1:req_a", 8, False)]


def test_without_a_message_id_usage_counts_and_is_a_lower_bound() -> None:
    found = requests(
        user("u1", "Hello"),
        answer("a1", text("Hello."), 100, 1, message_id="", parent="u1"),
        answer("a2", text("Hello again."), 200, 2, message_id="", request="req_z", parent="a1"),
    )
    assert [(r.key, r.alias, r.input_tokens, r.is_lower_bound) for r in found] == [
        (":a1", "", 100, True),
        (":req_z", "", 200, True),
    ]


def test_without_any_id_every_record_counts() -> None:
    record = answer("", text("x"), 7, message_id="")
    found = [event for event in read(record, record).events if isinstance(event, e.RequestMeasured)]
    assert [(r.key, r.input_tokens) for r in found] == [("", 7), ("", 7)]


ADVISED = {
    "input_tokens": 5,
    "output_tokens": 90,
    "cache_read_input_tokens": 700,
    "cache_creation_input_tokens": 0,
    "service_tier": "standard",
    "inference_geo": "us",
    "speed": "fast",
    "iterations": [
        {"type": "message", "input_tokens": 2, "output_tokens": 40, "cache_read_input_tokens": 300},
        {
            "type": "advisor_message",
            "model": "claude-opus-4-7",
            "input_tokens": 4000,
            "output_tokens": 60,
            "cache_creation_input_tokens": 8,
            "cache_creation": {"ephemeral_1h_input_tokens": 8},
        },
        {"type": "fallback_message", "model": "claude-haiku-4-5", "input_tokens": 999, "output_tokens": 99},
        {"type": "message", "input_tokens": 3, "output_tokens": 50, "cache_read_input_tokens": 400},
    ],
}


def test_an_advisor_is_a_request_of_its_own_model_and_a_fallback_is_not_billed() -> None:
    record = assistant("a1", text("Done."))
    record["message"]["usage"] = ADVISED
    main, advisor = requests(record)
    assert (main.model, main.input_tokens, main.output_tokens, main.speed) == ("claude-opus-4-5", 5, 90, "fast")
    assert (advisor.model, advisor.input_tokens, advisor.output_tokens) == ("claude-opus-4-7", 4000, 60)
    assert (advisor.cache_write_1h_tokens, advisor.speed, advisor.inference_geo) == (8, "", "us")
    assert (advisor.key, advisor.alias) == ("msg_1:req_1#1", "msg_1#1")


def test_an_advisor_without_a_model_of_its_own_is_the_records_advisor() -> None:
    record = assistant("a1", text("Done."))
    record["advisorModel"] = "claude-opus-4-7"
    record["message"]["usage"] = {
        "input_tokens": 2,
        "output_tokens": 40,
        "iterations": [
            {"type": "message", "input_tokens": 2, "output_tokens": 40},
            {"type": "advisor_message", "input_tokens": 4000, "output_tokens": 60},
            {"type": "compaction", "input_tokens": 900, "output_tokens": 9},
        ],
    }
    assert [(r.model, r.input_tokens) for r in requests(record)] == [
        ("claude-opus-4-5", 2),
        ("claude-opus-4-7", 4000),
        ("claude-opus-4-5", 900),
    ]


def test_the_window_holds_what_the_last_iteration_was_given() -> None:
    record = assistant("a1", text("Done."))
    record["message"]["usage"] = ADVISED
    assert [event.used_tokens for event in read(record).events if isinstance(event, e.ContextMeasured)] == [403]


def test_compaction_within_a_message_is_billed_beside_it() -> None:
    record = assistant("a1", text("Done."))
    record["message"]["usage"] = {
        "input_tokens": 30,
        "output_tokens": 7,
        "iterations": [
            {"type": "compaction", "input_tokens": 180_000, "output_tokens": 3500},
            {"type": "message", "input_tokens": 30, "output_tokens": 7},
        ],
    }
    assert [(r.model, r.input_tokens, r.output_tokens) for r in requests(record)] == [
        ("claude-opus-4-5", 30, 7),
        ("claude-opus-4-5", 180_000, 3500),
    ]


def test_iterations_that_come_with_a_later_record_of_the_message_count() -> None:
    first, last = assistant("a1", text("I ask.")), assistant("a2", text("Done."))
    first["message"]["usage"] = {**ADVISED, "iterations": None}
    last["message"]["usage"] = ADVISED
    assert [r.key for r in requests(first, last)] == ["msg_1:req_1", "msg_1:req_1#1"]


def test_iteration_of_an_unknown_kind_is_reported_and_not_counted() -> None:
    record = assistant("a1", text("x"))
    record["message"]["usage"]["iterations"] = [{"type": "oracle", "input_tokens": 1}, {"type": None}]
    reading = read(record)
    assert reading.unknown == {"iteration/oracle": 1}
    assert sum(isinstance(event, e.RequestMeasured) for event in reading.events) == 1


def test_iterations_of_an_unknown_shape_cost_themselves_alone() -> None:
    record = assistant("a1", text("x"))
    record["message"]["usage"]["iterations"] = {"message": 1}
    [request] = requests(record)
    assert request.output_tokens == 5


@pytest.mark.parametrize(
    ("told", "expected"), [("us", "us"), ("US", "us"), ("global", ""), ("not_available", ""), (None, ""), ("eu", "eu")]
)
def test_request_has_its_service_region(told: str | None, expected: str) -> None:
    record = assistant("a1", text("x"))
    record["message"]["usage"]["inference_geo"] = told
    assert requests(record)[0].inference_geo == expected


@pytest.mark.parametrize(("told", "expected"), [("high", "high"), ("xHigh", "xhigh"), (None, ""), ("", "")])
def test_request_has_its_reasoning_effort(told: str | None, expected: str) -> None:
    assert requests(assistant("a1", text("x"), effort=told))[0].reasoning_effort == expected
