"""Reads what Usage shows: sums by group over a span of time, and the state of limits, blocks and budgets."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Literal, NamedTuple

from ppp_tui.model.project import NO_LABELS, Labels
from ppp_tui.query.periods import ALL_TIME, TODAY, Grain, Period, data_span, grain_of, pieces_of, shown_span
from ppp_tui.query.projects import project_labels
from ppp_tui.query.rows import SessionRow, TurnSummary
from ppp_tui.query.sessions.session_lists import sessions
from ppp_tui.query.sessions.turns import dearest_turns
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
from ppp_tui.query.usage.hour_totals import WeekGrid, hour_totals, week_grid
from ppp_tui.query.usage.limits import latest_limits, limit_history
from ppp_tui.query.usage.rows import NOTHING, Grouping, UsageBar, UsageFilter, UsageSums, add_up, subtract
from ppp_tui.query.usage.spans import HOUR_MS, MINUTE_MS, TimeSpan
from ppp_tui.query.usage.spend import DayAndMonthSpend, day_and_month_spend
from ppp_tui.query.usage.stated_tokens import stated_bars, with_stated
from ppp_tui.query.usage.sums import dearest_sessions, usage

if TYPE_CHECKING:
    from ppp_tui.settings.schema import Budget
    from ppp_tui.tui.ports import DatabaseAccess

Measure = Literal["cost", "tokens"]
"""What bars show and groups are sorted by."""

SHOWN_GROUPINGS: tuple[Grouping, ...] = ("model", "agent", "project", "session", "reasoning_effort")
"""Groupings of the Usage screen, in the order in which a key changes them."""

TEAM_GROUPINGS: tuple[Grouping, ...] = ("person", "machine", *SHOWN_GROUPINGS)
"""Those of a store that a team shares."""

MAX_GROUPS = 200
"""Maximum of groups that the table lists, those that used most; the sum holds all of them."""

MAX_BARS = 2_000
"""Maximum of bars that are read at once; above it, the first groups are read one by one."""

MAX_DEAREST = 30
"""Maximum of sessions that are listed below the groups."""

MAX_PROMPTS = 50
"""Maximum of turns that are listed beside these sessions."""

COLOURED_GROUPS = 5
"""Number of groups that have a colour of their own in the chart; the others share one."""

OTHERS = "\0"
"""Key of the bars of all groups without a colour of their own."""


class UsageSelection(NamedTuple):
    """Period, grouping and measure that the user selected."""

    period: Period = TODAY
    grouping: Grouping = "model"
    measure: Measure = "cost"
    only: tuple[tuple[Grouping, str], ...] = ()
    """The group whose sessions are shown; everything if there is none."""


class UsageGroup(NamedTuple):
    """A group with its use in the whole span."""

    key: str
    sums: UsageSums


class UsageReading(NamedTuple):
    """What was used in a period, as read."""

    choice: UsageSelection
    grain: Grain
    """The span of time of a bar."""
    spans: Sequence[TimeSpan]
    bars: Sequence[UsageBar]
    """Use by span and group."""
    groups: Sequence[UsageGroup]
    """The groups that used most, the highest first."""
    total: UsageSums
    sessions: Mapping[str, SessionRow] = {}
    """Sessions by the keys of groups, where groups are sessions."""
    stated: Mapping[str, int] = {}
    """Tokens that programs stated as one number for a turn, by the keys of groups; they are in no other sum."""
    labels: Labels = NO_LABELS
    """Names of repositories, where groups are projects."""
    before: Mapping[int, UsageSums] = {}
    """Use of the period before, by the number of the span that it is compared with."""
    total_before: UsageSums | None = None
    """Use of the period before, up to the same hour; None for all of time."""
    dearest: Sequence[UsageGroup] = ()
    """The sessions that used most, where groups are not sessions."""
    prompts: Sequence[TurnSummary] = ()
    """The turns of these sessions, or of those that are listed, that used most."""
    week: WeekGrid | None = None
    """All usage of the period by day of the week and hour."""
    data: TimeSpan | None = None
    """Span from the oldest to the newest usage."""


class RunningBlock(NamedTuple):
    """A five-hour block that has not ended."""

    row: BlockRow
    projection: tuple[float, float, float] | None
    """Expected cost at its end in millionths of a dollar, with the bounds of an interval; None without a rate."""


class UsageOutlook(NamedTuple):
    """Current state of blocks, limits and budgets."""

    now_ms: int
    spent: DayAndMonthSpend
    burn: tuple[float, float, float] | None
    """Cost per hour at the rate of the last one in millionths of a dollar, with the bounds of an interval."""
    blocks: Sequence[RunningBlock]
    limits: Sequence[LimitOutlook]
    budgets: Sequence[BudgetOutlook]
    unlimited: Sequence[str] = ()
    """Agents whose plan has no five-hour limit."""


def grouped(bars: Iterable[UsageBar], measure: Measure) -> list[UsageGroup]:
    """Return the use of each group in all spans, the highest first."""
    parts: dict[str, list[UsageSums]] = {}
    for bar in bars:
        parts.setdefault(bar.key, []).append(bar.sums)
    groups = [UsageGroup(key, add_up(sums)) for key, sums in parts.items()]

    def order(group: UsageGroup) -> tuple[int, int, str]:
        both = (-group.sums.cost_micros, -group.sums.total_tokens)
        return (*(both if measure == "cost" else both[::-1]), group.key)

    return sorted(groups, key=order)


async def read_usage(
    database: DatabaseAccess,
    choice: UsageSelection,
    now_ms: int,
    zone: tzinfo,
    *,
    has_prompts: bool = False,
    is_brief: bool = False,
) -> UsageReading:
    """Read what was used in the selected period, and with `has_prompts` by which turns; with `is_brief` groups alone.

    Raises QueryFailedError and DatabaseMissingError.
    """
    fetch, by_tokens = database.fetch, choice.measure == "tokens"
    data = await fetch(data_span("usage"))
    period_span = shown_span(choice.period, data, now_ms, zone)
    grain, selected = grain_of(period_span), UsageFilter(only=choice.only)
    # Hours of today that have not begun would be half of the chart.
    spans = [span for span in pieces_of(period_span, grain, zone) if span.low_ms <= now_ms]
    if choice.grouping == "session":
        sums_by_group = await fetch(dearest_sessions(period_span, MAX_GROUPS, selected, by_tokens=by_tokens))
    else:
        sums_by_group = await fetch(usage([period_span], choice.grouping, selected))
    stated = await fetch(stated_bars([period_span], choice.grouping, selected))
    groups = (await asyncio.to_thread(grouped, with_stated(sums_by_group, stated), choice.measure))[:MAX_GROUPS]
    sums = await fetch(usage([period_span], "none", selected))
    dearest: list[UsageGroup] = []
    if choice.grouping != "session" and not is_brief:
        bars = await fetch(dearest_sessions(period_span, MAX_DEAREST, selected, by_tokens=by_tokens))
        dearest = grouped(bars, choice.measure)
    session_rows: Mapping[str, SessionRow] = {}
    listed = groups if choice.grouping == "session" else dearest
    prompts: Sequence[TurnSummary] = ()
    if listed:
        ids = [int(group.key) for group in listed]
        session_rows = {str(row.id): row for row in await fetch(sessions(ids))}
        if has_prompts:
            prompts = await fetch(dearest_turns(ids[:MAX_DEAREST], period_span, MAX_PROMPTS, by_tokens=by_tokens))
    before, total_before = (
        await _before(database, choice, period_span, grain, now_ms, zone) if not is_brief else ({}, None)
    )
    hours_used = await fetch(hour_totals(period_span)) if not (choice.only or is_brief) else []
    return UsageReading(
        choice=choice,
        grain=grain,
        spans=spans,
        bars=await _bars(database, choice, spans, groups),
        groups=groups,
        total=sums[0].sums if sums else NOTHING,
        sessions=session_rows,
        stated={bar.key: bar.tokens for bar in stated},
        labels=await fetch(project_labels()) if choice.grouping == "project" else NO_LABELS,
        before=before,
        total_before=total_before,
        dearest=dearest,
        prompts=prompts,
        week=await asyncio.to_thread(week_grid, hours_used, zone) if hours_used else None,
        data=data,
    )


async def _before(
    database: DatabaseAccess, choice: UsageSelection, period_span: TimeSpan, grain: Grain, now_ms: int, zone: tzinfo
) -> tuple[Mapping[int, UsageSums], UsageSums | None]:
    """Return use of the period before by bar, and its sum up to the current hour of the day."""
    length = period_span.high_ms - period_span.low_ms
    if choice.period == ALL_TIME or period_span.low_ms < length:
        return {}, None
    only = UsageFilter(only=choice.only)
    earlier = TimeSpan(period_span.low_ms - length, period_span.low_ms)
    bars = await database.fetch(usage(pieces_of(earlier, grain, zone), "none", only))
    elapsed = min(length, max(HOUR_MS, -(-(now_ms - period_span.low_ms) // HOUR_MS) * HOUR_MS))
    sums = await database.fetch(usage([TimeSpan(earlier.low_ms, earlier.low_ms + elapsed)], "none", only))
    return {bar.span: bar.sums for bar in bars}, sums[0].sums if sums else NOTHING


async def _bars(
    database: DatabaseAccess, choice: UsageSelection, spans: Sequence[TimeSpan], groups: Sequence[UsageGroup]
) -> Sequence[UsageBar]:
    """Read use by span of the groups with a colour of their own, and of the others together."""
    if choice.grouping != "session" and len(groups) * len(spans) <= MAX_BARS:
        return await database.fetch(usage(spans, choice.grouping, UsageFilter(only=choice.only)))
    bars: list[UsageBar] = []
    for group in groups[:COLOURED_GROUPS]:
        only = (*choice.only, (choice.grouping, group.key))
        bars += await database.fetch(usage(spans, choice.grouping, UsageFilter(only=only)))
    return bars + rest(await database.fetch(usage(spans, "none", UsageFilter(only=choice.only))), bars)


def rest(totals: Iterable[UsageBar], bars: Iterable[UsageBar]) -> list[UsageBar]:
    """Return the part of the sums by span that is in none of the bars."""
    left = {bar.span: bar.sums for bar in totals}
    for bar in bars:
        left[bar.span] = subtract(left.get(bar.span, NOTHING), bar.sums)
    return [UsageBar(span, OTHERS, sums) for span, sums in left.items() if sums.requests > 0]


async def read_outlook(database: DatabaseAccess, budget: Budget, now_ms: int, zone: tzinfo) -> UsageOutlook:
    """Read the state of blocks, limits and budgets. Raises QueryFailedError and DatabaseMissingError."""
    # The current minute counts, so that a block that has just begun has a rate.
    sums = await database.fetch(day_and_month_spend(now_ms, zone))
    recent = await database.fetch(recent_cost(now_ms + MINUTE_MS))
    limits = await _limits(database, now_ms)
    return UsageOutlook(
        now_ms=now_ms,
        spent=sums,
        burn=block_projection(0, recent, now_ms, now_ms + HOUR_MS),
        blocks=await _blocks(database, now_ms),
        limits=limits,
        budgets=await _budgets(database, budget, sums, now_ms, zone),
        unlimited=sorted(unlimited_since(limit.reading for limit in limits)),
    )


async def _blocks(database: DatabaseAccess, now_ms: int) -> list[RunningBlock]:
    limits = await database.fetch(latest_limits())
    spans = block_hours(now_ms, -(-now_ms // HOUR_MS) * HOUR_MS, limits, now_ms)
    bars = await database.fetch(block_usage(spans))
    running = []
    for row in await asyncio.to_thread(to_blocks, spans, bars, limits, now_ms, now_ms):
        if row.is_active and row.is_limited:
            recent = await database.fetch(
                recent_cost(now_ms + MINUTE_MS, UsageFilter(only=(("agent", row.agent_name),)))
            )
            projection = block_projection(row.sums.cost_micros, recent, now_ms, row.block.end_ms)
            running.append(RunningBlock(row, projection))
    return sorted(running, key=lambda block: (-block.row.sums.cost_micros, block.row.agent_name))


async def _limits(database: DatabaseAccess, now_ms: int) -> list[LimitOutlook]:
    outlooks = []
    for latest in await database.fetch(latest_limits()):
        history = await database.fetch(limit_history(latest.agent_name, latest.name, now_ms - HOUR_MS))
        outlooks.append(limit_outlook(latest, history, now_ms))
    return sorted(outlooks, key=lambda limit: (limit.is_stale, -limit.reading.used_percent))


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
