"""From a line appended to a session file until a terminal shows it, with 50 live sessions and 1,000,000 turns known.

    python -m benchmarks.live_latency [--appends 120] [--peer-appends 6]

The dashboard runs in a terminal of its own with its ingest process. In the same run another reader waits for the line
in the database, and agentsview's server is asked every 20 ms until it tells a line.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import socket
import statistics
import subprocess
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from benchmarks import peers
from benchmarks.big_home import BigHome, big_home, live_session, tell
from benchmarks.measure import own_cpu_s, percentile
from benchmarks.terminal import Terminal
from ppp_tui.demo.claude import ClaudeWriter
from ppp_tui.query.connect import open_reader

PROMISED_MS = 250
PEER_PATIENCE_S = 20.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--appends", type=int, default=120)
    parser.add_argument("--peer-appends", type=int, default=6)
    chosen = parser.parse_args()
    with big_home() as home:
        seen, stored = measure(home, chosen.appends)
        report("line to database", stored)
        report("line to screen", seen)
        print(f"p95 line to screen: {percentile(seen, 95) / PROMISED_MS:.2f} of {PROMISED_MS} ms")
        program = peers.agentsview() if chosen.peer_appends else None
        if program is not None:
            told = measure_agentsview(program, home.folder / "peer", chosen.peer_appends)
            report("agentsview, line to its API", told)
            print(f"ratio of medians: {statistics.median(told) / statistics.median(seen):.0f} x")


def report(name: str, taken: list[float]) -> None:
    """One line of milliseconds."""
    print(
        f"{name:28} p50 {statistics.median(taken):5.0f} ms  p95 {percentile(taken, 95):5.0f} ms  "
        f"max {max(taken):5.0f} ms  ({len(taken)} times)",
        flush=True,
    )


def measure(home: BigHome, appends: int) -> tuple[list[float], list[float]]:
    """Milliseconds until the screen and until the database had each line."""
    chance = random.Random(1)
    seen, stored = [], []
    with Terminal(home.dashboard(), home.environment, rows=160) as terminal:
        terminal.see("live00")
        terminal.rest(1.0, 8.0)
        used_s, began_at = own_cpu_s(terminal.process.pid), time.perf_counter()
        for _ in range(appends):
            time.sleep(chance.uniform(0.05, 0.3))
            word = f"{time.time_ns() // 1000 % 10**9:09}"
            writer = chance.choice(home.live)
            since = terminal.drawn
            found: list[float] = []
            looking = threading.Thread(target=_stored, args=(home.database, word, found), daemon=True)
            looking.start()
            began = time.perf_counter()
            tell(writer, word)
            seen.append((terminal.see(word, since) - began) * 1000)
            looking.join()
            stored.append((found[0] - began) * 1000)
        used_s = own_cpu_s(terminal.process.pid) - used_s
        print(
            f"the dashboard's own processor time: {used_s * 1000 / appends:.0f} ms a line, "
            f"{used_s / (time.perf_counter() - began_at):.0%} of a core"
        )
    return seen, stored


def _stored(database: Path, word: str, found: list[float]) -> None:
    connection = open_reader(database)
    try:
        question = "SELECT 1 FROM steps WHERE target = ? AND id > (SELECT max(id) FROM steps) - (4000 << 40)"
        while not connection.execute(f"{question} LIMIT 1", (word,)).fetchone():
            time.sleep(0.004)
        found.append(time.perf_counter())
    finally:
        connection.close()


def measure_agentsview(program: Path, home: Path, appends: int) -> list[float]:
    """Milliseconds until its API tells each of a few lines."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    writer: ClaudeWriter = live_session(home, "peer", "peer")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, **peers.QUIET, "HOME": str(home), "AGENTSVIEW_DATA_DIR": str(home / "view")}
    environment.pop("AGENTSVIEW_NO_DAEMON")
    command = [str(program), "serve", "--no-browser", "--no-update-check", "--port", str(port)]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}/api/v1/sessions/{writer.session}/messages?limit=1000"
    try:
        _poll(address, "Begin")
        taken = []
        for number in range(appends):
            time.sleep(0.5)
            began = time.perf_counter()
            tell(writer, f"w{number:05}")
            _poll(address, f"w{number:05}")
            taken.append((time.perf_counter() - began) * 1000)
        return taken
    finally:
        server.terminate()
        server.wait()


def _poll(address: str, word: str) -> None:
    deadline = time.perf_counter() + PEER_PATIENCE_S
    while time.perf_counter() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if word.encode() in answer.read():
                    return
        except (urllib.error.URLError, OSError, ValueError):
            pass
        time.sleep(0.02)
    raise TimeoutError(f"no answer with the line from {address}")


if __name__ == "__main__":
    main()
