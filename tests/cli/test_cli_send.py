"""``ppp-tui send``: what is sent to a receiver, once, and what is said where it is away."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.cli.conftest import Run, environment
from tests.waiting import until


class Receiver(ThreadingHTTPServer):
    """Takes traces, and answers with the statuses that a test wants first."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuses: list[int] = []
        self.spans: list[bytes] = []
        self.annotations: list[dict[str, Any]] = []
        self.annotations_status = 200

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Print nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if self.path == "/v1/span_annotations":
            self.server.annotations += json.loads(body)["data"]
            self.send_response(self.server.annotations_status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        if status == 200:
            message = ExportTraceServiceRequest()
            message.ParseFromString(body)
            for resource in message.resource_spans:
                self.server.spans += [span.span_id for scope in resource.scope_spans for span in scope.spans]
        self.send_response(status)
        self.send_header("Retry-After", "0")
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver at work."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_changes_are_sent_once_though_the_receiver_was_busy(ppp: Run, receiver: Receiver) -> None:
    receiver.statuses = [503, 429]
    done = ppp("send", "--to", receiver.url, "--format", "openinference")
    assert done.returncode == 0, done.stderr
    assert "spans sent" in done.stderr
    sent = list(receiver.spans)
    assert sent
    assert len(set(sent)) == len(sent)
    again = ppp("send", "--to", receiver.url, "--format", "openinference")
    assert "Nothing changed since the last time." in again.stderr
    assert receiver.spans == sent
    anew = ppp("send", "--to", receiver.url, "--format", "openinference", "--since", "2020-01-01")
    assert anew.returncode == 0
    assert receiver.spans == sent * 2


def test_receiver_that_refuses_is_told_and_tried_again(ppp: Run, receiver: Receiver) -> None:
    receiver.statuses = [400]
    done = ppp("send", "--to", receiver.url)
    assert done.returncode == 1
    assert f"{receiver.url}/v1/traces answered 400" in done.stderr
    assert ppp("send", "--to", receiver.url).returncode == 0
    assert receiver.spans


def test_setting_makes_ingest_send_what_it_reads(home: Path, receiver: Receiver) -> None:
    settings = home / ".config" / "ppp-tui" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'[send]\nto = "{receiver.url}"\nformat = "genai"\n')
    command = [sys.executable, "-m", "ppp_tui", "ingest", "--follow"]
    with subprocess.Popen(command, env=environment(home), stdin=subprocess.DEVNULL) as ingest:
        try:
            until(lambda: bool(receiver.spans), "the session", 60)
        finally:
            ingest.terminate()
        assert ingest.wait(30) == 0
    assert len(set(receiver.spans)) == len(receiver.spans)


def test_export_writes_and_sends_one_session_as_a_trace(ppp: Run, receiver: Receiver, tmp_path: Path) -> None:
    written = ppp("export", "-1", "--format", "genai")
    assert written.stdout == ppp("send", "-1", "--format", "genai").stdout
    assert '"gen_ai.conversation.id"' in written.stdout
    target = tmp_path / "trace.json"
    assert ppp("export", "-1", "--format", "genai", "-o", str(target)).returncode == 0
    assert target.read_text() == written.stdout
    sent = ppp("export", "-1", "--format", "openinference", "--to", receiver.url)
    assert (sent.returncode, sent.stdout) == (0, "")
    assert sent.stderr == f"session 1: {len(receiver.spans)} spans sent\n"
    for words in (("--to", receiver.url), ("--to", receiver.url, "--format", "genai", "-o", "x")):
        assert "say in which --format" in ppp("export", "-1", *words).stderr


@pytest.mark.parametrize("status", [200, 404])
def test_annotations_go_to_a_phoenix_and_no_other_receiver_is_the_worse_for_it(
    ppp: Run, receiver: Receiver, status: int
) -> None:
    receiver.annotations_status = status
    sent = ppp("send", "-1", "--to", receiver.url, "--format", "openinference")
    assert (sent.returncode, sent.stderr) == (0, f"session 1: {len(receiver.spans)} spans sent\n")
    assert {entry["span_id"] for entry in receiver.annotations} <= {span.hex() for span in receiver.spans}
    assert "proactivity" in {entry["name"] for entry in receiver.annotations}
    receiver.annotations.clear()
    assert ppp("send", "-1", "--to", receiver.url, "--format", "genai").returncode == 0
    assert receiver.annotations == []


@pytest.mark.parametrize("status", [422, 500])
def test_receiver_that_fails_at_annotations_is_told(ppp: Run, receiver: Receiver, status: int) -> None:
    receiver.annotations_status = status
    sent = ppp("send", "-1", "--to", receiver.url, "--format", "openinference")
    assert sent.returncode == 1
    assert f"/v1/span_annotations answered {status}" in sent.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--to", "file:///etc/passwd"), "is no address"),
        (("--follow",), "name a receiver with --to"),
        (("-1", "--to", "http://127.0.0.1:1", "--since", "7d"), "a session is sent whole"),
    ],
)
def test_what_cannot_be_meant_is_refused(ppp: Run, words: tuple[str, ...], sentence: str) -> None:
    done = ppp("send", *words)
    assert done.returncode == 2
    assert sentence in done.stderr
