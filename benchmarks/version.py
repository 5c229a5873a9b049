"""`ppp-tui --version` beside the bare interpreter, which is the least that any Python program takes.

python -m benchmarks.version [--times 20]
"""

from __future__ import annotations

import argparse
import statistics
import sys

from benchmarks.measure import Run, run

PROMISED_S = 0.15


def main() -> None:
    """Measure in turns, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=20)
    chosen = parser.parse_args()
    ours: list[Run] = []
    bare: list[Run] = []
    for _ in range(chosen.times):
        ours.append(run([sys.executable, "-m", "ppp_tui", "--version"], {}))
        bare.append(run([sys.executable, "-c", "pass"], {}))
    for name, runs in (("ppp-tui --version", ours), ("bare interpreter", bare)):
        wall_s, cpu_s = (statistics.median(one[place] for one in runs) for place in (0, 3))
        print(f"{name:20} {wall_s * 1000:5.0f} ms, of the processor {cpu_s * 1000:4.0f} ms")
    ratio = statistics.median(one.wall_s for one in ours) / statistics.median(one.wall_s for one in bare)
    print(f"ratio {ratio:.1f}; promised {PROMISED_S * 1000:.0f} ms")


if __name__ == "__main__":
    main()
