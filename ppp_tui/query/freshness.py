"""How far the database is behind the session files, for reports that say so."""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.query.column_values import ms
from ppp_tui.query.query import Query


class Freshness(NamedTuple):
    """What the ingest process said of itself last."""

    pid: int
    phase: str
    """`backlog`, `following`, `stopped` or `failed`."""
    at: int
    """Unix milliseconds."""


def freshness() -> Query[Freshness | None]:
    """How ingest stood when it last said so; None if none ever ran."""
    return Query(
        "SELECT pid, phase, at FROM ingest_status",
        lambda rows: Freshness(rows[0][0], rows[0][1], ms(rows[0][2]) or 0) if rows else None,
    )


MOST_COUNTED = 10_000
"""What is waiting is counted so far."""


class Pending(NamedTuple):
    """What ingest has still to do with what is in the database; until then its figures are provisional."""

    trajectories: int
    """Not judged yet."""
    requests: int
    """Not priced yet."""


def pending() -> Query[Pending]:
    """Return how much is not judged or priced yet, each counted to `MOST_COUNTED` at most."""
    return Query(
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM trajectory_summaries WHERE scored_by = '' "
        f"LIMIT {MOST_COUNTED})), (SELECT count(*) FROM (SELECT 1 FROM price_queue LIMIT {MOST_COUNTED}))",
        lambda rows: Pending(*rows[0]),
    )


def unpriced_yet() -> Query[dict[str, int]]:
    """Return the models of requests that are not priced yet, with how many there are, counted so far."""
    return Query(
        "SELECT u.model, count(*) FROM (SELECT usage_id FROM price_queue LIMIT "
        f"{MOST_COUNTED}) AS q CROSS JOIN token_usage AS u ON u.id = q.usage_id GROUP BY 1",
        dict,
    )
