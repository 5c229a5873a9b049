"""Both encodings give the same records; what is broken is refused."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ppp_tui.receive.json_requests import decode_json
from ppp_tui.receive.otlp import MAX_DEPTH, MAX_VALUE_CHARS, SIGNALS, Refusal, Signal
from ppp_tui.receive.protobuf_requests import decode_protobuf
from ppp_tui.receive.records import SessionLines
from tests.receive.otlp_of import (
    AT_NS,
    SESSION,
    SPAN_ID,
    TRACE_ID,
    json_of,
    log_of,
    logs_of,
    metrics_of,
    protobuf_of,
    span_of,
    traces_of,
)

LOG = logs_of(log_of("api_request", model="claude-opus-5", input_tokens=12, cost_usd=0.25, fast=False, tags=["a", 1]))
SPAN = traces_of(span_of("chat", **{"gen_ai.conversation.id": SESSION, "nested": {"deep": {"er": 1}}}))
METRICS = metrics_of(**{"session.id": SESSION, "type": "input"})


def both(signal: Signal, request: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the records of a request, which must be the same in both encodings."""
    records = list(decode_json(signal, json_of(request), keeps_text=True))
    assert list(decode_protobuf(signal, protobuf_of(request), keeps_text=True)) == records
    return records


def test_log_record_in_both_encodings() -> None:
    assert both("logs", LOG) == [
        {
            "signal": "log",
            "name": "api_request",
            "at_ns": AT_NS,
            "attributes": {
                "event.name": "api_request",
                "session.id": SESSION,
                "model": "claude-opus-5",
                "input_tokens": 12,
                "cost_usd": 0.25,
                "fast": False,
                "tags": ["a", 1],
            },
            "resource": {"service.name": "claude-code", "service.version": "2.2.0"},
            "scope": "com.anthropic.claude_code.events",
        }
    ]


def test_resource_values_that_are_too_long_for_every_record_are_left_out() -> None:
    request = logs_of(log_of("api_request"))
    request["resourceLogs"][0]["resource"]["attributes"] += [
        {"key": "session.id", "value": {"stringValue": "s" * 512}},
        {"key": "process.working_directory", "value": {"stringValue": "/" * 513}},
    ]
    (record,) = both("logs", request)
    assert {name: len(value) for name, value in record["resource"].items()} == {
        "service.name": 11,
        "service.version": 5,
        "session.id": 512,
    }


def test_records_that_take_too_much_once_each_names_its_resource_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ppp_tui.receive.records.MAX_KEPT_BYTES", 700)
    (record,) = both("logs", LOG)
    assert len(SessionLines().assign([record])[0]) == 1
    with pytest.raises(Refusal, match="the records take more than 700 bytes") as refused:
        SessionLines().assign([record, record])
    assert refused.value.status == 413


def test_span_in_both_encodings() -> None:
    (record,) = both("traces", SPAN)
    assert (record["trace_id"], record["span_id"], record["status"]) == (TRACE_ID, SPAN_ID, 2)
    assert record["end_ns"] - record["at_ns"] == 1_000_000_000
    assert record["attributes"]["nested"] == {"deep": {"er": 1}}
    assert record["events"] == [{"name": "exception", "at_ns": AT_NS, "attributes": {"kind": "E"}}]


def test_metric_points_in_both_encodings() -> None:
    records = both("metrics", METRICS)
    assert [(it["name"], it["kind"], it["is_delta"], it["value"]) for it in records] == [
        ("claude_code.token.usage", "sum", True, 7),
        ("latency", "histogram", False, 3.5),
    ]


def test_long_names_are_cut_alike_in_both_encodings() -> None:
    request = metrics_of(**{"session.id": SESSION})
    (scope,) = request["resourceMetrics"][0]["scopeMetrics"]
    name = "n" * (MAX_VALUE_CHARS + 1)
    scope["scope"] = {"name": name}
    scope["metrics"][0]["name"] = name
    record = both("metrics", request)[0]
    assert len(record["name"]) == len(record["scope"]) == MAX_VALUE_CHARS


def test_bytes_and_deep_values_are_the_same_in_both_encodings() -> None:
    deep: dict[str, Any] = {"stringValue": "deepest"}
    for _ in range(MAX_DEPTH):
        deep = {"arrayValue": {"values": [deep]}}
    log = log_of("api_request")
    log["attributes"] += [{"key": "deep", "value": deep}, {"key": "raw", "value": {"bytesValue": "AQID"}}]
    (record,) = both("logs", logs_of(log))
    assert record["attributes"]["raw"] == "AQID"
    assert "deepest" in str(record["attributes"]["deep"])


def test_json_id_in_upper_case_is_the_same_id() -> None:
    request = traces_of(span_of("chat", SPAN_ID.upper()))
    (record,) = decode_json("traces", json_of(request), keeps_text=True)
    assert record["span_id"] == SPAN_ID


def test_unknown_json_fields_are_ignored_and_numbers_may_be_numbers() -> None:
    body = b'{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": 5, "later": {}}]}], "new": [1]}]}'
    (record,) = decode_json("logs", body, keeps_text=True)
    assert record["at_ns"] == 5


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{",
        b'{"resourceLogs": 1}',
        b'{"resourceLogs": [1]}',
        b'{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "x"}]}]}]}',
        b'{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"traceId": "zz"}]}]}]}',
        b"[" * 100_000,
        b'{"resourceLogs": "\xff"}',
    ],
)
def test_broken_json_is_refused(body: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        list(decode_json("logs", body, keeps_text=True))
    assert refused.value.status == 400


def test_broken_protobuf_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        list(decode_protobuf("logs", b"\x0a\xff", keeps_text=True))
    assert refused.value.status == 400


def test_without_text_prompts_are_dropped_and_names_stay() -> None:
    request = logs_of(log_of("user_prompt", prompt="secret", model="m", note="x" * 201))
    (record,) = decode_json("logs", json_of(request), keeps_text=False)
    assert set(record["attributes"]) == {"event.name", "session.id", "model"}


def test_address_of_the_user_is_never_kept() -> None:
    request = logs_of(log_of("user_prompt", **{"user.email": "a@b.example"}))
    (record,) = both("logs", request)
    assert "user.email" not in record["attributes"]


def test_attributes_beyond_the_limit_are_dropped_and_long_values_cut() -> None:
    request = logs_of(log_of("user_prompt", long="x" * 300_000, **{f"a{number}": number for number in range(200)}))
    (record,) = both("logs", request)
    assert len(record["attributes"]) == 128
    assert len(record["attributes"]["long"]) == 256 * 1024


def test_value_nested_too_deep_is_cut() -> None:
    value: Any = 1
    for _ in range(40):
        value = [value]
    (record,) = both("logs", logs_of(log_of("user_prompt", deep=value)))
    depth, rest = 0, record["attributes"]["deep"]
    while isinstance(rest, list):
        depth, rest = depth + 1, rest[0]
    assert (depth, rest) == (32, None)


@given(body=st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_no_bytes_break_the_protobuf_decoder(body: bytes) -> None:
    for signal in SIGNALS:
        # Whatever else is raised fails the test.
        with suppress(Refusal):
            list(decode_protobuf(signal, body, keeps_text=True))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "resourceLogs",
                    "scopeLogs",
                    "logRecords",
                    "attributes",
                    "key",
                    "value",
                    "body",
                    "arrayValue",
                    "values",
                    "intValue",
                    "timeUnixNano",
                    "resource",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(request=JSON)
@settings(max_examples=300, deadline=None)
def test_no_shape_breaks_the_json_decoder(request: Any) -> None:
    with suppress(Refusal):
        list(decode_json("logs", json_of(request), keeps_text=True))
