"""What ingest pays for all that it derives: decisions, signals, evaluations, alerts and their sums.

    python -m benchmarks.derived [--megabytes 40] [--files 60] [--times 5]

The same sessions are read into a new database in turn with and without them; the processor's time counts, which other
work on the machine hardly changes. Without recorded sessions, invented ones are read.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from unittest.mock import patch

from benchmarks.sessions import make_home
from ppp_tui.fold import decisions
from ppp_tui.fold.file_fold import REDUCERS
from ppp_tui.ingest.jobs.alerts import AlertsJob
from ppp_tui.ingest.jobs.evaluate import EvaluateJob
from ppp_tui.ingest.jobs.run_sums import RunSumsJob
from ppp_tui.ingest.jobs.turn_signals import TurnSignalsJob
from ppp_tui.ingest.options import IngestOptions
from ppp_tui.ingest.pipeline import Pipeline
from ppp_tui.model.clock import SystemClock
from ppp_tui.store.write import Writer

MOST_SHARE = 0.10
"""Share of the time of reading that derived rows may take."""

RULES = (
    *("pass_rate < 90 for 3 runs", "cost_per_hour > 5", "retries > 5 in 10m", "high_questions > 2 per session"),
    *("context > 90", "limit > 80", "silent_tool > 2m", "tests older than edits"),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=40)
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--times", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ppp-bench-") as folder:
        home = Path(folder) / "home"
        files, size = make_home(home, chosen.megabytes, chosen.files)
        print(f"{files} files, {size / 1e6:.0f} MB")
        read_cpu_s(home, Path(folder) / "warm.db")
        with_them, without = [], []
        for number in range(chosen.times):
            with_them.append(read_cpu_s(home, Path(folder) / f"with{number}.db"))
            with nothing_derived():
                without.append(read_cpu_s(home, Path(folder) / f"without{number}.db"))
        share = statistics.median(more / less for more, less in zip(with_them, without, strict=True)) - 1
        print(f"with {statistics.median(with_them):.2f} s of the processor, without {statistics.median(without):.2f} s")
        print(f"{share:+.1%}, {'within' if share <= MOST_SHARE else 'more than'} {MOST_SHARE:.0%}")


def read_cpu_s(home: Path, database: Path) -> float:
    """Return the seconds of the processor that reading all sessions takes, all jobs included."""
    with closing(Writer(database)) as writer:
        options = IngestOptions(database, ("claude_code",), alert_rules=RULES, processes=1)
        pipeline = Pipeline(writer, options, SystemClock(), {}, home)
        begin_s = time.process_time()
        pipeline.run(follow=False)
        return time.process_time() - begin_s


@contextmanager
def nothing_derived() -> Iterator[None]:
    """Let ingest read without deriving anything."""
    plain = {
        kind: tuple(reduce for reduce in reducers if reduce.__module__ != decisions.__name__)
        for kind, reducers in REDUCERS.items()
    }
    with ExitStack() as patches:
        patches.enter_context(patch.dict(REDUCERS, plain))
        for name in ("add_outcome", "add_retries", "add_retry_decision"):
            patches.enter_context(patch.object(decisions, name, lambda *_, **__: None))
        for job in (AlertsJob, EvaluateJob, RunSumsJob, TurnSignalsJob):
            patches.enter_context(patch.object(job, "run_slice", lambda *_: False))
        patches.enter_context(patch.object(AlertsJob, "judge_commit", lambda *_: None))
        yield


if __name__ == "__main__":
    main()
