"""What a following ingest costs while nothing happens, with 5,000 known session files.

python -m benchmarks.idle [--files 5000] [--seconds 40]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.live_latency import phase
from benchmarks.measure import cpu_s, tree_mb
from ppp_tui.demo.claude import ClaudeWriter
from ppp_tui.demo.player import append


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=40)
    chosen = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="ppp-bench-"))
    try:
        make_sessions(home, chosen.files)
        archive = home / "archive.db"
        command = [sys.executable, "-m", "ppp_tui", "--archive", str(archive), "ingest", "--follow"]
        process = subprocess.Popen(command, env={**os.environ, "HOME": str(home)}, stdout=subprocess.DEVNULL)
        try:
            while not archive.exists() or phase(archive) != "following":
                time.sleep(0.1)
            time.sleep(5)
            before, began = cpu_s(process.pid), time.perf_counter()
            time.sleep(chosen.seconds)
            used = (cpu_s(process.pid) - before) / (time.perf_counter() - began)
            print(f"{chosen.files} files, idle: {used:.2%} of a core, {tree_mb(process.pid):.0f} MB")
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def make_sessions(home: Path, number: int) -> None:
    """Small finished sessions in a hundred projects."""
    for index in range(number):
        writer = ClaudeWriter(
            home, f"idle/{index}", 1_795_000_000_000 + index * 1000, f"/home/dev/p{index % 100}", "claude-opus-4-5"
        )
        writer.prompt("Fix it")
        writer.say("Done.", is_final=True)
        for beat in writer.beats:
            append(beat)


if __name__ == "__main__":
    main()
