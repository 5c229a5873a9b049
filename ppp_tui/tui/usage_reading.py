"""Reads what Usage shows: sums by group over a range of time, and how limits, blocks and budgets stand."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from ppp_tui.model.project import NO_LABELS, Labels
from ppp_tui.query.projects import project_labels
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions.session_lists import sessions
from ppp_tui.query.usage.blocks import BlockRow, block_hours, block_usage, to_blocks, unlimited_since
from ppp_tui.query.usage.forecasts import (
    DAY_SPANS_MS,
    BudgetOutlook,
    LimitOutlook,
    block_projection,
    budget_ends,
    budget_outlook,
    limit_outlook,
    recent_cost,
)
from ppp_tui.query.usage.limits import latest_limits, limit_history
from ppp_tui.query.usage.rows import NOTHING, Grouping, UsageBar, UsageFilter, UsageSums, add_up, subtract
from ppp_tui.query.usage.spans import HOUR_MS, MINUTE_MS, TimeSpan, days, hours, midnight
from ppp_tui.query.usage.spend import DayAndMonthSpend, spent
from ppp_tui.query.usage.stated_tokens import stated_bars, with_stated
from ppp_tui.query.usage.sums import dearest_sessions, usage

if TYPE_CHECKING:
    from ppp_tui.settings.schema import Budget
    from ppp_tui.tui.ports import DatabaseAccess

Range = Literal["today", "last 7 days", "last 30 days", "last 90 days"]
RANGES: tuple[Range, ...] = get_args(Range)
"""How far back is looked, in the order in which a key changes it."""

Measure = Literal["cost", "tokens"]
"""How high bars are, and by what groups are sorted."""

SHOWN_GROUPINGS: tuple[Grouping, ...] = ("model", "agent", "project", "session", "reasoning_effort")
"""By what usage is told apart here, in the order in which a key changes it."""

MOST_GROUPS = 200
"""Groups that the table lists, those that used most; the sum holds all of them."""

_DAYS: Mapping[Range, int] = {"today": 1, "last 7 days": 7, "last 30 days": 30, "last 90 days": 90}

MOST_BARS = 2_000
"""Bars that are told apart all at once; of more, those of the first groups are asked for one by one."""

TOLD_APART = 5
"""Groups that have a colour of their own in the chart; the others share one."""

OTHERS = "\0"
"""Key of the bars of all groups that are not told apart."""


class UsageSelection(NamedTuple):
    """What the person wants to see."""

    range: Range = "today"
    grouping: Grouping = "model"
    measure: Measure = "cost"
    only: tuple[tuple[Grouping, str], ...] = ()
    """The group whose sessions are shown; of everything, if there is none."""


class UsageGroup(NamedTuple):
    """A group and what it used in all of a range."""

    key: str
    sums: UsageSums


class UsageReading(NamedTuple):
    """What was used in a range."""

    choice: UsageSelection
    spans: Sequence[TimeSpan]
    bars: Sequence[UsageBar]
    """By span and group."""
    groups: Sequence[UsageGroup]
    """Those that used most, of them most first."""
    total: UsageSums
    sessions: Mapping[str, SessionRow] = {}
    """Sessions by the keys of groups, where groups are sessions."""
    stated: Mapping[str, int] = {}
    """Tokens that programs stated as one number for a turn, by the keys of groups; they are in no other sum."""
    labels: Labels = NO_LABELS
    """What repositories are called, where groups are projects."""


class RunningBlock(NamedTuple):
    """A five-hour block that runs."""

    row: BlockRow
    projection: tuple[float, float, float] | None
    """Millionths of a dollar by its end: expected, and the bounds of an interval; None where no pace is known."""


class UsageOutlook(NamedTuple):
    """How spending and limits stand now."""

    now_ms: int
    spent: DayAndMonthSpend
    burn: tuple[float, float, float] | None
    """Millionths of a dollar per hour at the pace of the last one: expected, and the bounds of an interval."""
    blocks: Sequence[RunningBlock]
    limits: Sequence[LimitOutlook]
    budgets: Sequence[BudgetOutlook]
    unlimited: Sequence[str] = ()
    """Agents whose plan has no five-hour limit."""


def spans_of(range_: Range, now_ms: int, zone: tzinfo) -> list[TimeSpan]:
    """The hours of the person's day, or their last days, the running one included."""
    end = midnight(now_ms, zone, 1)
    begin = midnight(now_ms, zone, 1 - _DAYS[range_])
    return hours(begin, end, zone) if range_ == "today" else days(begin, end, zone)


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


async def read_usage(database: DatabaseAccess, choice: UsageSelection, now_ms: int, zone: tzinfo) -> UsageReading:
    """Read what was used. Raises QueryFailedError and DatabaseMissingError."""
    fetch = database.fetch
    spans = spans_of(choice.range, now_ms, zone)
    whole, chosen = TimeSpan(spans[0].low_ms, spans[-1].high_ms), UsageFilter(only=choice.only)
    if choice.grouping == "session":
        found = await fetch(dearest_sessions(whole, MOST_GROUPS, chosen, by_tokens=choice.measure == "tokens"))
    else:
        found = await fetch(usage([whole], choice.grouping, chosen))
    stated = await fetch(stated_bars([whole], choice.grouping, chosen))
    groups = (await asyncio.to_thread(grouped, with_stated(found, stated), choice.measure))[:MOST_GROUPS]
    sums = await fetch(usage([whole], "none", chosen))
    bars = await _bars(database, choice, spans, groups)
    known: Mapping[str, SessionRow] = {}
    if choice.grouping == "session" and groups:
        rows = await fetch(sessions([int(group.key) for group in groups]))
        known = {str(row.id): row for row in rows}
    labels = await fetch(project_labels()) if choice.grouping == "project" else NO_LABELS
    total = sums[0].sums if sums else NOTHING
    return UsageReading(
        choice=choice,
        spans=spans,
        bars=bars,
        groups=groups,
        total=total,
        sessions=known,
        stated={bar.key: bar.tokens for bar in stated},
        labels=labels,
    )


async def _bars(
    database: DatabaseAccess, choice: UsageSelection, spans: Sequence[TimeSpan], groups: Sequence[UsageGroup]
) -> Sequence[UsageBar]:
    """Usage by span of the groups that are told apart, and of the others together."""
    if choice.grouping != "session" and len(groups) * len(spans) <= MOST_BARS:
        return await database.fetch(usage(spans, choice.grouping, UsageFilter(only=choice.only)))
    bars: list[UsageBar] = []
    for group in groups[:TOLD_APART]:
        only = (*choice.only, (choice.grouping, group.key))
        bars += await database.fetch(usage(spans, choice.grouping, UsageFilter(only=only)))
    return bars + rest(await database.fetch(usage(spans, "none", UsageFilter(only=choice.only))), bars)


def rest(totals: Iterable[UsageBar], bars: Iterable[UsageBar]) -> list[UsageBar]:
    """What of the sums by span lies in none of the bars."""
    left = {bar.span: bar.sums for bar in totals}
    for bar in bars:
        left[bar.span] = subtract(left.get(bar.span, NOTHING), bar.sums)
    return [UsageBar(span, OTHERS, sums) for span, sums in left.items() if sums.requests > 0]


async def read_outlook(database: DatabaseAccess, budget: Budget, now_ms: int, zone: tzinfo) -> UsageOutlook:
    """Read how spending and limits stand. Raises QueryFailedError and DatabaseMissingError."""
    # The running minute counts: what has just begun has a pace, too.
    sums = await database.fetch(spent(now_ms, zone))
    recent = await database.fetch(recent_cost(now_ms + MINUTE_MS))
    limits = await _limits(database, now_ms)
    return UsageOutlook(
        now_ms=now_ms,
        spent=sums,
        burn=block_projection(0, recent, now_ms, now_ms + HOUR_MS),
        blocks=await _blocks(database, now_ms),
        limits=limits,
        budgets=await _budgets(database, budget, sums, now_ms, zone),
        unlimited=sorted(unlimited_since(one.reading for one in limits)),
    )


async def _blocks(database: DatabaseAccess, now_ms: int) -> list[RunningBlock]:
    limits = await database.fetch(latest_limits())
    spans = block_hours(now_ms, -(-now_ms // HOUR_MS) * HOUR_MS, limits, now_ms)
    bars = await database.fetch(block_usage(spans))
    found = []
    for row in await asyncio.to_thread(to_blocks, spans, bars, limits, now_ms, now_ms):
        if row.is_active and row.is_limited:
            recent = await database.fetch(
                recent_cost(now_ms + MINUTE_MS, UsageFilter(only=(("agent", row.agent_name),)))
            )
            projection = block_projection(row.sums.cost_micros, recent, now_ms, row.block.end_ms)
            found.append(RunningBlock(row, projection))
    return sorted(found, key=lambda one: (-one.row.sums.cost_micros, one.row.agent_name))


async def _limits(database: DatabaseAccess, now_ms: int) -> list[LimitOutlook]:
    found = []
    for latest in await database.fetch(latest_limits()):
        history = await database.fetch(limit_history(latest.agent_name, latest.name, now_ms - HOUR_MS))
        found.append(limit_outlook(latest, history, now_ms))
    return sorted(found, key=lambda one: (one.is_stale, -one.reading.used_percent))


async def _budgets(
    database: DatabaseAccess, budget: Budget, sums: DayAndMonthSpend, now_ms: int, zone: tzinfo
) -> list[BudgetOutlook]:
    wanted = (("day", budget.daily_usd), ("month", budget.monthly_usd))
    if not any(usd > 0 for _, usd in wanted):
        return []
    hourly = await database.fetch(recent_cost(now_ms, span_ms=DAY_SPANS_MS, count=24))
    ends = budget_ends(now_ms, zone)
    return [
        budget_outlook(name, usd, budget.warn_percent, used, hourly=hourly, now_ms=now_ms, ends_ms=end)
        for (name, usd), used, end in zip(wanted, sums, ends, strict=True)
        if usd > 0
    ]
