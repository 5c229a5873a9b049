"""What Claude Code hands to a status-line command on standard input: a JSON object of which any field may be absent.

This module stands apart from the reader of session files, because a status line is drawn several times a second and
may not take longer than the interpreter's own start.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ppp_tui.model.limits import MAX_COUNT

SOURCE = "claude_code"
"""The source of the sessions that are reported."""

AGENT = "claude"
"""The agent whose limits are reported."""

_WINDOWS = (("five_hour", 300), ("seven_day", 10_080))


class StatusLimit(NamedTuple):
    """A usage limit of the user's plan, as the provider states it."""

    name: str
    used_percent: float
    window_minutes: int | None
    resets_at: int | None
    """Unix milliseconds."""


class Status(NamedTuple):
    """State of a session; None for values that are not stated."""

    session_id: str
    model: str
    model_name: str
    """The form that is shown to users."""
    cost_micros: int | None
    api_ms: int | None
    wall_ms: int | None
    context_tokens: int | None
    context_window: int | None
    context_percent: float | None
    limits: tuple[StatusLimit, ...]


def read_status(text: str) -> Status | None:
    """Parse the JSON that Claude Code hands to a status line; None if it is invalid."""
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict):
        return None
    model, cost, context = (_table(given, name) for name in ("model", "cost", "context_window"))
    dollars = _number(cost.get("total_cost_usd"), 1_000_000)
    return Status(
        session_id=_text(given.get("session_id")),
        model=_text(model.get("id")),
        model_name=_text(model.get("display_name")),
        cost_micros=None if dollars is None else round(dollars * 1_000_000),
        api_ms=_whole_number(cost.get("total_api_duration_ms")),
        wall_ms=_whole_number(cost.get("total_duration_ms")),
        context_tokens=_context(context),
        context_window=_whole_number(context.get("context_window_size")) or None,
        context_percent=_number(context.get("used_percentage"), 1000),
        limits=tuple(_limits(_table(given, "rate_limits"))),
    )


def _context(context: dict[str, Any]) -> int | None:
    """Return the tokens in the window: what the last request sent."""
    usage = _table(context, "current_usage")
    names = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    counts = [count for name in names if (count := _whole_number(usage.get(name))) is not None]
    return sum(counts) if counts else None


def _limits(limits: dict[str, Any]) -> list[StatusLimit]:
    readings = []
    for name in sorted(limits)[:16]:
        entry = _table(limits, name)
        used = _number(entry.get("used_percentage"), 1000)
        if used is None:
            continue
        seconds = _number(entry.get("resets_at"), 1e11)
        minutes = next((length for window, length in _WINDOWS if name.startswith(window)), None)
        readings.append(StatusLimit(name[:100], used, minutes, None if not seconds else round(seconds * 1000)))
    return readings


def _table(given: dict[str, Any], name: str) -> dict[str, Any]:
    entry = given.get(name)
    return entry if isinstance(entry, dict) else {}


def _text(value: object) -> str:
    return value[:200] if isinstance(value, str) else ""


def _number(value: object, maximum: float) -> float | None:
    """Return a number from 0 to `most`; None for other values."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= maximum:
        return None
    return float(value)


def _whole_number(value: object) -> int | None:
    number = _number(value, MAX_COUNT)
    return None if number is None else int(number)
