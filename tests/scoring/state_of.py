"""The state alone of a judged session."""

from __future__ import annotations

from ppp_tui.model.live import LiveFacts, LiveState
from ppp_tui.scoring.live_state import judge_live_state
from ppp_tui.scoring.live_thresholds import DEFAULT, Thresholds


def live_state(
    facts: LiveFacts, now_ms: int, is_process_alive: bool | None = None, thresholds: Thresholds = DEFAULT
) -> LiveState:
    return judge_live_state(facts, now_ms, is_process_alive, thresholds).state
