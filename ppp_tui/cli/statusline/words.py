"""Composes the text of a status line. Characters that a terminal would obey are left out."""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.query.usage.rows import UsageSums
from ppp_tui.query.usage.spend import DayAndMonthSpend
from ppp_tui.scoring.prices.forecast import Forecast, budget_state
from ppp_tui.sources.claude_status import Status, StatusLimit
from ppp_tui.text.format import certainty, cost_micros, time_left

WARNING = "!"
"""Stands before what is near its end."""

_NAMES = {"five_hour": "5h", "seven_day": "7d"}


class LimitView(NamedTuple):
    """A usage limit and when it would be reached."""

    limit: StatusLimit
    forecast: Forecast


class StatuslineView(NamedTuple):
    """The figures of a status line."""

    status: Status
    spent: DayAndMonthSpend | None
    """None where there is no database."""
    limits: tuple[LimitView, ...]
    has_five_hours: bool
    """False where the plan has other limits, but none of five hours."""
    daily_usd: float
    monthly_usd: float
    warn_percent: int
    now_ms: int
    is_kept: bool
    """The status was kept for the database."""


def status_line_text(view: StatuslineView) -> str:
    """Return the status line; unknown figures are left out."""
    status = view.status
    parts = [_sound(status.model_name or status.model), _context(status)]
    if status.cost_micros is not None:
        parts.append(f"session {cost_micros(status.cost_micros)}")
    if view.spent is not None:
        parts.append(_budget("today", view.spent.today, view.daily_usd, view.warn_percent))
        if view.monthly_usd > 0:
            parts.append(_budget("month", view.spent.month, view.monthly_usd, view.warn_percent))
    if not view.has_five_hours:
        parts.append("5h none")
    parts += [_limit(entry, view) for entry in view.limits]
    if not view.is_kept:
        parts.append("not kept")
    return " · ".join(part for part in parts if part)


def _context(status: Status) -> str:
    percent = status.context_percent
    if percent is None and status.context_tokens is not None and status.context_window:
        percent = 100 * status.context_tokens / status.context_window
    return "" if percent is None else f"ctx {percent:.0f}%"


def _budget(name: str, sums: UsageSums, budget_usd: float, warn_percent: int) -> str:
    state = budget_state(sums.cost_micros, budget_usd, warn_percent)
    spent = cost_micros(sums.cost, certainty(is_lower_bound=sums.is_lower_bound)) if sums.requests else cost_micros(0)
    of = f" of {cost_micros(round(budget_usd * 1_000_000))}" if state != "none" else ""
    return f"{WARNING if state in ('near', 'over') else ''}{name} {spent}{of}"


def _limit(entry: LimitView, view: StatuslineView) -> str:
    limit = entry.limit
    mark = WARNING if limit.used_percent >= view.warn_percent else ""
    text = f"{mark}{_NAMES.get(limit.name, _sound(limit.name))} {limit.used_percent:.0f}%"
    if limit.resets_at is not None and limit.resets_at > view.now_ms:
        text += f" resets {time_left(limit.resets_at - view.now_ms)}"
    return text + _full(entry.forecast, view.now_ms)


def _full(forecast: Forecast, now_ms: int) -> str:
    """Return when the limit would be reached, with the interval; '' if it lasts."""
    if forecast.at_ms is None or forecast.at_ms <= now_ms:
        return ""
    earliest = time_left((forecast.earliest_ms or forecast.at_ms) - now_ms)
    latest = "never" if forecast.latest_ms is None else time_left(forecast.latest_ms - now_ms)
    return f" full ~{time_left(forecast.at_ms - now_ms)} ({earliest} to {latest})"


def _sound(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:60]
