"""Commands that must come at once, beside the bare interpreter, which is the least that any Python program takes.

python -m benchmarks.version [--times 20]
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.big_home import environment_of, write_sessions
from benchmarks.measure import Run, run

PROMISED_S = {"--version": 0.15, "usage": 0.08, "statusline": 0.06}
SESSIONS = 50
STATUS = {
    "session_id": "x",
    "model": {"id": "claude-opus-4-5", "display_name": "Opus"},
    "cost": {"total_cost_usd": 1.5},
}


def main() -> None:
    """Measure in turns, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    times = parser.parse_args().times
    runs: dict[str, list[Run]] = {name: [] for name in ("bare interpreter", *PROMISED_S)}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        environment = environment_of(home)
        write_sessions(home, SESSIONS)
        run([sys.executable, "-m", "ppp_tui", "ingest"], environment)
        status = home / "status.json"
        status.write_text(json.dumps(STATUS))
        for _ in range(times):
            runs["bare interpreter"].append(run([sys.executable, "-c", "pass"], environment))
            for name in PROMISED_S:
                with status.open("rb") as given:
                    runs[name].append(run([sys.executable, "-m", "ppp_tui", name], environment, stdin=given))
    bare_s = statistics.median(entry.wall_s for entry in runs["bare interpreter"])
    for name, measured in runs.items():
        wall_s, cpu_s = (statistics.median(entry[place] for entry in measured) for place in (0, 3))
        promised = f"; promised {PROMISED_S[name] * 1000:.0f} ms" if name in PROMISED_S else ""
        took = f"{wall_s * 1000:4.0f} ms, of the processor {cpu_s * 1000:4.0f} ms: {wall_s / bare_s:.1f} x"
        print(f"{name:17} {took}{promised}")


if __name__ == "__main__":
    main()
