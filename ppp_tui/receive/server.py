"""The server: listens on this machine's own addresses, limits what clients may take, and calls the receiver."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from ppp_tui.receive.connection import ClientConnection, Timeouts
from ppp_tui.receive.grpc_hint import answer_grpc, hint
from ppp_tui.receive.otlp import Accepted, Refusal, Signal
from ppp_tui.receive.receiver import Receiver
from ppp_tui.receive.receiver_status import StatusCounts
from ppp_tui.receive.request_checks import RequestHead

if TYPE_CHECKING:
    from ppp_tui.receive.grpc_server import GrpcServer

HOSTS = ("127.0.0.1", "::1")
"""Addresses that no other machine can reach."""

MAX_CONNECTIONS = 64

MAX_WAITING = 8
"""Requests that wait until the one before them is kept."""

MAX_BUFFERED_BYTES = 64 << 20
"""Bytes of bodies in memory, over all connections."""

MAX_REQUESTS_PER_S = 500
"""Requests in a second, over all clients."""

RETRY_S = 1
"""Seconds after which a client may try again when there is too much to do."""

STATUS_S = 1.0
"""Seconds between two checks whether the status is to be written."""


class OtlpServer:
    """Listens for requests and passes them to the receiver."""

    def __init__(
        self,
        receiver: Receiver,
        counts: StatusCounts,
        *,
        token: str = "",
        timeouts: Timeouts | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare a server; with a token, requests must bring it. `seconds` is a clock that only goes forward."""
        self.port = self.grpc_port = 0
        self.token = token
        self.timeouts = timeouts or Timeouts()
        self._receiver = receiver
        self._counts = counts
        self._seconds = seconds
        self._thread = ThreadPoolExecutor(1, "receiver")
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._connections = self._waiting = self._buffered = 0
        self._second = self._requests = 0
        self._reporting: asyncio.Task[None] | None = None
        self._grpc: GrpcServer | None = None

    async def start(self, port: int, grpc_port: int | None = None) -> list[str]:
        """Listen on a port, 0 for any; return sentences about what could not be opened beside it. Raises OSError."""
        first = await asyncio.start_server(self._serve, HOSTS[0], port)
        self._servers.append(first)
        self.port = first.sockets[0].getsockname()[1]
        notes = await self._listen_beside(HOSTS[1], self.port, self._serve)
        self._counts.addresses = [_address(server) for server in self._servers]
        if grpc_port is not None:
            notes += await self._open_grpc(grpc_port)
        self._counts.write()
        self._reporting = asyncio.create_task(self._report())
        return notes

    async def _open_grpc(self, port: int) -> list[str]:
        """Serve gRPC or, where its package is not installed, answer its clients with the settings for HTTP."""
        try:
            from ppp_tui.receive.grpc_server import GrpcServer
        except ImportError:
            notes = []
            for host in HOSTS:
                notes += await self._listen_beside(host, port, self._serve_grpc)
            return notes
        self._grpc = GrpcServer(self, asyncio.get_running_loop())
        notes = self._grpc.start(HOSTS, port)
        self.grpc_port = self._grpc.port
        self._counts.addresses = [*self._counts.addresses, *self._grpc.addresses(HOSTS[: len(HOSTS) - len(notes)])]
        return notes

    async def _listen_beside(
        self, host: str, port: int, serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], None]
    ) -> list[str]:
        try:
            self._servers.append(await asyncio.start_server(serve, host, port))
        except OSError as error:
            return [f"{host} port {port} cannot be opened ({error.strerror})."]
        return []

    async def close(self) -> None:
        """Stop listening, finish the current request, and close all connections."""
        for server in self._servers:
            server.close()
        for task in [*self._tasks, *filter(None, (self._reporting,))]:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._grpc is not None:
            await asyncio.to_thread(self._grpc.stop)
        self._thread.shutdown()
        self._counts.write(is_open=False)

    def reserve(self, length: int) -> None:
        """Reserve memory for a part of a body. Raises Refusal if too much is reserved already."""
        if self._buffered + length > MAX_BUFFERED_BYTES:
            raise Refusal(503, "too much is being sent at once: try again", retry_after_s=RETRY_S)
        self._buffered += length

    def release(self, length: int) -> None:
        """Release reserved memory."""
        self._buffered -= length

    def admit(self) -> None:
        """Count a request. Raises Refusal if there are too many."""
        second = int(self._seconds())
        if second != self._second:
            self._second, self._requests = second, 0
        self._requests += 1
        if self._requests > MAX_REQUESTS_PER_S or self._waiting >= MAX_WAITING:
            raise Refusal(429, "too many requests: try again", retry_after_s=RETRY_S)

    async def accept(self, head: RequestHead, body: bytes) -> Accepted:
        """Keep the records of a request. Raises Refusal."""
        self._waiting += 1
        try:
            accepted = await asyncio.get_running_loop().run_in_executor(
                self._thread, self._receiver.accept, head.signal, head.encoding, head.compression, body
            )
        finally:
            self._waiting -= 1
        # Acknowledged is what the journal holds: the client need not wait for the rest.
        self._thread.submit(self._receiver.distribute)
        return accepted

    async def accept_call(self, signal: Signal, body: bytes) -> Accepted:
        """Keep the records of a gRPC call. Raises Refusal."""
        self.admit()
        self.reserve(len(body))
        try:
            return await self.accept(RequestHead(signal, "protobuf", ""), body)
        finally:
            self.release(len(body))

    def note_refusal(self, refusal: Refusal) -> None:
        """Count a refused request."""
        self._counts.count_refusal(refusal.status, refusal.message)

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._run(self._serve_connection(reader, writer))

    def _serve_grpc(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._counts.count_refusal(0, hint(self.port))
        self._run(answer_grpc(reader, writer, self.port))

    def _run(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve_connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = ClientConnection(reader, writer, self)
        self._connections += 1
        try:
            if self._connections > MAX_CONNECTIONS:
                await connection.refuse(Refusal(503, "too many connections: try again", retry_after_s=RETRY_S))
            else:
                await connection.serve()
        finally:
            self._connections -= 1
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(STATUS_S)
            if self._counts.is_changed:
                await asyncio.get_running_loop().run_in_executor(self._thread, self._counts.write)


def _address(server: asyncio.Server) -> str:
    socket_of: socket.socket = server.sockets[0]
    host, port = socket_of.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
