"""Facts of a session at work, and the state alone of a judged one."""

from __future__ import annotations

from ppp_tui.model.live import LiveFacts, LiveState, OpenStep
from ppp_tui.scoring.live_state import judge_live_state
from ppp_tui.scoring.live_thresholds import DEFAULT, Thresholds

NOW = 1_793_491_200_000
SECOND = 1_000
MINUTE = 60_000
HOUR = 3_600_000

WORKING = LiveFacts(
    last_at=NOW, last_kind="ToolCallStarted", turn_number=3, turn_status="open", turn_started_at=NOW - 9
)
DONE = WORKING._replace(turn_status="completed", turn_ended_at=NOW, last_kind="TurnEnded")


def at_tool(kind: str, target: str = "x", tool: str = "Tool") -> LiveFacts:
    return WORKING._replace(open_steps=(OpenStep("k", kind, tool, target, NOW),))


def live_state(
    facts: LiveFacts, now_ms: int, is_process_alive: bool | None = None, thresholds: Thresholds = DEFAULT
) -> LiveState:
    return judge_live_state(facts, now_ms, is_process_alive, thresholds).state
