"""Draws a status line: reads what Claude Code hands over, leaves it for the database, says how things stand."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from datetime import UTC, tzinfo
from pathlib import Path

from ppp_tui.cli.report.zone import LOCAL
from ppp_tui.cli.statusline.queue import leave
from ppp_tui.cli.statusline.words import LimitView, StatuslineView, line
from ppp_tui.model.clock import DAY_MS, HOUR_MS, SystemClock
from ppp_tui.query.connect import DatabaseMissingError, open_reader
from ppp_tui.query.query import answer
from ppp_tui.query.usage.limits import limit_history
from ppp_tui.query.usage.spend import DayAndMonthSpend, day_and_month_spend
from ppp_tui.scoring.prices.forecast import NEVER, Forecast, burn_rate, forecast_exhaustion, gains_per_span
from ppp_tui.settings.fast_settings import BudgetGlance, PartialSettings
from ppp_tui.sources.claude_status import AGENT, Status, StatusLimit, read_status

MOST_BYTES = 1_000_000
"""What is read of standard input; a status has a few thousand."""

BUSY_MS = 20
"""How long the database is waited for, in milliseconds."""

SPAN_MS = 300_000
"""Spans in which the pace of a limit is measured, over the last hour."""

FIVE_HOURS = "five_hour"
"""Claude Code's name of the five-hour limit."""


def run(settings: PartialSettings) -> int | None:
    """Print the line; returns the exit status, None where standard input is a terminal, which tells nothing."""
    if sys.stdin.isatty():
        return None
    return show(settings.database.path, settings.budget, LOCAL if settings.screen.time == "local" else UTC)


def show(database: Path, budget: BudgetGlance, zone: tzinfo) -> int:
    """Read, leave and print; returns the exit status: 1 for what is no status."""
    status = read_status(sys.stdin.buffer.read(MOST_BYTES).decode("utf-8", "replace"))
    if status is None:
        print("ppp-tui: this is no status of Claude Code")
        return 1
    now_ms = SystemClock().now_ms()
    is_kept = True
    try:
        leave(database, status, now_ms)
    except OSError:
        is_kept = False
    print(line(_view(database, status, budget, now_ms, zone, is_kept=is_kept)))
    return 0


def _view(
    database: Path, status: Status, budget: BudgetGlance, now_ms: int, zone: tzinfo, *, is_kept: bool
) -> StatuslineView:
    """All that the line tells; without a database, what Claude Code itself told."""
    today: DayAndMonthSpend | None = None
    limits = [LimitView(limit, NEVER) for limit in status.limits]
    has_five_hours = not status.limits or any(limit.name == FIVE_HOURS for limit in status.limits)
    try:
        with closing(open_reader(database, busy_ms=BUSY_MS)) as connection:
            today = answer(connection, day_and_month_spend(now_ms, zone, with_month=budget.monthly_usd > 0))
            limits = [LimitView(limit, _forecast(connection, limit, now_ms)) for limit in status.limits]
            # A single status may leave a window out.
            has_five_hours = has_five_hours or bool(
                answer(connection, limit_history(AGENT, FIVE_HOURS, now_ms - DAY_MS))
            )
    except (DatabaseMissingError, sqlite3.Error):
        pass
    return StatuslineView(
        status=status,
        spent=today,
        limits=tuple(limits),
        has_five_hours=has_five_hours,
        daily_usd=budget.daily_usd,
        monthly_usd=budget.monthly_usd,
        warn_percent=budget.warn_percent,
        now_ms=now_ms,
        is_kept=is_kept,
    )


def _forecast(connection: sqlite3.Connection, limit: StatusLimit, now_ms: int) -> Forecast:
    if limit.resets_at is None:
        return NEVER
    history = answer(connection, limit_history(AGENT, limit.name, now_ms - HOUR_MS))
    readings = [(reading.at, reading.used_percent) for reading in history if reading.at <= now_ms]
    gained = gains_per_span([*readings, (now_ms, limit.used_percent)], now_ms - HOUR_MS, now_ms + 1, SPAN_MS)
    return forecast_exhaustion(100 - limit.used_percent, burn_rate(gained, SPAN_MS), now_ms, limit.resets_at)
