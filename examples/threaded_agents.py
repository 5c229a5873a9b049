"""Agents in threads that compete for the same task, one logger: ``python examples/threaded_agents.py [DATABASE]``."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from ppp_tui import TrajectoryLogger

AGENTS = ("careful", "quick", "terse", "thorough")


def attempt(log: TrajectoryLogger, name: str) -> None:
    """One agent's go at the task: each has its own trajectory, which no other thread disturbs."""
    trajectory = log.start("SPEC-PARSER", name, run_id="run-3", stage="implement")
    for number in range(1, 4):
        trajectory.log_turn(
            f"Make test {number} pass",
            "It passes.",
            questions=[{"text": "Should I refactor first?", "effort": "medium"}] if name == "careful" else (),
        )
    trajectory.log_artifact({"implementation": name}, score=0.8)
    trajectory.finish("failed" if name == "quick" else "completed")


def main(database: str | None = None) -> None:
    """Let them compete."""
    with TrajectoryLogger.open(database) as log, ThreadPoolExecutor(len(AGENTS)) as pool:
        list(pool.map(lambda name: attempt(log, name), AGENTS))


if __name__ == "__main__":
    main(*sys.argv[1:2])
