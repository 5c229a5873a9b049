"""Decodes requests in JSON: ids are hex, enums are integers, names are lowerCamelCase, 64-bit numbers may be text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ppp_tui.receive.otlp import Refusal, Signal
from ppp_tui.receive.records import Record, RequestReader, kept_resource
from ppp_tui.receive.values import bounded_text, event_name, finite, is_too_deep, plain_attributes
from ppp_tui.sources.json_records import object_of

MAX_INTEGER = (1 << 64) - 1
"""The greatest number that a field of OTLP holds."""

_POINT_KINDS = ("gauge", "sum", "histogram", "exponentialHistogram", "summary")
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_decode = msgspec.json.Decoder().decode


def decode_json(signal: Signal, body: bytes, *, keeps_text: bool) -> Iterator[Record]:
    """Yield the records of a request. Raises Refusal if the body cannot be decoded."""
    try:
        request = _decode(body) if body else {}
    except _UNREADABLE as error:
        raise Refusal(400, f"the body is no JSON ({error})") from error
    if not isinstance(request, dict):
        raise Refusal(400, f"the body is no JSON object of {signal}")
    yield from _JsonReader(keeps_text=keeps_text).read(signal, request)


class _JsonReader(RequestReader):
    def attributes(self, holder: Any) -> dict[str, Any]:
        pairs = ((_text(it, "key"), it.get("value")) for it in _objects(holder, "attributes"))
        return plain_attributes(pairs, plain_json_value, keeps_text=self._keeps_text)

    def _scopes(self, request: Any, groups: str, scopes: str) -> Iterator[tuple[dict[str, Any], str, Any]]:
        for group in _objects(request, groups):
            resource = kept_resource(self.attributes(object_of(group, "resource")))
            for scope in _objects(group, scopes):
                yield resource, _text(object_of(scope, "scope"), "name"), scope

    def logs(self, request: Any) -> Iterator[Record]:
        for resource, scope_name, scope in self._scopes(request, "resourceLogs", "scopeLogs"):
            for log in _objects(scope, "logRecords"):
                attributes = self.attributes(log)
                body = plain_json_value(log.get("body"), 0)
                record = {
                    "signal": "log",
                    "name": event_name(_text(log, "eventName"), attributes, body),
                    "at_ns": _integer(log, "timeUnixNano") or _integer(log, "observedTimeUnixNano"),
                    "attributes": attributes,
                    "resource": resource,
                    "scope": scope_name,
                }
                if self._keeps_text and isinstance(body, dict):
                    record["body"] = body
                if _id(log, "traceId"):
                    record["trace_id"], record["span_id"] = _id(log, "traceId"), _id(log, "spanId")
                yield record

    def spans(self, request: Any) -> Iterator[Record]:
        for resource, scope_name, scope in self._scopes(request, "resourceSpans", "scopeSpans"):
            for span in _objects(scope, "spans"):
                status = object_of(span, "status")
                yield {
                    "signal": "span",
                    "name": _text(span, "name"),
                    "at_ns": _integer(span, "startTimeUnixNano"),
                    "end_ns": _integer(span, "endTimeUnixNano"),
                    "trace_id": _id(span, "traceId"),
                    "span_id": _id(span, "spanId"),
                    "parent_id": _id(span, "parentSpanId"),
                    "status": _integer(status, "code"),
                    "message": _text(status, "message") if self._keeps_text else "",
                    "attributes": self.attributes(span),
                    "events": [
                        {
                            "name": _text(event, "name"),
                            "at_ns": _integer(event, "timeUnixNano"),
                            "attributes": self.attributes(event),
                        }
                        for event in _objects(span, "events")
                    ],
                    "resource": resource,
                    "scope": scope_name,
                }

    def points(self, request: Any) -> Iterator[Record]:
        for resource, scope_name, scope in self._scopes(request, "resourceMetrics", "scopeMetrics"):
            for metric in _objects(scope, "metrics"):
                kind = next((name for name in _POINT_KINDS if isinstance(metric.get(name), dict)), "")
                data = object_of(metric, kind)
                for point in _objects(data, "dataPoints"):
                    yield {
                        "signal": "metric",
                        "name": _text(metric, "name"),
                        "kind": "exponential_histogram" if kind == "exponentialHistogram" else kind,
                        "is_delta": data.get("aggregationTemporality") == 1,
                        "at_ns": _integer(point, "timeUnixNano"),
                        "start_ns": _integer(point, "startTimeUnixNano"),
                        "value": _point_value(point),
                        "attributes": self.attributes(point),
                        "resource": resource,
                        "scope": scope_name,
                    }


def _objects(holder: Any, name: str) -> list[dict[str, Any]]:
    """Return the objects in a list. Raises Refusal if it is not a list of objects."""
    value = holder.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise Refusal(400, f"{name} is no list of objects")
    return value


def _text(holder: Any, name: str) -> str:
    value = holder.get(name)
    return bounded_text(value) if isinstance(value, str) else ""


def _id(holder: Any, name: str) -> str:
    """Return an id in lower-case hex. Raises Refusal for anything else."""
    value = _text(holder, name)
    try:
        return bytes.fromhex(value).hex()
    except ValueError as error:
        raise Refusal(400, f"{name} is not hex") from error


def _integer(holder: Any, name: str) -> int:
    """Return an integer that may be written as text, 0 for none. Raises Refusal for anything else."""
    value = holder.get(name)
    if value is None:
        return 0
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdigit() and len(value) <= 20:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > MAX_INTEGER:
        raise Refusal(400, f"{name} is no integer")
    return value


def _point_value(point: dict[str, Any]) -> float | int | None:
    """Return a number's value, or the sum of a histogram."""
    if "asInt" in point:
        return _integer(point, "asInt")
    value = point.get("asDouble", point.get("sum"))
    return finite(value) if isinstance(value, int | float) else None


def plain_json_value(value: Any, depth: int) -> Any:
    """Return an attribute's value; None for none, and for lists and maps too deep. Raises Refusal for other types."""
    if not isinstance(value, dict):
        return None
    for name in ("stringValue", "bytesValue"):
        if name in value:
            return _text(value, name)
    if "intValue" in value:
        return _integer(value, "intValue")
    if isinstance(value.get("boolValue"), bool):
        return value["boolValue"]
    if "doubleValue" in value:
        number = value["doubleValue"]
        return finite(number) if isinstance(number, int | float) else None
    if is_too_deep(depth):
        return None
    if "arrayValue" in value:
        return [plain_json_value(entry, depth + 1) for entry in _objects(object_of(value, "arrayValue"), "values")]
    if "kvlistValue" in value:
        pairs = _objects(object_of(value, "kvlistValue"), "values")
        return {_text(pair, "key"): plain_json_value(pair.get("value"), depth + 1) for pair in pairs}
    return None
