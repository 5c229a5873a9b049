"""A receiver that is killed loses and doubles nothing that it acknowledged; a bomb costs little memory."""

from __future__ import annotations

import gzip
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.receive.otlp_of import SESSION, json_of, log_of, logs_of, read_answer, request_of

KILLS = int(os.environ.get("PPP_KILLS") or 60)
"""Receivers that are killed in the middle of a request; PPP_KILLS asks for another number."""

BOMB_BYTES, MOST_BYTES = 512 << 20, 40 << 20
SEEDED = random.Random(13)

RECEIVER = """
import asyncio, sys
from pathlib import Path
from ppp_tui.model.clock import SystemClock
from ppp_tui.receive.received_journal import ReceivedJournal
from ppp_tui.receive.receiver import Receiver
from ppp_tui.receive.receiver_status import StatusCounts
from ppp_tui.receive.server import OtlpServer
import os

folder = Path(sys.argv[1])

def serve(pipe):
    clock = SystemClock()
    journal, counts = ReceivedJournal(folder, clock), StatusCounts(folder, clock)
    journal.recover()
    server = OtlpServer(Receiver(journal, counts, keeps_text=True), counts)
    async def run():
        await server.start(0)
        os.write(pipe, b"%d\\n" % server.port)
        await asyncio.Event().wait()
    asyncio.run(run())

for line in sys.stdin:
    if os.fork() == 0:
        os.write(1, b"%d\\n" % os.getpid())
        serve(1)
    os.wait()
"""
"""Starts a receiver for each line that it reads, which is quicker than a process of its own."""


class Receivers:
    """Starts receivers on one folder, each after the one before it ended."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", RECEIVER, str(folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def start(self) -> tuple[int, int]:
        """Return process number and port of the next one."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline()), int(self.process.stdout.readline())

    def close(self) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(20)


def request(number: int) -> bytes:
    logs = [log_of("user_prompt", number=number * 10 + part, text="x" * 50) for part in range(3)]
    return request_of(body=json_of(logs_of(*logs)))


def post(client: socket.socket, number: int) -> None:
    client.sendall(request(number))
    assert read_answer(client).status == 200


@pytest.mark.slow
def test_kill_loses_and_doubles_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    receivers = Receivers(tmp_path)
    acknowledged: list[int] = []
    number = 0
    for _ in range(KILLS):
        pid, port = receivers.start()
        ends = time.monotonic() + SEEDED.random() * 0.02
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            try:
                while time.monotonic() < ends:
                    post(client, number)
                    acknowledged.append(number)
                    number += 1
                client.sendall(request(number))
                time.sleep(SEEDED.random() * 0.004)
            finally:
                os.kill(pid, signal.SIGKILL)
        # The client sends again what was not acknowledged, to the next receiver.
        pid, port = receivers.start()
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            post(client, number)
            acknowledged.append(number)
            number += 1
        os.kill(pid, signal.SIGKILL)
    pid, _ = receivers.start()
    os.kill(pid, signal.SIGKILL)
    receivers.close()
    lines = (tmp_path / "sessions" / f"claude_code-{SESSION}.jsonl").read_bytes().splitlines()
    kept = [json.loads(line)["attributes"]["number"] for line in lines]
    assert sorted(kept) == [number * 10 + part for number in acknowledged for part in range(3)]


@pytest.mark.slow
def test_bomb_costs_little_memory(tmp_path: Path) -> None:
    receivers = Receivers(tmp_path)
    pid, port = receivers.start()
    process = psutil.Process(pid)
    before = process.memory_info().rss
    bomb = gzip.compress(bytes(BOMB_BYTES))
    most = before
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(request_of(body=bomb, Content_Encoding="gzip"))
        client.settimeout(0.001)
        answer = b""
        while b"\r\n\r\n" not in answer:
            most = max(most, process.memory_info().rss)
            try:
                answer += client.recv(65536)
            except TimeoutError:
                continue
    os.kill(pid, signal.SIGKILL)
    receivers.close()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert most - before <= MOST_BYTES
