"""Prints a status line: reads what Claude Code hands over, keeps it for the database, adds today's cost and limits."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, tzinfo
from pathlib import Path

from ppp_tui.cli.report.zone import LOCAL
from ppp_tui.cli.statusline.words import LimitView, StatuslineView, status_line_text
from ppp_tui.model.clock import DAY_MS, HOUR_MS, SystemClock
from ppp_tui.paths import private_tail, status_spool
from ppp_tui.query.connect import open_reader
from ppp_tui.query.errors import DatabaseMissingError
from ppp_tui.query.query import answer
from ppp_tui.query.usage.limits import limit_history
from ppp_tui.query.usage.spend import DayAndMonthSpend, day_and_month_spend
from ppp_tui.scoring.prices.forecast import NEVER, Forecast, burn_rate, forecast_exhaustion, gains_per_span
from ppp_tui.settings.fast_settings import BudgetGlance, PartialSettings
from ppp_tui.sources.claude_status import AGENT, Status, StatusLimit, read_status

MAX_STATUS_BYTES = 1_000_000
"""What is read of standard input; a status has a few thousand."""

BUSY_MS = 20
"""How long the database is waited for, in milliseconds."""

SPAN_MS = 300_000
"""Spans in which the pace of a limit is measured, over the last hour."""

FIVE_HOURS = "five_hour"
"""Claude Code's name of the five-hour limit."""

MAX_SPOOL_BYTES = 4 * 1024 * 1024
"""Size at which a spool is put aside."""

_TAIL_BYTES = 4096


def run(settings: PartialSettings) -> int | None:
    """Print the status line; returns the exit status, None if standard input is a terminal."""
    if sys.stdin.isatty():
        return None
    return print_status_line(settings.database.path, settings.budget, LOCAL if settings.screen.time == "local" else UTC)


def print_status_line(database: Path, budget: BudgetGlance, zone: tzinfo) -> int:
    """Read a status, queue it for the database and print the line; returns 1 if the input is no status."""
    status = read_status(sys.stdin.buffer.read(MAX_STATUS_BYTES).decode("utf-8", "replace"))
    if status is None:
        print("ppp-tui: this is no status of Claude Code")
        return 1
    now_ms = SystemClock().now_ms()
    is_kept = True
    try:
        queue_status(database, status, now_ms)
    except OSError:
        is_kept = False
    print(status_line_text(_view(database, status, budget, now_ms, zone, is_kept=is_kept)))
    return 0


def _view(
    database: Path, status: Status, budget: BudgetGlance, now_ms: int, zone: tzinfo, *, is_kept: bool
) -> StatuslineView:
    """Return the figures of the line; without a database, those of the status alone."""
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


def queue_status(database: Path, status: Status, now_ms: int) -> None:
    """Append a status to the spool beside the database, unless its last line says the same. Raises OSError.

    A status line may not wait for a writer, so a single call appends a line, which ingest imports. A spool that no
    ingest reads is put aside when it has grown, in place of the one before.
    """
    spool = status_spool(database)
    line = json.dumps(status)
    with private_tail(spool) as file:
        size = file.tell()
        if size and _last_line(spool, size).partition(" ")[2] == line:
            return
        file.write(f"{now_ms} {line}\n".encode())
    if size > MAX_SPOOL_BYTES:
        spool.replace(spool.with_name(f"{spool.name}.1"))


def _last_line(spool: Path, size: int) -> str:
    """Return the last whole line of the spool, '' if there is none."""
    with spool.open("rb") as file:
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read(_TAIL_BYTES)
    return tail.rstrip(b"\n").rpartition(b"\n")[2].decode("utf-8", "replace") if tail.endswith(b"\n") else ""
