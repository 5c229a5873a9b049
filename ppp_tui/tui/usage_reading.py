"""Reads what Usage shows: sums by group over a range of time, and how limits, blocks and budgets stand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from ppp_tui.query.blocks import BlockRow, block_hours, block_usage, to_blocks
from ppp_tui.query.limits import latest_limits, limit_history
from ppp_tui.query.outlook import (
    DAY_SPANS_MS,
    BudgetOutlook,
    LimitOutlook,
    block_projection,
    budget_ends,
    budget_outlook,
    limit_outlook,
    recent_cost,
)
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions import sessions
from ppp_tui.query.spans import HOUR_MS, MINUTE_MS, Span, days, hours, midnight
from ppp_tui.query.today import Spent, spent
from ppp_tui.query.usage import usage
from ppp_tui.query.usage_rows import NOTHING, Grouping, UsageBar, UsageFilter, UsageSums, add_up

if TYPE_CHECKING:
    from ppp_tui.settings.schema import Budget
    from ppp_tui.tui.ports import Archive

Range = Literal["today", "last 7 days", "last 30 days", "last 90 days"]
RANGES: tuple[Range, ...] = get_args(Range)
"""How far back is looked, in the order in which a key changes it."""

Measure = Literal["cost", "tokens"]
"""How high bars are, and by what groups are sorted."""

SHOWN_GROUPINGS: tuple[Grouping, ...] = ("model", "agent", "project", "session")
"""By what usage is told apart here, in the order in which a key changes it."""

MOST_GROUPS = 200
"""Groups that the table lists, those that used most; the sum holds all of them."""

_DAYS: Mapping[Range, int] = {"today": 1, "last 7 days": 7, "last 30 days": 30, "last 90 days": 90}

EVERY_GROUP: tuple[Grouping, str] = ("none", "")
"""Nothing is left out."""


class Choice(NamedTuple):
    """What the person wants to see."""

    range: Range = "today"
    grouping: Grouping = "model"
    measure: Measure = "cost"
    only: tuple[Grouping, str] = EVERY_GROUP
    """One group alone, whose sessions are shown."""


class UsageGroup(NamedTuple):
    """A group and what it used in all of a range."""

    key: str
    sums: UsageSums


class UsageReading(NamedTuple):
    """What was used in a range."""

    choice: Choice
    spans: Sequence[Span]
    bars: Sequence[UsageBar]
    """By span and group."""
    groups: Sequence[UsageGroup]
    """Those that used most, of them most first."""
    total: UsageSums
    sessions: Mapping[str, SessionRow] = {}
    """Sessions by the keys of groups, where groups are sessions."""


class RunningBlock(NamedTuple):
    """A five-hour block that runs."""

    row: BlockRow
    projection: tuple[float, float, float] | None
    """Millionths of a dollar by its end: expected, and the bounds of an interval; None where no pace is known."""


class UsageOutlook(NamedTuple):
    """How spending and limits stand now."""

    now_ms: int
    spent: Spent
    burn: tuple[float, float, float] | None
    """Millionths of a dollar per hour at the pace of the last one: expected, and the bounds of an interval."""
    blocks: Sequence[RunningBlock]
    limits: Sequence[LimitOutlook]
    budgets: Sequence[BudgetOutlook]


def spans_of(range_: Range, now_ms: int, zone: tzinfo) -> list[Span]:
    """The hours of the person's day, or their last days, the running one included."""
    end = midnight(now_ms, zone, 1)
    begin = midnight(now_ms, zone, 1 - _DAYS[range_])
    return hours(begin, end) if range_ == "today" else days(begin, end, zone)


def grouped(bars: Iterable[UsageBar], measure: Measure) -> list[UsageGroup]:
    """What each group used in all spans, who used most first."""
    parts: dict[str, list[UsageSums]] = {}
    for bar in bars:
        parts.setdefault(bar.key, []).append(bar.sums)
    groups = [UsageGroup(key, add_up(sums)) for key, sums in parts.items()]

    def order(group: UsageGroup) -> tuple[int, int, str]:
        both = (-group.sums.cost_micros, -group.sums.total_tokens)
        return (*(both if measure == "cost" else both[::-1]), group.key)

    return sorted(groups, key=order)


async def read_usage(archive: Archive, choice: Choice, now_ms: int, zone: tzinfo) -> UsageReading:
    """Read what was used. Raises QueryFailedError and ArchiveMissingError."""
    spans = spans_of(choice.range, now_ms, zone)
    bars = await archive.fetch(usage(spans, choice.grouping, UsageFilter(only=choice.only)))
    groups = await asyncio.to_thread(grouped, bars, choice.measure)
    total = await asyncio.to_thread(add_up, [group.sums for group in groups]) if groups else NOTHING
    shown = groups[:MOST_GROUPS]
    known: Mapping[str, SessionRow] = {}
    if choice.grouping == "session" and shown:
        rows = await archive.fetch(sessions([int(group.key) for group in shown]))
        known = {str(row.id): row for row in rows}
    return UsageReading(choice, spans, bars, shown, total, known)


async def read_outlook(archive: Archive, budget: Budget, now_ms: int, zone: tzinfo) -> UsageOutlook:
    """Read how spending and limits stand. Raises QueryFailedError and ArchiveMissingError."""
    # The running minute counts: what has just begun has a pace, too.
    sums = await archive.fetch(spent(now_ms, zone))
    recent = await archive.fetch(recent_cost(now_ms + MINUTE_MS))
    return UsageOutlook(
        now_ms, sums, block_projection(0, recent, now_ms, now_ms + HOUR_MS), await _blocks(archive, now_ms),
        await _limits(archive, now_ms), await _budgets(archive, budget, sums, now_ms, zone),
    )  # fmt: skip


async def _blocks(archive: Archive, now_ms: int) -> list[RunningBlock]:
    spans = block_hours(now_ms, -(-now_ms // HOUR_MS) * HOUR_MS)
    bars = await archive.fetch(block_usage(spans))
    limits = await archive.fetch(latest_limits())
    found = []
    for row in await asyncio.to_thread(to_blocks, spans, bars, limits, now_ms, now_ms):
        if row.is_active:
            recent = await archive.fetch(recent_cost(now_ms + MINUTE_MS, UsageFilter(only=("agent", row.agent_name))))
            projection = block_projection(row.sums.cost_micros, recent, now_ms, row.block.end_ms)
            found.append(RunningBlock(row, projection))
    return sorted(found, key=lambda one: (-one.row.sums.cost_micros, one.row.agent_name))


async def _limits(archive: Archive, now_ms: int) -> list[LimitOutlook]:
    found = []
    for latest in await archive.fetch(latest_limits()):
        history = await archive.fetch(limit_history(latest.agent_name, latest.name, now_ms - HOUR_MS))
        found.append(limit_outlook(latest, history, now_ms))
    return sorted(found, key=lambda one: (one.is_stale, -one.reading.used_percent))


async def _budgets(archive: Archive, budget: Budget, sums: Spent, now_ms: int, zone: tzinfo) -> list[BudgetOutlook]:
    wanted = (("day", budget.daily_usd), ("month", budget.monthly_usd))
    if not any(usd > 0 for _, usd in wanted):
        return []
    hourly = await archive.fetch(recent_cost(now_ms, span_ms=DAY_SPANS_MS, count=24))
    ends = budget_ends(now_ms, zone)
    return [
        budget_outlook(name, usd, budget.warn_percent, used, hourly, now_ms, end)
        for (name, usd), used, end in zip(wanted, sums, ends, strict=True)
        if usd > 0
    ]
