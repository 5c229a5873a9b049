"""A router that records how its agents do: ``python examples/performance_events.py [DATABASE]``.

``ppp-tui stats --by agent``, ``ppp-tui agents`` and ``ppp-tui export --events`` show what it recorded.
"""

from __future__ import annotations

import sys

from ppp_tui import TrajectoryLogger

AGENTS = {"careful": ["review", "implement"], "quick": ["implement"]}


def main(database: str | None = None) -> None:
    """Register two agents, give each a task, and record how it went."""
    with TrajectoryLogger.open(database) as log:
        recorder = log.performance
        for name, capabilities in AGENTS.items():
            recorder.record_agent_registration(
                name, capabilities, baseline_metrics={"latency_ms": 900, "reliability": 0.9}
            )
        for number, name in enumerate(AGENTS, 1):
            task = f"TASK-{number}"
            route = {"task_id": task, "selected_agent": name, "routing_strategy": "capability-match", "confidence": 0.8}
            recorder.record_event("routing-decision", route)
            execution = recorder.start_task_execution(task, name, route, task_type="implement")
            outcome = {"success": name == "careful", "quality_score": 0.9, "tokens_consumed": 1200, "cost_micros": 4000}
            recorder.complete_task_execution(execution, outcome)
            recorder.record_evaluation_outcome(task, {"passed": name == "careful", "score": 0.9})
        recorder.record_agent_status_change("quick", "maintenance", previous_status="available")


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else None)
