"""Prices of stored requests: of logged ones that wait in a queue, and of all after the price table changed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ppp_tui.model.ids import MAX_CHILD, trajectory_of, turn_of
from ppp_tui.model.rows import UsageRow
from ppp_tui.model.usage import RequestPrice
from ppp_tui.store.meta import drop_fact, fact, put_fact
from ppp_tui.store.upkeep.rollups import USAGE_COLUMNS, UsageCounts
from ppp_tui.store.upkeep.summary_deltas import SummaryDeltas

PRICED_BY = "priced_by"
"""The fact that names the price table by which all usage is priced."""

_UNDER_WAY = "repricing"
_COLUMNS = UsageRow._fields[2:]
_USAGE_ROW_COLUMNS = ", ".join(f"u.{name}" for name in _COLUMNS)
"""Columns of `token_usage AS u` that `_usage_row` takes beside the id, in their order."""

_PIECE = f"""
SELECT u.id, u.is_counted, t.source, {_USAGE_ROW_COLUMNS}
FROM token_usage AS u JOIN trajectories AS t ON t.id = u.id >> 40 WHERE u.id > ? ORDER BY u.id LIMIT ?
"""

Price = Callable[[str, UsageRow], RequestPrice]
"""What a stored request of a source costs."""


def is_priced_by(connection: sqlite3.Connection, version: str) -> bool:
    """Return whether all usage is priced by this table; true if there is none. Within a transaction."""
    if fact(connection, PRICED_BY) == version:
        return True
    if connection.execute("SELECT 1 FROM token_usage LIMIT 1").fetchone():
        return False
    put_fact(connection, PRICED_BY, version)
    return True


def reprice_some(
    connection: sqlite3.Connection, version: str, price: Price, most: int, summaries: SummaryDeltas
) -> bool:
    """Price at most `most` more requests by this table; return whether any are left. Within a transaction.

    The last id is kept in the database, so that a later run continues from there; with another table it begins again.
    """
    stored = fact(connection, _UNDER_WAY)
    under_way, after = json.loads(stored) if stored else ("", 0)
    if under_way != version:
        after = 0
    rows = connection.execute(_PIECE, (after, most)).fetchall()
    for row in rows:
        _reprice(connection, row, price, summaries)
    if len(rows) == most:
        put_fact(connection, _UNDER_WAY, json.dumps([version, rows[-1][0]]))
        return True
    drop_fact(connection, _UNDER_WAY)
    put_fact(connection, PRICED_BY, version)
    return False


def queued_requests(connection: sqlite3.Connection, most: int) -> list[tuple[int, UsageRow | None]]:
    """Return at most `most` queued requests, each with its id; None for a request that was deleted meanwhile."""
    rows = connection.execute(
        f"SELECT q.usage_id, u.id, {_USAGE_ROW_COLUMNS} FROM price_queue AS q "
        "LEFT JOIN token_usage AS u ON u.id = q.usage_id LIMIT ?",
        (most,),
    ).fetchall()
    return [(queued, None if present is None else _usage_row(queued, values)) for queued, present, *values in rows]


def put_prices(
    connection: sqlite3.Connection, prices: Iterable[tuple[int, RequestPrice]], summaries: SummaryDeltas
) -> None:
    """Store the prices of requests, by id, and remove them from the queue; one without a price stays as it is."""
    for usage_id, price in prices:
        connection.execute("DELETE FROM price_queue WHERE usage_id = ?", (usage_id,))
        if price.cost_micros is None:
            continue
        summaries.track_turns([turn_of(usage_id)])
        row = connection.execute(f"SELECT {USAGE_COLUMNS} FROM token_usage WHERE id = ?", (usage_id,)).fetchone()
        _set_price(connection, usage_id, UsageCounts(*row), price, summaries)


def _usage_row(row_id: int, values: Iterable[Any]) -> UsageRow:
    """Return a stored request by its id and the values of `_USAGE_ROW_COLUMNS`."""
    return UsageRow(turn_of(row_id) & MAX_CHILD, row_id & MAX_CHILD, *values)


def _set_price(
    connection: sqlite3.Connection, row_id: int, usage: UsageCounts, price: RequestPrice, summaries: SummaryDeltas
) -> None:
    """Give a counted request its price, in its row and in all sums. Its turn is open in the summaries."""
    trajectory = trajectory_of(turn_of(row_id))
    summaries.count_usage(trajectory, usage, -1)
    summaries.count_usage(trajectory, usage._replace(cost_micros=price.cost_micros, saved_micros=price.saved_micros), 1)
    _update(connection, row_id, price)


def _reprice(connection: sqlite3.Connection, row: Sequence[Any], price: Price, summaries: SummaryDeltas) -> None:
    row_id, is_counted, source, *values = row
    usage = _usage_row(row_id, values)
    new = price(source, usage)
    if new == (usage.cost_micros, usage.saved_micros):
        return
    summaries.track_turns([turn_of(row_id)])
    if is_counted:
        _set_price(connection, row_id, UsageCounts.of(usage), new, summaries)
    else:
        _update(connection, row_id, new)


def _update(connection: sqlite3.Connection, row_id: int, price: RequestPrice) -> None:
    connection.execute("UPDATE token_usage SET cost_micros = ?, saved_micros = ? WHERE id = ?", (*price, row_id))
