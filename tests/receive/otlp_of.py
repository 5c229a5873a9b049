"""Requests of OTLP as literal JSON, the same in protobuf, and a client of one connection."""

from __future__ import annotations

import json
import socket
from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

SESSION = "5f0e3b7e-0000-4000-8000-0000000000aa"
AT_NS = 1_790_000_000_000_000_000
TRACE_ID, SPAN_ID = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def value_of(value: Any) -> dict[str, Any]:
    """Return a value as OTLP/JSON writes it."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [value_of(entry) for entry in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": attributes_of(**value)}}
    return {"stringValue": value}


def attributes_of(**values: Any) -> list[dict[str, Any]]:
    """Return attributes as OTLP/JSON writes them."""
    return [{"key": name, "value": value_of(value)} for name, value in values.items()]


def log_of(name: str, at_ns: int = AT_NS, /, **attributes: Any) -> dict[str, Any]:
    """Return a log record of Claude Code's kind."""
    values = {"event.name": name, "session.id": SESSION, **attributes}
    return {
        "timeUnixNano": str(at_ns),
        "body": {"stringValue": f"claude_code.{name}"},
        "attributes": attributes_of(**values),
    }


def logs_of(*logs: dict[str, Any], service: str = "claude-code") -> dict[str, Any]:
    """Return a request with log records."""
    resource = {
        "attributes": attributes_of(**{"service.name": service, "service.version": "2.2.0", "host.arch": "arm"})
    }
    scopes = [{"scope": {"name": "com.anthropic.claude_code.events"}, "logRecords": list(logs)}]
    return {"resourceLogs": [{"resource": resource, "scopeLogs": scopes}]}


def span_of(name: str, span_id: str = SPAN_ID, /, **attributes: Any) -> dict[str, Any]:
    """Return a span of a second."""
    return {
        "traceId": TRACE_ID,
        "spanId": span_id,
        "name": name,
        "startTimeUnixNano": str(AT_NS),
        "endTimeUnixNano": str(AT_NS + 1_000_000_000),
        "status": {"code": 2, "message": "failed"},
        "events": [{"name": "exception", "timeUnixNano": str(AT_NS), "attributes": attributes_of(kind="E")}],
        "attributes": attributes_of(**attributes),
    }


def traces_of(*spans: dict[str, Any], service: str = "shop-agent") -> dict[str, Any]:
    """Return a request with spans."""
    resource = {"attributes": attributes_of(**{"service.name": service})}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": {"name": "s"}, "spans": list(spans)}]}]}


def metrics_of(**attributes: Any) -> dict[str, Any]:
    """Return a request with a sum and a histogram of one data point each."""
    point = {"timeUnixNano": str(AT_NS), "startTimeUnixNano": str(AT_NS), "attributes": attributes_of(**attributes)}
    histogram = {**point, "count": "2", "sum": 3.5, "bucketCounts": ["2"], "explicitBounds": []}
    metrics = [
        {
            "name": "claude_code.token.usage",
            "sum": {"aggregationTemporality": 1, "dataPoints": [{**point, "asInt": "7"}]},
        },
        {"name": "latency", "histogram": {"aggregationTemporality": 2, "dataPoints": [histogram]}},
    ]
    resource = {"attributes": attributes_of(**{"service.name": "claude-code"})}
    return {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": metrics}]}]}


def protobuf_of(request: dict[str, Any]) -> bytes:
    """Return a request in protobuf; ids in OTLP/JSON are hex, in protobuf's own JSON base64."""
    kinds: dict[str, Any] = {
        "resourceLogs": ExportLogsServiceRequest,
        "resourceSpans": ExportTraceServiceRequest,
        "resourceMetrics": ExportMetricsServiceRequest,
    }
    message = kinds[next(iter(request))]()
    json_format.ParseDict(_with_base64(request), message)
    content: bytes = message.SerializeToString()
    return content


def _with_base64(value: Any) -> Any:
    import base64

    if isinstance(value, dict):
        return {
            name: base64.b64encode(bytes.fromhex(entry)).decode()
            if name in ("traceId", "spanId", "parentSpanId")
            else _with_base64(entry)
            for name, entry in value.items()
        }
    return [_with_base64(entry) for entry in value] if isinstance(value, list) else value


def json_of(request: dict[str, Any]) -> bytes:
    """Return a request in JSON."""
    return json.dumps(request).encode()


def request_of(
    path: str = "/v1/logs", body: bytes = b"{}", *, method: str = "POST", host: str = "localhost", **headers: str
) -> bytes:
    """Return an HTTP request; header names have underscores for hyphens."""
    fields = {"Host": host, "Content-Type": "application/json", "Content-Length": str(len(body))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items() if value != "(none)")]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Answer:
    """A response as it was read."""

    def __init__(self, raw: bytes) -> None:
        head, _, self.body = raw.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}


def read_answer(client: socket.socket) -> Answer:
    """Return the next response of a connection."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        piece = client.recv(65536)
        if not piece:
            raise ConnectionResetError
        raw += piece
    answer = Answer(raw)
    while len(answer.body) < int(answer.headers.get("content-length", 0)):
        answer.body += client.recv(65536)
    return answer


def send(port: int, request: bytes, host: str = "127.0.0.1") -> Answer:
    """Return the response to one request."""
    with socket.create_connection((host, port), timeout=20) as client:
        client.sendall(request)
        return read_answer(client)
