"""An agent in plain Python that logs each exchange: ``python examples/sync_agent.py [DATABASE]``."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from ppp_tui import TrajectoryLogger


def agent(prompt: str) -> str:
    """Stands for a model: asks when a prompt leaves a choice open."""
    return "Which provider, GitHub or Google?" if "OAuth" in prompt else f"Done: {prompt}"


def main(database: str | None = None, ask: Callable[[str], str] = agent) -> None:
    """Log a short conversation, and how it ended."""
    with TrajectoryLogger.open(database) as log:
        trajectory = log.start("SPEC-AUTH", "sync-agent", run_id="run-1", stage="implement")
        for prompt in ("Add OAuth", "GitHub, please"):
            trajectory.log_turn(prompt, status="open")
            began = time.perf_counter()
            response = ask(prompt)
            took_ms = round((time.perf_counter() - began) * 1000)
            turn = trajectory.log_turn(prompt, response, latency_ms=took_ms)
            if response.endswith("?"):
                trajectory.log_question(response, effort="low", options=["GitHub", "Google"], turn=turn)
                trajectory.log_violation("no_ask", "no questions", "asked one", "minor", turn=turn)
            trajectory.log_usage("claude-sonnet-4-5", input_tokens=1200, output_tokens=80, turn=turn)
        trajectory.log_artifact({"implementation": "GitHub sign-in"}, score=0.9)
        trajectory.finish("completed")


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else None)
