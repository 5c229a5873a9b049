"""Cold ingest of recorded sessions, full text kept and searchable, beside agentsview and ccusage.

    python -m benchmarks.cold_ingest [--megabytes 196] [--files 237] [--times 3]

Cold means an empty database: the files themselves are in the system's cache for everybody. Without recorded sessions,
invented ones are read.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import peers
from benchmarks.measure import Run, medians, run
from benchmarks.sessions import make_home


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=196)
    parser.add_argument("--files", type=int, default=237)
    parser.add_argument("--times", type=int, default=3)
    chosen = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="ppp-bench-"))
    try:
        measure(folder / "home", chosen.megabytes, chosen.files, chosen.times)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(home: Path, megabytes: int, files: int, times: int) -> None:
    """Read the same sessions with each program."""
    files, size = make_home(home, megabytes, files)
    print(f"{files} files, {size / 1e6:.0f} MB")
    environment = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")}
    ours = [sys.executable, "-m", "ppp_tui", "ingest"]
    cold = medians(ours, environment, lambda: shutil.rmtree(home / "data", ignore_errors=True), times)
    report("ppp-tui ingest, cold", cold, cold)
    report("ppp-tui ingest, nothing new", medians(ours, environment, lambda: None, times), cold)
    program = peers.agentsview()
    if program is not None:
        view, peer = [str(program), "sync"], home / "agentsview"
        fresh = {**environment, **peers.QUIET, "AGENTSVIEW_DATA_DIR": str(peer)}
        report("agentsview sync, cold", medians(view, fresh, lambda: shutil.rmtree(peer, ignore_errors=True), 2), cold)
        report("agentsview sync, nothing new", run(view, fresh), cold)
    program = peers.ccusage()
    if program is not None:
        usage = [str(program), "daily", "--json", "--offline"]
        report("ccusage daily", medians(usage, environment, lambda: None, times), cold)


def report(name: str, taken: Run, ours: Run) -> None:
    """One line: seconds and their ratio to our cold ingest, both also of the processor alone, and memory."""
    failed = "" if taken.code == 0 else f"  (exit status {taken.code})"
    print(
        f"{name:32} {taken.wall_s:7.2f} s  {taken.wall_s / ours.wall_s:6.2f} x  "
        f"processor {taken.cpu_s:6.2f} s  {taken.cpu_s / ours.cpu_s:6.2f} x  {taken.peak_mb:6.0f} MB{failed}",
        flush=True,
    )


if __name__ == "__main__":
    main()
