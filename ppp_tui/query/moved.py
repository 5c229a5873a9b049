"""What moved in the archive since somebody looked."""

from __future__ import annotations

from typing import Any

from ppp_tui.query.query import Query
from ppp_tui.query.rows import Moved


def revision() -> Query[int]:
    """The number of the newest commit that changed a session, 0 for an empty archive."""
    return Query(
        "SELECT CAST(value AS INTEGER) FROM archive_facts WHERE name = 'revision'",
        lambda rows: int(rows[0][0]) if rows else 0,
    )


def moved_since(revision: int, most: int = 200) -> Query[Moved]:
    """The newest revision and the trajectories that changed after `revision`, those that changed last first."""

    def read(rows: list[tuple[Any, ...]]) -> Moved:
        changed = [trajectory for _, trajectory in rows if trajectory is not None]
        return Moved(max(row[0] for row in rows), tuple(changed[:most]), len(changed) > most)

    return Query(
        "SELECT CAST(value AS INTEGER), NULL FROM archive_facts WHERE name = 'revision' UNION ALL "
        "SELECT * FROM (SELECT revision, trajectory_id FROM trajectory_summaries WHERE revision > :revision "
        "ORDER BY revision DESC LIMIT :most) AS m",
        read,
        {"revision": revision, "most": most + 1},
    )
