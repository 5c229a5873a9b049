"""Bodies of responses: export responses and statuses, in protobuf and JSON, encoded by hand since they are few."""

from __future__ import annotations

import json

from ppp_tui.receive.otlp import Accepted, Encoding, Signal

CONTENT_TYPES: dict[Encoding, str] = {"protobuf": "application/x-protobuf", "json": "application/json"}
"""The Content-Type of requests and responses."""

_REJECTED = {"logs": "rejectedLogRecords", "traces": "rejectedSpans", "metrics": "rejectedDataPoints"}
_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 413: 8, 429: 8, 503: 14}
_UNKNOWN_CODE = 2


def export_response(signal: Signal, encoding: Encoding, accepted: Accepted) -> bytes:
    """Return an Export…ServiceResponse; the partial success is set only for rejected records or a message."""
    is_whole = not accepted.rejected and not accepted.message
    if encoding == "json":
        partial = {_REJECTED[signal]: str(accepted.rejected), "errorMessage": accepted.message}
        return b"{}" if is_whole else json.dumps({"partialSuccess": partial}).encode()
    if is_whole:
        return b""
    rejected = b"\x08" + _varint(accepted.rejected) if accepted.rejected else b""
    return _field(1, rejected + _field(2, accepted.message.encode()))


def status_body(encoding: Encoding, http_status: int, message: str) -> bytes:
    """Return a google.rpc.Status that says why a request was refused."""
    code = _CODES.get(http_status, _UNKNOWN_CODE)
    if encoding == "json":
        return json.dumps({"code": code, "message": message}).encode()
    return b"\x08" + _varint(code) + _field(2, message.encode())


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
