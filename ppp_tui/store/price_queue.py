"""Logged requests without a stated cost: queued where they are written, priced by whoever knows prices."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from ppp_tui.model.ids import MOST, trajectory_of, turn_of
from ppp_tui.model.rows import UsageRow
from ppp_tui.store.ledger import Ledger

_COLUMNS = UsageRow._fields[2:]
_COUNTED = (
    "at, model, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, "
    "cost_micros, is_lower_bound"
)


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


def put_prices(connection: sqlite3.Connection, prices: Iterable[tuple[int, int | None]], ledger: Ledger) -> None:
    """Give requests their cost, None where no price is known, and take all that were looked at off the queue."""
    for usage_id, cost in prices:
        connection.execute("DELETE FROM price_queue WHERE usage_id = ?", (usage_id,))
        if cost is None:
            continue
        turn = turn_of(usage_id)
        ledger.open_turns([turn])
        (agent_name,) = connection.execute(
            "SELECT agent_name FROM trajectories WHERE id = ?", (trajectory_of(turn),)
        ).fetchone()
        usage = connection.execute(f"SELECT {_COUNTED} FROM token_usage WHERE id = ?", (usage_id,)).fetchone()
        ledger.count_usage(agent_name, usage, -1)
        ledger.count_usage(agent_name, (*usage[:7], cost, usage[8]), 1)
        connection.execute("UPDATE token_usage SET cost_micros = ? WHERE id = ?", (cost, usage_id))
