"""Answers at the port of OTLP/gRPC with a line that says what to set: a client shows it in its error."""

from __future__ import annotations

import asyncio
from contextlib import suppress

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
"""The first bytes of each HTTP/2 connection."""

READ_S = 5.0
"""Seconds for a client to begin."""

MAX_FIRST_BYTES = 4096

_SETTINGS, _GOAWAY, _HTTP_1_1_REQUIRED = 4, 7, 13


def hint(port: int) -> str:
    """Return the line for a client of gRPC: the settings that send by HTTP instead."""
    return (
        f"ppp-tui receives OTLP over HTTP at http://127.0.0.1:{port}, not gRPC: set "
        f"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf and OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:{port}"
    )


def http2_answer(line: str) -> bytes:
    """Return settings and a GOAWAY frame with a line as its debug data."""
    debug = line.encode()
    payload = bytes(4) + _HTTP_1_1_REQUIRED.to_bytes(4, "big") + debug
    return _frame(_SETTINGS, b"") + _frame(_GOAWAY, payload)


def http1_answer(line: str) -> bytes:
    """Return a response to a client that does not speak HTTP/2."""
    body = f"{line}\n".encode()
    head = f"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


async def answer_grpc(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """Answer one connection with the hint, and close it."""
    with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
        first = await asyncio.wait_for(reader.read(MAX_FIRST_BYTES), READ_S)
        if first:
            is_http2 = first.startswith(PREFACE[: len(first)])
            writer.write(http2_answer(hint(port)) if is_http2 else http1_answer(hint(port)))
            await asyncio.wait_for(writer.drain(), READ_S)
            # What the client still sends is read: else the connection might be reset before the answer arrives.
            await asyncio.wait_for(reader.read(MAX_FIRST_BYTES), 1.0)
    writer.close()


def _frame(kind: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes((kind, 0)) + bytes(4) + payload
