"""Quick checks whether a setting's value is certainly valid, without pydantic, which explains what is wrong."""

from __future__ import annotations

from collections.abc import Callable

from ppp_tui.settings.layers import LONGEST_S, MAX_HISTORY_HOURS, Key
from ppp_tui.settings.theme_names import is_theme_name


def is_plain(key: Key, value: object) -> bool:
    """Return whether a value is certainly valid for its key; False where only the full check can decide."""
    if key[0] == "keys":
        return len(key) == 2 and isinstance(value, str)
    is_right = CHECKS.get(key) or _MORE_CHECKS.get(key)
    return is_right is not None and is_right(value)


def _is_dollars(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1_000_000


def is_percent(value: object) -> bool:
    """Return whether a value is a whole number from 0 to 100."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100


def _is_range(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(is_percent, value))


CHECKS: dict[Key, Callable[[object], bool]] = {
    ("database", "path"): lambda value: isinstance(value, str) and "\0" not in value,
    ("budget", "daily_usd"): _is_dollars,
    ("budget", "monthly_usd"): _is_dollars,
    ("budget", "warn_percent"): is_percent,
    ("targets", "cache_hit_percent"): is_percent,
    ("targets", "token_efficiency_percent"): is_percent,
    ("targets", "context_percent"): _is_range,
    ("screen", "time"): lambda value: value in ("local", "utc"),
}


def _whole_number(least: int, most: int) -> Callable[[object], bool]:
    return lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


_MORE_CHECKS: dict[Key, Callable[[object], bool]] = {
    **{
        ("live", name): _whole_number(1, LONGEST_S)
        for name in (
            "finished_needs_you_min",
            "idle_after_min",
            "silent_tool_s",
            "permission_guess_s",
            "thinking_silent_min",
        )
    },
    ("live", "history_hours"): _whole_number(1, MAX_HISTORY_HOURS),
    ("targets", "pass_rate_percent"): is_percent,
    ("targets", "retry_success_percent"): is_percent,
    ("screen", "theme"): is_theme_name,
    ("screen", "bell"): _is_truth,
    ("screen", "notify"): _is_truth,
    ("screen", "ascii"): _is_truth,
}
"""Checks of settings that quick commands do not read."""
