"""Converts the user's settings for live states to thresholds in milliseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ppp_tui.query.sessions.live import Thresholds, user_thresholds

if TYPE_CHECKING:
    from ppp_tui.settings.schema import Live


def thresholds_from(live: Live) -> Thresholds:
    """Return the thresholds of live states from the settings."""
    return user_thresholds(
        finished_needs_you_ms=live.finished_needs_you_min * 60_000,
        idle_after_ms=live.idle_after_min * 60_000,
        silent_tool_ms=live.silent_tool_s * 1000,
        permission_guess_ms=live.permission_guess_s * 1000,
        thinking_silent_ms=live.thinking_silent_min * 60_000,
    )
