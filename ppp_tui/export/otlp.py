"""Spans as OTLP (opentelemetry-proto 1.x): JSON for files, protobuf for receivers."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from ppp_tui.export.spans import Span, SpanEvent, Value

TIMEOUT_S = 30.0
TRIES = 4
"""How often a request is sent before it is given up, since a receiver may be busy."""

BUSY = (429, 502, 503, 504)
MAX_PAUSE_S = 30.0
_OK, _ERROR, _INTERNAL = 1, 2, 1


_ANNOTATION = "annotation."
_NO_SUCH_PATH = frozenset({401, 403, 404, 405})
"""What a receiver that took the spans answers at a path that it does not have."""

_TRACES, _ANNOTATIONS = "/v1/traces", "/v1/span_annotations"


class SendError(Exception):
    """The receiver did not take what was sent; the message says why."""

    def __init__(self, sentence: str, status: int | None = None) -> None:
        """Keep the HTTP status that the receiver answered with, None where it was not reached."""
        super().__init__(sentence)
        self.status = status


class TraceReceiver:
    """A receiver of traces over HTTP."""

    def __init__(self, url: str, headers: Mapping[str, str], wait: Callable[[float], object]) -> None:
        """Send to an address; `wait` waits for so many seconds. Raises ValueError if `url` is not a web address."""
        self._url = traces_url(url)
        self._headers = headers
        self._wait = wait
        self._takes_annotations = True

    def send(self, agent: str, version: str, spans: Sequence[Span], redact: Callable[[str], str]) -> None:
        """Send the spans of a session; texts go through `redact`. Raises SendError.

        Phoenix leaves annotations in the events of a span alone and takes them at a path of its own; other receivers
        have no such path.
        """
        post(self._url, protobuf(otlp_request(agent, version, spans, redact)), self._headers, self._wait)
        request = annotation_request(spans, redact)
        if not request["data"] or not self._takes_annotations:
            return
        headers = {**self._headers, "Content-Type": "application/json"}
        try:
            post(self._url.removesuffix(_TRACES) + _ANNOTATIONS, json.dumps(request).encode(), headers, self._wait)
        except SendError as error:
            if error.status not in _NO_SUCH_PATH:
                raise
            self._takes_annotations = False


def annotation_request(spans: Iterable[Span], redact: Callable[[str], str]) -> dict[str, list[dict[str, Any]]]:
    """Return the annotations in the events of spans for Phoenix, where one replaces an earlier one of the same name."""
    annotations = []
    for span in spans:
        for event in span.events:
            facts = {
                key.removeprefix(_ANNOTATION): redact(value) if isinstance(value, str) else value
                for key, value in event.attributes.items()
                if key.startswith(_ANNOTATION)
            }
            if facts:
                result = {key: facts[key] for key in ("score", "label", "explanation") if key in facts}
                names = {"name": facts["name"], "annotator_kind": facts["annotator_kind"], "identifier": "ppp-tui"}
                annotations.append({"span_id": span.span_id.hex(), **names, "result": result})
    return {"data": annotations}


def otlp_request(agent: str, version: str, spans: Iterable[Span], redact: Callable[[str], str]) -> dict[str, Any]:
    """Return an export request in OTLP's JSON mapping; texts go through `redact`."""
    resource = {"service.name": agent or "agent", "service.version": version, "telemetry.sdk.name": "ppp-tui"}
    return {
        "resourceSpans": [
            {
                "resource": {"attributes": _attributes(resource, redact)},
                "scopeSpans": [{"scope": {"name": "ppp-tui"}, "spans": [_span(span, redact) for span in spans]}],
            }
        ]
    }


def json_line(request: Mapping[str, Any]) -> str:
    """Return a request as one line of JSON, as the collector's file exporter writes it."""
    return json.dumps(request, ensure_ascii=False) + "\n"


def protobuf(request: Mapping[str, Any]) -> bytes:
    """Return a request as protobuf."""
    from google.protobuf import json_format
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    # Protobuf's own JSON has bytes in base64, OTLP's has ids in hexadecimal.
    changed = json.loads(json.dumps(request))
    for resource in changed["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                for name in ("traceId", "spanId", "parentSpanId"):
                    if name in span:
                        span[name] = base64.b64encode(bytes.fromhex(span[name])).decode()
    body: bytes = json_format.ParseDict(changed, ExportTraceServiceRequest()).SerializeToString()
    return body


def traces_url(url: str) -> str:
    """Return the URL for traces at a receiver's address. Raises ValueError if it is not a web address."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{url} is no address: write http://HOST:PORT or https://HOST")
    if parts.username or parts.password:
        raise ValueError("name and password do not belong into an address: set OTEL_EXPORTER_OTLP_HEADERS")
    address = url.rstrip("/")
    return address if parts.path.rstrip("/").endswith(_TRACES) else f"{address}{_TRACES}"


def header_pairs(text: str) -> dict[str, str]:
    """Return the headers of ``OTEL_EXPORTER_OTLP_HEADERS``: pairs such as ``authorization=Basic abc,x=y``."""
    pairs = (entry.partition("=") for entry in text.split(","))
    return {name.strip(): value.strip() for name, separator, value in pairs if separator and name.strip()}


def post(url: str, body: bytes, headers: Mapping[str, str], wait: Callable[[float], object]) -> None:
    """Send a request, at most `TRIES` times; `wait` waits for so many seconds between them. Raises SendError."""
    own = {"Content-Type": "application/x-protobuf", "User-Agent": "ppp-tui"}
    request = urllib.request.Request(url, body, {**own, **headers}, method="POST")  # noqa: S310  checked by traces_url
    for attempt in range(TRIES):
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310  as above
                return
        except urllib.error.HTTPError as error:
            if error.code not in BUSY or attempt == TRIES - 1:
                raise SendError(f"{url} answered {error.code} {error.reason}", error.code) from error
            pause = error.headers.get("Retry-After", "")
        except OSError as error:
            if attempt == TRIES - 1:
                raise SendError(f"{url} was not reached: {error}") from error
            pause = ""
        wait(min(MAX_PAUSE_S, float(pause) if pause.isdigit() else 2.0**attempt))


def _span(span: Span, redact: Callable[[str], str]) -> dict[str, Any]:
    fields = {
        "traceId": span.trace_id.hex(),
        "spanId": span.span_id.hex(),
        "name": redact(span.name),
        "kind": _INTERNAL,
        "startTimeUnixNano": str(span.started_at * 1_000_000),
        "endTimeUnixNano": str(span.ended_at * 1_000_000),
        "attributes": _attributes(span.attributes, redact),
        "events": [_event(event, redact) for event in span.events],
        "status": {"code": _ERROR if span.is_failed else _OK},
    }
    return {**fields, "parentSpanId": span.parent_id.hex()} if span.parent_id else fields


def _event(event: SpanEvent, redact: Callable[[str], str]) -> dict[str, Any]:
    return {
        "name": event.name,
        "timeUnixNano": str(event.at * 1_000_000),
        "attributes": _attributes(event.attributes, redact),
    }


def _attributes(attributes: Mapping[str, Value], redact: Callable[[str], str]) -> list[dict[str, Any]]:
    return [{"key": key, "value": _value(value, redact)} for key, value in attributes.items()]


def _value(value: Value, redact: Callable[[str], str]) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    return {"stringValue": redact(value).encode("utf-8", "replace").decode()}
