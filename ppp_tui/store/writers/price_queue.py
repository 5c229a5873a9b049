"""Logged requests without a stated cost: queued where they are written, priced by whoever knows prices."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from ppp_tui.model.ids import MOST, trajectory_of, turn_of
from ppp_tui.model.rows import UsageRow
from ppp_tui.store.upkeep.rollups import USAGE_COLUMNS, UsageCounts
from ppp_tui.store.upkeep.summary_deltas import Ledger

_COLUMNS = UsageRow._fields[2:]


def unpriced(connection: sqlite3.Connection, most: int) -> list[tuple[int, UsageRow | None]]:
    """At most so many queued requests, each with its id; None where it has been forgotten meanwhile."""
    rows = connection.execute(
        f"SELECT q.usage_id, u.id, {', '.join(f'u.{name}' for name in _COLUMNS)} FROM price_queue AS q "
        "LEFT JOIN token_usage AS u ON u.id = q.usage_id LIMIT ?",
        (most,),
    ).fetchall()
    return [
        (queued, None if present is None else UsageRow(turn_of(queued) & MOST, queued & MOST, *values))
        for queued, present, *values in rows
    ]


def put_prices(
    connection: sqlite3.Connection, prices: Iterable[tuple[int, int | None, int | None]], ledger: Ledger
) -> None:
    """Give requests their cost, and what the cache saved, and take all that were looked at off the queue.

    Both are None where no price is known.
    """
    for usage_id, cost, saved in prices:
        connection.execute("DELETE FROM price_queue WHERE usage_id = ?", (usage_id,))
        if cost is None:
            continue
        turn = turn_of(usage_id)
        ledger.open_turns([turn])
        row = connection.execute(f"SELECT {USAGE_COLUMNS} FROM token_usage WHERE id = ?", (usage_id,)).fetchone()
        usage = UsageCounts(*row)
        ledger.count_usage(trajectory_of(turn), usage, -1)
        ledger.count_usage(trajectory_of(turn), usage._replace(cost_micros=cost, saved_micros=saved), 1)
        connection.execute(
            "UPDATE token_usage SET cost_micros = ?, saved_micros = ? WHERE id = ?", (cost, saved, usage_id)
        )
