"""Five-hour blocks of every agent, out of sums by the hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ppp_tui.model.clock import DAY_MS
from ppp_tui.query.query import Query
from ppp_tui.query.spans import HOUR_MS, Span, hours
from ppp_tui.query.usage import usage
from ppp_tui.query.usage_rows import EVERYTHING, LimitReading, UsageBar, UsageFilter, UsageSums, add_up
from ppp_tui.scoring.blocks import Block, blocks, official_block

BEFORE_MS = 7 * DAY_MS
"""How far back blocks are followed to know where the first one shown begins: a pause of five hours starts anew."""

_FIVE_HOURS_MIN = 300


class BlockRow(NamedTuple):
    """One block of one agent."""

    agent_name: str
    block: Block
    sums: UsageSums
    is_active: bool


def block_hours(since_ms: int, until_ms: int) -> list[Span]:
    """The hours that must be asked for to tell the blocks of a time."""
    return hours((since_ms - BEFORE_MS) // HOUR_MS * HOUR_MS, until_ms)


def block_usage(spans: Sequence[Span], chosen: UsageFilter = EVERYTHING) -> Query[list[UsageBar]]:
    """Usage of each agent by the hour."""
    return usage(spans, "agent", chosen)


def to_blocks(
    spans: Sequence[Span], bars: Iterable[UsageBar], limits: Iterable[LimitReading], since_ms: int, now_ms: int
) -> list[BlockRow]:
    """The blocks that end after `since_ms`, the newest first; the running one as the provider told it, if it did."""
    by_agent: dict[str, list[tuple[int, UsageSums]]] = defaultdict(list)
    for bar in bars:
        by_agent[bar.key].append((spans[bar.span].low_ms, bar.sums))
    ends = official_ends(limits)
    rows = [
        row
        for agent, counted in by_agent.items()
        for row in _rows(agent, sorted(counted), ends.get(agent), now_ms)
        if row.block.end_ms > since_ms
    ]
    return sorted(rows, key=lambda row: (-row.block.start_ms, row.agent_name))


def official_ends(limits: Iterable[LimitReading]) -> dict[str, int]:
    """When each agent's five-hour window ends, as the newest reading tells."""
    found: dict[str, tuple[int, int]] = {}
    for reading in limits:
        if reading.window_minutes is None or abs(reading.window_minutes - _FIVE_HOURS_MIN) > 1:
            continue
        if reading.resets_at is not None and reading.at >= found.get(reading.agent_name, (0, 0))[0]:
            found[reading.agent_name] = (reading.at, reading.resets_at)
    return {agent: resets_at for agent, (_, resets_at) in found.items()}


def _rows(agent: str, counted: list[tuple[int, UsageSums]], ends_ms: int | None, now_ms: int) -> list[BlockRow]:
    official = official_block(ends_ms, now_ms)
    # What lies in the official window is not asked again where a block would begin.
    inside = {at for at, _ in counted if official is not None and official.start_ms // HOUR_MS * HOUR_MS <= at}
    found = blocks(at for at, _ in counted if at not in inside)
    if official is not None and inside:
        found = [block for block in found if block.start_ms < official.start_ms]
        found = [block._replace(end_ms=min(block.end_ms, official.start_ms)) for block in found] + [official]
    rows = []
    for block in found:
        low = block.start_ms // HOUR_MS * HOUR_MS
        mine = [sums for at, sums in counted if low <= at < block.end_ms and (block.is_official or at not in inside)]
        if mine:
            rows.append(BlockRow(agent, block, add_up(mine), block.holds(now_ms)))
    return rows
