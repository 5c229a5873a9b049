"""The largest that the database's write-ahead log becomes while three dashboards read and ingest writes a history.

python -m benchmarks.log_size [--dashboards 3] [--megabytes 120]
"""

from __future__ import annotations

import argparse
import time
from contextlib import ExitStack
from pathlib import Path

from benchmarks.big_home import big_home, tell, write_history
from benchmarks.dashboard_start import dashboards
from ppp_tui.query.connect import open_reader
from ppp_tui.store.connect import wal_bytes

PROMISED_MB = 64
PATIENCE_S = 60


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dashboards", type=int, default=3)
    parser.add_argument("--megabytes", type=int, default=120)
    chosen = parser.parse_args()
    most = 0
    with big_home() as home, ExitStack() as stack:
        dashboards(home, chosen.dashboards, stack)
        before = home.database.stat().st_size
        stack.enter_context(write_history(home.folder, chosen.megabytes))
        deadline = time.perf_counter() + PATIENCE_S
        number = quiet = 0
        while quiet < 20 and time.perf_counter() < deadline:
            tell(home.live[number % len(home.live)], f"w{number}")
            number += 1
            log = wal_bytes(home.database)
            most = max(most, log)
            quiet = 0 if _is_reading(home.database) else quiet + 1
            time.sleep(0.1)
        grown = home.database.stat().st_size - before
    print(
        f"{chosen.dashboards} dashboards, database grown by {grown / 1e6:.0f} MB: the log was at most "
        f"{most / 1e6:.0f} MB, {most / 1e6 / PROMISED_MB:.2f} of {PROMISED_MB} MB"
    )


def _is_reading(database: Path) -> bool:
    connection = open_reader(database)
    try:
        done, total, queued = connection.execute(
            "SELECT bytes_done, bytes_total, EXISTS (SELECT 1 FROM search_queue) FROM ingest_status"
        ).fetchone()
        return bool(done < total or queued)
    finally:
        connection.close()


if __name__ == "__main__":
    main()
