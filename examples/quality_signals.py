"""An agent that logs how well its tools did: ``python examples/quality_signals.py [DATABASE]``."""

from __future__ import annotations

import sys

from ppp_tui import TrajectoryLogger

PAGES = {"login": ["/auth/login"], "billing": []}
SLOW_MS = 800


def main(database: str | None = None) -> None:
    """Log for each search whether it was empty, and whether it took too long."""
    with TrajectoryLogger.open(database) as log:
        run = log.start("SPEC-SEARCH", "searcher", agent_version="1.0")
        for number, (words, hits) in enumerate(PAGES.items(), 1):
            took_ms = 300 * number
            run.log_turn(f"Find {words}", f"{len(hits)} pages", latency_ms=took_ms)
            run.log_step("search", words, key=words, output="\n".join(hits))
            run.log_quality_signal("empty_retrieval", "no_results", not hits, weight=0.8, step=words)
            run.log_quality_signal("latency_threshold", "exceeded_threshold", took_ms > SLOW_MS)
        run.finish()


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else None)
