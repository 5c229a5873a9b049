"""Logged requests without a stated cost: queued where they are written, priced by whoever knows prices."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from ppp_tui.model.ids import turn_of
from ppp_tui.model.rows import UsageRow
from ppp_tui.model.usage import RequestPrice
from ppp_tui.store.upkeep.rollups import USAGE_COLUMNS, UsageCounts
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas
from ppp_tui.store.writers.repricing import USAGE_ROW_COLUMNS, set_price, usage_row


def unpriced(connection: sqlite3.Connection, most: int) -> list[tuple[int, UsageRow | None]]:
    """At most so many queued requests, each with its id; None where it has been forgotten meanwhile."""
    rows = connection.execute(
        f"SELECT q.usage_id, u.id, {USAGE_ROW_COLUMNS} FROM price_queue AS q "
        "LEFT JOIN token_usage AS u ON u.id = q.usage_id LIMIT ?",
        (most,),
    ).fetchall()
    return [(queued, None if present is None else usage_row(queued, values)) for queued, present, *values in rows]


def put_prices(
    connection: sqlite3.Connection, prices: Iterable[tuple[int, RequestPrice]], summaries: SummaryDeltas
) -> None:
    """Give requests their prices, by id, and take all of them off the queue; one without a price stays as it is."""
    for usage_id, price in prices:
        connection.execute("DELETE FROM price_queue WHERE usage_id = ?", (usage_id,))
        if price.cost_micros is None:
            continue
        summaries.track_turns([turn_of(usage_id)])
        row = connection.execute(f"SELECT {USAGE_COLUMNS} FROM token_usage WHERE id = ?", (usage_id,)).fetchone()
        set_price(connection, usage_id, UsageCounts(*row), price, summaries)
