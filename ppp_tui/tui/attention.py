"""Who started to need the person: the one thing worth a bell. Pure: what was seen before, and rows, give who is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ppp_tui.query.rows import LiveRow
from ppp_tui.tui.panes.session_cells import folder

PAUSE_MS = 60_000
"""One session rings at most once in so many milliseconds."""

RECENT_MS = 30_000
"""A session that was not on the list before and began to need the person longer ago than this was found by reading
history: it is no news."""


class Attention(NamedTuple):
    """What was seen so far."""

    needing: Mapping[int, bool] | None = None
    """Every session on the list, and whether it needed the person; None before the first look."""
    rung_ms: Mapping[int, int] = MappingProxyType({})
    """When the person was rung for a session, where that is not long ago."""


class News(NamedTuple):
    """The outcome of a look."""

    seen: Attention
    """What to compare the next look with."""
    newly_needing: tuple[LiveRow, ...]
    """The sessions to ring for."""


def look(before: Attention, rows: Sequence[LiveRow], now_ms: int, *, is_silent: bool) -> News:
    """Compare rows with those of the look before. The first look rings for nobody, and a silent one neither."""
    needing = {row.session.id: row.state.group == "needs you" for row in rows}
    rung = {number: at for number, at in before.rung_ms.items() if now_ms - at < PAUSE_MS}
    fresh = [
        row for row in rows if needing[row.session.id] and row.session.id not in rung and _is_news(before, row, now_ms)
    ]
    if before.needing is None or is_silent:
        fresh = []
    return News(Attention(needing, {**rung, **{row.session.id: now_ms for row in fresh}}), tuple(fresh))


def _is_news(before: Attention, row: LiveRow, now_ms: int) -> bool:
    needed = (before.needing or {}).get(row.session.id)
    return not needed if needed is not None else now_ms - row.state.since <= RECENT_MS


def sentence(row: LiveRow) -> str:
    """What a notification says."""
    return f"{row.session.agent_name} in {folder(row.session.project)} {row.state.words}"
