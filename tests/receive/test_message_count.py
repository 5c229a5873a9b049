"""Millions of empty parts in a body that is short enough are refused before they are decoded."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ppp_tui.receive import message_count
from ppp_tui.receive.message_count import check_parts, count_messages
from ppp_tui.receive.otlp import SIGNALS, Encoding, Refusal, Signal
from tests.receive.otlp_of import log_of, logs_of, metrics_of, protobuf_of, span_of, traces_of


def field(number: int, content: bytes) -> bytes:
    """Return a length-delimited field."""
    length, encoded = len(content), bytearray()
    while length > 0x7F:
        encoded.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes((number << 3 | 2,)) + bytes((*encoded, length)) + content


MOST, MANY = 300_000, 600_000
"""Parts that a request of these tests may have, and parts that a crowd has; a body of a megabyte is counted."""

CROWDS: dict[str, tuple[Signal, Encoding, bytes]] = {
    "records": ("logs", "protobuf", field(1, field(2, b"\x12\x00" * MANY))),
    "spans": ("traces", "protobuf", field(1, field(2, b"\x12\x00" * MANY))),
    "attributes": ("logs", "protobuf", field(1, field(2, field(2, b"\x32\x00" * MANY)))),
    "values of a list": ("logs", "protobuf", field(1, field(2, field(2, field(5, field(5, b"\x0a\x00" * MANY)))))),
    "groups": ("metrics", "protobuf", b"\x0a\x00" * MANY),
    "objects": ("logs", "json", b'{"resourceLogs":[' + b"{}," * MANY + b"{}]}"),
    "lists": ("logs", "json", b'{"unknown":[' + b"[]," * MANY + b"[]]}"),
}


@pytest.mark.parametrize("name", CROWDS)
def test_crowd_of_empty_parts_is_refused(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_count, "MAX_PARTS", MOST)
    with pytest.raises(Refusal) as refused:
        check_parts(*CROWDS[name])
    assert refused.value.status == 413


def test_usual_large_request_is_accepted() -> None:
    body = protobuf_of(logs_of(*(log_of("user_prompt", number=number, text="x" * 200) for number in range(5000))))
    assert len(body) > 1 << 20
    check_parts("logs", "protobuf", body)


def messages(message: Message) -> int:
    """Return the number of messages within one, by protobuf's own reflection."""
    count = 0
    for descriptor, value in message.ListFields():
        if descriptor.message_type is not None:
            for inner in value if hasattr(value, "__len__") else [value]:
                count += 1 + messages(inner)
    return count


@pytest.mark.parametrize(
    ("signal", "request_type", "request_"),
    [
        ("logs", ExportLogsServiceRequest, logs_of(log_of("a", tags=["x", {"y": 1}]), log_of("b"))),
        ("traces", ExportTraceServiceRequest, traces_of(span_of("chat", model="m"))),
        ("metrics", ExportMetricsServiceRequest, metrics_of(type="input")),
    ],
)
def test_count_is_that_of_protobuf(signal: Signal, request_type: Any, request_: dict[str, Any]) -> None:
    body = protobuf_of(request_)
    # A span's status is the one message that is not counted: there is never more than one.
    statuses = 1 if signal == "traces" else 0
    assert count_messages(signal, body, 1000) == messages(request_type.FromString(body)) - statuses


@given(body=st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_bytes_break_the_count(body: bytes) -> None:
    for signal in SIGNALS:
        assert count_messages(signal, body, 50) <= 51
