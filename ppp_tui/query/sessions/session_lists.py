"""Trajectories in lists: pages, counts, one by id or by what the user calls it.

A page is found by its narrow columns first; only its own rows are then read as a whole. Nothing here looks at all
turns: what spans a session's history stands in its summary.
"""

from __future__ import annotations

from collections.abc import Sequence

from ppp_tui.model.clock import to_text
from ppp_tui.query.query import Query
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.sessions.filters import EMPTY, Filter
from ppp_tui.query.sessions.session_columns import read_sessions, select
from ppp_tui.query.sessions.session_order import (
    SORT_NAMES,
    Sort,
    SortName,
    first_sessions,
    kept_sessions,
    session_order,
)
from ppp_tui.query.sql_helpers import EVERY, in_clause, strip_surrogates

__all__ = [
    "MOST_MATCHES",
    "SHORTEST_PREFIX",
    "SORT_NAMES",
    "Sort",
    "SortName",
    "children",
    "first_session_ids",
    "has_cheap_pages",
    "has_hosts",
    "resume_command",
    "session",
    "session_count",
    "session_ids",
    "session_page",
    "sessions",
    "sessions_around",
    "sessions_named",
]


def session_page(
    kept: Filter, sort: Sort, start: int, count: int, without: Sequence[int] = ()
) -> Query[list[SessionRow]]:
    """Return rows from `start` on of the filtered, sorted list of sessions; sub-agents stand under their parents.

    Sessions `without` are left out. Costs what the page holds where `has_cheap_pages`, else about as much as
    `session_ids`.
    """
    order = session_order(kept, sort, without)
    return Query(
        f"WITH page (id, sorted_by) AS MATERIALIZED ({order.sql}) {select()} JOIN page AS g ON g.id = s.trajectory_id "
        f"ORDER BY g.sorted_by {sort.direction}, g.id {sort.direction}",
        read_sessions,
        {**order.parameters, "start": start, "count": count},
    )


def has_cheap_pages(kept: Filter, sort: Sort, without: Sequence[int] = ()) -> bool:
    """Return whether an index tells which sessions a filter keeps, in order."""
    return session_order(kept, sort, without).is_indexed


def session_ids(kept: Filter, sort: Sort, most: int = EVERY) -> Query[list[int]]:
    """Return the sessions of the filtered, sorted list by id: the first `most`, or all of them."""
    order = session_order(kept, sort)
    return Query(
        f"SELECT id FROM ({order.sql})",
        lambda rows: [row[0] for row in rows],
        {**order.parameters, "start": 0, "count": most},
    )


FIRST_LOOKED_AT = 1500
"""Sessions that are looked at for the first part of a list: no more than fit into a moment."""


def first_session_ids(kept: Filter, sort: Sort) -> Query[list[int]]:
    """Return with which sessions `session_ids` begins: those among the first `FIRST_LOOKED_AT` of all."""
    sql, parameters = first_sessions(kept, sort)
    return Query(sql, lambda rows: [row[0] for row in rows], {**parameters, "start": 0, "count": FIRST_LOOKED_AT})


def session_count(kept: Filter = EMPTY) -> Query[int]:
    """Return how many sessions a filter keeps."""
    table, parameters = kept_sessions(kept)
    return Query(f"SELECT count(*) FROM {table}", lambda rows: int(rows[0][0]), parameters)


def session(trajectory_id: int) -> Query[SessionRow | None]:
    """Query one trajectory."""
    return Query(
        f"{select()} WHERE t.id = :id",
        lambda rows: next(iter(read_sessions(rows)), None),
        {"id": trajectory_id},
    )


def sessions(ids: Sequence[int]) -> Query[list[SessionRow]]:
    """Query some trajectories, by id."""
    marks, parameters = in_clause(ids)
    return Query(f"{select()} WHERE t.id IN ({marks}) ORDER BY t.id", read_sessions, parameters)


def has_hosts() -> Query[bool]:
    """Return whether any session file lies on another machine."""
    return Query("SELECT 1 FROM source_files WHERE host <> '' LIMIT 1", bool)


def children(trajectory_id: int) -> Query[list[SessionRow]]:
    """Query the sub-agents that a trajectory started, in the order in which they began."""
    return Query(
        f"{select()} WHERE t.parent_id = :id ORDER BY t.created_at, t.id",
        read_sessions,
        {"id": trajectory_id},
    )


NEAR_LOOKED_AT = 1000
"""Sessions that are looked at on either side of one for those of its project."""


def sessions_around(row: SessionRow, most: int) -> Query[list[SessionRow]]:
    """Query the sessions of the same project around one, oldest first: at most so many before it, and after it.

    What lies more than `NEAR_LOOKED_AT` sessions away is left out, and the session itself is among them.
    """
    sides = (("before", "<=", "DESC"), ("after", ">", ""))
    near = [
        f"{side} (id) AS MATERIALIZED (SELECT id FROM (SELECT s.trajectory_id AS id, s.last_at AS ended "
        f"FROM trajectory_summaries AS s WHERE s.is_child = 0 AND s.last_at {sign} :ended "
        f"ORDER BY s.last_at {way} LIMIT {NEAR_LOOKED_AT}) AS g "
        "WHERE (SELECT o.project FROM trajectories AS o WHERE o.id = g.id) = :project "
        f"ORDER BY ended {way} LIMIT :most)"
        for side, sign, way in sides
    ]
    return Query(
        f"WITH {', '.join(near)} {select()} WHERE t.id = :shown OR t.id IN (SELECT id FROM before UNION ALL "
        "SELECT id FROM after) ORDER BY s.last_at, t.id",
        read_sessions,
        {"ended": to_text(row.last_at), "project": row.project, "shown": row.id, "most": most},
    )


SHORTEST_PREFIX = 4
"""Characters of a native id that may stand for all of it."""

MOST_MATCHES = 20
"""Sessions that a name may mean before it is no name any more."""

_MATCHING = f"""
WITH named (id) AS (
    SELECT id FROM trajectories WHERE id = :number
    UNION SELECT id FROM trajectories WHERE native_id = :name AND :name <> ''
    UNION SELECT id FROM (SELECT id FROM trajectories WHERE native_id >= :prefix AND native_id < :beyond LIMIT 500))
{select()} JOIN named AS g ON g.id = s.trajectory_id
ORDER BY CASE WHEN t.id = :number OR t.native_id = :name THEN 0 ELSE 1 END, s.last_at DESC, t.id LIMIT {MOST_MATCHES}
"""


def sessions_named(text: str) -> Query[list[SessionRow]]:
    """Query what the user may mean by a name: a row's number, a native id, or the beginning of one.

    What is named in full comes first, then the newest.
    """
    name = strip_surrogates(text.strip())
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 10 else -1
    prefix = name if len(name) >= SHORTEST_PREFIX else "\U0010ffff"
    return Query(
        _MATCHING,
        read_sessions,
        {"number": number, "name": name, "prefix": prefix, "beyond": prefix + "\U0010ffff"},
    )


def resume_command(row: SessionRow) -> str | None:
    """Return the shell command that resumes a session, None where its agent has none."""
    # Imported when a session is resumed: lists of sessions do without the formats of agents.
    from ppp_tui.sources import registry

    source = registry.find_source(row.source)
    return source.resume_command(row.native_id, row.project) if source is not None and row.native_id else None
