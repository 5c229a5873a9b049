"""Serves the dashboard to browsers on this machine: one process for each viewer, by textual-serve 1.x.

Around what that package does stand a token, the names that the server is called by, a limit of viewers, and a policy
that lets the page load nothing from outside.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import re
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import NamedTuple

from aiohttp import WSCloseCode, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager
from textual_serve.server import Server

from ppp_tui.ingest.supervisor import end_process
from ppp_tui.store.door_status import DoorStatus

STOP_S = 3.0
"""Seconds that a viewer's dashboard may take to end before it is told so more firmly."""

MOST_CELLS = 1000
"""Columns or rows of a viewer's terminal."""

COOKIE = "ppp_tui_token"
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self' ws:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

_LINK = re.compile(r"<link\s[^>]*href=\"(https?://[^\"]*)\"[^>]*>")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class ViewerOptions(NamedTuple):
    """Who may look on."""

    token: str
    """Asked for unless it is ''."""
    hosts: frozenset[str]
    """Names with their ports that the server answers for."""
    most_viewers: int
    tally: DoorStatus
    """Counts viewers and refusals."""


class ViewerServer(Server):
    """Serves one command to a limited number of viewers."""

    def __init__(self, words: Sequence[str], host: str, port: int, options: ViewerOptions) -> None:
        """Run a command's `words` for each viewer."""
        bracketed = f"[{host}]" if ":" in host else host
        super().__init__(words[0], host, port, title="ppp-tui", public_url=f"http://{bracketed}:{port}")
        self._words = words
        self._token, self._hosts, self._most_viewers, self._tally = options
        self._websockets: set[web.WebSocketResponse] = set()

    @property
    def viewers(self) -> int:
        """Viewers that are connected now."""
        return len(self._websockets)

    def initialize_logging(self) -> None:
        """Print nothing of what the package logs but errors."""
        logging.getLogger("textual-serve").setLevel(logging.ERROR)

    async def on_startup(self, app: web.Application) -> None:
        """Print nothing: the command says where it listens."""

    async def on_shutdown(self, _app: web.Application) -> None:
        """Close the connections of all viewers, which would otherwise be waited for."""
        prepared = [websocket for websocket in self._websockets if websocket.prepared]
        await asyncio.gather(*(websocket.close(code=WSCloseCode.GOING_AWAY) for websocket in prepared))

    async def _make_app(self) -> web.Application:
        app = await super()._make_app()

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._checked(request, handler)

        app.middlewares.append(check)
        return app

    async def _checked(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request, unless it is a stranger's."""
        refusal = self._refusal(request)
        if refusal is not None:
            self._tally.count_refusal(refusal.status, (refusal.text or "").strip())
            return refusal
        if self._token and not self._is_token(request.cookies.get(COOKIE, "")):
            welcome = web.HTTPSeeOther("/")
            welcome.set_cookie(COOKIE, self._token, httponly=True, samesite="Strict")
            raise welcome
        response = await handler(request)
        if not response.prepared:
            if isinstance(response, web.Response) and response.content_type == "text/html" and response.text:
                response.text = _LINK.sub(self._own_link, response.text)
            response.headers["Content-Security-Policy"] = POLICY
            response.headers["X-Content-Type-Options"] = "nosniff"
            response.headers["Referrer-Policy"] = "no-referrer"
        return response

    def _refusal(self, request: web.Request) -> web.Response | None:
        host = request.headers.get("Host", "").lower()
        if host not in self._hosts:
            return web.Response(status=421, text=f"This server answers for {', '.join(sorted(self._hosts))} alone.\n")
        origin = request.headers.get("Origin")
        if origin is not None and origin.lower() != f"http://{host}":
            return web.Response(status=403, text="Pages of other origins may not connect here.\n")
        given = (request.cookies.get(COOKIE, ""), request.query.get("token", ""))
        if self._token and not any(map(self._is_token, given)):
            return web.Response(status=401, text="Open the address with the token that ppp-tui web printed.\n")
        return None

    def _own_link(self, link: re.Match[str]) -> str:
        """Return a link of the page, '' if it leads elsewhere: to a font, which the package has itself, too."""
        return link[0] if link[1].startswith(f"{self.public_url}/") else ""

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Start a dashboard for a viewer, if there is room for one more; it ends with the connection."""
        if self.viewers >= self._most_viewers:
            self._tally.count_refusal(503, "there are as many viewers as may look on")
            raise web.HTTPServiceUnavailable(text=f"There are {self.viewers} viewers already.\n")
        websocket = web.WebSocketResponse(heartbeat=15)
        self._websockets.add(websocket)
        self._tally.count("viewers", "now")
        self._tally.count("viewers", "in all")
        try:
            await websocket.prepare(request)
            viewer = ViewerProcess(self._words, websocket, self.download_manager)
            await viewer.start(_cells(request, "width", 80), _cells(request, "height", 24))
            try:
                await self._process_messages(websocket, viewer)
            finally:
                await viewer.stop()
        finally:
            self._websockets.remove(websocket)
            self._tally.count("viewers", "now", -1)
        return websocket


class ViewerProcess(AppService):
    """The dashboard of one viewer: a process that is gone when the connection is."""

    def __init__(self, words: Sequence[str], websocket: web.WebSocketResponse, downloads: DownloadManager) -> None:
        """Run a command, which no shell reads; `start` begins."""

        async def close() -> None:
            await websocket.close()

        super().__init__(
            words[0],
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=close,
            download_manager=downloads,
        )
        self._words = words

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        self._process = process = await asyncio.create_subprocess_exec(
            *self._words, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=self._build_environment(width, height)
        )
        self._stdin = process.stdin
        return process

    async def stop(self) -> None:
        """Ask the dashboard to end, and see to it that it does."""
        process, task = self._process, self._task
        if process is None:
            return
        with suppress(TimeoutError, OSError, RuntimeError):
            await asyncio.wait_for(super().stop(), STOP_S)
        if process.returncode is None:
            await end_process(process, STOP_S)
        if task is not None:
            task.cancel()
        # Its pipes would otherwise wait for the garbage collector.
        process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001  asyncio has no other way


def _cells(request: web.Request, name: str, default: int) -> int:
    """Return a size that the page asks for, within what a terminal may have."""
    given = request.query.get(name, "")
    return max(1, min(int(given), MOST_CELLS)) if given.isascii() and given.isdigit() and len(given) < 6 else default
