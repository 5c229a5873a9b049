"""How far the archive is behind the session files, for reports that say so."""

from __future__ import annotations

from typing import NamedTuple

from ppp_tui.query.query import Query
from ppp_tui.query.values import ms


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
