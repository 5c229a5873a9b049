"""From the start of the dashboard to live sessions on the screen, and its memory, beside a minimal Textual app.

    python -m benchmarks.dashboard_start [--rounds 5]

Both run in turns in a terminal of their own; the database holds 1,000,000 turns, the home 5,000 session files, and 50
of them are at work. Memory is that of the dashboard with its ingest, at rest, and of its own process after a walk
through its screens.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psutil

from benchmarks.big_home import BigHome, big_home
from benchmarks.measure import own_mb, tree_mb
from benchmarks.terminal import Terminal

PROMISED_RATIO = 2.0
PROMISED_MB = 150
PROMISED_REST_MB = 90
REST_S = 60
"""Until ingest has looked at all files and has nothing left to do, in seconds."""
WALK = (
    "j",
    "j",
    "2",
    "j",
    "G",
    "g",
    "s",
    "s",
    "\r",
    "j",
    "l",
    "l",
    "h",
    "\x1b",
    "1",
    "G",
    "g",
    "f",
    "f",
    "f",
    "f",
    "f",
)
MINIMAL = """
from textual.app import App
from textual.widgets import Static

class Minimal(App):
    def compose(self):
        yield Static("first paint", markup=False)

Minimal().run()
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    ours: list[tuple[float, float]] = []
    minimal: list[tuple[float, float]] = []
    memory, at_rest = (0.0, 0.0), 0.0
    with big_home() as home, tempfile.TemporaryDirectory(prefix="ppp-bench-") as folder:
        program = Path(folder) / "minimal.py"
        program.write_text(MINIMAL, encoding="utf-8")
        with Terminal(home.dashboard(), home.environment) as terminal:
            # The first start writes the bytecode.
            terminal.see("live4")
        for number in range(chosen.rounds):
            is_last = number == chosen.rounds - 1
            with Terminal([sys.executable, str(program)], home.environment) as terminal:
                minimal.append(_until(terminal, "first paint"))
                terminal.rest()
                bare = own_mb(terminal.process.pid)
            with Terminal(home.dashboard(), home.environment) as terminal:
                ours.append(_until(terminal, "live4"))
                terminal.rest()
                if is_last:
                    time.sleep(REST_S)
                    at_rest = tree_mb(terminal.process.pid)
                    memory = (_walk(terminal), bare)
    for place, what in enumerate(("", ", of the processor")):
        first, least = (statistics.median(taken[place] for taken in all_taken) for all_taken in (ours, minimal))
        print(
            f"start to live sessions{what}: {first * 1000:.0f} ms; minimal Textual app {least * 1000:.0f} ms; "
            f"ratio {first / least:.2f}, promised {PROMISED_RATIO:.0f}"
        )
    print(f"memory at rest, with ingest: {at_rest:.0f} MB, promised {PROMISED_REST_MB} MB")
    print(
        f"memory after a walk {memory[0]:.0f} MB; minimal {memory[1]:.0f} MB; ratio {memory[0] / memory[1]:.2f}, "
        f"promised {PROMISED_MB} MB"
    )


def _until(terminal: Terminal, word: str) -> tuple[float, float]:
    """Seconds until a word was seen, and the processor seconds that the program itself had used by then."""
    wall_s = terminal.see(word) - terminal.began
    times = psutil.Process(terminal.process.pid).cpu_times()
    return wall_s, times.user + times.system


def _walk(terminal: Terminal) -> float:
    """Memory after each screen was used."""
    for _ in range(2):
        for key in WALK:
            terminal.press(key)
            terminal.rest(0.15, 1.0)
    return own_mb(terminal.process.pid)


def dashboards(home: BigHome, number: int, stack: ExitStack) -> None:
    """Open so many dashboards over one database until the stack is left."""
    for terminal in [stack.enter_context(Terminal(home.dashboard(), home.environment)) for _ in range(number)]:
        terminal.see("live4")


if __name__ == "__main__":
    main()
