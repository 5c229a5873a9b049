"""The contract of OTLP/HTTP, and who is refused: over real connections."""

from __future__ import annotations

import gzip
import json
import socket
import sys
import zlib
from collections.abc import Callable

import pytest
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse

from ppp_tui.receive import receiver
from ppp_tui.receive import server as server_module
from ppp_tui.receive.connection import Timeouts
from ppp_tui.receive.receiver_status import status_path
from ppp_tui.store.door_status import read_status
from tests.receive.conftest import RunningServer
from tests.receive.otlp_of import (
    SESSION,
    json_of,
    log_of,
    logs_of,
    metrics_of,
    protobuf_of,
    read_answer,
    request_of,
    send,
    span_of,
    traces_of,
)

Serve = Callable[..., RunningServer]
FILE = f"claude_code-{SESSION}.jsonl"
LOGS = logs_of(log_of("user_prompt", prompt="Hello"))
PROTOBUF = "application/x-protobuf"


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8"])
def test_json_logs_are_kept_and_answered_in_json(serve: Serve, content_type: str) -> None:
    server = serve()
    answer = send(server.port, request_of(body=json_of(LOGS), Content_Type=content_type))
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, "application/json", b"{}")
    (line,) = server.lines(FILE)
    assert json.loads(line)["attributes"]["prompt"] == "Hello"


@pytest.mark.parametrize("content_type", [PROTOBUF, f"{PROTOBUF}; charset=utf-8"])
def test_protobuf_logs_are_kept_and_answered_in_protobuf(serve: Serve, content_type: str) -> None:
    server = serve()
    answer = send(server.port, request_of(body=protobuf_of(LOGS), Content_Type=content_type))
    assert (answer.status, answer.headers["content-type"], answer.body) == (200, PROTOBUF, b"")
    assert len(server.lines(FILE)) == 1


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(json_of(LOGS))),
        ("gzip", gzip.compress(json_of(LOGS)[:20]) + gzip.compress(json_of(LOGS)[20:])),
        ("deflate", zlib.compress(json_of(LOGS))),
        ("deflate", zlib.compressobj(wbits=-15).compress(b"") + zlib.compress(json_of(LOGS), wbits=-15)),
        ("identity", json_of(LOGS)),
    ],
    ids=["gzip", "gzip in two members", "deflate", "raw deflate", "identity"],
)
def test_compressed_logs_are_kept(serve: Serve, encoding: str, body: bytes) -> None:
    server = serve()
    assert send(server.port, request_of(body=body, Content_Encoding=encoding)).status == 200
    assert len(server.lines(FILE)) == 1


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_empty_request_succeeds(serve: Serve, body: bytes) -> None:
    assert send(serve().port, request_of(body=body)).status == 200


@pytest.mark.parametrize("path", ["/v1/logs/", "/prefix/v1/logs", "/v1/logs?x=1"])
def test_path_with_a_prefix_slash_or_query_is_taken(serve: Serve, path: str) -> None:
    assert send(serve().port, request_of(path, json_of(LOGS))).status == 200


def test_both_loopback_addresses_listen(serve: Serve) -> None:
    server = serve()
    assert send(server.port, request_of(host=f"[::1]:{server.port}"), host="::1").status == 200


def test_repeated_request_is_kept_once(serve: Serve) -> None:
    server = serve()
    for _ in range(3):
        assert send(server.port, request_of(body=json_of(LOGS))).status == 200
    assert len(server.lines(FILE)) == 1


def test_many_requests_on_one_connection(serve: Serve) -> None:
    server = serve()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        for number in range(5):
            client.sendall(request_of(body=json_of(logs_of(log_of("user_prompt", number=number)))))
            assert read_answer(client).status == 200
    assert len(server.lines(FILE)) == 5


def test_body_in_chunks_is_kept(serve: Serve) -> None:
    server = serve()
    body = json_of(LOGS)
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:7], body[7:])) + b"0\r\n\r\n"
    head = request_of(Content_Length="(none)", Transfer_Encoding="chunked")
    assert send(server.port, head.removesuffix(b"{}") + chunks).status == 200
    assert len(server.lines(FILE)) == 1


def test_client_that_waits_for_continue_is_told_to_go_on(serve: Serve) -> None:
    with socket.create_connection(("127.0.0.1", serve().port), timeout=20) as client:
        client.sendall(request_of(body=b"", Content_Length="2", Expect="100-continue"))
        assert client.recv(65536).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"{}")
        assert read_answer(client).status == 200


def test_span_without_a_session_goes_with_its_trace(serve: Serve) -> None:
    server = serve()
    parent, child = span_of("invoke_agent", **{"gen_ai.conversation.id": "thread-1"}), span_of("chat", "11" * 8)
    for request in (traces_of(parent), traces_of(child)):
        assert send(server.port, request_of("/v1/traces", json_of(request))).status == 200
    assert len(server.lines("otel-thread-1.jsonl")) == 2


def test_spans_of_codex_own_parts_are_not_kept(serve: Serve) -> None:
    server = serve()
    request = traces_of(span_of("session_task.turn", **{"thread.id": "t1"}), service="codex_exec")
    assert send(server.port, request_of("/v1/traces", json_of(request))).status == 200
    assert server.lines("codex-t1.jsonl") == []


def test_records_of_no_session_are_answered_with_a_warning(serve: Serve) -> None:
    answer = send(serve().port, request_of("/v1/metrics", json_of(metrics_of())))
    partial = json.loads(answer.body)["partialSuccess"]
    assert (answer.status, partial["rejectedDataPoints"]) == (200, "0")
    assert "session.id" in partial["errorMessage"]


def test_records_beyond_the_limit_are_rejected_in_part(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiver, "MAX_RECORDS", 500)
    body = protobuf_of(logs_of(*(log_of("user_prompt", number=number) for number in range(502))))
    answer = send(serve().port, request_of(body=body, Content_Type=PROTOBUF))
    response = ExportLogsServiceResponse.FromString(answer.body)
    assert (answer.status, response.partial_success.rejected_log_records) == (200, 2)
    assert "500" in response.partial_success.error_message


REFUSED = {
    "no path": (request_of("/"), 404),
    "other path": (request_of("/v1/logsx"), 404),
    "GET": (request_of(method="GET"), 405),
    "OPTIONS": (request_of(method="OPTIONS"), 405),
    "form": (request_of(Content_Type="application/x-www-form-urlencoded"), 415),
    "plain text": (request_of(Content_Type="text/plain"), 415),
    "no type": (request_of(Content_Type="(none)"), 415),
    "zstd": (request_of(Content_Encoding="zstd"), 415),
    "other host": (request_of(host="evil.example"), 421),
    "other host with a port": (request_of(host="evil.example:4318"), 421),
    "other port": (request_of(host="localhost:1"), 421),
    "web page": (request_of(Origin="https://evil.example"), 403),
    "sandboxed page": (request_of(Origin="null"), 403),
    "page of this machine": (request_of(Origin="http://localhost:3000"), 403),
    "fetch from elsewhere": (request_of(Sec_Fetch_Site="cross-site"), 403),
    "broken": (request_of(body=b"{"), 400),
    "no gzip": (request_of(Content_Encoding="gzip"), 400),
    "broken off gzip": (request_of(body=gzip.compress(b"{}" * 99)[:-12], Content_Encoding="gzip"), 400),
    "two lengths": (request_of().replace(b"\r\n\r\n", b"\r\nContent-Length: 2\r\n\r\n"), 400),
    "different lengths": (request_of().replace(b"\r\n\r\n", b"\r\nContent-Length: 9\r\n\r\n"), 400),
    "no host": (request_of(host="(none)"), 400),
    "too long": (request_of(body=b"", Content_Length=str(20 * 1024 * 1024 + 1)), 413),
    "absurdly long": (request_of(body=b"", Content_Length="9" * 19), 413),
    "bomb": (request_of(body=gzip.compress(bytes(21 << 20)), Content_Encoding="gzip"), 413),
    "long head": (request_of(X="x" * 20_000), 431),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_request(serve: Serve, name: str) -> None:
    request, status = REFUSED[name]
    server = serve()
    answer = send(server.port, request)
    assert answer.status == status
    assert not any(header.startswith("access-control") for header in answer.headers)
    assert not (server.folder / "sessions").exists()


def test_head_is_refused_without_a_body(serve: Serve) -> None:
    with socket.create_connection(("127.0.0.1", serve().port), timeout=20) as client:
        client.sendall(request_of(method="HEAD", body=b"", Connection="close"))
        answer = b"".join(iter(lambda: client.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert answer.endswith(b"\r\n\r\n")


def test_wrong_path_is_answered_with_what_codex_needs(serve: Serve) -> None:
    assert "/v1/logs" in json.loads(send(serve().port, request_of("/")).body)["message"]


def test_refusal_in_protobuf_is_a_status(serve: Serve) -> None:
    answer = send(serve().port, request_of(body=b"\x0a\xff", Content_Type=PROTOBUF))
    assert (answer.status, answer.body[:3]) == (400, b"\x08\x03\x12")


def test_chunks_beyond_the_limit_are_refused(serve: Serve) -> None:
    piece = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
    head = request_of(Content_Length="(none)", Transfer_Encoding="chunked").removesuffix(b"{}")
    assert send(serve().port, head + piece * 21).status == 413


def test_token_is_asked_for(serve: Serve) -> None:
    server = serve(token="secret")
    assert send(server.port, request_of()).status == 401
    assert send(server.port, request_of(Authorization="Bearer secreT")).status == 401
    assert send(server.port, request_of(Authorization="Bearer secret")).status == 200


def test_too_many_requests_are_told_when_to_come_again(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MAX_REQUESTS_PER_S", 2)
    server = serve()
    answers = [send(server.port, request_of()) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "1"


def test_full_disk_is_told_with_a_time_to_come_again(serve: Serve) -> None:
    server = serve()
    (server.folder / "journals").write_text("in the way")
    answer = send(server.port, request_of(body=json_of(LOGS)))
    assert (answer.status, answer.headers["retry-after"]) == (503, "5")
    (server.folder / "journals").unlink()
    assert send(server.port, request_of(body=json_of(LOGS))).status == 200
    assert len(server.lines(FILE)) == 1


def test_too_much_in_memory_is_told_with_a_time_to_come_again(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MAX_BUFFERED_BYTES", 10)
    server = serve()
    answer = send(server.port, request_of(body=json_of(LOGS)))
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert send(server.port, request_of(body=b"{}")).status == 200


def test_connections_beyond_the_limit_are_refused(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MAX_CONNECTIONS", 1)
    server = serve()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as first:
        first.sendall(request_of())
        assert read_answer(first).status == 200
        assert send(server.port, request_of()).status == 503


@pytest.mark.parametrize(
    ("begun", "status"),
    [(b"POST /v1/logs HTTP/1.1\r\nHost: local", 408), (request_of(body=b"", Content_Length="9"), 408)],
    ids=["head", "body"],
)
def test_slow_client_is_let_go(serve: Serve, begun: bytes, status: int) -> None:
    server = serve(timeouts=Timeouts(idle_s=0.2, head_s=0.2, body_s=0.2))
    assert send(server.port, begun).status == status


def test_silent_client_is_let_go(serve: Serve) -> None:
    server = serve(timeouts=Timeouts(idle_s=0.1))
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        assert client.recv(100) == b""


def test_grpc_client_is_told_what_to_set_where_grpc_is_not_installed(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ppp_tui.receive.grpc_server", None)
    server = serve(grpc_port=0)
    port = server.server._servers[2].sockets[0].getsockname()[1]
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        frames = b""
        while piece := client.recv(4096):
            frames += piece
            if b"OTEL" in frames:
                break
    assert frames[:9] == bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
    assert (frames[12], frames[18:26]) == (7, bytes((0, 0, 0, 0, 0, 0, 0, 13)))
    assert b"OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf" in frames


def test_status_tells_what_came_in_and_what_was_refused(serve: Serve) -> None:
    server = serve()
    for request in (request_of(body=json_of(LOGS)), request_of(body=json_of(LOGS)), request_of("/")):
        send(server.port, request)
    server.counts.write()
    status = read_status(status_path(server.folder))
    assert status is not None
    assert status["records"] == {"claude-code": {"logs": 2}}
    assert status["duplicates"] == 1
    assert [key[:3] for key in status["refused"]] == ["404"]
    assert status["addresses"][0] == f"http://127.0.0.1:{server.port}"
