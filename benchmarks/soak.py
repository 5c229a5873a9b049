"""A dashboard under sessions that never stop writing, with keys pressed and sizes changed at random.

    python -m benchmarks.soak [--minutes 10] [--sessions 50] [--seed 1]

Prints whether the program went on without a traceback, how its memory grew, and how many files it holds open. Memory
is the dashboard's own, in proportional pages. It counts from the end of the first minute, in which every screen is seen
and caches fill; its growth is the median of the last fifth of the samples after it, less that of their first fifth.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks.big_home import environment_of, live_session, tell
from benchmarks.measure import own_cpu_s, own_mb
from benchmarks.terminal import Terminal

KEYS = ("1", "2", "3", "4", "5", "6", "7", "8", "j", "k", "\r", "\x1b", "\t", "?", "/", "a", "g", "G", " ", "[", "]")
"""What is typed; nothing here quits, opens an editor or writes a file."""

ROWS, COLUMNS = (10, 24, 36, 60), (40, 80, 120, 200)
STEP_S = 0.05
RESIZE_SHARE = 0.05
"""Share of the steps that change the size."""

SAMPLE_S = 2.0
SETTLING_S = 60.0
"""Until the history is read, every screen has been seen some times and the caches are full; no sample counts before."""

PROMISED_MB = 5.0

ATTEMPTS = 12
"""How often it is asked whether the dashboard hears keys."""

ANSWER_S = 5.0
"""How long an answer is waited for each time, in seconds."""


class Sample(NamedTuple):
    """How the dashboard stood at a moment."""

    megabytes: float
    handles: int
    threads: int


def main() -> None:
    """Run, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10, help="after the first minute")
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="ppp-soak-"))
    try:
        soak(home, chosen.minutes * 60, chosen.sessions, random.Random(chosen.seed))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def soak(home: Path, seconds: float, sessions: int, chance: random.Random) -> None:
    """Press, resize and write for so long, and print what came of it."""
    writers = [live_session(home, f"soak/{number:02}", f"at work {number:02}") for number in range(sessions)]
    samples: list[Sample] = []
    environment = {**environment_of(home), "XDG_STATE_HOME": str(home / "state")}
    with Terminal([sys.executable, "-m", "ppp_tui"], environment) as terminal:
        terminal.see("begin")
        began = time.perf_counter()
        until, next_sample = began + SETTLING_S + seconds, began + SETTLING_S
        while (now := time.perf_counter()) < until and terminal.process.poll() is None:
            tell(chance.choice(writers), f"step {now:.3f}")
            if chance.random() < RESIZE_SHARE:
                terminal.resize(chance.choice(COLUMNS), chance.choice(ROWS))
            else:
                terminal.press(chance.choice(KEYS))
            if now >= next_sample:
                next_sample += SAMPLE_S
                samples.append(sample(terminal.process.pid))
                terminal.forget()
            time.sleep(STEP_S)
        is_alive = terminal.process.poll() is None
        is_heard = is_alive and hears(terminal)
    report(samples, home / "state" / "ppp-tui" / "ppp-tui.log", is_alive=is_alive, is_heard=is_heard)


def hears(terminal: Terminal) -> bool:
    """Whether the dashboard still answers keys, at a usual size."""
    terminal.resize(160, 50)
    for _ in range(ATTEMPTS):
        # Dialogs and sessions may lie over the list. Of keys that end on the screen that is shown already nothing is
        # drawn, so that another screen comes between.
        for key in ("\x1b", "1", "2", "\x1b", "1"):
            terminal.press(key)
            time.sleep(0.5)
        terminal.rest()
        since = terminal.drawn
        terminal.press("2")
        try:
            terminal.see("at work", since, ANSWER_S)
        except TimeoutError as error:
            print(f"no answer with {own_cpu_s(terminal.process.pid):.0f} s of processor time used: {error}")
        else:
            return True
    return False


def sample(pid: int) -> Sample:
    """How the process stands now."""
    process = psutil.Process(pid)
    return Sample(own_mb(pid), process.num_fds(), process.num_threads())


def report(samples: list[Sample], log: Path, *, is_alive: bool, is_heard: bool) -> None:
    """Print the first fifth beside the last."""
    fifth = max(1, len(samples) // 5)
    first, last = samples[:fifth], samples[-fifth:]
    grown = statistics.median(one.megabytes for one in last) - statistics.median(one.megabytes for one in first)
    print("memory over time: " + " ".join(f"{one.megabytes:.0f}" for one in samples[:: max(1, len(samples) // 20)]))
    traces = log.read_text().count(" UTC ") if log.exists() else 0
    print(
        f"{'alive' if is_alive else 'ENDED'}, {'hears keys' if is_heard else 'DEAF'}, {traces} faults in the log\n"
        f"memory {statistics.median(one.megabytes for one in first):.1f} MB at first, "
        f"{statistics.median(one.megabytes for one in last):.1f} MB at last: {grown:+.1f} of {PROMISED_MB} MB\n"
        f"open files {max(one.handles for one in first)} at most at first, {max(one.handles for one in last)} at last; "
        f"threads {max(one.threads for one in first)}, {max(one.threads for one in last)}"
    )
    if traces:
        print(log.read_text()[:4000])


if __name__ == "__main__":
    main()
