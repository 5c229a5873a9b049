"""Five-hour blocks of every agent, out of sums by the hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from ppp_tui.model.clock import DAY_MS, HOUR_MS, MINUTE_MS
from ppp_tui.query.query import Query
from ppp_tui.query.usage.rows import EVERYTHING, LimitReading, Provenance, UsageBar, UsageFilter, UsageSums, add_up
from ppp_tui.query.usage.spans import TimeSpan, hours
from ppp_tui.query.usage.sums import usage
from ppp_tui.scoring.prices.blocks import UsageBlock, official_block, usage_blocks

BEFORE_MS = 7 * DAY_MS
"""How far back blocks are followed to know where the first one shown begins: a pause of five hours starts anew."""

_FIVE_HOURS_MIN = 300


class BlockRow(NamedTuple):
    """One block of one agent."""

    agent_name: str
    block: UsageBlock
    sums: UsageSums
    is_active: bool
    provenance: Provenance
    """Of its bounds: as the limit's reading that told them, else estimated."""
    is_limited: bool = True
    """False where the plan has no five-hour limit, so that there is no block."""


def block_hours(since_ms: int, until_ms: int, limits: Iterable[LimitReading], now_ms: int) -> list[TimeSpan]:
    """Return the hours that must be asked for to tell the blocks of a time, cut where an official one begins."""
    official = (official_block(reading.resets_at, now_ms) for reading in newest_windows(limits).values())
    cuts = {block.start_ms // MINUTE_MS * MINUTE_MS for block in official if block is not None}
    spans = []
    for low, high in hours((since_ms - BEFORE_MS) // HOUR_MS * HOUR_MS, until_ms):
        edges = [low, *sorted(cut for cut in cuts if low < cut < high), high]
        spans += [TimeSpan(*edge) for edge in pairwise(edges)]
    return spans


def block_usage(spans: Sequence[TimeSpan], usage_filter: UsageFilter = EVERYTHING) -> Query[list[UsageBar]]:
    """Query usage of each agent by the hour."""
    return usage(spans, "agent", usage_filter)


def to_blocks(
    spans: Sequence[TimeSpan], bars: Iterable[UsageBar], limits: Iterable[LimitReading], since_ms: int, now_ms: int
) -> list[BlockRow]:
    """Return the blocks that end after `since_ms`, newest first; the running one by the provider's reading if any."""
    by_agent: dict[str, list[tuple[int, UsageSums]]] = defaultdict(list)
    for bar in bars:
        by_agent[bar.key].append((spans[bar.span].low_ms, bar.sums))
    limits = list(limits)
    window_by_agent, unlimited = newest_windows(limits), unlimited_since(limits)
    rows = [
        row._replace(is_limited=not unlimited.get(agent, row.block.end_ms) <= row.block.start_ms)
        for agent, counted in by_agent.items()
        for row in _rows(agent, sorted(counted), window_by_agent.get(agent), now_ms)
        if row.block.end_ms > since_ms
    ]
    return sorted(rows, key=lambda row: (-row.block.start_ms, row.agent_name))


def unlimited_since(limits: Iterable[LimitReading]) -> dict[str, int]:
    """Return the agents whose plan has no five-hour limit, with the time from which on it had none, 0 if it never had.

    The provider tells other limits, but of that one nothing for a day: one window may be left out of a single reading.
    """
    newest: dict[str, int] = {}
    five_hours: dict[str, int] = {}
    for reading in limits:
        if reading.provenance == "official":
            newest[reading.agent_name] = max(newest.get(reading.agent_name, 0), reading.at)
            if _is_five_hours(reading):
                five_hours[reading.agent_name] = max(five_hours.get(reading.agent_name, 0), reading.at)
    return {agent: five_hours.get(agent, 0) for agent, at in newest.items() if at - five_hours.get(agent, 0) > DAY_MS}


def _is_five_hours(reading: LimitReading) -> bool:
    # Versions of 2025 tell a window a minute short.
    return reading.window_minutes is not None and abs(reading.window_minutes - _FIVE_HOURS_MIN) <= 1


def newest_windows(limits: Iterable[LimitReading]) -> dict[str, LimitReading]:
    """Return the newest reading of each agent's five-hour window that tells when it ends."""
    newest: dict[str, LimitReading] = {}
    for reading in sorted(limits, key=lambda reading: reading.at):
        if reading.resets_at is not None and _is_five_hours(reading):
            newest[reading.agent_name] = reading
    return newest


def _rows(agent: str, counted: list[tuple[int, UsageSums]], window: LimitReading | None, now_ms: int) -> list[BlockRow]:
    official = official_block(window.resets_at if window is not None else None, now_ms)
    # What lies in the official window is not asked again where a block would begin.
    inside = {at for at, _ in counted if official is not None and official.start_ms // MINUTE_MS * MINUTE_MS <= at}
    bounds = usage_blocks(at // HOUR_MS * HOUR_MS for at, _ in counted if at not in inside)
    if official is not None and inside:
        bounds = [block for block in bounds if block.start_ms < official.start_ms]
        bounds = [block._replace(end_ms=min(block.end_ms, official.start_ms)) for block in bounds] + [official]
    rows = []
    for block in bounds:
        low = block.start_ms // MINUTE_MS * MINUTE_MS
        mine = [sums for at, sums in counted if low <= at < block.end_ms and (block.is_official or at not in inside)]
        if mine:
            provenance = window.provenance if window is not None and block.is_official else "estimated"
            rows.append(BlockRow(agent, block, add_up(mine), block.holds(now_ms), provenance))
    return rows
