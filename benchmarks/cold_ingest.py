"""Cold ingest of recorded sessions, full text kept and searchable, beside agentsview and ccusage.

    python -m benchmarks.cold_ingest [--megabytes 196] [--times 3] [--peers FOLDER]

`--peers` is a folder with `v/bin/agentsview` (pip) and `node_modules/.bin/ccusage` (npm); without it only ours runs.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Run, medians, run
from benchmarks.sessions import make_home

QUIET = {"AGENTSVIEW_TELEMETRY_ENABLED": "0", "DO_NOT_TRACK": "1", "AGENTSVIEW_NO_DAEMON": "1"}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=196)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="ppp-bench-"))
    home = folder / "home"
    files, size = make_home(home, chosen.megabytes)
    print(f"{files} files, {size / 1e6:.0f} MB")
    environment = {"HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "XDG_CONFIG_HOME": str(home / "config")}
    ours = [sys.executable, "-m", "ppp_tui", "ingest"]
    cold = medians(ours, environment, lambda: shutil.rmtree(home / "data", ignore_errors=True), chosen.times)
    report("ppp-tui ingest, cold", cold, cold)
    report("ppp-tui ingest, nothing new", medians(ours, environment, lambda: None, chosen.times), cold)
    if chosen.peers:
        view = [str(chosen.peers / "v/bin/agentsview"), "sync"]
        peer = home / "agentsview"
        fresh = {**environment, **QUIET, "AGENTSVIEW_DATA_DIR": str(peer)}
        report("agentsview sync, cold", medians(view, fresh, lambda: shutil.rmtree(peer, ignore_errors=True), 1), cold)
        report("agentsview sync, nothing new", run(view, fresh), cold)
        usage = [str(chosen.peers / "node_modules/.bin/ccusage"), "daily", "--json", "--offline"]
        report("ccusage daily", medians(usage, environment, lambda: None, chosen.times), cold)
    if chosen.folder is None:
        shutil.rmtree(folder)


def report(name: str, taken: Run, ours: Run) -> None:
    """One line: seconds, the ratio to our cold ingest, memory."""
    failed = "" if taken.code == 0 else f"  (exit status {taken.code})"
    print(
        f"{name:32} {taken.wall_s:7.2f} s  {taken.wall_s / ours.wall_s:6.2f} x  {taken.peak_mb:6.0f} MB{failed}",
        flush=True,
    )


if __name__ == "__main__":
    main()
