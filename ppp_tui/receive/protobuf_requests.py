"""Decodes requests in protobuf."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ppp_tui.receive.otlp import Refusal, Signal
from ppp_tui.receive.records import Record, RequestReader, kept_resource
from ppp_tui.receive.values import bounded_text, event_name, finite, is_too_deep, plain_attributes

_REQUESTS: dict[Signal, type[Message]] = {
    "logs": ExportLogsServiceRequest,
    "traces": ExportTraceServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}


def decode_protobuf(signal: Signal, body: bytes, *, keeps_text: bool) -> Iterator[Record]:
    """Yield the records of a request. Raises Refusal if the body cannot be decoded."""
    request: Any = _REQUESTS[signal]()
    try:
        request.ParseFromString(body)
    except DecodeError as error:
        raise Refusal(400, f"the body is no protobuf of {signal} ({error})") from error
    yield from _ProtobufReader(keeps_text=keeps_text).read(signal, request)


class _ProtobufReader(RequestReader):
    def attributes(self, pairs: Any) -> dict[str, Any]:
        return plain_attributes(((it.key, it.value) for it in pairs), plain_value, keeps_text=self._keeps_text)

    def logs(self, request: Any) -> Iterator[Record]:
        for group in request.resource_logs:
            resource = kept_resource(self.attributes(group.resource.attributes))
            for scope in group.scope_logs:
                for log in scope.log_records:
                    attributes = self.attributes(log.attributes)
                    body = plain_value(log.body, 0)
                    record = {
                        "signal": "log",
                        "name": event_name(log.event_name, attributes, body),
                        "at_ns": log.time_unix_nano or log.observed_time_unix_nano,
                        "attributes": attributes,
                        "resource": resource,
                        "scope": bounded_text(scope.scope.name),
                    }
                    if self._keeps_text and isinstance(body, dict):
                        record["body"] = body
                    if log.trace_id:
                        record["trace_id"], record["span_id"] = log.trace_id.hex(), log.span_id.hex()
                    yield record

    def spans(self, request: Any) -> Iterator[Record]:
        for group in request.resource_spans:
            resource = kept_resource(self.attributes(group.resource.attributes))
            for scope in group.scope_spans:
                for span in scope.spans:
                    yield {
                        "signal": "span",
                        "name": bounded_text(span.name),
                        "at_ns": span.start_time_unix_nano,
                        "end_ns": span.end_time_unix_nano,
                        "trace_id": span.trace_id.hex(),
                        "span_id": span.span_id.hex(),
                        "parent_id": span.parent_span_id.hex(),
                        "status": span.status.code,
                        "message": bounded_text(span.status.message) if self._keeps_text else "",
                        "attributes": self.attributes(span.attributes),
                        "events": [
                            {
                                "name": bounded_text(event.name),
                                "at_ns": event.time_unix_nano,
                                "attributes": self.attributes(event.attributes),
                            }
                            for event in span.events
                        ],
                        "resource": resource,
                        "scope": bounded_text(scope.scope.name),
                    }

    def points(self, request: Any) -> Iterator[Record]:
        for group in request.resource_metrics:
            resource = kept_resource(self.attributes(group.resource.attributes))
            for scope in group.scope_metrics:
                for metric in scope.metrics:
                    kind = metric.WhichOneof("data")
                    for point in getattr(metric, kind).data_points if kind else ():
                        yield {
                            "signal": "metric",
                            "name": bounded_text(metric.name),
                            "kind": kind,
                            "is_delta": getattr(getattr(metric, kind), "aggregation_temporality", 0) == 1,
                            "at_ns": point.time_unix_nano,
                            "start_ns": point.start_time_unix_nano,
                            "value": _point_value(point),
                            "attributes": self.attributes(point.attributes),
                            "resource": resource,
                            "scope": bounded_text(scope.scope.name),
                        }


def _point_value(point: Any) -> float | int | None:
    """Return a number's value, or the sum of a histogram."""
    if hasattr(point, "as_int"):
        name = point.WhichOneof("value")
        return None if name is None else finite(getattr(point, name))
    return finite(point.sum)


def plain_value(value: Any, depth: int) -> Any:
    """Return an attribute's value, bytes in base64 as in JSON; None for none, and for lists and maps too deep."""
    kind = value.WhichOneof("value")
    if kind == "string_value":
        return bounded_text(value.string_value)
    if kind == "int_value":
        return value.int_value
    if kind == "bool_value":
        return value.bool_value
    if kind == "double_value":
        return finite(value.double_value)
    if kind == "bytes_value":
        return bounded_text(base64.b64encode(value.bytes_value).decode())
    if kind is None or is_too_deep(depth):
        return None
    if kind == "array_value":
        return [plain_value(entry, depth + 1) for entry in value.array_value.values]
    if kind == "kvlist_value":
        return {bounded_text(entry.key): plain_value(entry.value, depth + 1) for entry in value.kvlist_value.values}
    return bounded_text(str(getattr(value, kind)))
