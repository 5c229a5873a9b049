"""`ppp-tui ingest` where there is little to read, and of many sessions of one turn.

python -m benchmarks.small_ingest [--times 5]
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.big_home import FILES, environment_of, flush, write_sessions
from benchmarks.measure import Run, run
from ppp_tui.demo.claude import ClaudeWriter
from ppp_tui.demo.story import Stage

PROMISED_S = {
    "a small new file, new database": 0.4,
    "one more small file": 0.4,
    "nothing new, 5,000 known files": 0.3,
    "2,400 sessions of one turn": 1.2,
    "600 sessions that run one suite at one moment": None,
    "2,400 sessions that run one suite at one moment": 1.5,
}
SESSIONS = 2400


def main() -> None:
    """Measure in turns, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    rounds = parser.parse_args().times
    runs: dict[str, list[Run]] = {name: [] for name in PROMISED_S}
    with tempfile.TemporaryDirectory() as folder:
        small, known, many, few_suites, suites = (Path(folder) / name for name in "abcde")
        write_sessions(small, 1)
        write_sessions(known, FILES)
        write_sessions(many, SESSIONS)
        write_suites(few_suites, SESSIONS // 4)
        write_suites(suites, SESSIONS)
        ingest(known)
        for number in range(rounds):
            forget(small, many, few_suites, suites)
            taken = [ingest(small)]
            write_suites(small, 1, f"more/{number}")
            taken.append(ingest(small))
            taken += map(ingest, (known, many, few_suites, suites))
            for name, measured in zip(PROMISED_S, taken, strict=True):
                runs[name].append(measured)
    for name, promised_s in PROMISED_S.items():
        wall_s, cpu_s = (statistics.median(entry[place] for entry in runs[name]) for place in (0, 3))
        promised = "" if promised_s is None else f"; promised {promised_s:.1f} s"
        print(f"{name:47} {wall_s:6.2f} s, of the processor {cpu_s:6.2f} s{promised}")


def ingest(home: Path) -> Run:
    """Read what is new in a home."""
    return run([sys.executable, "-m", "ppp_tui", "ingest"], environment_of(home))


def forget(*homes: Path) -> None:
    """Begin their databases anew."""
    for home in homes:
        shutil.rmtree(home / "data", ignore_errors=True)


def write_suites(home: Path, number: int, seed: str = "suite") -> None:
    """Sessions in one project that run the same tests at one moment, ten minutes ago."""
    at_ms = time.time_ns() // 1_000_000 - 600_000
    for index in range(number):
        writer = ClaudeWriter(Stage(home, at_ms, f"{seed}/{index}"), "/home/dev/p1", "claude-opus-4-5")
        writer.prompt("Run the tests")
        writer.run("pytest -q", "FAILED tests/test_cart.py::test_total\n1 failed, 3 passed in 0.12s", 1.0)
        writer.say("Done.", is_final=True)
        flush(writer)


if __name__ == "__main__":
    main()
