"""The HTTP interface as an ASGI application (Starlette 1.x): routes, security, errors and their description.

Every answer is JSON, or server-sent events. The routes' functions are passed in; this module turns requests into
calls. A request from a web page of another origin is refused, and so is one for a host name that the server does not
listen at, since any name can be made to resolve to its address.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

import anyio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

MAX_BODY_BYTES = 20 * 1024 * 1024
"""Bytes of a request's body; a longer one is refused with 413."""

MAX_QUERIES = 4
"""Queries that run at once; more wait."""

Method = Literal["GET", "POST"]


class RouteParameter(NamedTuple):
    """A parameter of a route."""

    name: str
    place: Literal["path", "query"]
    description: str
    schema: Mapping[str, Any]
    """As JSON schema."""


class HttpAnswer(NamedTuple):
    """The answer of a route: HTTP status and body."""

    status: int
    body: str
    """JSON."""


class HttpRoute(NamedTuple):
    """A path, its parameters, and the function that answers requests for it."""

    method: Method
    path: str
    summary: str
    parameters: Sequence[RouteParameter]
    answer: Callable[[Mapping[str, str], bytes], HttpAnswer]
    """Called in a thread with the parameters that were given and the request's body."""
    takes_body: bool = False


class LiveEvent(NamedTuple):
    """An event in the stream of changes."""

    kind: Literal["state", "database", "beat"]
    """state: a session's state changed · database: it cannot be read, or can be again · beat: nothing changed."""
    data: str
    """JSON; '' for a beat."""


Live = Callable[[], AsyncIterator[LiveEvent]]
"""Yields events for one client until it disconnects."""


class Tally(Protocol):
    """Counts requests."""

    def count(self, name: str, kind: str, number: int = 1) -> None:
        """Count requests of a route or a tool (`name`) by their outcome (`kind`)."""
        ...

    def count_refusal(self, status: int, message: str) -> None:
        """Count a request that was refused before its route was called."""
        ...


def build_app(
    routes: Sequence[HttpRoute], live: Live, *, token: str, hosts: frozenset[str], version: str, tally: Tally
) -> ASGIApp:
    """Return the application. Without a token (''), none is asked for; `hosts` are names with their ports."""
    limiter = anyio.CapacityLimiter(MAX_QUERIES)
    served = [Route(route.path, _endpoint(route, limiter, tally), methods=[route.method]) for route in routes]
    description = describe(routes, version)

    async def openapi(_request: Request) -> Response:
        return JSONResponse(description)

    async def stream(_request: Request) -> Response:
        tally.count("GET /v1/live", "streams")
        return StreamingResponse(_events(live), media_type="text/event-stream", headers={"cache-control": "no-store"})

    served += [Route("/openapi.json", openapi), Route("/v1/live", stream)]
    app = Starlette(routes=served, exception_handlers={404: _not_here, 405: _not_allowed})
    return RequestGuard(app, token, hosts, tally)


def error_answer(status: int, sentence: str) -> HttpAnswer:
    """Return an answer whose JSON says in one sentence what is wrong."""
    return HttpAnswer(status, json.dumps({"error": sentence}))


class RequestGuard:
    """Refuses requests for other hosts, from other origins and without the token, before any route is looked up."""

    def __init__(self, app: ASGIApp, token: str, hosts: frozenset[str], tally: Tally) -> None:
        """Guard an application, and count what is refused."""
        self._app = app
        self._tally = tally
        self._token = token
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(headers)
        if refusal is not None:
            self._tally.count_refusal(refusal.status, json.loads(refusal.body)["error"])
            await _response(refusal)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _refusal(self, headers: Mapping[str, str]) -> HttpAnswer | None:
        host = headers.get("host", "").lower()
        if host not in self._hosts:
            return error_answer(421, f"This server answers for {', '.join(sorted(self._hosts))} alone.")
        origin = headers.get("origin")
        if origin is not None and origin.lower() != f"http://{host}":
            return error_answer(403, "Pages of other origins may not ask here.")
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return error_answer(403, "Pages of other origins may not ask here.")
        if not self._token:
            return None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._token.encode()):
            return None
        return error_answer(401, "A token is needed: send the header Authorization: Bearer TOKEN.")


def _endpoint(route: HttpRoute, limiter: anyio.CapacityLimiter, tally: Tally) -> Callable[[Request], Any]:
    names = {parameter.name for parameter in route.parameters if parameter.place == "query"}

    async def endpoint(request: Request) -> Response:
        answered = await answer_of(request)
        tally.count(f"{route.method} {route.path}", "answered" if answered.status < 400 else "failed")
        return _response(answered)

    async def answer_of(request: Request) -> HttpAnswer:
        unknown = sorted(set(request.query_params) - names)
        if unknown:
            listed = f"; it has {', '.join(sorted(names))}" if names else ""
            return error_answer(400, f"There is no parameter {unknown[0]}{listed}.")
        body = await _body(request) if route.takes_body else b""
        if body is None:
            return error_answer(413, f"The body is longer than {MAX_BODY_BYTES} bytes.")
        given = {**request.path_params, **request.query_params}
        return await anyio.to_thread.run_sync(route.answer, given, body, limiter=limiter)

    return endpoint


async def _body(request: Request) -> bytes | None:
    """Return the body; None as soon as it is longer than `MAX_BODY_BYTES`."""
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MAX_BODY_BYTES:
            return None
        pieces.append(piece)
    return b"".join(pieces)


async def _events(live: Live) -> AsyncIterator[str]:
    """Yield server-sent events, first a comment that tells the client that it is connected."""
    yield ": connected\n\n"
    async for kind, data in live():
        if kind == "beat":
            yield ": still here\n\n"
        else:
            # Clients expect states as events without a name.
            yield f"data: {data}\n\n" if kind == "state" else f"event: {kind}\ndata: {data}\n\n"


def _response(answered: HttpAnswer) -> Response:
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    if answered.status == 401:
        headers["www-authenticate"] = "Bearer"
    return Response(answered.body, answered.status, headers, "application/json")


async def _not_here(request: Request, _error: Exception) -> Response:
    return _response(error_answer(404, f"There is nothing at {request.url.path}: see /openapi.json."))


async def _not_allowed(request: Request, _error: Exception) -> Response:
    return _response(error_answer(405, f"{request.url.path} does not take {request.method}: see /openapi.json."))


def describe(routes: Sequence[HttpRoute], version: str) -> dict[str, Any]:
    """Return the OpenAPI 3.1 description of routes."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = route.path.replace(":path}", "}")
        operation: dict[str, Any] = {
            "summary": route.summary,
            "operationId": f"{route.method.lower()}{path.replace('/', '_').replace('{', '').replace('}', '')}",
            "parameters": [
                {
                    "name": parameter.name,
                    "in": parameter.place,
                    "required": parameter.place == "path",
                    "description": parameter.description,
                    "schema": dict(parameter.schema),
                }
                for parameter in route.parameters
            ],
            "responses": {
                "200": _described("The report."),
                **{status: _described(words, "error") for status, words in _ERRORS.items()},
            },
        }
        if route.takes_body:
            operation["requestBody"] = {
                "required": True,
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
            operation["responses"]["202"] = _described("Accepted: it is safe in the journal.")
            operation["responses"]["413"] = _described(f"The body is longer than {MAX_BODY_BYTES} bytes.", "error")
        paths.setdefault(path, {})[route.method.lower()] = operation
    paths["/v1/live"] = {
        "get": {
            "summary": "Changes of sessions' states, as server-sent events; an event named database tells in error "
            "why nothing can be read, and with null that it can be again.",
            "operationId": "get_v1_live",
            "responses": {
                "200": {"description": "Events.", "content": {"text/event-stream": {}}},
                **{status: _described(_ERRORS[status], "error") for status in ("401", "403", "421")},
            },
        }
    }
    error = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
    return {
        "openapi": "3.1.0",
        "info": {"title": "ppp-tui", "version": version},
        "paths": paths,
        "components": {
            "schemas": {"error": error, "report": {"type": "object"}},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


_ERRORS = {
    "400": "A parameter or the body is wrong.",
    "401": "The token is missing or wrong.",
    "403": "The request comes from a page of another origin.",
    "404": "There is no such session or project.",
    "421": "The request is for another host.",
    "503": "The database cannot be read.",
}


def _described(words: str, schema: str = "report") -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": words, "content": content}
