"""Logs a failure, what was decided, and what came of it: ``python examples/decisions_and_signals.py [DATABASE]``."""

from __future__ import annotations

import sys

from ppp_tui import TrajectoryLogger


def main(database: str | None = None) -> None:
    """Log a step that times out, the decision to try once more, and the success of that."""
    with TrajectoryLogger.open(database) as log:
        run = log.start("SPEC-DEPLOY", "deployer", agent_version="2.0")
        turn = run.log_turn("Deploy the shop", status="open")
        run.log_step("shell", "deploy", key="first", tool="deploy", status="failed", output="timed out", turn=turn)
        run.log_quality_signal("tool_failure", "timeout", value=True, step="first")
        run.log_decision("retry_strategy", "retry", "transient_error_detected", confidence=0.7, step="first")
        run.log_step("shell", "deploy", key="second", tool="deploy", duration_ms=900, turn=turn)
        run.log_quality_signal("tool_success", "after_retry", value=True, step="second")
        run.log_quality_signal("retry_occurred", "single_retry", value=True, metadata={"wait_ms": 500})
        run.log_turn("Deploy the shop", "Deployed at the second attempt.")
        run.finish()
        if log.health.invalid:
            sys.stderr.write(f"{log.health.invalid} entries were left out\n")


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else None)
