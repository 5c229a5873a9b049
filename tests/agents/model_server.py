"""A scripted model on loopback: real agents ask it, and write real session files, without account or network.

It answers Anthropic's Messages and OpenAI's Responses with the answers of one scenario, one per request; a request
without tools (for a title) gets a word and takes none. A request beyond the script is refused for good, so that a run
that goes astray ends at once. With `is_held`, each answer waits until the test releases it: the main conversation's
and every sub-agent's on their own, for they ask side by side.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self

from tests.agents import dialects, part_dialects
from tests.agents.scenario import Answer, Scenario, Tokens

_ANSWERED = ("/messages", "/responses", "/chat/completions", ":generateContent", ":streamGenerateContent")
"""Ends of the paths that a model answers at."""

MOST_REQUESTS = 100
"""Requests in one run: an agent that asks for ever is stopped here."""

LONGEST_HOLD_S = 60.0
"""How long an answer is held for a test that forgot it."""

ASIDE = Answer(say="A short title", tokens=Tokens(input=9, output=4))
"""What a request without tools is told."""


class Asked(NamedTuple):
    """A request of the agent, and what it was told."""

    key: str
    """Ends the ids of the answer's message and call."""
    conversation: str
    """The prompt, or the sub-agent's task, that the request is about; '' for a request aside."""
    answer: Answer
    awaited: str = ""
    """The sub-agent that Codex was told to wait for."""
    task: str = ""
    """The task of the sub-agent that asked; '' where none did."""


class Script:
    """The answers of a scenario, handed out one request at a time."""

    def __init__(self, scenario: Scenario) -> None:
        """Begin at the first answer."""
        self.name = scenario.name
        told = {**scenario.prompted(), **scenario.delegated()}
        self._left = {said: list(answers) for said, answers in told.items()}
        self._tasks = frozenset(scenario.delegated())
        self._spawning = ""
        self._lock = threading.Lock()
        self.asked: list[Asked] = []

    def next(self, body: dict[str, Any]) -> Asked | None:
        """The answer to a request; None beyond the script."""
        with self._lock:
            if len(self.asked) >= MOST_REQUESTS:
                return None
            asked = self._choose(body, f"{self.name}_{len(self.asked):02d}")
            if asked is not None:
                self.asked.append(asked)
            return asked

    def _choose(self, body: dict[str, Any], key: str) -> Asked | None:
        if not body.get("tools"):
            return Asked(key, "", ASIDE)
        conversation = next((said for said in reversed(dialects.heard(body)) if said in self._left), "")
        if conversation not in self._tasks and self._spawning:
            awaited = dialects.spawned(body, self._spawning)
            self._spawning = ""
            if awaited:
                return Asked(key, conversation, Answer(tokens=dialects.WAITING), awaited)
        left = self._left.get(conversation)
        if not left:
            return None
        answer = left[0] if left[0].is_refused_for_good else left.pop(0)
        if answer.delegate:
            self._spawning = key
        return Asked(key, conversation, answer, task=conversation if conversation in self._tasks else "")


class ModelServer:
    """Serves one scenario on a free port of 127.0.0.1 while it is entered."""

    def __init__(self, scenario: Scenario, *, wait_s: float = 0.0, is_held: bool = False) -> None:
        """`wait_s` goes by before each answer; with `is_held`, each waits for a `release`."""
        self.script = Script(scenario)
        self.wait_s = wait_s
        self.is_held = is_held
        self.is_over = threading.Event()
        self._released: Counter[str] = Counter()
        self._is_released = threading.Condition()
        self._http = _Http(self)
        self._thread = threading.Thread(target=self._http.serve_forever, name="model server", daemon=True)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def asked(self) -> list[Asked]:
        """The requests so far."""
        return list(self.script.asked)

    @property
    def refused(self) -> list[int]:
        """The statuses with which requests were refused so far."""
        return [asked.answer.refuse for asked in self.asked if asked.answer.refuse]

    def release(self, answers: int = 1, *, task: str = "") -> None:
        """Let so many answers go that are held, or will be: the main conversation's, or a sub-agent's."""
        with self._is_released:
            self._released[task] += answers
            self._is_released.notify_all()

    def hold(self, asked: Asked) -> None:
        """Wait as long as an answer has to, or until the server is left. What is asked aside is never held."""
        if self.is_held and asked.conversation:
            with self._is_released:
                self._is_released.wait_for(lambda: self.is_over.is_set() or self._released[asked.task], LONGEST_HOLD_S)
                self._released[asked.task] -= 1
        self.is_over.wait(self.wait_s)

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; answers that are held go first."""
        with self._is_released:
            self.is_over.set()
            self._is_released.notify_all()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, server: ModelServer) -> None:
        self.model_server = server
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """An agent that hangs up before its answer came is no fault."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is http.server's
        """Nothing is printed."""

    def do_HEAD(self) -> None:
        """Whether anybody is there."""
        self._send(200, "application/json", b"")

    def do_GET(self) -> None:
        """The models on offer: the agents know theirs."""
        self._send_json(200, {"object": "list", "data": [], "models": []})

    def do_POST(self) -> None:
        """A request to the model."""
        body = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)))
        path = self.path.partition("?")[0]
        if not path.endswith(_ANSWERED):
            self._send_json(404, dialects.refusal(404))
            return
        asked = self.server.model_server.script.next(body)
        if asked is None:
            self._send_json(
                400, {"type": "error", "error": {"type": "invalid_request_error", "message": "the script is over"}}
            )
            return
        self.server.model_server.hold(asked)
        if asked.answer.refuse:
            self._send_json(asked.answer.refuse, dialects.refusal(asked.answer.refuse), asked)
        elif path.endswith(":generateContent"):
            self._send_json(200, part_dialects.generate_content(body, asked.answer), asked)
        elif path.endswith(":streamGenerateContent"):
            self._send_chunks([part_dialects.generate_content(body, asked.answer)], asked)
        elif path.endswith("/chat/completions"):
            self._send_chunks([*part_dialects.chat_chunks(body, asked.key, asked.answer), "[DONE]"], asked)
        elif path.endswith("/messages"):
            self._send_events(dialects.messages_events(body, asked.key, asked.answer), asked)
        else:
            self._send_events(dialects.responses_events(asked.key, asked.answer, asked.awaited), asked)

    def _send_events(self, events: Iterable[dict[str, Any]], asked: Asked) -> None:
        content = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
        self._send(200, "text/event-stream", content.encode(), asked)

    def _send_chunks(self, chunks: Iterable[dict[str, Any] | str], asked: Asked) -> None:
        texts = (chunk if isinstance(chunk, str) else json.dumps(chunk) for chunk in chunks)
        self._send(200, "text/event-stream", "".join(f"data: {text}\n\n" for text in texts).encode(), asked)

    def _send_json(self, status: int, body: dict[str, Any], asked: Asked | None = None) -> None:
        self._send(status, "application/json", json.dumps(body).encode(), asked)

    def _send(self, status: int, kind: str, content: bytes, asked: Asked | None = None) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        if asked is not None:
            self.send_header("request-id", f"req_{asked.key}")
            if asked.answer.retry_after_s:
                self.send_header("retry-after", str(asked.answer.retry_after_s))
        self.end_headers()
        self.wfile.write(content)
