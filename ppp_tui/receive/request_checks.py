"""Decides from a request's head whether its body is read: other machines, browsers and mistakes are refused here."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from typing import NamedTuple

from ppp_tui.receive.decompress import ENCODINGS
from ppp_tui.receive.otlp import MAX_BODY_BYTES, SIGNALS, Encoding, Refusal, Signal

HELP = (
    "this is an OTLP/HTTP receiver: send POST requests to /v1/logs, /v1/traces or /v1/metrics "
    "(Codex needs the whole address, such as http://127.0.0.1:4318/v1/logs)"
)

_ENCODINGS: dict[str, Encoding] = {"application/x-protobuf": "protobuf", "application/json": "json"}
_HOSTS = frozenset({"127.0.0.1", "[::1]", "localhost"})

MAX_LENGTH_DIGITS = 18


class RequestHead(NamedTuple):
    """The head of a request whose body may be read."""

    signal: Signal
    encoding: Encoding
    compression: str


def encoding_of(headers: Iterable[tuple[bytes, bytes]]) -> Encoding | None:
    """Return the encoding that a request's Content-Type names, None for any other."""
    content_type = _first(headers, b"content-type").partition(";")[0].strip().lower()
    return _ENCODINGS.get(content_type)


def check_head(
    method: str, target: str, headers: list[tuple[bytes, bytes]], *, port: int, token: str = ""
) -> RequestHead:
    """Return the checked head of a request. Raises Refusal: 421, 403, 404, 405, 401, 415, 400 or 413, in this order."""
    host = _first(headers, b"host").lower()
    if host not in {*_HOSTS, *(f"{name}:{port}" for name in _HOSTS)} or _count(headers, b"host") != 1:
        raise Refusal(421, "this receiver is for programs on this machine: address it as 127.0.0.1 or localhost")
    if _count(headers, b"origin") or _first(headers, b"sec-fetch-site") not in ("", "none", "same-origin"):
        raise Refusal(403, "web pages may not send anything here")
    signal = signal_of(target)
    if signal is None:
        raise Refusal(404, HELP)
    if method != "POST":
        raise Refusal(405, "only POST is answered here", allow="POST")
    if token and not hmac.compare_digest(_first(headers, b"authorization").encode(), f"Bearer {token}".encode()):
        raise Refusal(401, "the token is missing or wrong: send it as Authorization: Bearer …")
    encoding = encoding_of(headers)
    if encoding is None:
        raise Refusal(415, "the Content-Type must be application/x-protobuf or application/json")
    compression = _first(headers, b"content-encoding").strip().lower()
    if compression not in ENCODINGS:
        raise Refusal(415, "the Content-Encoding must be gzip, deflate or none")
    _check_length(_first(headers, b"content-length"))
    return RequestHead(signal, encoding, compression)


def signal_of(target: str) -> Signal | None:
    """Return the signal that a path ends in, whatever stands before it; None for another path."""
    path = target.partition("?")[0].rstrip("/")
    return next((signal for signal in SIGNALS if path.endswith(f"/v1/{signal}")), None)


def _check_length(stated: str) -> None:
    """Raise Refusal if a body is stated to be too long; '' stands for a body in chunks."""
    if not stated:
        return
    if not stated.isascii() or not stated.isdigit():
        raise Refusal(400, "the Content-Length is no number")
    if len(stated) > MAX_LENGTH_DIGITS or int(stated) > MAX_BODY_BYTES:
        raise Refusal(413, f"the body has more than {MAX_BODY_BYTES} bytes: send smaller batches")


def _first(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in headers if key == name), "")


def _count(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> int:
    return sum(1 for key, _ in headers if key == name)
