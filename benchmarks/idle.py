"""What an ingest and a dashboard cost while nothing happens.

    python -m benchmarks.idle [--files 5000] [--sessions 300] [--seconds 65]

A following ingest with 5,000 known session files, and whether it reads any again; and a dashboard with 300 sessions of
this day, beside a Textual app of one line in the same run.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.big_home import environment_of, live_session, write_sessions
from benchmarks.measure import cpu_s, own_cpu_s, read_bytes, tree_mb
from benchmarks.terminal import Terminal
from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import DatabaseMissingError

PROMISED = 0.005
PROMISED_BYTES = 100
"""Bytes a second that a dashboard at rest may send to its terminal."""
SETTLING_S = 5
MOST_SETTLING_S = 300
DAY_MS = 20 * 3_600_000
"""Over so long a time the dashboard's sessions are spread."""
WORKING = 12
"""Sessions that are in the middle of a command, and have been for `WORKING_MS`."""
WORKING_MS = 300_000
MINIMAL = """
from textual.app import App
from textual.widgets import Static

class Minimal(App):
    def compose(self):
        yield Static("at rest")

Minimal().run()
"""


class Rest(NamedTuple):
    """What a program at rest takes."""

    share: float
    """Of one core, by the program's own process."""
    child_share: float
    """Of one core, by processes that it has started."""
    bytes_per_s: float
    """Sent to the terminal."""


def main() -> None:
    """Measure ingest over at least two sweeps, which come every 30 seconds, and the dashboard over a minute; print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=5000, help="0 leaves out the ingest alone")
    parser.add_argument("--sessions", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=65)
    options = parser.parse_args()
    if options.files:
        with new_home() as home:
            measure_ingest(home, options.files, options.seconds)
    with new_home() as home:
        measure_dashboard(home, options.sessions, options.seconds)


@contextmanager
def new_home() -> Iterator[Path]:
    """A folder that goes with the block."""
    home = Path(tempfile.mkdtemp(prefix="ppp-bench-"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def measure_ingest(home: Path, files: int, seconds: float) -> None:
    """Print what a following ingest takes."""
    write_sessions(home, files)
    print(f"{files} files, ", end="")
    measure_rest(home, seconds, PROMISED)


def measure_rest(home: Path, seconds: float, promised: float) -> None:
    """Print what an ingest takes that follows a home, once all is read."""
    database = home / "archive.db"
    command = [sys.executable, "-m", "ppp_tui", "--database", str(database), "ingest", "--follow"]
    environment = {**os.environ, **environment_of(home)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while phase(database) != "following":
            time.sleep(0.1)
        _settle(process.pid, promised)
        before, read_before, began = cpu_s(process.pid), read_bytes(process.pid), time.perf_counter()
        time.sleep(seconds)
        used = (cpu_s(process.pid) - before) / (time.perf_counter() - began)
        again = read_bytes(process.pid) - read_before
        print(
            f"idle: {used:.2%} of a core, {used / promised:.2f} of {promised:.1%}; "
            f"{again} bytes read; {tree_mb(process.pid):.0f} MB"
        )
    finally:
        process.terminate()
        process.wait()


def _settle(pid: int, promised: float) -> None:
    """Wait until what is done once after reading (evaluations, the search index) is done."""
    for _ in range(MOST_SETTLING_S // SETTLING_S):
        before = cpu_s(pid)
        time.sleep(SETTLING_S)
        if cpu_s(pid) - before < 2 * promised * SETTLING_S:
            return


def measure_dashboard(home: Path, sessions: int, seconds: float) -> None:
    """Print what a dashboard takes, and a Textual app of one line."""
    write_sessions(home, sessions - WORKING, DAY_MS // sessions)
    for number in range(WORKING):
        live_session(home, f"rest/{number:02}", f"at work {number:02}", WORKING_MS)
    database = home / "archive.db"
    command = [sys.executable, "-m", "ppp_tui", "--database", str(database)]
    with Terminal(command, environment_of(home), rows=50) as terminal:
        terminal.see("at work")
        while phase(database) != "following":
            time.sleep(0.1)
        time.sleep(2 * SETTLING_S)
        rest = _rest(terminal, seconds)
    with Terminal([sys.executable, "-c", MINIMAL], environment_of(home)) as terminal:
        terminal.see("at rest")
        time.sleep(SETTLING_S)
        floor = _rest(terminal, seconds / 3)
    print(
        f"dashboard at rest, {sessions} sessions: {rest.share:.2%} of a core, {rest.share / PROMISED:.2f} of "
        f"{PROMISED:.1%} (a Textual app of one line {floor.share:.2%}); its ingest {rest.child_share:.2%}; "
        f"{rest.bytes_per_s:.0f} bytes a second to the terminal, {rest.bytes_per_s / PROMISED_BYTES:.2f} of "
        f"{PROMISED_BYTES}"
    )


def _rest(terminal: Terminal, seconds: float) -> Rest:
    pid = terminal.process.pid
    own, tree, drawn, began = own_cpu_s(pid), cpu_s(pid), terminal.drawn, time.perf_counter()
    time.sleep(seconds)
    own, tree, drawn = own_cpu_s(pid) - own, cpu_s(pid) - tree, terminal.drawn - drawn
    took = time.perf_counter() - began
    return Rest(own / took, (tree - own) / took, drawn / took)


def phase(database: Path) -> str:
    """What ingest says of itself; '' before it has said anything."""
    try:
        connection = open_reader(database)
    except (DatabaseMissingError, sqlite3.Error):
        return ""
    try:
        found = connection.execute("SELECT phase FROM ingest_status").fetchone()
        return str(found[0]) if found else ""
    except sqlite3.Error:
        return ""
    finally:
        connection.close()


if __name__ == "__main__":
    main()
