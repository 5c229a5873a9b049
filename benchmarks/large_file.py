"""Peak memory and time of reading one session file of 640 MB.

python -m benchmarks.large_file [--megabytes 640] [--no-peers]
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks import peers
from benchmarks.cold_ingest import report
from benchmarks.measure import run
from benchmarks.sessions import originals, renamed


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=640)
    parser.add_argument("--no-peers", action="store_true")
    chosen = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="ppp-bench-"))
    try:
        size = make_file(home, chosen.megabytes)
        print(f"one file of {size / 1e6:.0f} MB")
        environment = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")}
        ours = run([sys.executable, "-m", "ppp_tui", "ingest"], environment)
        report("ppp-tui ingest", ours, ours)
        program = None if chosen.no_peers else peers.ccusage()
        if program is not None:
            report("ccusage daily", run([str(program), "daily", "--json", "--offline"], environment), ours)
        program = None if chosen.no_peers else peers.agentsview()
        if program is not None:
            fresh = {**environment, **peers.QUIET, "AGENTSVIEW_DATA_DIR": str(home / "agentsview")}
            report("agentsview sync", run([str(program), "sync"], fresh), ours)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def make_file(home: Path, megabytes: int) -> int:
    """One session made of recorded ones under new ids; returns its bytes."""
    sessions = [content for _, content in originals()]
    target = home / ".claude/projects/-bench/00000000-0000-4000-8000-000000000000.jsonl"
    target.parent.mkdir(parents=True)
    size = copy = 0
    with target.open("wb") as file:
        while size < megabytes * 1_000_000:
            for original in sessions:
                size += file.write(renamed(original, copy).rstrip(b"\n") + b"\n")
            copy += 1
    return size


if __name__ == "__main__":
    main()
