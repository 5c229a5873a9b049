"""What a following ingest costs while nothing happens, with 5,000 known session files, and whether it reads any again.

python -m benchmarks.idle [--files 5000] [--seconds 65]
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
from pathlib import Path

from benchmarks.big_home import environment_of, write_sessions
from benchmarks.measure import cpu_s, read_bytes, tree_mb
from ppp_tui.query.connect import ArchiveMissingError, open_reader

PROMISED = 0.005
SETTLING_S = 5


def main() -> None:
    """Measure over at least two sweeps, which come every 30 seconds, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=65)
    chosen = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="ppp-bench-"))
    archive = home / "archive.db"
    command = [sys.executable, "-m", "ppp_tui", "--archive", str(archive), "ingest", "--follow"]
    try:
        write_sessions(home, chosen.files)
        environment = {**os.environ, **environment_of(home)}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while phase(archive) != "following":
                time.sleep(0.1)
            time.sleep(SETTLING_S)
            before, read_before, began = cpu_s(process.pid), read_bytes(process.pid), time.perf_counter()
            time.sleep(chosen.seconds)
            used = (cpu_s(process.pid) - before) / (time.perf_counter() - began)
            again = read_bytes(process.pid) - read_before
            print(
                f"{chosen.files} files, idle: {used:.2%} of a core, {used / PROMISED:.2f} of {PROMISED:.1%}; "
                f"{again} bytes read; {tree_mb(process.pid):.0f} MB"
            )
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def phase(archive: Path) -> str:
    """What ingest says of itself; '' before it has said anything."""
    try:
        connection = open_reader(archive)
    except (ArchiveMissingError, sqlite3.Error):
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
