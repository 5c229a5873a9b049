"""One client's connection: reads requests within limits of time and size, and writes responses."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import NamedTuple, Protocol

import h11

from ppp_tui.receive.answers import CONTENT_TYPES, export_response, status_body
from ppp_tui.receive.otlp import MAX_BODY_BYTES, Accepted, Encoding, Refusal
from ppp_tui.receive.request_checks import RequestHead, check_head, encoding_of

MAX_HEAD_BYTES = 16 * 1024
"""The longest request line with headers."""

READ_BYTES = 1 << 16


class Timeouts(NamedTuple):
    """How long a client may take, in seconds."""

    idle_s: float = 15.0
    """For a request to begin."""
    head_s: float = 5.0
    """From a request's first byte to the end of its headers."""
    body_s: float = 30.0


class Desk(Protocol):
    """The server as its connections see it."""

    port: int
    token: str
    timeouts: Timeouts

    def reserve(self, length: int) -> None:
        """Reserve memory for a part of a body. Raises Refusal if too much is reserved already."""
        ...

    def release(self, length: int) -> None:
        """Release reserved memory."""
        ...

    def admit(self) -> None:
        """Count a request. Raises Refusal if there are too many."""
        ...

    async def accept(self, head: RequestHead, body: bytes) -> Accepted:
        """Keep the records of a request. Raises Refusal."""
        ...

    def note_refusal(self, refusal: Refusal) -> None:
        """Count a refused request."""
        ...


class ClientConnection:
    """Serves one connection until it closes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, desk: Desk) -> None:
        """Serve with `serve`."""
        self._reader = reader
        self._writer = writer
        self._desk = desk
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._method = b""

    async def serve(self) -> None:
        """Answer requests until the client disconnects or makes a mistake that ends the connection."""
        with suppress(OSError, TimeoutError, h11.LocalProtocolError):
            while await self._serve_request():
                pass

    async def refuse(self, refusal: Refusal) -> None:
        """Answer with a refusal before any request is read."""
        with suppress(OSError, TimeoutError, h11.LocalProtocolError):
            await self._send_refusal(refusal, None)

    async def _serve_request(self) -> bool:
        """Answer one request; return whether another may follow."""
        encoding: Encoding | None = None
        try:
            request = await self._read_head()
            if request is None:
                return False
            headers = list(request.headers)
            encoding = encoding_of(headers)
            self._method = request.method
            method, target = request.method.decode("latin-1"), request.target.decode("latin-1")
            head = check_head(method, target, headers, port=self._desk.port, token=self._desk.token)
            self._desk.admit()
            async with asyncio.timeout(self._desk.timeouts.body_s):
                body = await self._read_body()
            try:
                accepted = await self._desk.accept(head, bytes(body))
            finally:
                self._desk.release(len(body))
            await self._send(200, CONTENT_TYPES[head.encoding], export_response(head.signal, head.encoding, accepted))
        except Refusal as refusal:
            await self._send_refusal(refusal, encoding)
        except h11.RemoteProtocolError as error:
            status = error.error_status_hint
            await self._send_refusal(Refusal(status if 400 <= status < 600 else 400, f"no valid HTTP: {error}"), None)
            return False
        except TimeoutError:
            await self._send_refusal(Refusal(408, "the request took too long"), encoding)
            return False
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    async def _read_head(self) -> h11.Request | None:
        """Return the next request's head; None if none begins in time."""
        event = self._next_head()
        if event is h11.NEED_DATA and not self._http.trailing_data[0]:
            try:
                async with asyncio.timeout(self._desk.timeouts.idle_s):
                    await self._receive()
            except TimeoutError:
                return None
            event = self._next_head()
        async with asyncio.timeout(self._desk.timeouts.head_s):
            while event is h11.NEED_DATA:
                await self._receive()
                event = self._next_head()
        return event if isinstance(event, h11.Request) else None

    def _next_head(self) -> object:
        """Return the next event where a request begins. Raises Refusal for two mistakes that h11 accepts."""
        raw = self._http.trailing_data[0].partition(b"\r\n\r\n")[0]
        event = self._http.next_event()
        if isinstance(event, h11.Request):
            if len(raw) > MAX_HEAD_BYTES:
                raise Refusal(431, "the headers are too long")
            if raw.lower().count(b"\ncontent-length:") > 1:
                raise Refusal(400, "there is more than one Content-Length")
        return event

    async def _read_body(self) -> bytearray:
        """Return the body; memory for it is reserved. Raises Refusal."""
        body = bytearray()
        try:
            while True:
                if self._http.they_are_waiting_for_100_continue:
                    await self._write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])))
                event = self._http.next_event()
                if event is h11.NEED_DATA:
                    await self._receive()
                elif isinstance(event, h11.Data):
                    self._desk.reserve(len(event.data))
                    body += event.data
                    if len(body) > MAX_BODY_BYTES:
                        raise Refusal(413, f"the body has more than {MAX_BODY_BYTES} bytes: send smaller batches")
                elif isinstance(event, h11.EndOfMessage):
                    return body
                else:
                    raise ConnectionResetError
        except BaseException:
            self._desk.release(len(body))
            raise

    async def _receive(self) -> None:
        self._http.receive_data(await self._reader.read(READ_BYTES))

    async def _send_refusal(self, refusal: Refusal, encoding: Encoding | None) -> None:
        self._desk.note_refusal(refusal)
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        headers = []
        if refusal.retry_after_s:
            headers.append(("Retry-After", str(refusal.retry_after_s)))
        if refusal.allow:
            headers.append(("Allow", refusal.allow))
        if encoding is None:
            await self._send(refusal.status, "text/plain; charset=utf-8", f"{refusal.message}\n".encode(), headers)
        else:
            body = status_body(encoding, refusal.status, refusal.message)
            await self._send(refusal.status, CONTENT_TYPES[encoding], body, headers)

    async def _send(
        self, status: int, content_type: str, body: bytes, headers: list[tuple[str, str]] | None = None
    ) -> None:
        is_read = self._http.their_state is h11.DONE
        fields = [("Content-Type", content_type), ("Content-Length", str(len(body))), *(headers or ())]
        if not is_read:
            # The rest of the body is not read, so no other request may follow.
            fields.append(("Connection", "close"))
        # The answer to a HEAD states the length of a body without sending it.
        has_body = bool(body) and self._method != b"HEAD"
        data = self._http.send(h11.Response(status_code=status, reason=HTTPStatus(status).phrase, headers=fields))
        if has_body:
            data = (data or b"") + (self._http.send(h11.Data(data=body)) or b"")
        data = (data or b"") + (self._http.send(h11.EndOfMessage()) or b"")
        await self._write(data)
        if not is_read:
            await self._drain_unread()

    async def _drain_unread(self) -> None:
        """Read a little of what the client still sends, so that its response is not lost in a reset."""
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(1.0):
                self._writer.write_eof()
                while await self._reader.read(READ_BYTES):
                    pass

    async def _write(self, data: bytes | None) -> None:
        self._writer.write(data or b"")
        async with asyncio.timeout(self._desk.timeouts.body_s):
            await self._writer.drain()
