"""An agent that logs what it decides, and why: ``python examples/decisions.py [DATABASE]``."""

from __future__ import annotations

import sys

from ppp_tui import TrajectoryLogger

CACHE = {"opening hours": "9 to 5"}


def main(database: str | None = None) -> None:
    """Log for each question whether the cache or the web answers it."""
    with TrajectoryLogger.open(database) as log:
        run = log.start("SPEC-FAQ", "chooser", agent_version="1.0")
        for question in ("opening hours", "weather today"):
            is_cached = question in CACHE
            run.log_turn(question, CACHE.get(question, "Sunny."))
            run.log_decision(
                "tool_selection",
                "cache" if is_cached else "web_search",
                "cached_data_sufficient" if is_cached else "fresh_data_required",
                confidence=0.9,
                metadata={"cache_entries": len(CACHE)},
                candidates=["cache", "web_search"],
            )
        run.finish()


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else None)
