"""OTLP over gRPC (grpcio 1.x), where that package is installed: the same decoding, limits and journal as by HTTP."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import grpc

from ppp_tui.receive.answers import export_response
from ppp_tui.receive.otlp import MAX_BODY_BYTES, SIGNALS, Accepted, Refusal, Signal
from ppp_tui.text.format import bracketed

SERVICES: dict[Signal, str] = {
    "logs": "opentelemetry.proto.collector.logs.v1.LogsService",
    "traces": "opentelemetry.proto.collector.trace.v1.TraceService",
    "metrics": "opentelemetry.proto.collector.metrics.v1.MetricsService",
}
"""The service of each signal; its method is Export."""

MAX_CALLS = 4
"""Calls whose requests are in memory at once; more are told to try again."""

MAX_HEAD_BYTES = 16 * 1024
"""The longest metadata of a call."""

IDLE_MS = 60_000
"""Milliseconds after which a connection without a call is closed; gRPC's clients open it again unasked."""

STOP_S = 1.0
"""Seconds that calls at hand may take when the receiver ends."""

OPTIONS = (
    # A second receiver would otherwise share the port, and take half of what comes.
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", MAX_BODY_BYTES),
    ("grpc.max_metadata_size", MAX_HEAD_BYTES),
    ("grpc.max_connection_idle_ms", IDLE_MS),
    ("grpc.max_concurrent_streams", MAX_CALLS),
)

_CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    413: grpc.StatusCode.RESOURCE_EXHAUSTED,
    # RESOURCE_EXHAUSTED means by OTLP that the request is not to be sent again.
    429: grpc.StatusCode.UNAVAILABLE,
    503: grpc.StatusCode.UNAVAILABLE,
}


class GrpcDesk(Protocol):
    """Protocol of what stands behind the calls."""

    token: str

    async def accept_call(self, signal: Signal, body: bytes) -> Accepted:
        """Keep what a call brings. Raises Refusal."""
        ...

    def note_refusal(self, refusal: Refusal) -> None:
        """Count a refused call."""
        ...


class GrpcServer:
    """Serves the Export methods of OTLP's three services."""

    def __init__(self, desk: GrpcDesk, loop: asyncio.AbstractEventLoop) -> None:
        """Hand calls to a desk on a loop; `start` begins."""
        self._desk = desk
        self._loop = loop
        self._threads = ThreadPoolExecutor(MAX_CALLS, "grpc")
        self._server = grpc.server(self._threads, options=OPTIONS, maximum_concurrent_rpcs=MAX_CALLS)
        self._server.add_generic_rpc_handlers(
            tuple(
                grpc.method_handlers_generic_handler(
                    SERVICES[signal], {"Export": grpc.unary_unary_rpc_method_handler(self._handler(signal))}
                )
                for signal in SIGNALS
            )
        )
        self.port = 0

    def start(self, hosts: Sequence[str], port: int) -> list[str]:
        """Listen on a port of some addresses, 0 for any; return sentences about what could not be opened."""
        notes = []
        for host in hosts:
            try:
                self.port = self._server.add_insecure_port(f"{bracketed(host)}:{self.port or port}")
            except RuntimeError:
                notes.append(f"{host} port {self.port or port} cannot be opened for gRPC.")
        self._server.start()
        return notes

    def addresses(self, hosts: Sequence[str]) -> list[str]:
        """Return where it listens."""
        return [f"grpc://{bracketed(host)}:{self.port}" for host in hosts] if self.port else []

    def stop(self) -> None:
        """Listen no longer, and finish the calls at hand; not to be called on the loop."""
        self._server.stop(STOP_S).wait()
        self._threads.shutdown()

    def _handler(self, signal: Signal) -> Callable[[bytes, grpc.ServicerContext], bytes]:
        def export(body: bytes, context: grpc.ServicerContext) -> bytes:
            try:
                self._check_token(context)
                waiting = asyncio.run_coroutine_threadsafe(self._desk.accept_call(signal, body), self._loop)
                return export_response(signal, "protobuf", waiting.result())
            except Refusal as refusal:
                self._desk.note_refusal(refusal)
                context.abort(_CODES.get(refusal.status, grpc.StatusCode.UNKNOWN), refusal.message)
                raise

        return export

    def _check_token(self, context: grpc.ServicerContext) -> None:
        """Raise Refusal if a token is asked for, and a call does not bring it."""
        token = self._desk.token
        if not token:
            return
        given = next((value for name, value in context.invocation_metadata() if name == "authorization"), "")
        if not hmac.compare_digest(str(given).encode(), f"Bearer {token}".encode()):
            raise Refusal(401, "the token is missing or wrong: send it as authorization: Bearer …")
