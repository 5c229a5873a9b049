"""The band above Live: today's cost, burn rate, limits and budgets as gauges, and what is new for the user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import tzinfo

from ppp_tui.model.clock import DAY_MS, MINUTE_MS
from ppp_tui.model.live import Group
from ppp_tui.query.usage.forecasts import BudgetOutlook, LimitOutlook
from ppp_tui.query.usage.rows import LimitReading
from ppp_tui.text.format import UNKNOWN, clock_time, cost_micros
from ppp_tui.tui.dashboard_state import ASCII_GLYPHS, GLYPHS, TONES, DashboardState
from ppp_tui.tui.panes.reading import read_or_report
from ppp_tui.tui.ports import Ports
from ppp_tui.tui.usage_reading import RunningBlock, UsageOutlook, read_outlook
from ppp_tui.tui.widgets.gauge import gauge_bar
from ppp_tui.tui.widgets.status_bar import StripPart, TopStrip
from ppp_tui.tui.widgets.tones import Tone
from ppp_tui.tui.widgets.workers import work

READ_MS = 15_000
"""Limits and blocks are read at most this often."""

OLD_MS = 60_000
"""They are read again after this time even if nothing changed, since windows end."""

GAUGE_CELLS = 8
NEARLY_FULL = 90.0
"""Percent of a limit or budget from which on it is marked."""

FORGOTTEN_MS = 7 * DAY_MS
"""Age of a limit's last reading from which on it is left out."""


class LiveBand(TopStrip):
    """Widget with one line of figures, cut at its right end where there is no room."""

    def __init__(self, ports: Ports, *, id: str) -> None:
        super().__init__(gap=3, id=id)
        self._ports = ports
        self._outlook: UsageOutlook | None = None
        self._read_at = -OLD_MS
        self._is_due = True
        self._shown: tuple[DashboardState, str] | None = None
        """The state and the news that are drawn, None on a narrow strip."""

    def moved(self) -> None:
        """Mark the figures as outdated, to be read with a later tick."""
        self._is_due = True

    def show_board(self, board: DashboardState, news: str, now_ms: int) -> None:
        """Draw the figures of a dashboard's state; `news` is what is new since the user looked, '' for nothing."""
        since_ms = now_ms - self._read_at
        is_old = not 0 <= since_ms < OLD_MS
        if board.is_loaded and (is_old or (self._is_due and since_ms >= READ_MS)):
            self._read_at, self._is_due = now_ms, False
            self.read()
        self._shown = board, news
        self._draw(now_ms)

    def show_strip(self, board: DashboardState) -> None:
        """Draw the counts alone, for a narrow strip."""
        self._gap, self._shown = 1, None
        self.set_parts(strip_parts(board, is_ascii=self._ports.is_ascii))

    @work(exclusive=True, group="live-band")
    @read_or_report
    async def read(self) -> None:
        """Read limits, blocks and budgets."""
        ports = self._ports
        self._outlook = await read_outlook(ports.database, ports.settings.budget, ports.clock.now_ms(), ports.zone)
        self._draw(ports.clock.now_ms())

    def _draw(self, now_ms: int) -> None:
        if self._shown is None:
            return
        board, news = self._shown
        self._gap = 3
        left = band_parts(board, self._outlook, now_ms, self._ports.zone, is_ascii=self._ports.is_ascii)
        self.set_parts(left, [StripPart(f"{news} ", "accent", "news")] if news else [])


def band_parts(
    board: DashboardState, outlook: UsageOutlook | None, now_ms: int, zone: tzinfo, *, is_ascii: bool = False
) -> list[StripPart]:
    """Return today's cost, the burn rate, and gauges of limits and budgets, the fullest first."""
    if not board.is_loaded:
        return []
    today = board.totals.today
    cost = cost_micros(today.cost_micros, "lower bound" if today.is_lower_bound else "exact")
    parts = [StripPart(f" today {cost}", "strong"), StripPart(f"{cost_micros(board.totals.burn_micros_per_hour)}/h")]
    if outlook is None:
        return parts
    parts += [budget_gauge(budget, is_ascii=is_ascii) for budget in outlook.budgets]
    limits = [limit for limit in outlook.limits if now_ms - limit.reading.at < FORGOTTEN_MS]
    parts += [limit_gauge(limit, now_ms, zone, is_ascii=is_ascii) for limit in _by_fullness(limits, now_ms)]
    return parts + [block_text(block, zone) for block in outlook.blocks]


def strip_parts(board: DashboardState, *, is_ascii: bool = False) -> list[StripPart]:
    """Return counts and today's cost in few cells, for a narrow strip: ``◆2 ●3 ✕1 $57.30``."""
    glyphs = ASCII_GLYPHS if is_ascii else GLYPHS
    numbers = Counter(row.state.group for row in board.rows)
    order: tuple[Group, ...] = ("needs you", "finished", "working", "stuck")
    parts = [
        StripPart(f"{glyphs[group]}{numbers[group]}", TONES[group], f"group {group}")
        for group in order
        if numbers[group]
    ]
    parts = parts or [StripPart("nobody at work" if board.is_loaded else "…", "dim")]
    today = board.totals.today
    cost = cost_micros(today.cost_micros, "lower bound" if today.is_lower_bound else "exact")
    parts = [*parts, StripPart(cost, "dim")] if board.is_loaded else parts
    return [part._replace(text=f" {part.text}") if not place else part for place, part in enumerate(parts)]


def _by_fullness(limits: Sequence[LimitOutlook], now_ms: int) -> list[LimitOutlook]:
    return sorted(limits, key=lambda limit: (has_ended(limit.reading, now_ms), -limit.reading.used_percent))


def has_ended(reading: LimitReading, now_ms: int) -> bool:
    """Return whether the window of a limit has ended since it was read, so that its use is unknown."""
    if reading.resets_at is not None:
        return reading.resets_at <= now_ms
    return reading.window_minutes is not None and reading.at + reading.window_minutes * MINUTE_MS <= now_ms


def limit_gauge(limit: LimitOutlook, now_ms: int, zone: tzinfo, *, is_ascii: bool = False) -> StripPart:
    """Return a limit as a gauge: ``claude 5h ▓▓▓▓░░░░ 49% to 16:00``; ``–`` once its window has ended."""
    reading = limit.reading
    name = reading.title
    if has_ended(reading, now_ms):
        return StripPart(f"{name} {UNKNOWN}", "dim")
    used = reading.used_percent
    # Within its window a limit is only ever used more.
    bound = "≥" if limit.is_stale else ""
    ends = f" to {clock_time(reading.resets_at, zone, seconds=False)}" if _ends_soon(reading, now_ms) else ""
    text = f"{name} {gauge_bar(used / 100, GAUGE_CELLS, is_ascii=is_ascii)} {bound}{used:.0f}%{ends}"
    return StripPart(f"{text}↑", "notice") if used >= NEARLY_FULL else StripPart(text)


def _ends_soon(reading: LimitReading, now_ms: int) -> bool:
    return reading.resets_at is not None and reading.resets_at - now_ms < DAY_MS


def budget_gauge(budget: BudgetOutlook, *, is_ascii: bool = False) -> StripPart:
    """Return a budget as a gauge: ``day ▓▓▓▓▓▓▓░ 95% of $60.00``."""
    ratio = budget.spent_micros / (budget.budget_usd * 1_000_000)
    limit = cost_micros(round(budget.budget_usd * 1_000_000))
    text = f"{budget.name} {gauge_bar(ratio, GAUGE_CELLS, is_ascii=is_ascii)} {ratio * 100:.0f}% of {limit}"
    return StripPart(text if budget.state not in ("near", "over") else f"{text}↑", _budget_tone(budget))


def _budget_tone(budget: BudgetOutlook) -> Tone:
    return "notice" if budget.state in ("near", "over") else "text"


def block_text(block: RunningBlock, zone: tzinfo) -> StripPart:
    """Return a running five-hour block: ``claude block $12.75, ~$25.94 by 16:00``."""
    row = block.row
    ends = clock_time(row.block.end_ms, zone, seconds=False)
    will = f", ~{cost_micros(round(block.projection[0]))} by {ends}" if block.projection else f" to {ends}"
    return StripPart(f"{row.agent_name} block {cost_micros(row.sums.cost)}{will}", "dim")
