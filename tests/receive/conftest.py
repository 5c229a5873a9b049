"""A receiver that listens on a free port, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from ppp_tui.model.clock import FrozenClock
from ppp_tui.receive.connection import Timeouts
from ppp_tui.receive.received_journal import ReceivedJournal
from ppp_tui.receive.receiver import Receiver
from ppp_tui.receive.receiver_status import StatusCounts
from ppp_tui.receive.server import OtlpServer

T = TypeVar("T")
NOW_MS = 1_790_000_000_000


class RunningServer:
    """A server at work; `lines` are what it kept of a session."""

    def __init__(
        self, folder: Path, token: str = "", timeouts: Timeouts | None = None, grpc_port: int | None = None
    ) -> None:
        clock = FrozenClock(NOW_MS)
        self.folder = folder
        self.journal = ReceivedJournal(folder, clock)
        self.counts = StatusCounts(folder, clock)
        receiver = Receiver(self.journal, self.counts, keeps_text=True)
        self.server = OtlpServer(receiver, self.counts, token=token, timeouts=timeouts, seconds=lambda: 0.0)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.notes = self._run(self.server.start(0, grpc_port))
        self.port = self.server.port

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def lines(self, name: str) -> list[bytes]:
        """Return the lines of a session's file, after all that was accepted is distributed."""
        self.server._thread.submit(lambda: None).result(20)
        path = self.folder / "sessions" / name
        return path.read_bytes().splitlines() if path.exists() else []

    def close(self) -> None:
        self._run(self.server.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.journal.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., RunningServer]]:
    """Start servers that end with the test."""
    started: list[RunningServer] = []

    def start(**options: object) -> RunningServer:
        started.append(RunningServer(tmp_path / f"received{len(started)}", **options))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for server in started:
        server.close()
