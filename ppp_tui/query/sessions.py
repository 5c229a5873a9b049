"""Trajectories in lists: pages, counts, one by id or by what the person calls it.

A page is found by its narrow columns first; only its own rows are then read as a whole. Nothing here looks at all
turns: what spans a session's history stands in its summary.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from ppp_tui.query.filters import EMPTY, TREE_TOKENS, Filter
from ppp_tui.query.projects import label_of
from ppp_tui.query.query import Query
from ppp_tui.query.rows import SessionRow
from ppp_tui.query.session_rows import read_sessions, select
from ppp_tui.query.words import among, sound
from ppp_tui.sources import registry

SortName = Literal["last", "started", "cost", "tokens", "turns", "questions", "errors", "agent", "project"]
"""What a list can be sorted by."""

_SORTS: dict[SortName, str] = {
    "last": "s.last_at", "started": "t.created_at", "cost": "s.tree_cost_micros",
    "tokens": TREE_TOKENS,
    "turns": "s.turns", "questions": "s.low_questions + s.medium_questions + s.high_questions",
    "errors": "s.failed_steps + s.retries", "agent": "t.agent_name", "project": label_of("t.project"),
}  # fmt: skip
_BY_DESCRIPTION = frozenset[SortName]({"started", "agent", "project"})
"""Sorts by what a session is, not by its sums."""

SORT_NAMES: tuple[SortName, ...] = tuple(_SORTS)
"""All sorts, in the order in which a key cycles through them."""

_CHILDREN = "SELECT c.id FROM trajectories AS c WHERE c.parent_id IS NOT NULL"


class Sort(NamedTuple):
    """How a list is sorted."""

    name: SortName = "last"
    is_descending: bool = True


def session_page(chosen: Filter, sort: Sort, start: int, count: int) -> Query[list[SessionRow]]:
    """Rows from `start` on of the filtered, sorted list of sessions; sub-agents stand under their parents."""
    direction = "DESC" if sort.is_descending else "ASC"
    key = _SORTS[sort.name]
    found = _candidates(chosen, sort.name)
    return Query(
        f"WITH page (id, sorted_by) AS (SELECT {found.id}, {key} FROM {found.sql} "
        f"ORDER BY {key} {direction}, {found.id} {direction} LIMIT :page_count OFFSET :page_start) "
        f"{select()} JOIN page AS g ON g.id = s.trajectory_id ORDER BY g.sorted_by {direction}, g.id {direction}",
        read_sessions,
        {**found.parameters, "page_count": count, "page_start": start},
    )


def session_count(chosen: Filter = EMPTY) -> Query[int]:
    """How many sessions a filter keeps."""
    found = _candidates(chosen, None)
    return Query(f"SELECT count(*) FROM {found.sql}", lambda rows: int(rows[0][0]), found.parameters)


class _Candidates(NamedTuple):
    sql: str
    """Tables and conditions."""
    id: str
    """The expression that names a session."""
    parameters: dict[str, object]


def _candidates(chosen: Filter, sort: SortName | None) -> _Candidates:
    """The narrowest tables that can tell which sessions a filter keeps and how they are sorted, with the conditions.

    The signs and the CROSS JOIN (which SQLite never turns round) keep the planner from looking rows up one by one where
    running through a table costs a third of it.
    """
    described, parameters = chosen.where_summed(is_summed=False)
    summed, more = chosen.where_summed(is_summed=True)
    if sort == "last" and not summed:
        kept = f"NOT IN ({_CHILDREN})"
        if described:
            kept = f"IN (SELECT t.id FROM trajectories AS t WHERE +t.parent_id IS NULL AND {described})"
        return _Candidates(f"trajectory_summaries AS s WHERE +s.trajectory_id {kept}", "s.trajectory_id", parameters)
    sorts_descriptions = sort in _BY_DESCRIPTION
    is_root = "+t.parent_id IS NULL" if described or sorts_descriptions else "t.parent_id IS NULL"
    conditions = " AND ".join(filter(None, (is_root, described, summed)))
    if not summed and (sort is None or sorts_descriptions):
        return _Candidates(f"trajectories AS t WHERE {conditions}", "t.id", parameters)
    join = "trajectories AS t CROSS JOIN trajectory_summaries AS s WHERE s.trajectory_id = t.id"
    return _Candidates(f"{join} AND {conditions}", "t.id", parameters | more)


def session(trajectory_id: int) -> Query[SessionRow | None]:
    """One trajectory."""
    return Query(
        f"{select()} WHERE t.id = :id",
        lambda rows: next(iter(read_sessions(rows)), None),
        {"id": trajectory_id},
    )


def sessions(ids: Sequence[int]) -> Query[list[SessionRow]]:
    """Some trajectories, by id."""
    marks, parameters = among(ids)
    return Query(f"{select()} WHERE t.id IN ({marks}) ORDER BY t.id", read_sessions, parameters)


def children(trajectory_id: int) -> Query[list[SessionRow]]:
    """The sub-agents that a trajectory started, in the order in which they began."""
    return Query(
        f"{select()} WHERE t.parent_id = :id ORDER BY t.created_at, t.id",
        read_sessions,
        {"id": trajectory_id},
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


def matching(text: str) -> Query[list[SessionRow]]:
    """What the person may mean by a name: a row's number, a native id, or the beginning of one.

    What is named in full comes first, then the newest.
    """
    name = sound(text.strip())
    number = int(name) if name.isascii() and name.isdigit() and len(name) < 10 else -1
    prefix = name if len(name) >= SHORTEST_PREFIX else "\U0010ffff"
    return Query(
        _MATCHING, read_sessions,
        {"number": number, "name": name, "prefix": prefix, "beyond": prefix + "\U0010ffff"},
    )  # fmt: skip


def resume_command(row: SessionRow) -> str | None:
    """The shell command that resumes a session, None where its agent has none."""
    if row.source not in registry.NAMES or not row.native_id:
        return None
    return registry.source(row.source).resume_command(row.native_id, row.project)
