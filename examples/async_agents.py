"""Three agents on one event loop, side by side, sharing a logger: ``python examples/async_agents.py [DATABASE]``."""

from __future__ import annotations

import asyncio
import sys

from ppp_tui import TrajectoryLogger
from ppp_tui.logger import Trajectory


async def work(trajectory: Trajectory, turns: int) -> None:
    """Log some turns; ``await`` gives way to the others while the logger has no room."""
    for number in range(1, turns + 1):
        await asyncio.sleep(0)
        turn = await trajectory.log_turn(f"Step {number}", f"Step {number} is done", token_count=12)
        await trajectory.log_step("shell", "pytest -q", exit_code=0, duration_ms=900, turn=turn)
    trajectory.finish()


async def main(database: str | None = None) -> None:
    """Run a plan's agents below it."""
    async with TrajectoryLogger.open(database) as log:
        plan = log.start("SPEC-API", "planner", run_id="run-2", stage="plan", path="/plan")
        agents = [
            log.start("SPEC-API", f"agent-{number}", run_id="run-2", stage="plan", path=f"/plan/agent-{number}")
            for number in (1, 2)
        ]
        await asyncio.gather(*(work(trajectory, 5) for trajectory in (plan, *agents)))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:2]))
