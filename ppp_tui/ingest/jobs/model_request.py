"""One request to a language model by OpenAI's or Anthropic's HTTP interface, within a time limit."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlsplit

from ppp_tui.ingest.options import Classifier

if TYPE_CHECKING:
    from http.client import HTTPConnection, HTTPResponse

Answer = TypeVar("Answer")

MAX_ANSWER_BYTES = 1_000_000
"""Bytes of an answer beyond which it is refused."""

_READ_BYTES = 65_536
_ANTHROPIC_VERSION = "2023-06-01"


class ModelError(Exception):
    """A model did not answer; the message gives the reason and never holds a key."""


def complete(settings: Classifier, environment: Mapping[str, str], system: str, prompt: str) -> str:
    """Return the model's answer to a prompt. Raises ModelError."""
    address = urlsplit(settings.base_url)
    # Anthropic's own programs take the address without its version, others with it.
    base = address.path.rstrip("/").removesuffix("/v1" if settings.api == "anthropic" else "")
    path, body = _request(settings, system, prompt)
    headers = {"Content-Type": "application/json", **_key(settings, environment)}
    deadline = time.monotonic() + settings.timeout_s
    # Imported late, since few runs ask a model.
    from http.client import HTTPConnection, HTTPException, HTTPSConnection

    connect = HTTPSConnection if address.scheme == "https" else HTTPConnection
    try:
        connection = connect(address.hostname or "", address.port, timeout=settings.timeout_s)
        try:
            connection.request("POST", f"{base}{path}", json.dumps(body).encode(), headers)
            with connection.getresponse() as response:
                content = _read(connection, response, deadline)
        finally:
            connection.close()
    except TimeoutError as error:
        raise ModelError(f"no answer within {settings.timeout_s:g} s") from error
    except (OSError, HTTPException, ValueError) as error:
        # Without the error's own text: that of a refused header would contain the key.
        raise ModelError(f"{address.hostname} cannot be reached: {type(error).__name__}") from None
    return _answer_text(settings, content)


def _request(settings: Classifier, system: str, prompt: str) -> tuple[str, dict[str, Any]]:
    if settings.api == "anthropic":
        messages = [{"role": "user", "content": prompt}]
        return "/v1/messages", {"model": settings.model, "max_tokens": 2000, "system": system, "messages": messages}
    messages = [{"role": "system", "content": system}, {"role": "user", "content": prompt}]
    return "/chat/completions", {"model": settings.model, "messages": messages}


def _key(settings: Classifier, environment: Mapping[str, str]) -> dict[str, str]:
    version = {"anthropic-version": _ANTHROPIC_VERSION} if settings.api == "anthropic" else {}
    if not settings.key_variable:
        return version
    key = environment.get(settings.key_variable, "").strip()
    if not key or not key.isascii() or not key.isprintable():
        raise ModelError(f"the variable {settings.key_variable} holds no key")
    return {**version, "x-api-key": key} if version else {"Authorization": f"Bearer {key}"}


def _read(connection: HTTPConnection, response: HTTPResponse, deadline: float) -> bytes:
    """Return the whole answer. Raises TimeoutError at the deadline, however slowly bytes arrive."""
    if response.status != 200:
        raise ModelError(f"status {response.status}")
    pieces: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        piece = response.read1(_READ_BYTES)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
        if size > MAX_ANSWER_BYTES:
            raise ModelError("its answer is too long")


def _answer_text(settings: Classifier, content: bytes) -> str:
    try:
        answer = json.loads(content)
        if settings.api == "anthropic":
            return "".join(block["text"] for block in answer["content"] if block.get("type") == "text")
        text = answer["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(f"it does not answer as {settings.api} does") from error
    if not isinstance(text, str):
        raise ModelError(f"it does not answer as {settings.api} does")
    return text


def json_within(reply: str, first: str, last: str) -> Any:
    """Return the JSON in an answer from the first sign on to the last one, None if there is none."""
    begin, end = reply.find(first), reply.rfind(last)
    try:
        return json.loads(reply[begin : end + 1]) if 0 <= begin < end else None
    except (ValueError, RecursionError):
        return None


class BackgroundRequest(Generic[Answer]):
    """One request at a time on a thread of its own."""

    def __init__(self, settings: Classifier, environment: Mapping[str, str], ready: Callable[[], None]) -> None:
        """Send nothing before `_begin`; `ready` is called, from that thread, when an answer has arrived."""
        self._settings = settings
        self._environment = environment
        self._ready = ready
        self._future: Future[Answer] | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether a request is on its way."""
        return self._future is not None

    @property
    def is_answered(self) -> bool:
        """Whether the request has ended."""
        return self._future is not None and self._future.done()

    def _begin(self, name: str, request: Callable[[], Answer]) -> None:
        """Make a request on a thread of that name."""
        future: Future[Answer] = Future()
        future.add_done_callback(lambda _: self._ready())
        self._future = future
        # A daemon, so that the end of the program does not wait for a model.
        threading.Thread(target=_settle, args=(future, request), name=name, daemon=True).start()

    def _pop_future(self) -> Future[Answer] | None:
        """Return the request's future, None if there was no request, and allow another request."""
        future, self._future = self._future, None
        return future


def _settle(future: Future[Answer], request: Callable[[], Answer]) -> None:
    try:
        future.set_result(request())
    except Exception as error:  # noqa: BLE001 - raised again where the answer is read
        future.set_exception(error)
