"""OTLP over gRPC: what a real client sends is kept and answered as by HTTP, within the same limits."""

from __future__ import annotations

from collections.abc import Callable

import grpc
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse

from ppp_tui.receive.grpc_server import SERVICES
from ppp_tui.receive.otlp import MAX_BODY_BYTES, Signal
from tests.receive.conftest import RunningServer
from tests.receive.otlp_of import SESSION, log_of, logs_of, metrics_of, protobuf_of, span_of, traces_of

Serve = Callable[..., RunningServer]
FILE = f"claude_code-{SESSION}.jsonl"
LOGS = protobuf_of(logs_of(log_of("user_prompt", prompt="Hello")))
WAIT_S = 20


def export(
    server: RunningServer,
    body: bytes,
    signal: Signal = "logs",
    *,
    host: str = "127.0.0.1",
    compression: grpc.Compression | None = None,
    authorization: str = "",
) -> bytes:
    """Call Export; return the response as it is. Raises grpc.RpcError."""
    with grpc.insecure_channel(
        f"{host}:{server.server.grpc_port}", options=[("grpc.max_send_message_length", -1)]
    ) as channel:
        call = channel.unary_unary(f"/{SERVICES[signal]}/Export")
        metadata = (("authorization", authorization),) if authorization else ()
        answer: bytes = call(body, timeout=WAIT_S, compression=compression, metadata=metadata)
        return answer


def refused(*arguments: object, **options: object) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.RpcError) as raised:
        export(*arguments, **options)  # type: ignore[arg-type]
    return raised.value.code(), raised.value.details()


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
@pytest.mark.parametrize("compression", [None, grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_logs_are_kept_once_and_acknowledged(serve: Serve, host: str, compression: grpc.Compression | None) -> None:
    server = serve(grpc_port=0)
    assert server.notes == []
    for _ in range(2):
        assert export(server, LOGS, host=host, compression=compression) == b""
    assert len(server.lines(FILE)) == 1
    assert f"grpc://127.0.0.1:{server.server.grpc_port}" in server.counts.addresses


def test_each_service_takes_its_signal(serve: Serve) -> None:
    server = serve(grpc_port=0)
    attributes = {"session.id": SESSION}
    assert export(server, protobuf_of(traces_of(span_of("chat m", **attributes))), "traces") == b""
    answered = ExportMetricsServiceResponse.FromString(export(server, protobuf_of(metrics_of()), "metrics"))
    assert answered.partial_success.error_message.startswith("nothing here names a session")
    assert answered.partial_success.rejected_data_points == 0
    assert server.counts.content(is_open=True)["records"] == {
        "shop-agent": {"traces": 1},
        "claude-code": {"metrics": 2},
    }


def test_what_is_no_request_is_refused_and_counted(serve: Serve) -> None:
    server = serve(grpc_port=0)
    code, details = refused(server, b"\xff\xff\xff")
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert details
    assert [key[:3] for key in server.counts.content(is_open=True)["refused"]] == ["400"]


@pytest.mark.parametrize("compression", [None, grpc.Compression.Gzip])
def test_request_beyond_the_limit_is_not_to_be_sent_again(serve: Serve, compression: grpc.Compression | None) -> None:
    server = serve(grpc_port=0)
    code, _ = refused(server, bytes(MAX_BODY_BYTES + 1), compression=compression)
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_token_is_asked_for(serve: Serve) -> None:
    server = serve(grpc_port=0, token="secret")
    assert refused(server, LOGS)[0] is grpc.StatusCode.UNAUTHENTICATED
    assert refused(server, LOGS, authorization="Bearer wrong")[0] is grpc.StatusCode.UNAUTHENTICATED
    assert export(server, LOGS, authorization="Bearer secret") == b""


def test_disk_that_takes_nothing_is_told_as_unavailable(serve: Serve) -> None:
    server = serve(grpc_port=0)
    (server.folder / "journals").parent.mkdir(parents=True, exist_ok=True)
    (server.folder / "journals").write_text("")
    assert refused(server, LOGS)[0] is grpc.StatusCode.UNAVAILABLE
    (server.folder / "journals").unlink()
    assert export(server, LOGS) == b""


def test_port_that_is_taken_is_told_and_http_goes_on(serve: Serve) -> None:
    first = serve(grpc_port=0)
    second = serve(grpc_port=first.server.grpc_port)
    assert len(second.notes) == 2
    assert "cannot be opened for gRPC" in second.notes[0]
    assert second.port
