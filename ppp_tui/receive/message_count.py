"""Counts the parts of a request before it is decoded: millions of empty ones fit into a body and fill the memory."""

from __future__ import annotations

from collections.abc import Mapping

from ppp_tui.receive.otlp import Encoding, Refusal, Signal

MAX_PARTS = 1_000_000
"""Records, attributes and values of one request; each costs up to 200 bytes when it is decoded."""

MIN_COUNTED_BYTES = 1 << 20
"""A shorter body is not counted: its parts cannot fill the memory."""

_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_RESOURCE_AND_SCOPES = {1: "resource", 2: "scopes"}
_FIELDS: Mapping[str, Mapping[int, str]] = {
    "request": {1: "group"},
    "group": _RESOURCE_AND_SCOPES,
    "resource": {1: "pair"},
    "scope": {3: "pair"},
    "log": {5: "value", 6: "pair"},
    "span": {9: "pair", 11: "event", 13: "link"},
    "event": {3: "pair"},
    "link": {4: "pair"},
    "metric": {5: "numbers", 7: "numbers", 9: "histograms", 10: "exponentials", 11: "summaries", 12: "pair"},
    "numbers": {1: "number"},
    "histograms": {1: "histogram"},
    "exponentials": {1: "exponential"},
    "summaries": {1: "summary"},
    "number": {5: "exemplar", 7: "pair"},
    "histogram": {8: "exemplar", 9: "pair"},
    "exponential": {1: "pair", 11: "exemplar"},
    "summary": {6: "quantile", 7: "pair"},
    "exemplar": {7: "pair"},
    "pair": {2: "value"},
    "value": {5: "values", 6: "pairs"},
    "values": {1: "value"},
    "pairs": {1: "pair"},
}
"""Messages within messages, by the number of their field."""

_RECORDS: Mapping[Signal, str] = {"logs": "log", "traces": "span", "metrics": "metric"}


def check_parts(signal: Signal, encoding: Encoding, body: bytes) -> None:
    """Raise Refusal (413) if a request has more parts than are decoded."""
    if len(body) <= MIN_COUNTED_BYTES:
        return
    count = body.count(b"{") + body.count(b"[") if encoding == "json" else count_messages(signal, body, MAX_PARTS)
    if count > MAX_PARTS:
        raise Refusal(413, f"the body has more than {MAX_PARTS} records, attributes and values: send smaller batches")


def count_messages(signal: Signal, body: bytes, limit: int) -> int:
    """Return how many messages are within a request in protobuf; counting ends beyond the limit, or where it breaks."""
    scopes = {1: "scope", 2: _RECORDS[signal]}
    waiting = [("request", 0, len(body))]
    count = 0
    while waiting and count <= limit:
        kind, at, end = waiting.pop()
        fields = scopes if kind == "scopes" else _FIELDS.get(kind, {})
        while at < end and count <= limit:
            tag, at = _varint(body, at, end)
            wire = tag & 7
            if wire == _LENGTH:
                length, at = _varint(body, at, end)
                inner = fields.get(tag >> 3)
                if inner is not None:
                    count += 1
                    if length:
                        waiting.append((inner, at, min(end, at + length)))
                at += length
            elif wire == _VARINT:
                _, at = _varint(body, at, end)
            elif wire in (_FIXED64, _FIXED32):
                at += 8 if wire == _FIXED64 else 4
            else:
                # Broken, or a group: the decoder refuses it.
                break
    return count


def _varint(body: bytes, at: int, end: int) -> tuple[int, int]:
    """Return a number and the offset behind it; the end where it breaks off."""
    value = shift = 0
    while at < end:
        byte = body[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
        if shift > 63:
            break
    return value, end
