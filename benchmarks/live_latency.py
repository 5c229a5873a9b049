"""From a line appended to a session file until a dashboard's query shows it, with 50 live sessions.

    python -m benchmarks.live_latency [--sessions 50] [--appends 200]

Ingest runs as a dashboard's child does; a reader looks at the archive every 5 ms, where a dashboard looks every 100 ms:
the beat's part is added as half of it on average, and as a whole at worst.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ppp_tui.demo.claude import ClaudeWriter
from ppp_tui.query.connect import open_reader


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--appends", type=int, default=200)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ppp-bench-"))
    try:
        measure(folder, chosen.sessions, chosen.appends)
    finally:
        shutil.rmtree(folder)


def measure(folder: Path, sessions: int, appends: int) -> None:
    """Append lines to random sessions, a few a second, and wait for each."""
    now_ms = time.time_ns() // 1_000_000
    writers = [
        ClaudeWriter(folder, f"live/{number}", now_ms, f"/home/dev/p{number}", "claude-opus-4-5")
        for number in range(sessions)
    ]
    for writer in writers:
        writer.prompt("Begin")
        flush(writer)
    archive = folder / "archive.db"
    command = [sys.executable, "-m", "ppp_tui", "--archive", str(archive), "ingest", "--follow"]
    process = subprocess.Popen(command, env={**os.environ, "HOME": str(folder)}, stdout=subprocess.DEVNULL)
    try:
        while not archive.exists() or phase(archive) != "following":
            time.sleep(0.05)
        chance = random.Random(1)
        taken = sorted(append(archive, chance.choice(writers), number, chance) for number in range(appends))
    finally:
        process.terminate()
        process.wait()
    p95 = taken[int(len(taken) * 0.95)]
    print(
        f"{sessions} sessions, {appends} appends: line to archive p50 {statistics.median(taken):.0f} ms, "
        f"p95 {p95:.0f} ms, max {taken[-1]:.0f} ms"
    )
    print(f"with the dashboard's beat of 100 ms: p50 {statistics.median(taken) + 50:.0f} ms, p95 {p95 + 95:.0f} ms")


def append(archive: Path, writer: ClaudeWriter, number: int, chance: random.Random) -> float:
    """Append one message; milliseconds until it is in the archive."""
    time.sleep(chance.uniform(0.02, 0.15))
    words = f"word{number}"
    writer.say(words)
    connection = open_reader(archive)
    try:
        began = time.perf_counter()
        flush(writer)
        while not connection.execute("SELECT 1 FROM steps WHERE input_preview = ? LIMIT 1", (words,)).fetchone():
            time.sleep(0.005)
        return (time.perf_counter() - began) * 1000
    finally:
        connection.close()


def flush(writer: ClaudeWriter) -> None:
    """Write what the story has told since."""
    for beat in writer.beats:
        beat.path.parent.mkdir(parents=True, exist_ok=True)
        with beat.path.open("ab") as file:
            file.write(beat.content)
    writer.beats.clear()


def phase(archive: Path) -> str:
    """What ingest says of itself."""
    try:
        connection = open_reader(archive)
    except Exception:  # noqa: BLE001  not there yet
        return ""
    try:
        found = connection.execute("SELECT phase FROM ingest_status").fetchone()
        return str(found[0]) if found else ""
    finally:
        connection.close()


if __name__ == "__main__":
    main()
