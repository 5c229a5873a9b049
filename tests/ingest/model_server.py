"""A language model over real HTTP on loopback, that says what a test wants, and settings that ask it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ppp_tui.ingest.options import Classifier


class Model(ThreadingHTTPServer):
    """A language model that says what a test wants."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.status = 200
        self.says = ""
        """Instead of one level per question, if it is not empty."""
        self.level = "high"
        self.is_silent = False
        self.released = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """Answers as OpenAI or as Anthropic does, by the path."""

    server: Model

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, dict(self.headers), body))
        if self.server.is_silent:
            self.server.released.wait(10)
            return
        asked = json.loads(body["messages"][-1]["content"])
        said = self.server.says or json.dumps([self.server.level] * len(asked))
        openai = {"choices": [{"message": {"content": said}}]}
        anthropic = {"content": [{"type": "text", "text": said}]}
        content = json.dumps(anthropic if self.path.endswith("/v1/messages") else openai).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def serving_model() -> Iterator[Model]:
    """A model that listens until the block ends."""
    server = Model()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()
    thread.join()


def settings(model: Model, **changes: Any) -> Classifier:
    made = Classifier(
        method="llm", base_url=f"{model.address}/v1", model="small", key_variable="MODEL_KEY", timeout_s=5.0
    )
    return made._replace(**changes)
