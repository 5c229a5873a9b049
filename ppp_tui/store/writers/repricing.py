"""Prices usage anew, a piece at a time, where a newer price table says something else."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ppp_tui.model.ids import trajectory_of, turn_of
from ppp_tui.store.meta import drop_fact, fact, put_fact
from ppp_tui.store.upkeep.rollups import UsageCounts
from ppp_tui.store.upkeep.summary_deltas import Ledger

PRICED_BY = "priced_by"
"""The fact that names the price table by which all usage is priced."""

_UNDER_WAY = "repricing"
_PIECE = f"""
SELECT u.id, u.is_counted, t.source, u.web_searches, u.speed, u.service_tier, u.provider, u.inference_geo,
    {", ".join(f"u.{name}" for name in UsageCounts._fields)}
FROM token_usage AS u JOIN trajectories AS t ON t.id = u.id >> 40 WHERE u.id > ? ORDER BY u.id LIMIT ?
"""


class Priced(NamedTuple):
    """A stored request, as far as its price depends on it."""

    source: str
    usage: UsageCounts
    web_searches: int
    speed: str
    service_tier: str
    provider: str
    inference_geo: str


Price = Callable[[Priced], tuple[int | None, int | None]]
"""What a request costs and what the cache saved on it, in millionths of a dollar."""


def is_priced_by(connection: sqlite3.Connection, version: str) -> bool:
    """Whether all usage is priced by this table, as none at all is. Within a transaction."""
    if fact(connection, PRICED_BY) == version:
        return True
    if connection.execute("SELECT 1 FROM token_usage LIMIT 1").fetchone():
        return False
    put_fact(connection, PRICED_BY, version)
    return True


def reprice_some(connection: sqlite3.Connection, version: str, price: Price, most: int, ledger: Ledger) -> bool:
    """Price at most so many more requests by this table; tells whether any are left. Within a transaction.

    Where it was left stands in the database, so that a later run goes on from there; another table begins anew.
    """
    stored = fact(connection, _UNDER_WAY)
    under_way, after = json.loads(stored) if stored else ("", 0)
    if under_way != version:
        after = 0
    rows = connection.execute(_PIECE, (after, most)).fetchall()
    for row in rows:
        _reprice(connection, row, price, ledger)
    if len(rows) == most:
        put_fact(connection, _UNDER_WAY, json.dumps([version, rows[-1][0]]))
        return True
    drop_fact(connection, _UNDER_WAY)
    put_fact(connection, PRICED_BY, version)
    return False


def _reprice(connection: sqlite3.Connection, row: Sequence[object], price: Price, ledger: Ledger) -> None:
    row_id, is_counted, source, searches, speed, tier, provider, geo, *rest = row
    usage = UsageCounts(*rest)  # type: ignore[arg-type]
    cost, saved = price(
        Priced(
            source=str(source),
            usage=usage,
            web_searches=int(str(searches)),
            speed=str(speed),
            service_tier=str(tier),
            provider=str(provider),
            inference_geo=str(geo),
        )
    )
    if (cost, saved) == (usage.cost_micros, usage.saved_micros):
        return
    turn = turn_of(int(str(row_id)))
    ledger.open_turns([turn])
    if is_counted:
        ledger.count_usage(trajectory_of(turn), usage, -1)
        ledger.count_usage(trajectory_of(turn), usage._replace(cost_micros=cost, saved_micros=saved), 1)
    connection.execute("UPDATE token_usage SET cost_micros = ?, saved_micros = ? WHERE id = ?", (cost, saved, row_id))
