"""What moved in the archive since somebody looked."""

from __future__ import annotations

from ppp_tui.query.query import Query
from ppp_tui.query.rows import Moved


def moved_since(revision: int, most: int = 200) -> Query[Moved]:
    """The newest revision and the trajectories that changed after `revision`."""
    return Query(
        "SELECT CAST(value AS INTEGER), NULL FROM archive_facts WHERE name = 'revision' UNION ALL "
        "SELECT * FROM (SELECT revision, trajectory_id FROM trajectory_summaries WHERE revision > :revision "
        "ORDER BY revision DESC LIMIT :most)",
        lambda rows: Moved(
            max(row[0] for row in rows), tuple(row[1] for row in rows if row[1] is not None), len(rows) > most
        ),
        {"revision": revision, "most": most},
    )
